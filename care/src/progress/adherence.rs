//! Adherence: how much of what was scheduled was done.
//!
//! The figures are computed in two steps: `day` expands programs and logs to a table of days
//! with what was scheduled and performed on each; `week` settles each ISO week of it, and here
//! the weeks are added up. Only days count on which a program is active: not held, not before its
//! start, not after its end, not in the future.
//!
//! Today is still open: what has been done counts, scheduled and done alike; what has not been
//! done yet does not count as missing. The same holds for a schedule of so many times a week until
//! its week can no longer make up the number.

mod day;
mod week;

use crate::library::dose::{DoneSet, Dose};
use crate::library::schedule::Schedule;
use jiff::ToSpan;
use jiff::civil::Date;
use std::ops::{AddAssign, Range};
use uuid::Uuid;
use week::{Settled, Verdict};

/// What a program asks for from a day on.
#[derive(Debug, Clone, PartialEq)]
pub struct Revision {
    /// The first patient-local day it is in force.
    pub effective_from: Date,
    /// What it prescribes.
    pub prescriptions: Vec<Prescribed>,
}

/// One prescription of a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Prescribed {
    /// The prescription's id, the same through all revisions: what a result is matched by.
    pub origin_id: Uuid,
    /// How much each time.
    pub dose: Dose,
    /// When.
    pub schedule: Schedule,
}

/// Days on which a program is held or paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// The first held day.
    pub from: Date,
    /// The day of release, which counts again; none while held.
    pub until: Option<Date>,
}

/// A program over time.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its first day.
    pub starts_on: Date,
    /// Its last day; none when open.
    pub ends_on: Option<Date>,
    /// Its revisions, earliest first; of two from the same day the later in the list is in force.
    pub revisions: Vec<Revision>,
    /// The days it was held.
    pub holds: Vec<Hold>,
}

/// A logged session.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The patient-local day it was performed on, whenever the log arrived.
    pub local_date: Date,
    /// What was done in it.
    pub results: Vec<SessionResult>,
}

/// What was done of one prescription in a session.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionResult {
    /// The prescription, by [`Prescribed::origin_id`].
    pub origin_id: Uuid,
    /// The sets performed.
    pub sets: Vec<DoneSet>,
    /// Whether the patient skipped it and gave a reason.
    pub skipped: bool,
}

/// The adherence figures of a window. A share lies from 0 to 1; none when nothing was scheduled.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Adherence {
    /// Sessions logged of those scheduled.
    pub session: Option<f64>,
    /// Exercise occurrences with every prescribed set done, of those scheduled.
    pub exercise: Option<f64>,
    /// Volume done of that prescribed, each scheduled occurrence weighing the same.
    pub dose: Option<f64>,
    /// Days with a logged set, on whatever active day, of days with something scheduled.
    pub active_days: Option<f64>,
    /// Scheduled days met in a row up to the end of the window or today.
    ///
    /// A day is met when as many sessions were logged as were scheduled. Today unmet ends nothing.
    /// Rest days, held days and days skipped with a reason neither break nor extend. A day with
    /// only so-many-times-a-week exercises is a rest day unless a session was logged, which meets
    /// it, or the rest of the week is too short to make up the number, which misses it.
    pub streak: u32,
    /// The most scheduled days met in a row anywhere in the window; days as in the streak.
    pub longest_streak: u32,
    /// The most scheduled days in a row without any session logged; days as in the streak.
    pub longest_gap: u32,
    /// Sessions scheduled: each day the most times a day among its prescriptions.
    pub scheduled_sessions: u32,
    /// Sessions with a logged set, each day at most those scheduled.
    pub done_sessions: u32,
    /// Exercise occurrences scheduled. They are done, skipped with a reason, or missed.
    pub scheduled_exercises: u32,
    /// Scheduled exercise occurrences with every prescribed set done.
    pub done_exercises: u32,
    /// Scheduled exercise occurrences not done and skipped with a reason. They stay in the
    /// denominators; today's count once the day is over, since they may yet be done.
    pub skipped_with_reason: u32,
    /// Days of a prescription (weeks, with so many times a week) with more volume than scheduled.
    pub over_performed: u32,
    /// Days with something scheduled.
    pub scheduled_days: u32,
    /// Active days with a logged set.
    pub days_with_log: u32,
}

/// What was done of what was scheduled, in occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Tally<N> {
    done: N,
    scheduled: N,
}

impl<N: AddAssign> AddAssign for Tally<N> {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.scheduled += other.scheduled;
    }
}

/// The share done, capped at 1; none when nothing was scheduled.
fn share<N: Into<f64>>(done: N, scheduled: N) -> Option<f64> {
    let (done, scheduled) = (done.into(), scheduled.into());
    (scheduled > 0.0).then(|| (done / scheduled).min(1.0))
}

/// The adherence to `plans` over the half-open `window` of patient-local days, as of `today`.
///
/// `sessions` are those logged for these plans, in any order; those outside the window are left
/// out. The revision in force on each day decides about that day. Of a week that the window, a
/// hold, the start or the end cuts short, so many times a week ask for at most one time per day
/// left, so windows of whole ISO weeks are the fairest.
pub fn adherence(plans: &[Plan], sessions: &[Session], window: Range<Date>, today: Date) -> Adherence {
    let mut total = Adherence::default();
    let mut dose = Tally::default();
    let mut verdicts = Vec::new();
    for settled in weeks(plans, sessions, &window, today) {
        total.scheduled_sessions += settled.sessions.scheduled;
        total.done_sessions += settled.sessions.done;
        total.scheduled_exercises += settled.exercises.scheduled;
        total.done_exercises += settled.exercises.done;
        total.skipped_with_reason += settled.skipped;
        total.over_performed += settled.over_performed;
        total.scheduled_days += settled.scheduled_days;
        total.days_with_log += settled.days_with_log;
        dose += settled.dose;
        verdicts.extend(settled.verdicts);
    }
    Adherence {
        session: share(total.done_sessions, total.scheduled_sessions),
        exercise: share(total.done_exercises, total.scheduled_exercises),
        dose: share(dose.done, dose.scheduled),
        active_days: share(total.days_with_log, total.scheduled_days),
        streak: streak(&verdicts),
        longest_streak: longest_streak(&verdicts),
        longest_gap: longest_gap(&verdicts),
        ..total
    }
}

/// The active days of the window, week by week.
fn weeks(plans: &[Plan], sessions: &[Session], window: &Range<Date>, today: Date) -> Vec<Settled> {
    let days = day::table(plans, sessions, window, today);
    let weeks = days.chunk_by(|one, next| monday(one.date) == monday(next.date));
    weeks.map(|days| week::settle(days, plans, today)).collect()
}

/// The streak of a window that begins on a Monday, and whether it is all of it: a day in the window has ended
/// it, or no plan begins before the window, so that no earlier log can make it longer.
pub fn recent_streak(plans: &[Plan], sessions: &[Session], window: &Range<Date>, today: Date) -> (u32, bool) {
    let verdicts: Vec<_> =
        weeks(plans, sessions, window, today).into_iter().flat_map(|week| week.verdicts).collect();
    let ended = verdicts.iter().any(|verdict| matches!(verdict, Verdict::Partly | Verdict::Missed));
    (streak(&verdicts), ended || plans.iter().all(|plan| plan.starts_on >= window.start))
}

/// The days met in a row at the end of `verdicts`.
fn streak(verdicts: &[Verdict]) -> u32 {
    let judged = verdicts.iter().rev().filter(|&verdict| !matches!(verdict, Verdict::Rest | Verdict::Begun));
    judged.take_while(|&&verdict| verdict == Verdict::Met).map(|_| 1).sum()
}

/// The most days met in a row.
fn longest_streak(verdicts: &[Verdict]) -> u32 {
    let (longest, _) = verdicts.iter().fold((0, 0), |(longest, run), verdict| match verdict {
        Verdict::Met => (longest.max(run + 1), run + 1),
        Verdict::Rest | Verdict::Begun => (longest, run),
        Verdict::Partly | Verdict::Missed => (longest, 0),
    });
    longest
}

/// The most days missed in a row.
fn longest_gap(verdicts: &[Verdict]) -> u32 {
    let (longest, _) = verdicts.iter().fold((0, 0), |(longest, run), verdict| match verdict {
        Verdict::Missed => (longest.max(run + 1), run + 1),
        Verdict::Rest => (longest, run),
        Verdict::Met | Verdict::Partly | Verdict::Begun => (longest, 0),
    });
    longest
}

/// A day on which a program was active.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveDay {
    /// The patient-local date.
    pub date: Date,
    /// Whether something was scheduled, no session was logged and nothing skipped with a reason. Never today;
    /// with so many times a week, only where the rest of the week is too short to make up the number.
    pub missed: bool,
}

/// The days of `window` up to `today` on which one of `plans` was active, ascending. The window is best begun a
/// week early, so that a schedule by the week is seen whole.
pub fn active_days(
    plans: &[Plan],
    sessions: &[Session],
    window: &Range<Date>,
    today: Date,
) -> Vec<ActiveDay> {
    let days = day::table(plans, sessions, window, today);
    let weeks = days.chunk_by(|one, next| monday(one.date) == monday(next.date));
    let judged = weeks.flat_map(|days| {
        let verdicts = week::settle(days, plans, today).verdicts;
        let dates = days.iter().map(|day| day.date);
        dates.zip(verdicts).map(|(date, verdict)| ActiveDay { date, missed: verdict == Verdict::Missed })
    });
    judged.collect()
}

/// One exercise that is due on a day, and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayItem {
    /// The prescription, by [`Prescribed::origin_id`].
    pub origin_id: Uuid,
    /// How often it is due that day, at least once.
    pub times_due: u8,
    /// How often every prescribed set was done that day, which may be more often than due.
    pub times_done: u8,
    /// Whether it was done as often as due.
    pub completed: bool,
}

/// The exercises of `plan` due on `date`, in the order of the revision; none when it is not
/// active that day.
///
/// Of a schedule of so many times a week, only what the days before in that ISO week have left
/// over is due. `sessions` need to reach back to the Monday of that week.
pub fn day_items(plan: &Plan, date: Date, sessions: &[Session]) -> Vec<DayItem> {
    let week = day::table(std::slice::from_ref(plan), sessions, &(monday(date)..following(date)), date);
    let Some((last, earlier)) = week.split_last().filter(|(last, _)| last.date == date) else {
        return Vec::new();
    };
    let item = |item: &day::Item| {
        let times_due = week::due(item, earlier);
        (times_due > 0).then_some(DayItem {
            origin_id: item.origin_id,
            times_due,
            times_done: u8::try_from(item.full).unwrap_or(u8::MAX),
            completed: item.full >= times_due.into(),
        })
    };
    last.items.iter().filter_map(item).collect()
}

/// The Monday of the ISO week of `date`.
fn monday(date: Date) -> Date {
    date.saturating_sub(date.weekday().to_monday_zero_offset().days())
}

/// The day after; the last day there is, for itself.
fn following(date: Date) -> Date {
    date.saturating_add(1.day())
}

#[cfg(test)]
#[path = "adherence_properties_tests.rs"]
mod properties;
#[cfg(test)]
#[path = "adherence_reference_tests.rs"]
mod reference;
#[cfg(test)]
#[path = "adherence_tests.rs"]
mod tests;
