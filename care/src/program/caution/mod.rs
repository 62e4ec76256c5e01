//! Holding a program against the rules of the library before a patient follows it. A rule can only warn:
//! it forbids nothing and clears nobody.

mod apply;
#[cfg(test)]
mod caution_tests;
mod overridden;

pub use overridden::{CautionOverride, overrides};
pub(super) use overridden::{Excuse, excuse};

use super::NewPrescription;
use super::check::Content;
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use crate::library::{self, Caution, Exercise, dose::Dose, schedule::Schedule};
use crate::patient::{Chart, conditions_of};
use crate::store::Tx;
use uuid::Uuid;

/// A rule that warns of a program.
#[derive(Debug, Clone, PartialEq)]
pub struct Warning {
    /// The rule.
    pub caution: &'static Caution,
    /// The prescriptions concerned, by their places from 0; none: the program as a whole.
    pub prescriptions: Vec<usize>,
    /// Whether a reason is still asked for: the rule wants one, and none has been given for these
    /// exercises in this program.
    pub reason_needed: bool,
}

/// An exercise with what is asked of it.
#[derive(Debug, Clone)]
pub(super) struct Item<'a> {
    exercise: &'a Exercise,
    dose: Dose,
    schedule: &'a Schedule,
}

/// Whom the program is for.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    conditions: Vec<String>,
    /// The whole weeks since the surgery in which the program is followed, the first and the last, if its
    /// day is known; negative before it.
    weeks: Option<(i32, i32)>,
}

impl Facts {
    /// What is known of the patient from the first of these days to the last; open without one.
    pub(super) async fn of(tx: &Tx, chart: &Chart, (first, last): (Day, Option<Day>)) -> Result<Self> {
        let weeks = chart.row.surgery_on.map(|day| {
            let week = |date: Day| day.until(date).div_euclid(7);
            (week(first), last.map_or(i32::MAX, week))
        });
        let conditions = conditions_of(tx, chart).await?;
        Ok(Self {
            conditions: conditions.into_iter().map(|condition| condition.diagnosis.key).collect(),
            weeks,
        })
    }
}

/// What the rules say to these prescriptions, for a program from the first of these days (today when
/// missing) to the last (open when missing). Nothing is changed. Clinicians only.
pub async fn check(
    scope: &Scope,
    patient_id: Uuid,
    (starts_on, ends_on): (Option<Day>, Option<Day>),
    prescriptions: &[NewPrescription],
) -> Result<Vec<Warning>> {
    scope.member_id()?;
    Content { title: "check", note: None, phases: &[], prescriptions }.check()?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let date = starts_on.unwrap_or_else(|| chart.date_at(scope.services().now()));
    let facts = Facts::of(&tx, &chart, (date, ends_on)).await?;
    warnings(&tx, &facts, prescriptions).await
}

/// What the rules say to these prescriptions. Exercises that there are not are left to whoever writes
/// them.
pub(super) async fn warnings(
    tx: &Tx,
    facts: &Facts,
    prescriptions: &[NewPrescription],
) -> Result<Vec<Warning>> {
    let ids: Vec<Uuid> = prescriptions.iter().map(|wanted| wanted.exercise_id).collect();
    let exercises = library::rows_by_ids(tx, &ids).await?;
    let items: Vec<_> = prescriptions
        .iter()
        .map(|wanted| {
            let exercise = exercises.get(&wanted.exercise_id)?;
            let dose = wanted.dose.unwrap_or(exercise.default_dose);
            Some(Item {
                exercise,
                dose,
                schedule: wanted.schedule.as_ref().unwrap_or(&exercise.default_schedule),
            })
        })
        .collect();
    Ok(library::cautions().iter().filter_map(|caution| caution.warn(facts, &items)).collect())
}
