//! What has changed from one revision of a program to another.

use super::{Phase, Prescription, Revision, find};
use crate::access::Scope;
use crate::error::{Code, Error, FieldError, Result};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What became of one thing.
#[derive(Debug, Clone, PartialEq)]
pub struct Change<T> {
    /// As it was; none where it is new.
    pub before: Option<T>,
    /// As it is now; none where it is gone.
    pub after: Option<T>,
}

/// What differs between two revisions, in the order of the later one; what is gone stands at the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Exercises that were added, left out or changed in dose, schedule or phases.
    pub prescriptions: Vec<Change<Prescription>>,
    /// Phases that were added, left out or changed.
    pub phases: Vec<Change<Phase>>,
}

/// Compares the revisions of these numbers of a program of a visible patient. Clinicians only.
pub async fn compare(scope: &Scope, program_id: Uuid, (from, to): (i32, i32)) -> Result<Comparison> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let (chart, history) = find(&tx, scope, program_id).await?;
    let program = history.program(&chart, chart.date_at(scope.services().now()))?;
    let of = |field: &str, number: i32| {
        let fault =
            || FieldError::new(field, Code::NotFound, "Give the number of a revision of this program.");
        program
            .revisions
            .iter()
            .find(|revision| revision.number == number)
            .ok_or_else(fault)
            .map_err(Error::from)
    };
    Ok(between(of("from", from)?, of("to", to)?))
}

pub(super) fn between(from: &Revision, to: &Revision) -> Comparison {
    let same = |one: &Prescription, other: &Prescription| {
        let (id, precautions) = (other.id, other.precautions.clone());
        let as_other = Prescription { id, precautions, ..one.clone() };
        as_other == *other
    };
    Comparison {
        prescriptions: changes(&from.prescriptions, &to.prescriptions, |row| row.origin_id, same),
        phases: changes(&from.phases, &to.phases, |phase| phase.id, Phase::eq),
    }
}

fn changes<T: Clone>(
    from: &[T],
    to: &[T],
    key: impl Fn(&T) -> Uuid,
    same: impl Fn(&T, &T) -> bool,
) -> Vec<Change<T>> {
    let before: BTreeMap<Uuid, &T> = from.iter().map(|entry| (key(entry), entry)).collect();
    let kept = |entry: &T| to.iter().any(|other| key(other) == key(entry));
    let now = to.iter().map(|entry| (before.get(&key(entry)).copied(), Some(entry)));
    let gone = from.iter().filter(|entry| !kept(entry)).map(|entry| (Some(entry), None));
    let differs = |(before, after): &(Option<&T>, Option<&T>)| match (before, after) {
        (Some(before), Some(after)) => !same(before, after),
        _ => true,
    };
    let change =
        |(before, after): (Option<&T>, Option<&T>)| Change { before: before.cloned(), after: after.cloned() };
    now.chain(gone).filter(differs).map(change).collect()
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
