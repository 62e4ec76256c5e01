//! The rule about patients who log nothing: how long they have been silent, and what that says.

use crate::clinic::AlertThresholds;
use crate::clock::{Day, Instant};
use crate::progress::adherence::ActiveDay;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// Milliseconds of an hour and of a day.
const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

/// How long a patient has logged nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Silence {
    /// Milliseconds of it on days on which a program was active: held days do not count, rest days between
    /// others do.
    pub(super) lasted: i64,
    /// Whether something was due in it, and missed. Rest days alone are no silence.
    pub(super) missed: bool,
}

impl Silence {
    /// The silence from `since` to `now`, seen with the patient's active days, those from before among them.
    pub(super) fn of(days: &[ActiveDay], (since, now): (Instant, Instant), zone: &TimeZone) -> Self {
        let first = since.date_in(zone);
        let midnight = |day: Day| {
            let start = zone.to_ambiguous_timestamp(day.0.to_datetime(Time::MIN)).compatible();
            start.map_or(Instant(i64::MAX), Instant::from)
        };
        let mut silence = Self::default();
        for day in days.iter().map(|day| (Day(day.date), day.missed)).filter(|(date, _)| *date >= first) {
            let (date, missed) = day;
            let (begins, ends) = (midnight(date).max(since), midnight(date.plus(1)).min(now));
            silence.lasted += (ends.0 - begins.0).max(0);
            // On the day of the last log it was not silent.
            silence.missed |= missed && date > first;
        }
        silence
    }
}

/// What silence says, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// It is worth a look.
    Silent,
    /// It is grave.
    Away,
    /// The patient has dropped out.
    DroppedOut,
}

impl Grade {
    /// Its name among the severities of the rule.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Silent => "SILENT",
            // Who has dropped out unseen is told of first.
            Self::Away | Self::DroppedOut => "AWAY",
        }
    }
}

/// What this silence says; none while it says nothing.
pub(super) fn grade(thresholds: &AlertThresholds, silence: Silence) -> Option<Grade> {
    let days = |days: u16| i64::from(days) * DAY;
    if !silence.missed || silence.lasted < i64::from(thresholds.silent_hours) * HOUR {
        None
    } else if silence.lasted >= days(thresholds.dropped_out_days) {
        Some(Grade::DroppedOut)
    } else if silence.lasted > days(thresholds.away_days) {
        Some(Grade::Away)
    } else {
        Some(Grade::Silent)
    }
}

/// Whether an alert that was opened then has stood long enough to close itself: as long as a patient who was
/// seen in time is away before they have dropped out.
pub(super) fn was_seen(thresholds: &AlertThresholds, opened_at: Instant, now: Instant) -> bool {
    let days = thresholds.dropped_out_days.saturating_sub(thresholds.away_days);
    opened_at.plus(i64::from(days) * DAY) <= now
}

#[cfg(test)]
#[path = "engagement_tests.rs"]
mod tests;
