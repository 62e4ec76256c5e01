//! Reminders and visits as events.
//!
//! Each time of day of a rule is an event of its own with the plain rule of its days, since not every program knows
//! several hours in one rule. What the clock skips in spring a calendar leaves out (RFC 5545, section 3.3.10), while the
//! reminder moves past the gap: such an occurrence stands by itself, and no count ends a rule but a last date.

use super::super::recurrence::{Occurrence, Rule};
use super::lines::{Lines, local, utc};
use crate::clock::Instant;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::iter::successors;

/// Occurrences that are looked at for one that the clock shows.
const SKIPPED: usize = 400;

/// What an event says beside its time.
pub(super) struct About<'a> {
    /// The same in every calendar that is made.
    pub(super) uid: String,
    /// Higher with every change.
    pub(super) sequence: i64,
    pub(super) changed_at: Instant,
    pub(super) summary: &'a str,
}

/// Adds the occurrences that a rule has in a zone within `span`, as events.
pub(super) fn add_rule(
    lines: &mut Lines,
    about: &About<'_>,
    (rule, time_zone): (&Rule, &str),
    span: (Timestamp, Timestamp),
) {
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    for rule in rule.each_time() {
        let Some(at) = rule.times.first().copied() else { continue };
        let before = span.0.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(Timestamp::MIN);
        let Some(first) = rule.next_after(&zone, before).filter(|first| first.due_at < span.1) else {
            continue;
        };
        let shown = successors(Some(first), |previous| rule.following(&zone, previous))
            .take(SKIPPED)
            .find(|occurrence| is_shown(&zone, occurrence));
        let repeats = shown.filter(|shown| rule.following(&zone, shown).is_some());
        let mut moved = moved(&rule, &zone, span);
        // Where nothing is shown as it is named, or only once, there is no rule to tell.
        let start = match shown {
            Some(shown) => shown,
            None if moved.is_empty() => continue,
            None => moved.remove(0),
        };
        begin(lines, &About { uid: format!("{}-{}", about.uid, at.strftime("%H%M")), ..*about });
        lines.add(&format!("DTSTART;TZID={time_zone}"), &local(zone.to_datetime(start.due_at)));
        lines.add("DURATION", "PT15M");
        if repeats.is_some() {
            lines.add("RRULE", &days(&rule, &zone));
        }
        for moved in moved {
            lines.add(&format!("RDATE;TZID={time_zone}"), &local(zone.to_datetime(moved.due_at)));
        }
        lines.add("TRANSP", "TRANSPARENT");
        lines.add("END", "VEVENT");
    }
}

/// Adds a visit.
pub(super) fn add_visit(lines: &mut Lines, about: &About<'_>, (starts_at, ends_at): (Instant, Instant)) {
    begin(lines, about);
    lines.add("DTSTART", &utc(starts_at));
    lines.add("DTEND", &utc(ends_at));
    lines.add("STATUS", "CONFIRMED");
    lines.add("END", "VEVENT");
}

fn begin(lines: &mut Lines, about: &About<'_>) {
    lines.add("BEGIN", "VEVENT");
    lines.add("UID", &format!("{}@plumbline", about.uid));
    lines.add("DTSTAMP", &utc(about.changed_at));
    lines.add("LAST-MODIFIED", &utc(about.changed_at));
    lines.add("SEQUENCE", &about.sequence.to_string());
    lines.add("CLASS", "PRIVATE");
    lines.add_text("SUMMARY", about.summary);
}

fn named(occurrence: &Occurrence) -> Option<DateTime> {
    let (hour, minute) = (occurrence.slot / 60, occurrence.slot % 60);
    let time = jiff::civil::Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()?;
    Some(occurrence.local_date.to_datetime(time))
}

/// Whether the clock shows the date and slot that the rule names.
fn is_shown(zone: &TimeZone, occurrence: &Occurrence) -> bool {
    named(occurrence) == Some(zone.to_datetime(occurrence.due_at))
}

/// The occurrences within `span` that the clock skips: they have moved past the gap.
fn moved(rule: &Rule, zone: &TimeZone, span: (Timestamp, Timestamp)) -> Vec<Occurrence> {
    let mut moved = Vec::new();
    for change in zone.following(span.0).take_while(|change| change.timestamp() < span.1) {
        let (before, after) = (change.timestamp() - SignedDuration::from_secs(1), change.timestamp());
        let mut dates = vec![zone.to_datetime(before).date(), zone.to_datetime(after).date()];
        dates.dedup();
        let all = dates.into_iter().flat_map(|date| rule.on_date(zone, date));
        moved.extend(all.filter(|occurrence| !is_shown(zone, occurrence)));
    }
    moved.dedup();
    moved.retain(|occurrence| span.0 <= occurrence.due_at && occurrence.due_at < span.1);
    moved
}

/// The days of a rule of one time of day: its time stands in the start, and its end is an instant.
fn days(rule: &Rule, zone: &TimeZone) -> String {
    let value = rule.to_rfc5545().concat();
    let kept = value.split(';').filter(|part| {
        !["BYHOUR=", "BYMINUTE=", "COUNT=", "UNTIL="].iter().any(|name| part.starts_with(name))
    });
    let mut parts: Vec<String> = kept.map(str::to_owned).collect();
    if rule.end != super::super::recurrence::End::Never {
        let last = rule.latest_at_or_before(zone, Timestamp::MAX, Timestamp::MIN);
        parts.extend(last.map(|last| format!("UNTIL={}", utc(last.due_at.into()))));
    }
    parts.join(";")
}
