//! Phases: stretches of a program, counted from its first day or from the day of surgery.

use super::Terms;
use crate::clock::Day;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A phase as asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewPhase {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Length, 1 to 104 weeks; the last phase may be open.
    pub weeks: Option<u16>,
    /// What is minded in it, and what it takes to enter and to leave it.
    pub terms: Terms,
}

/// A phase with its first day.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its first day; planned, while it waits.
    pub starts_on: Day,
    /// Its length in weeks; none while open.
    pub weeks: Option<u16>,
    /// Whether it begins only when a therapist has looked at the criteria, however long the phase before
    /// it lasts.
    pub waits: bool,
    /// What is minded in it, and what it takes to enter and to leave it.
    pub terms: Terms,
}

/// A phase as stored: by days from the day that phases count from, so that it moves with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stored {
    id: Uuid,
    name: String,
    from_day: i32,
    #[serde(default)]
    weeks: Option<u16>,
    /// Whether a therapist has let the patient enter it.
    #[serde(default)]
    entered: bool,
    #[serde(flatten)]
    terms: Terms,
}

/// The phases of a revision, first to last.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Phases(Vec<Stored>);

impl Phases {
    /// Lays the phases end to end. One of a name that is `known` goes on: it keeps its id and, where it
    /// has been entered, its first day.
    pub(crate) fn lay(phases: &[NewPhase], known: &Self, mut new_id: impl FnMut() -> Uuid) -> Self {
        let mut next = 0;
        let stored = phases.iter().map(|phase| {
            let name = phase.name.trim().to_owned();
            let before = known.0.iter().find(|stored| stored.name == name);
            let entered = before.is_some_and(|stored| stored.entered);
            let from_day = before.filter(|_| entered).map_or(next, |stored| stored.from_day);
            next = from_day + days_of(phase.weeks);
            let id = before.map_or_else(&mut new_id, |stored| stored.id);
            Stored { id, name, from_day, weeks: phase.weeks, entered, terms: phase.terms.clone() }
        });
        Self(stored.collect())
    }

    /// Lets the patient be in the phase `at` from `day` on: those before it are over, those after it follow
    /// end to end and wait for their criteria anew.
    pub(crate) fn enter(&mut self, at: usize, day: i32) {
        let mut next = day;
        for (place, phase) in self.0.iter_mut().enumerate() {
            phase.entered = place <= at;
            if place < at {
                phase.from_day = phase.from_day.min(day);
            } else {
                phase.from_day = next;
                next += days_of(phase.weeks);
            }
        }
    }

    /// Counts as entered what has begun by `day`: who joins a protocol late does not begin at its start.
    pub(crate) fn join(&mut self, day: i32) {
        for phase in self.0.iter_mut().filter(|phase| phase.from_day <= day) {
            phase.entered = true;
        }
    }

    /// Whether the phase `at` begins only when a therapist lets the patient enter it.
    fn waits(&self, at: usize) -> bool {
        let Some((before, phase)) =
            at.checked_sub(1).and_then(|before| self.0.get(before)).zip(self.0.get(at))
        else {
            return false;
        };
        !(phase.entered || before.terms.exit_criteria.is_empty() && phase.terms.entry_criteria.is_empty())
    }

    /// The phases, counted from `first`.
    pub(crate) fn dated(&self, first: Day) -> Vec<Phase> {
        let dated = |(at, stored): (usize, &Stored)| Phase {
            id: stored.id,
            name: stored.name.clone(),
            starts_on: first.plus(stored.from_day),
            weeks: stored.weeks,
            waits: self.waits(at),
            terms: stored.terms.clone(),
        };
        self.0.iter().enumerate().map(dated).collect()
    }
}

fn days_of(weeks: Option<u16>) -> i32 {
    7 * i32::from(weeks.unwrap_or(0))
}

/// The place of the phase in force on `date`: the newest that has begun, none beyond one that waits.
pub(crate) fn in_force(phases: &[Phase], date: Day) -> Option<usize> {
    let open = phases.iter().take_while(|phase| !phase.waits);
    open.enumerate().filter(|(_, phase)| phase.starts_on <= date).map(|(at, _)| at).last()
}

/// The days on which the phase `at` is or may be in force, the last one included; none: open.
pub(crate) fn days(phases: &[Phase], at: usize) -> Option<(Day, Option<Day>)> {
    let phase = phases.get(at)?;
    let end = phases.get(at + 1).filter(|next| !next.waits).map(|next| next.starts_on.plus(-1));
    Some((phase.starts_on, end))
}

impl From<Phase> for NewPhase {
    fn from(phase: Phase) -> Self {
        Self { name: phase.name, weeks: phase.weeks, terms: phase.terms }
    }
}

#[cfg(test)]
#[path = "phase_tests.rs"]
mod tests;
