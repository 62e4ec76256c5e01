//! Phases: stretches of a program, counted from its first day or from the day of surgery.

use super::Terms;
use crate::clock::Day;
use crate::error::{Code, FieldError};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A phase as asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewPhase {
    /// The phase of the revision before that goes on; one of the same name when missing.
    pub id: Option<Uuid>,
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
    /// Lays the phases end to end. One that is `known`, by its id or else its name, goes on: it keeps its id
    /// and, where it has been entered, its first day. Nobody waits before a phase that has been entered.
    pub(crate) fn lay(phases: &[NewPhase], known: &Self, mut new_id: impl FnMut() -> Uuid) -> Self {
        let mut next = 0;
        let stored = phases.iter().map(|phase| {
            let before = known.known(phase);
            let entered = before.is_some_and(|stored| stored.entered);
            let from_day = before.filter(|_| entered).map_or(next, |stored| stored.from_day);
            next = from_day + days_of(phase.weeks);
            let id = before.map_or_else(&mut new_id, |stored| stored.id);
            let (name, terms) = (phase.name.trim().to_owned(), phase.terms.clone());
            Stored { id, name, from_day, weeks: phase.weeks, entered, terms }
        });
        let laid = Self(stored.collect());
        let last = laid.0.iter().rposition(|phase| phase.entered);
        laid.begun(last)
    }

    /// The one that goes on as `phase`.
    fn known(&self, phase: &NewPhase) -> Option<&Stored> {
        match phase.id {
            Some(id) => self.0.iter().find(|stored| stored.id == id),
            None => self.0.iter().find(|stored| stored.name == phase.name.trim()),
        }
    }

    /// A fault for each phase asked for by an id that there is not.
    pub(crate) fn check_ids(&self, phases: &[NewPhase]) -> Vec<FieldError> {
        let unknown =
            phases.iter().enumerate().filter(|(_, phase)| phase.id.is_some() && self.known(phase).is_none());
        let fault = |(at, _): (usize, &NewPhase)| {
            let message = "Give the id of a phase of the revision before, or leave it out.";
            FieldError::new("id", Code::NotFound, message).under(at).under("phases")
        };
        unknown.map(fault).collect()
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

    /// With the patient counted as having entered the phase `at`, and so all before it: they keep their days.
    pub(crate) fn begun(mut self, at: Option<usize>) -> Self {
        for phase in self.0.iter_mut().take(at.map_or(0, |at| at + 1)) {
            phase.entered = true;
        }
        self
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

    /// Their ids.
    pub(crate) fn ids(&self) -> Vec<Uuid> {
        self.0.iter().map(|phase| phase.id).collect()
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

/// Whether the phase `at` is among these places; none: all are.
pub(crate) fn includes(places: &[u16], at: usize) -> bool {
    places.is_empty() || places.iter().any(|place| usize::from(*place) == at)
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

/// What is to be so before a patient goes on from the one phase to the other; nothing on the way back.
pub(crate) fn criteria(phases: &[Phase], from: Option<usize>, to: usize) -> Vec<&String> {
    let begin = from.map_or(0, |from| from + 1);
    let entered = phases.iter().enumerate().take(to + 1).skip(begin);
    entered
        .flat_map(|(at, phase)| {
            let left = at.checked_sub(1).and_then(|before| phases.get(before));
            left.into_iter().flat_map(|left| &left.terms.exit_criteria).chain(&phase.terms.entry_criteria)
        })
        .collect()
}

impl From<Phase> for NewPhase {
    fn from(phase: Phase) -> Self {
        Self { id: None, name: phase.name, weeks: phase.weeks, terms: phase.terms }
    }
}

#[cfg(test)]
#[path = "phase_tests.rs"]
mod tests;
