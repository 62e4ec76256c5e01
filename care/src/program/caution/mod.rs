//! Holding a program against the rules of the library before a patient follows it. A rule can only warn:
//! it forbids nothing and clears nobody.

mod anew;
mod apply;
#[cfg(test)]
mod caution_tests;
mod overridden;
#[cfg(test)]
mod phase_tests;

pub(super) use anew::warns_anew;
pub use overridden::{CautionOverride, overrides};
pub(super) use overridden::{Excuse, both, excuse, excuse_criteria};

use super::check::Content;
use super::phase::Phases;
use super::{NewPhase, NewPrescription, Phase};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use crate::library::{self, Caution, Exercise, dose::Dose, schedule::Schedule};
use crate::patient::{Chart, conditions_of};
use crate::store::Tx;
use std::collections::HashMap;
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
    /// The places of the phases it belongs to; none: it belongs to all.
    places: &'a [u16],
}

/// Whom the program is for, and when it is followed.
#[derive(Debug, Clone)]
pub(super) struct Facts {
    clinic_id: Uuid,
    conditions: Vec<String>,
    surgery_on: Option<Day>,
    /// The first and the last day on which the program is followed; open without a last one.
    days: (Day, Option<Day>),
    pub(super) phases: Vec<Phase>,
}

impl Facts {
    /// What is known of the patient for a program of these phases, from the first of these days to the
    /// last; open without one.
    pub(super) async fn of(
        tx: &Tx,
        chart: &Chart,
        days: (Day, Option<Day>),
        phases: Vec<Phase>,
    ) -> Result<Self> {
        let conditions = conditions_of(tx, chart).await?;
        let conditions = conditions.into_iter().map(|condition| condition.diagnosis.key).collect();
        Ok(Self::known(chart, conditions, days, phases))
    }

    /// The same, where the keys of the patient's conditions have been read.
    pub(super) fn known(
        chart: &Chart,
        conditions: Vec<String>,
        days: (Day, Option<Day>),
        phases: Vec<Phase>,
    ) -> Self {
        let (clinic_id, surgery_on) = (chart.clinic_id(), chart.row.surgery_on);
        Self { clinic_id, conditions, surgery_on, days, phases }
    }
}

/// A program that is thought of.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// The patient.
    pub patient_id: Uuid,
    /// The first day; today when missing.
    pub starts_on: Option<Day>,
    /// The last day; open when missing.
    pub ends_on: Option<Day>,
    /// The day from which the phases count; the first day when missing.
    pub phases_count_from: Option<Day>,
    /// Its phases.
    pub phases: Vec<NewPhase>,
    /// 1 to 30 exercises.
    pub prescriptions: Vec<NewPrescription>,
}

/// What the rules say to this program. Nothing is changed. Clinicians only.
pub async fn check(scope: &Scope, draft: &Draft) -> Result<Vec<Warning>> {
    scope.member_id()?;
    let (phases, prescriptions) = (draft.phases.as_slice(), draft.prescriptions.as_slice());
    Content { title: "check", note: None, phases, prescriptions }.check()?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, draft.patient_id).await?;
    let date = draft.starts_on.unwrap_or_else(|| chart.date_at(scope.services().now()));
    let phases = Phases::lay(phases, &Phases::default(), || scope.services().new_id());
    let phases = phases.dated(draft.phases_count_from.unwrap_or(date));
    let facts = Facts::of(&tx, &chart, (date, draft.ends_on), phases).await?;
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
    Ok(told(facts, &library::rows_by_ids(tx, facts.clinic_id, &ids).await?, prescriptions))
}

/// The same, where the exercises have been read.
fn told(
    facts: &Facts,
    exercises: &HashMap<Uuid, Exercise>,
    prescriptions: &[NewPrescription],
) -> Vec<Warning> {
    let items: Vec<_> = prescriptions
        .iter()
        .map(|wanted| {
            let exercise = exercises.get(&wanted.exercise_id)?;
            let dose = wanted.dose.unwrap_or(exercise.default_dose);
            Some(Item {
                exercise,
                dose,
                schedule: wanted.schedule.as_ref().unwrap_or(&exercise.default_schedule),
                places: &wanted.phases,
            })
        })
        .collect();
    library::cautions().iter().filter_map(|caution| caution.warn(facts, &items)).collect()
}
