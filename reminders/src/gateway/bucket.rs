//! How fast a provider is asked: a bucket of tokens that gives up half of its rate when the provider says that it
//! is too much, and gets it back within a minute.

use care::clock::Instant;

/// What may be sent at once after a pause: so many milliseconds' worth.
const BURST: i64 = 250;
/// How long the whole rate takes to come back, in milliseconds.
const RECOVERY: i64 = 60_000;
/// At most one halving in so many milliseconds: what was in flight counts once.
const HALVING: i64 = 1_000;
/// The longest that anybody is told to wait, in milliseconds.
const LONGEST: i64 = 60_000;

/// A bucket, as of the instant it was last asked.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    /// Tokens a second, now and at most.
    rate: i64,
    most: i64,
    /// When the next token is there, in microseconds.
    next: i64,
    /// When those are served who were sent away, in microseconds.
    queue: i64,
    recovered_at: Option<Instant>,
    halved_at: Option<Instant>,
}

impl Bucket {
    /// A bucket that gives `most` tokens a second.
    pub(super) fn new(most: u32) -> Self {
        let most = i64::from(most.max(1));
        Self { rate: most, most, next: 0, queue: 0, recovered_at: None, halved_at: None }
    }

    /// Takes a token: the milliseconds until it may be used. Where these were more than `patience`, none is taken,
    /// and the error is when to ask again, one after the other at the bucket's rate.
    pub(super) fn take(&mut self, now: Instant, patience: i64) -> Result<i64, i64> {
        self.recover(now);
        let at = now.0.saturating_mul(1_000);
        let interval = 1_000_000 / self.rate;
        // A clock that was set back finds no queue of hours.
        let latest = at.saturating_add(LONGEST * 1_000);
        let first = self.next.clamp(at.saturating_sub(BURST * 1_000), latest);
        let wait = (first.saturating_sub(at) / 1_000).max(0);
        if wait <= patience {
            self.next = first.saturating_add(interval);
            return Ok(wait);
        }
        self.queue = self.queue.max(first).saturating_add(interval).min(latest);
        Err((self.queue.saturating_sub(at) / 1_000).max(1))
    }

    /// The provider says that it is too much.
    pub(super) fn halve(&mut self, now: Instant) {
        self.recover(now);
        let lately = self.halved_at.is_some_and(|at| (0..HALVING).contains(&now.0.saturating_sub(at.0)));
        if !lately {
            self.rate = (self.rate / 2).max(self.most / 64).max(1);
            self.halved_at = Some(now);
        }
    }

    fn recover(&mut self, now: Instant) {
        let since = now.0.saturating_sub(self.recovered_at.unwrap_or(now).0);
        let gained = self.most.saturating_mul(since.clamp(0, RECOVERY)) / RECOVERY;
        // What is too little to count is kept for the next time.
        if gained > 0 || since < 0 || self.recovered_at.is_none() || self.rate == self.most {
            self.rate = self.rate.saturating_add(gained).min(self.most);
            self.recovered_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn taken(bucket: &mut Bucket, now: i64) -> usize {
        (0..100_000).take_while(|_| bucket.take(Instant(now), 0).is_ok()).count()
    }

    #[test]
    fn a_second_gives_the_rate_and_a_pause_no_more_than_a_burst() {
        let mut bucket = Bucket::new(1_000);
        taken(&mut bucket, 1_000_000);
        let second: usize = (1..=1_000).map(|ms| taken(&mut bucket, 1_000_000 + ms)).sum();
        assert_eq!(second, 1_000);
        assert!((250..=252).contains(&taken(&mut bucket, 9_000_000)));
    }

    #[test]
    fn who_is_sent_away_comes_back_one_after_the_other() {
        let mut bucket = Bucket::new(100);
        taken(&mut bucket, 1_000_000);
        let after: Vec<_> = (0..4).map(|_| bucket.take(Instant(1_000_000), 0).unwrap_err()).collect();
        assert!(after.windows(2).all(|pair| pair[1] - pair[0] == 10), "{after:?}");
    }

    #[test]
    fn who_is_patient_gets_a_token_of_later() {
        let mut bucket = Bucket::new(100);
        taken(&mut bucket, 1_000_000);
        assert_eq!(bucket.take(Instant(1_000_000), 500), Ok(10));
        assert_eq!(bucket.take(Instant(1_000_000), 500), Ok(20));
    }

    #[test]
    fn a_storm_of_complaints_halves_once_and_a_minute_heals() {
        let mut bucket = Bucket::new(1_000);
        for _ in 0..50 {
            bucket.halve(Instant(5_000_000));
        }
        assert_eq!(bucket.rate, 500);
        bucket.halve(Instant(5_001_000));
        assert_eq!(bucket.rate, 258, "half of what had come back");
        taken(&mut bucket, 5_090_000);
        assert_eq!(bucket.rate, 1_000);
    }

    proptest! {
        #[test]
        fn no_clock_holds_anybody_for_hours(steps in prop::collection::vec(-7_200_000i64..7_200_000, 1..50), rate in 1u32..20_000) {
            let (mut bucket, mut now) = (Bucket::new(rate), 1_000_000_000);
            for step in steps {
                now += step;
                match bucket.take(Instant(now), 500) {
                    Ok(wait) => prop_assert!((0..=500).contains(&wait)),
                    Err(after) => prop_assert!((1..=LONGEST).contains(&after)),
                }
            }
        }
    }
}
