//! The table of active days: what was scheduled on each, and what was performed.

use super::{Plan, Prescribed, Revision, Session, following};
use crate::library::dose::{DoneSet, Dose, done_volume, sets_reached};
use crate::library::schedule::Frequency;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::Range;
use uuid::Uuid;

/// A day on which at least one plan is active.
pub(super) struct Day {
    pub(super) date: Date,
    /// Sessions with a logged set.
    pub(super) sessions: u32,
    /// Whether anything prescribed was skipped with a reason.
    pub(super) skipped: bool,
    pub(super) items: Vec<Item>,
}

/// One prescription in force on an active day, due or not.
pub(super) struct Item {
    /// The place of its plan in the list of plans.
    pub(super) plan: usize,
    pub(super) origin_id: Uuid,
    pub(super) due: Due,
    /// Occurrences with every prescribed set done.
    pub(super) full: u32,
    /// Occurrences' worth of volume, no session giving more than one.
    pub(super) worth: f64,
    /// Occurrences' worth of volume, uncapped.
    pub(super) volume: f64,
    /// Results skipped with a reason.
    pub(super) skipped: u32,
}

/// What a schedule asks for on a day.
#[derive(Clone, Copy)]
pub(super) enum Due {
    /// So many times this day: 0 on a rest day.
    Today(u32),
    /// On so many days of the week, so many times on each.
    InWeek { days: u32, times: u32 },
}

/// The active days of `window` up to `today`, ascending.
pub(super) fn table(plans: &[Plan], sessions: &[Session], window: &Range<Date>, today: Date) -> Vec<Day> {
    let Some(first) = plans.iter().map(|plan| plan.starts_on).min() else {
        return Vec::new();
    };
    let mut logged: BTreeMap<Date, Vec<&Session>> = BTreeMap::new();
    for session in sessions {
        logged.entry(session.local_date).or_default().push(session);
    }
    let end = window.end.min(following(today));
    std::iter::successors(Some(window.start.max(first)), |&date| date.tomorrow().ok())
        .take_while(|&date| date < end)
        .filter_map(|date| day(plans, logged.get(&date).map_or(&[], Vec::as_slice), date))
        .collect()
}

fn day(plans: &[Plan], sessions: &[&Session], date: Date) -> Option<Day> {
    let active: Vec<_> = plans.iter().enumerate().filter(|(_, plan)| plan.is_active(date)).collect();
    let items: Vec<_> = active
        .iter()
        .filter_map(|&(at, plan)| Some((at, plan, plan.in_force(date)?)))
        .flat_map(|(at, plan, revision)| {
            let start = revision.effective_from.max(plan.starts_on);
            revision.prescriptions.iter().map(move |prescribed| item(at, prescribed, start, date, sessions))
        })
        .collect();
    let has_set = |session: &&&Session| session.results.iter().any(|result| !result.sets.is_empty());
    (!active.is_empty()).then(|| Day {
        date,
        sessions: count(sessions.iter().filter(has_set)),
        skipped: items.iter().any(|item| item.skipped > 0),
        items,
    })
}

impl Plan {
    /// Whether `date` lies from the start to the end and is not held.
    pub(super) fn is_active(&self, date: Date) -> bool {
        let held =
            self.holds.iter().any(|hold| hold.from <= date && hold.until.is_none_or(|until| date < until));
        self.starts_on <= date && self.ends_on.is_none_or(|last| date <= last) && !held
    }

    fn in_force(&self, date: Date) -> Option<&Revision> {
        self.revisions.iter().rev().find(|revision| revision.effective_from <= date)
    }
}

fn item(plan: usize, prescribed: &Prescribed, start: Date, date: Date, sessions: &[&Session]) -> Item {
    let Prescribed { origin_id, dose, schedule } = prescribed;
    let times = u32::from(schedule.times_per_day);
    let due = match schedule.frequency {
        Frequency::TimesPerWeek { times: days } => Due::InWeek { days: days.into(), times },
        _ if schedule.is_due(start, date) => Due::Today(times),
        _ => Due::Today(0),
    };
    let performed: Vec<_> = sessions.iter().map(|session| sets_of(session, *origin_id)).collect();
    let skips = sessions.iter().flat_map(|session| &session.results);
    Item {
        plan,
        origin_id: *origin_id,
        due,
        full: full_occurrences(dose, &performed),
        worth: worth(dose, &performed, dose.volume()),
        volume: worth(dose, &performed, f64::INFINITY),
        skipped: count(skips.filter(|result| result.origin_id == *origin_id && result.skipped)),
    }
}

fn sets_of(session: &Session, origin_id: Uuid) -> Vec<DoneSet> {
    let results = session.results.iter().filter(|result| result.origin_id == origin_id);
    results.flat_map(|result| result.sets.iter().copied()).collect()
}

/// How often every prescribed set was done.
///
/// A session is one occurrence at most; sessions that each did a part of the sets add up.
fn full_occurrences(dose: &Dose, performed: &[Vec<DoneSet>]) -> u32 {
    let sets = u32::from(dose.sets.max(1));
    let [left, right] = performed.iter().fold([0, 0], |[left, right], session| {
        let [more_left, more_right] = sets_reached(dose, session);
        [left + more_left.min(sets), right + more_right.min(sets)]
    });
    left.min(right) / sets
}

/// The volume of the sessions, each capped at `most`, in occurrences of `dose`.
fn worth(dose: &Dose, performed: &[Vec<DoneSet>], most: f64) -> f64 {
    // Volumes are whole numbers, so their sum does not depend on the order of sessions.
    let volume: f64 = performed.iter().map(|session| done_volume(dose, session).min(most)).sum();
    if dose.volume() > 0.0 { volume / dose.volume() } else { 0.0 }
}

fn count(entries: impl Iterator) -> u32 {
    u32::try_from(entries.count()).unwrap_or(u32::MAX)
}
