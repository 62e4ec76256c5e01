//! Phases: stretches of a program, counted from its first day.

use crate::clock::Day;
use crate::error::{Code, FieldError, has_control};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A phase as asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPhase {
    /// Name, 1 to 100 characters.
    pub name: String,
    /// Length, 1 to 104 weeks; the last phase may be open.
    pub weeks: Option<u16>,
}

/// A phase with its first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its first day.
    pub starts_on: Day,
}

/// A phase as stored: by days from the start of the program, so that it moves with the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    id: Uuid,
    name: String,
    from_day: i32,
}

/// The phases of a revision, first to last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Phases(Vec<Stored>);

impl Phases {
    /// Lays the phases end to end.
    pub(crate) fn lay(phases: &[NewPhase], mut new_id: impl FnMut() -> Uuid) -> Self {
        let mut from_day = 0;
        let stored = phases.iter().map(|phase| {
            let stored = Stored { id: new_id(), name: phase.name.trim().to_owned(), from_day };
            from_day += 7 * i32::from(phase.weeks.unwrap_or(0));
            stored
        });
        Self(stored.collect())
    }

    /// The phases of a program that starts on `starts_on`.
    pub(crate) fn dated(&self, starts_on: Day) -> Vec<Phase> {
        let dated = |stored: &Stored| Phase {
            id: stored.id,
            name: stored.name.clone(),
            starts_on: starts_on.plus(stored.from_day),
        };
        self.0.iter().map(dated).collect()
    }
}

/// Checks the phases asked for.
pub(super) fn check(phases: &[NewPhase]) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if phases.len() > 12 {
        faults.push(FieldError::new("phases", Code::TooMany, "Give at most 12 phases."));
    }
    for (at, phase) in phases.iter().enumerate().take(12) {
        let mut fault = |field, code, message: &str| {
            faults.push(FieldError::new(field, code, message).under(at).under("phases"));
        };
        if !(1..=100).contains(&phase.name.trim().chars().count()) {
            fault("name", Code::Required, "Give a name of 1 to 100 characters.");
        }
        if has_control(&phase.name) {
            fault("name", Code::Malformed, "Leave out control characters.");
        }
        let last = at + 1 == phases.len();
        match phase.weeks {
            None if !last => fault("weeks", Code::Required, "Only the last phase may be open."),
            Some(weeks) if !(1..=104).contains(&weeks) => {
                fault("weeks", Code::OutOfRange, "Give 1 to 104 weeks.");
            }
            _ => {}
        }
    }
    faults
}
