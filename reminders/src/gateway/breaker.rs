//! When a provider is not asked at all: its credentials are refused, its environment is the wrong one, or it is
//! down. After a while one push tries whether that has passed.

use super::delay::back_off;
use care::clock::Instant;

/// Answers in a row that the provider is down.
const DOWN: u32 = 20;
/// Bad tokens in a row that mean another environment: where no push has got through yet, and where some have.
const WRONG_AT_FIRST: u32 = 3;
const WRONG: u32 = 20;
/// How long a push that tries may take, in milliseconds.
const PROBE: i64 = 10_000;
/// How long credentials are not tried again, in milliseconds: so long, doubled up to eight times.
const CONFIGURATION: i64 = 60_000;

/// The breaker of one set of credentials.
#[derive(Debug, Clone, Default)]
pub(super) struct Breaker {
    open_until: Option<Instant>,
    /// Whether a push is trying.
    probing: bool,
    /// How often it has opened since something got through.
    trips: u32,
    down: u32,
    bad: u32,
    /// Whether a push has ever got through.
    proven: bool,
}

impl Breaker {
    /// Whether a push may go: else the milliseconds until one may.
    pub(super) fn ask(&mut self, now: Instant) -> Result<(), i64> {
        let Some(until) = self.open_until else { return Ok(()) };
        let left = until.0.saturating_sub(now.0);
        // More is left than it ever opens for: the clock was set back.
        if (1..=CONFIGURATION * 8).contains(&left) {
            return Err(left);
        }
        (self.open_until, self.probing) = (Some(now.plus(PROBE)), true);
        Ok(())
    }

    pub(super) fn is_open(&self) -> bool {
        self.open_until.is_some()
    }

    /// The provider took a push, or dealt with it in a way that shows our credentials to be right.
    pub(super) fn passed(&mut self) {
        *self = Self { proven: true, ..Self::default() };
    }

    /// The provider answered, whatever it thinks of the push: it is not down.
    pub(super) fn answered(&mut self) {
        self.down = 0;
    }

    /// A token is called bad. The milliseconds until the next try, where there are so many of them that the
    /// environment must be the wrong one.
    pub(super) fn bad_token(&mut self, now: Instant) -> Option<i64> {
        (self.bad, self.down) = (self.bad.saturating_add(1), 0);
        let many = if self.proven { WRONG } else { WRONG_AT_FIRST };
        (self.bad >= many).then(|| self.refused(now))
    }

    /// Our credentials are refused; the milliseconds until the next try.
    pub(super) fn refused(&mut self, now: Instant) -> i64 {
        self.open(now, CONFIGURATION << self.trips.min(3))
    }

    /// The provider is down, or no connection lasts; whether that has opened the breaker.
    pub(super) fn is_down(&mut self, now: Instant) -> bool {
        self.down = self.down.saturating_add(1);
        let opens = self.down >= DOWN || self.is_open();
        if opens {
            self.open(now, back_off(self.trips));
        }
        opens
    }

    /// What is still in flight when it opens says the same once more, and counts once.
    fn open(&mut self, now: Instant, pause: i64) -> i64 {
        if self.probing || self.open_until.is_none() {
            self.trips = self.trips.saturating_add(1);
            (self.open_until, self.probing) = (Some(now.plus(pause)), false);
        }
        self.open_until.map_or(pause, |until| until.0.saturating_sub(now.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000_000);

    #[test]
    fn refused_credentials_wait_a_minute_and_then_one_push_tries() {
        let mut breaker = Breaker::default();
        assert_eq!(breaker.ask(NOW), Ok(()));
        assert_eq!(breaker.refused(NOW), 60_000);
        assert_eq!(breaker.ask(NOW.plus(59_000)), Err(1_000));
        assert_eq!(breaker.ask(NOW.plus(60_000)), Ok(()));
        assert_eq!(breaker.ask(NOW.plus(60_001)), Err(9_999), "one tries, the others wait for it");
        assert_eq!(breaker.refused(NOW.plus(60_100)), 120_000);
        assert_eq!(breaker.ask(NOW.plus(180_100)), Ok(()));
        breaker.passed();
        assert_eq!(breaker.ask(NOW.plus(180_101)), Ok(()));
        assert!(!breaker.is_open());
    }

    #[test]
    fn what_was_in_flight_opens_it_once() {
        let mut breaker = Breaker::default();
        assert_eq!(
            [breaker.refused(NOW), breaker.refused(NOW), breaker.refused(NOW.plus(1))],
            [60_000, 60_000, 59_999]
        );
    }

    #[test]
    fn many_bad_tokens_in_a_row_are_another_environment() {
        let mut fresh = Breaker::default();
        assert_eq!(
            [fresh.bad_token(NOW), fresh.bad_token(NOW), fresh.bad_token(NOW)],
            [None, None, Some(60_000)]
        );
        let mut known = Breaker::default();
        known.passed();
        assert!((0..19).all(|_| known.bad_token(NOW).is_none()));
        known.passed();
        assert!((0..19).all(|_| known.bad_token(NOW).is_none()));
        assert_eq!(known.bad_token(NOW), Some(60_000));
    }

    #[test]
    fn a_provider_that_is_down_is_left_alone_for_longer_and_longer() {
        let mut breaker = Breaker::default();
        assert!((0..19).all(|_| !breaker.is_down(NOW)));
        breaker.answered();
        assert!((0..19).all(|_| !breaker.is_down(NOW)));
        assert!(breaker.is_down(NOW));
        assert_eq!(breaker.ask(NOW), Err(1_000));
        assert_eq!(breaker.ask(NOW.plus(1_000)), Ok(()));
        assert!(breaker.is_down(NOW.plus(1_000)));
        assert_eq!(breaker.ask(NOW.plus(1_000)), Err(2_000));
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_keep_it_open() {
        let mut breaker = Breaker::default();
        breaker.refused(NOW.plus(7_200_000));
        assert_eq!(breaker.ask(NOW), Ok(()));
    }
}
