//! Hours in which a patient is not disturbed, and the spreading of reminders over seconds.

use std::time::Duration;

use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Instant;
use crate::error::{Code, FieldError};

/// A daily period on the wall clock, from `start` up to but not including `end`; across midnight
/// where `end` is the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct QuietHours {
    /// First quiet minute of the day.
    pub start: Time,
    /// First minute that is no longer quiet; never equal to `start`.
    pub end: Time,
}

impl QuietHours {
    /// The hours themselves, if they are whole minutes and not empty.
    ///
    /// # Errors
    ///
    /// Every fault found, at `start` or `end`.
    pub fn check(self) -> Result<Self, Vec<FieldError>> {
        let mut faults: Vec<_> = [("start", self.start), ("end", self.end)]
            .into_iter()
            .filter(|(_, time)| time.second() != 0 || time.subsec_nanosecond() != 0)
            .map(|(field, _)| FieldError::new(field, Code::Malformed, "Give times in whole minutes."))
            .collect();
        if self.start == self.end {
            let message = "Quiet hours end at another time than they start.";
            faults.push(FieldError::new("end", Code::Mismatch, message));
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// Whether the wall clock of `zone` shows a quiet time at `at`.
    pub fn contains(&self, zone: &TimeZone, at: Timestamp) -> bool {
        self.covers(zone.to_datetime(at).time())
    }

    /// The first instant from `at` on that is not quiet: `at` itself, or the end of the quiet
    /// period it lies in.
    pub fn end_after(&self, zone: &TimeZone, at: Timestamp) -> Timestamp {
        let mut free = at;
        while self.contains(zone, free) {
            match self.next_end(zone, free) {
                Some(end) if end > free => free = end,
                _ => return Timestamp::MAX,
            }
        }
        free
    }

    fn covers(&self, time: Time) -> bool {
        if self.start < self.end {
            self.start <= time && time < self.end
        } else {
            self.start <= time || time < self.end
        }
    }

    /// The first end of quiet after a quiet instant: the clock shows `end`, or is set to a time that
    /// is not quiet.
    fn next_end(&self, zone: &TimeZone, at: Timestamp) -> Option<Timestamp> {
        let shown = zone.to_datetime(at);
        let date = if shown.time() < self.end { shown.date() } else { shown.date().tomorrow().ok()? };
        let end = zone.to_ambiguous_timestamp(date.to_datetime(self.end));
        let first = end.compatible().ok()?;
        // The second time the clock shows it, where the first is past.
        let end = if first > at { first } else { end.later().ok()? };
        let changes = zone.following(at).map(|change| change.timestamp());
        let mut until_end = changes.take_while(|change| *change < end);
        Some(until_end.find(|change| !self.contains(zone, *change)).unwrap_or(end))
    }
}

/// When the engine lets a reminder go out that comes due at `due_at`: then, or up to `window_seconds` later where
/// reminders that come due together are spread.
pub fn fires_at(id: Uuid, due_at: Instant, window_seconds: u32) -> Instant {
    let spread = smear(*id.as_bytes(), due_at.date_in(&TimeZone::UTC).0, window_seconds);
    due_at.plus(i64::try_from(spread.as_millis()).unwrap_or(0))
}

/// How long after its time a reminder goes out, from zero up to but not including `window_seconds`,
/// in whole milliseconds.
///
/// The same for one reminder and date, spread evenly over reminders, and different from date to
/// date, so that a million reminders at 08:00 do not meet and nobody is always last.
pub fn smear(reminder: [u8; 16], date: Date, window_seconds: u32) -> Duration {
    let [y1, y2] = date.year().to_be_bytes();
    let day = [y1, y2, date.month().unsigned_abs(), date.day().unsigned_abs()];
    // FNV-1a, then the finalizer of MurmurHash3: dates differ only in the last bytes, which FNV
    // alone does not carry into the high bits.
    let mut hash = reminder.iter().chain(&day).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    hash ^= hash >> 33;
    let millis = (u128::from(hash) * u128::from(window_seconds) * 1000) >> 64;
    Duration::from_millis(u64::try_from(millis).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use jiff::{
        SignedDuration,
        civil::{date, time},
    };

    use super::*;
    use crate::reminder::recurrence_tests::{changes, zone, zones};

    fn quiet(start: &str, end: &str) -> QuietHours {
        QuietHours { start: start.parse().unwrap(), end: end.parse().unwrap() }.check().unwrap()
    }

    #[track_caller]
    fn ends(hours: &str, zone_name: &str, at: &str, end: &str) {
        let (from, to) = hours.split_once('-').unwrap();
        let at: Timestamp = at.parse().unwrap();
        let end: Timestamp = end.parse().unwrap();
        assert_eq!(quiet(from, to).end_after(&zone(zone_name), at), end);
        assert_eq!(quiet(from, to).contains(&zone(zone_name), at), end != at);
    }

    #[test]
    fn the_end_is_not_quiet_and_midnight_is_no_border() {
        let zone = "Asia/Tokyo";
        ends("22:00-07:00", zone, "2026-05-01T21:59:59+09", "2026-05-01T21:59:59+09");
        ends("22:00-07:00", zone, "2026-05-01T22:00+09", "2026-05-02T07:00+09");
        ends("22:00-07:00", zone, "2026-05-02T06:59:59+09", "2026-05-02T07:00+09");
        ends("22:00-07:00", zone, "2026-05-02T07:00+09", "2026-05-02T07:00+09");
        ends("13:00-14:00", zone, "2026-05-02T13:30+09", "2026-05-02T14:00+09");
        ends("13:00-14:00", zone, "2026-05-02T14:30+09", "2026-05-02T14:30+09");
        ends("13:00-00:00", zone, "2026-05-02T14:30+09", "2026-05-03T00:00+09");
    }

    #[test]
    fn quiet_hours_follow_the_wall_clock_through_its_changes() {
        let zone = "America/New_York";
        ends("22:00-07:00", zone, "2026-03-07T22:00-05", "2026-03-08T07:00-04");
        ends("22:00-07:00", zone, "2026-10-31T22:00-04", "2026-11-01T07:00-05");
        // The clock jumps over 02:30, at 02:00.
        ends("22:00-02:30", zone, "2026-03-08T01:59-05", "2026-03-08T03:00-04");
        // Never is it 02:30 to 02:45 that night.
        ends("02:45-02:30", zone, "2026-03-08T01:00-05", "2026-03-09T02:30-04");
        // It shows 01:30 twice; the quarter of an hour before the second is quiet again.
        ends("22:00-01:30", zone, "2026-11-01T00:59-04", "2026-11-01T01:30-04");
        ends("22:00-01:30", zone, "2026-11-01T01:15-05", "2026-11-01T01:30-05");
        // Set back at midnight, the clock shows a time before the start once more.
        ends("23:30-00:15", "Africa/El_Aaiun", "2010-08-07T23:45+01", "2010-08-07T23:00+00");
        // A night without a morning: the zone skips the 30th.
        ends("22:00-07:00", "Pacific/Apia", "2011-12-29T23:00-10", "2011-12-31T07:00+14");
    }

    #[test]
    fn the_end_is_the_first_instant_that_is_not_quiet_in_every_zone() {
        let periods = [("22:00", "07:00"), ("23:30", "00:15"), ("01:15", "02:30"), ("00:00", "03:00")];
        let step = SignedDuration::from_mins(5);
        let mut tried = 0;
        for zone in zones() {
            for change in changes(&zone).into_iter().step_by(12) {
                for (hours, quarter) in periods.iter().zip([-9, -2, 0, 3]) {
                    let hours = quiet(hours.0, hours.1);
                    let at = change + step * 3 * quarter;
                    let end = hours.end_after(&zone, at);
                    assert!(at <= end && !hours.contains(&zone, end), "{zone:?} {at} {end}");
                    let mut within = at;
                    while within < end {
                        assert!(hours.contains(&zone, within), "{zone:?} {at} {within} {end}");
                        within += step;
                        tried += 1;
                    }
                }
            }
        }
        assert!(tried > 50_000, "only {tried} instants");
    }

    #[test]
    fn check_refuses_empty_hours_and_seconds() {
        let (eight, odd) = (time(8, 0, 0, 0), time(8, 0, 0, 1));
        let fields = |start, end| -> Vec<(String, Code)> {
            let faults = QuietHours { start, end }.check().unwrap_err();
            faults.into_iter().map(|fault| (fault.path.join("."), fault.code)).collect()
        };
        assert_eq!(fields(eight, eight), [("end".to_owned(), Code::Mismatch)]);
        assert_eq!(fields(odd, eight), [("start".to_owned(), Code::Malformed)]);
    }

    #[test]
    fn smearing_is_even_over_reminders_and_over_dates() {
        let day = date(2026, 5, 1);
        let id = |n: u32| [n.to_be_bytes(); 4].concat().try_into().unwrap();
        assert_eq!(smear(id(7), day, 0), Duration::ZERO);
        assert_eq!(smear(id(7), day, 20), smear(id(7), day, 20));
        let tomorrow = day.tomorrow().unwrap();
        let mut seconds = [[0_u32; 20]; 20];
        for n in 0..40_000 {
            let [one, next] = [day, tomorrow].map(|date| smear(id(n), date, 20).as_secs());
            seconds[usize::try_from(one).unwrap()][usize::try_from(next).unwrap()] += 1;
        }
        // 100 expected in each; seven standard deviations either way.
        assert!(seconds.iter().flatten().all(|count| (30..170).contains(count)), "{seconds:?}");
    }
}
