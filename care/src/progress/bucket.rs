//! Cutting a stretch of days into days, weeks or months.

use crate::clock::Day;
use crate::error::{Code, Error, Result};
use jiff::ToSpan;

/// The longest stretch by days.
const DAYS: i32 = 366;
/// The longest stretch by weeks and by months: five years.
const LONG: i32 = 5 * 366;

/// What a trend has one point for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Each day.
    Day,
    /// Each ISO week.
    Week,
    /// Each month of the calendar.
    Month,
}

impl Bucket {
    /// The buckets of the days `from..=to`, each by its first and last day; the first and the last may be cut
    /// short. At most a year of days, or five years of weeks or months.
    pub(super) fn cut(self, from: Day, to: Day) -> Result<Vec<(Day, Day)>> {
        let longest = if self == Self::Day { DAYS } else { LONG };
        if to < from || to > from.plus(longest) {
            let message = "Give a day from `from` to a year later, or to five years by weeks or months.";
            return Err(Error::field("to", Code::OutOfRange, message));
        }
        let first = Some(from);
        let starts =
            std::iter::successors(first, |start| Some(self.last(*start).plus(1)).filter(|next| next <= &to));
        Ok(starts.map(|start| (start, self.last(start).min(to))).collect())
    }

    /// The last day of the bucket that `day` is in.
    fn last(self, day: Day) -> Day {
        match self {
            Self::Day => day,
            Self::Week => {
                Day(day.0.saturating_add((6 - i64::from(day.0.weekday().to_monday_zero_offset())).days()))
            }
            Self::Month => Day(day.0.last_of_month()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_on_mondays_and_months_on_the_first() {
        let cut = |bucket: Bucket, from, to| {
            let cut = bucket.cut(day(from), day(to)).unwrap();
            cut.into_iter().map(|(from, to)| format!("{from} {to}")).collect::<Vec<_>>()
        };
        let weeks = ["2026-06-18 2026-06-21", "2026-06-22 2026-06-28", "2026-06-29 2026-06-30"];
        assert_eq!(cut(Bucket::Week, "2026-06-18", "2026-06-30"), weeks);
        let months = ["2027-12-31 2027-12-31", "2028-01-01 2028-01-31", "2028-02-01 2028-02-29"];
        assert_eq!(cut(Bucket::Month, "2027-12-31", "2028-02-29"), months);
        assert_eq!(cut(Bucket::Day, "2026-06-18", "2026-06-18"), ["2026-06-18 2026-06-18"]);
    }

    #[test]
    fn a_stretch_has_its_length() {
        let from = day("2026-01-01");
        assert!(
            Bucket::Day.cut(from, from.plus(366)).is_ok() && Bucket::Day.cut(from, from.plus(367)).is_err()
        );
        assert!(Bucket::Week.cut(from, from.plus(1_830)).is_ok());
        assert!(Bucket::Month.cut(from, from.plus(1_831)).is_err());
        assert!(Bucket::Day.cut(from, from.plus(-1)).is_err());
    }

    proptest! {
        #[test]
        fn every_day_is_in_one_bucket(from in 0..2_000_i32, length in 0..366_i32) {
            let from = day("2026-01-01").plus(from);
            for bucket in [Bucket::Day, Bucket::Week, Bucket::Month] {
                let mut next = from;
                for (first, last) in bucket.cut(from, from.plus(length)).unwrap() {
                    prop_assert!(first == next && last >= first);
                    next = last.plus(1);
                }
                prop_assert_eq!(next, from.plus(length + 1));
            }
        }
    }
}
