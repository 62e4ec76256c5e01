//! What happens to a reminder that the timetable calls due: a pure rule over what was read.

use super::notice::Subjects;
use super::quiet::{QuietHours, smear};
use super::recurrence::Occurrence;
use super::table::reminder::Model;
use super::{DeliveryStatus, Kind, QuietPolicy, Status, delivery_id};
use crate::clock::{Day, Instant};
use jiff::tz::TimeZone;
use uuid::Uuid;

/// Reminders deferred to the end of the quiet hours are spread over so many seconds.
const SMEAR_SECONDS: u32 = 120;
/// So many missed occurrences are recorded one by one; a longer outage leaves out the oldest.
const MOST_MISSED: usize = 50;
const DAY: i64 = 24 * 60 * 60_000;

/// What is known of the patient.
pub(super) struct Facts {
    /// The zone of their quiet hours.
    pub(super) zone: TimeZone,
    /// Their quiet hours.
    pub(super) quiet: Option<QuietHours>,
    /// Local dates of the sessions they logged lately, one entry a session.
    pub(super) sessions: Vec<Day>,
    /// The kinds of reminders of which they want to hear nothing.
    pub(super) muted: Vec<Kind>,
    /// Whether their care has ended.
    pub(super) discharged: bool,
    /// Whether a device of theirs takes pushes.
    pub(super) reachable: bool,
    /// Whether their program is on hold: nothing may ask them to exercise then.
    pub(super) held: bool,
}

/// An occurrence and what becomes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) id: Uuid,
    pub(super) date: Day,
    pub(super) slot: i32,
    pub(super) due_at: Instant,
    pub(super) expires_at: Instant,
    pub(super) fate: Fate,
}

/// What becomes of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It goes out now.
    Push,
    /// It waits until then.
    Wait(Instant),
    /// It is recorded so and never goes out.
    Over(DeliveryStatus),
}

impl Fate {
    /// A word for it, for those who count.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Wait(_) => "wait",
            Self::Over(DeliveryStatus::SkippedDone) => "done",
            Self::Over(DeliveryStatus::Held) => "held",
            Self::Over(DeliveryStatus::Muted) => "muted",
            Self::Over(DeliveryStatus::CareEnded) => "care_ended",
            Self::Over(DeliveryStatus::NoDevice) => "no_device",
            Self::Over(DeliveryStatus::Quiet) => "quiet",
            Self::Over(DeliveryStatus::Expired) => "expired",
            Self::Over(_) => "other",
        }
    }
}

/// The occurrences of an active reminder that have come due by `now`: the newest within the late limit goes out (or what else the facts say), older ones are expired.
pub(super) fn decide(row: &Model, (facts, subjects): (&Facts, &Subjects), now: Instant) -> Vec<Decision> {
    let Some(next_due_at) = row.next_due_at.filter(|due| row.status == Status::Active && *due <= now) else {
        return Vec::new();
    };
    let zone = row.zone();
    let limit = i64::from(row.late_limit_minutes) * 60_000;
    let since = next_due_at.max(now.plus(-DAY - limit));
    let came = row.rule.between(&zone, since.timestamp(), now.plus(1).timestamp(), MOST_MISSED);
    // Of two that a gap moves onto one instant, the one of the later slot: one push stands for both.
    let newest = came.last().copied();
    came.into_iter()
        .map(|occurrence| {
            let id = delivery_id(row.id, Day(occurrence.local_date), i32::from(occurrence.slot));
            let due_at = Instant::from(occurrence.due_at);
            let expires_at = due_at.plus(limit);
            let late = expires_at <= now || Some(occurrence) != newest;
            let fate = if late {
                Fate::Over(DeliveryStatus::Expired)
            } else {
                fate(row, &occurrence, (facts, subjects), now)
            };
            let (date, slot) = (Day(occurrence.local_date), i32::from(occurrence.slot));
            Decision { id, date, slot, due_at, expires_at, fate }
        })
        .collect()
}

/// What becomes at `now` of an occurrence that is not late.
pub(super) fn fate(
    row: &Model,
    occurrence: &Occurrence,
    (facts, subjects): (&Facts, &Subjects),
    now: Instant,
) -> Fate {
    let (date, slot) = (Day(occurrence.local_date), i32::from(occurrence.slot));
    let what = (date, slot, occurrence.due_at.into());
    match kept_back(row, what, (facts, subjects), now) {
        Some(status) => Fate::Over(status),
        None => unless_quiet(row, date, facts, now),
    }
}

/// Why an occurrence for this date and slot, due at that instant, does not go out, whatever the hour; none where it
/// does.
pub(super) fn kept_back(
    row: &Model,
    (date, slot, due_at): (Day, i32, Instant),
    (facts, subjects): (&Facts, &Subjects),
    now: Instant,
) -> Option<DeliveryStatus> {
    if facts.discharged {
        return Some(DeliveryStatus::CareEnded);
    }
    if facts.muted.contains(&row.kind) {
        return Some(DeliveryStatus::Muted);
    }
    if let Some(status) = subjects.moot(row, (date, due_at), now) {
        return Some(status);
    }
    if done(row, date, slot, facts) {
        return Some(DeliveryStatus::SkippedDone);
    }
    if held(row, facts) {
        return Some(DeliveryStatus::Held);
    }
    (!facts.reachable).then_some(DeliveryStatus::NoDevice)
}

/// What the patient's quiet hours make of a push of `row` at `now`.
pub(super) fn unless_quiet(row: &Model, date: Day, facts: &Facts, now: Instant) -> Fate {
    match quiet_until(facts, now) {
        None => Fate::Push,
        Some(_) if row.quiet_policy == QuietPolicy::Drop => Fate::Over(DeliveryStatus::Quiet),
        Some(end) => {
            let spread = smear(*row.id.as_bytes(), date.0, SMEAR_SECONDS);
            Fate::Wait(end.plus(i64::try_from(spread.as_millis()).unwrap_or(0)))
        }
    }
}

/// Whether the reminder would ask for exercises while the program is on hold.
fn held(row: &Model, facts: &Facts) -> bool {
    facts.held && row.kind == Kind::Exercise
}

/// Whether the sessions that the day's slots up to this one ask for are logged already.
fn done(row: &Model, date: Day, slot: i32, facts: &Facts) -> bool {
    let minute = |time: &jiff::civil::Time| i32::from(time.hour()) * 60 + i32::from(time.minute());
    let asked = row.rule.times.iter().filter(|time| minute(time) <= slot).count().max(1);
    row.only_if_not_done && facts.sessions.iter().filter(|day| **day == date).count() >= asked
}

/// The end of the quiet hours that `now` lies in.
fn quiet_until(facts: &Facts, now: Instant) -> Option<Instant> {
    let quiet = facts.quiet?;
    quiet.contains(&facts.zone, now.timestamp()).then(|| quiet.end_after(&facts.zone, now.timestamp()).into())
}
