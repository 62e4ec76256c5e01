//! When a reminder is due: days and times of day on the patient's wall clock, turned into instants.
//!
//! A rule names pairs of a local date and a *slot* (a minute of the day). A pair becomes an instant
//! only together with a time zone:
//!
//! - the clock skips the slot (spring) → it moves forward by the length of the gap;
//! - the clock shows the slot twice (autumn) → the first time;
//! - the zone has no such date at all (Pacific/Apia, 2011-12-30) → no occurrence.
//!
//! The dates of a rule are numbered from its start, and number and date are computed from each
//! other, so every question costs the same however long ago the rule began. Searches look one day
//! to either side of the instant asked for: no zone has ever moved its clock by more than that, nor
//! twice within six days.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, DateTime, Time},
    tz::{AmbiguousOffset, TimeZone},
};
use serde::{Deserialize, Serialize};

use crate::error::{Code, FieldError};
use crate::library::schedule::Weekday;

/// The most times of day one rule may name.
pub const MAX_TIMES: usize = 12;

/// The highest [`End::Count`].
pub const MAX_COUNT: u32 = 100_000;

/// The longest jump of any zone's clock, forward or back.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// When a reminder repeats, on the wall clock of whatever zone it is asked about.
///
/// The searches take a rule that passed [`Rule::check`]. Any other gives no wrong memory access and
/// no endless loop, but perhaps no occurrence either.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// On which days.
    pub frequency: Frequency,
    /// Times of day: whole minutes, ascending, distinct, 1 to [`MAX_TIMES`].
    pub times: Vec<Time>,
    /// The first local date that may have an occurrence; intervals are counted from here. 1900 or
    /// later.
    pub start_on: Date,
    /// When it stops.
    pub end: End,
}

/// The days of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Frequency {
    /// The start date and every so many days after it.
    Daily {
        /// 1 (every day) to 365.
        every_days: u16,
    },
    /// Some weekdays of every so many ISO weeks (Monday to Sunday), counted from the week of the
    /// start date. Days of that week before the start date are left out.
    Weekly {
        /// 1 (every week) to 52.
        every_weeks: u8,
        /// Ascending from Monday, distinct, at least one.
        weekdays: Vec<Weekday>,
    },
}

/// When a rule stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum End {
    /// Not by itself.
    Never,
    /// After this local date, which still counts.
    On(Date),
    /// After so many pairs of date and slot, 1 to [`MAX_COUNT`]. A date the zone skips counts too,
    /// so that a rule ends on the same date in every zone.
    Count(u32),
}

/// One time a reminder is due. Ordered by instant, then date, then slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Occurrence {
    /// The instant, in the zone that was asked about.
    pub due_at: Timestamp,
    /// The local date the rule names. After a gap across midnight the clock may already show the
    /// next one.
    pub local_date: Date,
    /// The minute of the local day the rule names, 0 to 1439. With the reminder and the date it is
    /// what makes an occurrence the same one, whatever the zone.
    pub slot: u16,
}

impl Rule {
    /// The rule with its times and weekdays in order.
    ///
    /// # Errors
    ///
    /// Every fault found, at `times`, `everyDays`, `everyWeeks`, `weekdays`, `startOn`, `endOn` or
    /// `count`.
    pub fn check(mut self) -> Result<Self, Vec<FieldError>> {
        self.times.sort_unstable();
        let mut faults = self.frequency.sort_and_check();
        let mut fault = |wrong: bool, field: &str, code, message: &str| {
            if wrong {
                faults.push(FieldError::new(field, code, message));
            }
        };
        let times = &self.times;
        fault(times.is_empty(), "times", Code::Required, "Give at least one time of day.");
        fault(times.len() > MAX_TIMES, "times", Code::TooMany, "Give at most 12 times of day.");
        fault(!distinct(times), "times", Code::Duplicate, "each time of day may appear only once");
        let whole = |time: &Time| time.second() == 0 && time.subsec_nanosecond() == 0;
        fault(!times.iter().all(whole), "times", Code::Malformed, "Give times in whole minutes.");
        let early = self.start_on.year() < 1900;
        fault(early, "startOn", Code::OutOfRange, "the start date is in 1900 or later");
        match self.end {
            End::Never => {}
            End::On(_) => {
                let message = "the end date leaves at least one day with an occurrence";
                fault(self.last_number() < 0, "endOn", Code::OutOfRange, message);
            }
            End::Count(count) => {
                let wrong = !(1..=MAX_COUNT).contains(&count);
                fault(wrong, "count", Code::OutOfRange, "the count is from 1 to 100000");
            }
        }
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// The first occurrence due later than `after`.
    ///
    /// A gap can move one slot onto another. Of two that fall on one instant this answers the one
    /// with the lower date and slot; [`Rule::following`] gives the other.
    pub fn next_after(&self, zone: &TimeZone, after: Timestamp) -> Option<Occurrence> {
        let floor = Occurrence { due_at: after, local_date: Date::MAX, slot: u16::MAX };
        self.following(zone, &floor)
    }

    /// The occurrence that comes next in order after `previous`, which need not be one of the rule.
    ///
    /// Walking with it meets every pair of date and slot once.
    pub fn following(&self, zone: &TimeZone, previous: &Occurrence) -> Option<Occurrence> {
        let from = zone.to_datetime(previous.due_at).saturating_sub(DAY);
        let mut best: Option<Occurrence> = None;
        for named in self.named(from.date(), Date::MAX).skip_while(|named| *named < from) {
            // What the clock has yet to show when the best is due cannot be due before it.
            if best.is_some_and(|best| zone.to_datetime(best.due_at) < named) {
                break;
            }
            if let Some(found) = resolve(zone, named).filter(|found| found > previous) {
                best = Some(best.map_or(found, |best| best.min(found)));
            }
        }
        best
    }

    /// The last occurrence due from `not_before` to `now`, both included.
    pub fn latest_at_or_before(
        &self,
        zone: &TimeZone,
        now: Timestamp,
        not_before: Timestamp,
    ) -> Option<Occurrence> {
        let from = zone.to_datetime(not_before).saturating_sub(DAY).date();
        let to = zone.to_datetime(now).saturating_add(DAY).date();
        let mut best: Option<(Occurrence, DateTime)> = None;
        for named in self.named(from, to).rev() {
            if best.is_some_and(|(_, of_best)| named.saturating_add(DAY) < of_best) {
                break;
            }
            let found = resolve(zone, named);
            if let Some(found) = found.filter(|found| (not_before..=now).contains(&found.due_at)) {
                best = best.max(Some((found, named)));
            }
        }
        best.map(|(occurrence, _)| occurrence)
    }

    /// The occurrences due at or after `from` and before `until`, in order, at most `max`.
    pub fn between(&self, zone: &TimeZone, from: Timestamp, until: Timestamp, max: usize) -> Vec<Occurrence> {
        let just_before = from.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MIN);
        let first = self.next_after(zone, just_before);
        std::iter::successors(first, |previous| self.following(zone, previous))
            .take_while(|occurrence| occurrence.due_at < until)
            .take(max)
            .collect()
    }

    /// The occurrences of one local date, in order.
    pub fn on_date(&self, zone: &TimeZone, date: Date) -> Vec<Occurrence> {
        let mut found: Vec<_> = self.named(date, date).filter_map(|named| resolve(zone, named)).collect();
        found.sort_unstable();
        found
    }

    /// The pairs of date and slot on the rule's dates from `from` to `to`, both included.
    fn named(&self, from: Date, to: Date) -> impl DoubleEndedIterator<Item = DateTime> + '_ {
        let first = from.yesterday().map_or(-1, |date| self.last_number_by(date)) + 1;
        let last = self.last_number().min(self.last_number_by(to));
        (first..=last).flat_map(move |number| {
            let on = move |date: Date| self.times_of(number).iter().map(move |time| date.to_datetime(*time));
            self.date(number).into_iter().flat_map(on)
        })
    }

    /// The times of the date with this number: all but on the last date of a counted rule.
    fn times_of(&self, number: i64) -> &[Time] {
        let all = self.times.len();
        let left = match self.end {
            End::Count(count) => i64::from(count) - number * length(&self.times),
            End::Never | End::On(_) => i64::MAX,
        };
        let left = usize::try_from(left.max(0)).unwrap_or(all).min(all);
        self.times.get(..left).unwrap_or_default()
    }

    /// The number of the rule's last date; -1 if it has none.
    fn last_number(&self) -> i64 {
        let last = self.last_number_by(Date::MAX);
        match self.end {
            End::Never => last,
            End::On(date) => self.last_number_by(date),
            End::Count(count) => last.min((i64::from(count) - 1).div_euclid(length(&self.times).max(1))),
        }
    }

    /// The number of the last date at or before `date`, ends aside; -1 if there is none.
    fn last_number_by(&self, date: Date) -> i64 {
        let days = date.duration_since(self.start_on).as_hours() / 24;
        if days < 0 {
            return -1;
        }
        match &self.frequency {
            Frequency::Daily { every_days } => days / i64::from(*every_days).max(1),
            Frequency::Weekly { every_weeks, weekdays } => {
                let start = self.start_weekday();
                let (week, weekday) = ((days + start) / 7, (days + start) % 7);
                let every = i64::from(*every_weeks).max(1);
                let in_week = if week % every == 0 { weekday + 1 } else { 7 };
                week / every * length(weekdays) + before(weekdays, in_week) - before(weekdays, start) - 1
            }
        }
    }

    /// The date with this number, ends aside.
    fn date(&self, number: i64) -> Option<Date> {
        let days = match &self.frequency {
            Frequency::Daily { every_days } => number * i64::from(*every_days).max(1),
            Frequency::Weekly { every_weeks, weekdays } => {
                let start = self.start_weekday();
                let number = number + before(weekdays, start);
                let week = number.checked_div(length(weekdays))? * i64::from(*every_weeks).max(1);
                let place = usize::try_from(number % length(weekdays)).ok()?;
                week * 7 + days_after_monday(*weekdays.get(place)?) - start
            }
        };
        self.start_on.checked_add(SignedDuration::from_hours(24 * days)).ok()
    }

    fn start_weekday(&self) -> i64 {
        i64::from(self.start_on.weekday().to_monday_zero_offset())
    }
}

impl Frequency {
    fn sort_and_check(&mut self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let mut fault = |wrong: bool, field: &str, code, message: &str| {
            if wrong {
                faults.push(FieldError::new(field, code, message));
            }
        };
        match self {
            Self::Daily { every_days } => {
                let wrong = !(1..=365).contains(every_days);
                fault(wrong, "everyDays", Code::OutOfRange, "repeat every 1 to 365 days");
            }
            Self::Weekly { every_weeks, weekdays } => {
                weekdays.sort_unstable();
                let wrong = !(1..=52).contains(every_weeks);
                fault(wrong, "everyWeeks", Code::OutOfRange, "repeat every 1 to 52 weeks");
                let none = weekdays.is_empty();
                fault(none, "weekdays", Code::Required, "Give at least one weekday.");
                let twice = !distinct(weekdays);
                fault(twice, "weekdays", Code::Duplicate, "each weekday may appear only once");
            }
        }
        faults
    }
}

/// The instant of a date and time in a zone, if the zone has that date.
fn resolve(zone: &TimeZone, named: DateTime) -> Option<Occurrence> {
    let at = zone.to_ambiguous_timestamp(named);
    let gap = |offset| matches!(offset, AmbiguousOffset::Gap { .. });
    if gap(at.offset()) {
        let ends = [Time::MIN, Time::MAX].map(|time| named.date().to_datetime(time));
        if ends.iter().all(|end| gap(zone.to_ambiguous_timestamp(*end).offset())) {
            return None;
        }
    }
    let time = named.time();
    let slot = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
    Some(Occurrence { due_at: at.compatible().ok()?, local_date: named.date(), slot })
}

fn days_after_monday(weekday: Weekday) -> i64 {
    i64::from(weekday as u8)
}

/// How many of `weekdays` come less than `days` days after Monday.
fn before(weekdays: &[Weekday], days: i64) -> i64 {
    weekdays.iter().map(|weekday| i64::from(days_after_monday(*weekday) < days)).sum()
}

fn length<T>(list: &[T]) -> i64 {
    i64::try_from(list.len()).unwrap_or(i64::MAX)
}

/// Whether no two neighbors of an ordered list are equal.
fn distinct<T: PartialEq>(ordered: &[T]) -> bool {
    ordered.is_sorted_by(|one, next| one != next)
}
