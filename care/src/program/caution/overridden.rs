//! Going past a rule: with a reason, on the record, once for an exercise in a program.

use super::Warning;
use crate::access::Scope;
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::library::{Language, Rule};
use crate::patient::{Chart, check_reason};
use crate::program::table::program_override::{self, Covered, Covers};
use crate::program::{NewPrescription, Phase};
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use std::collections::HashSet;
use uuid::Uuid;

/// How a reason is to be given.
const REASON: &str = "Give the reason in 10 to 500 characters.";

/// Rules that were gone past, and why.
#[derive(Debug, Clone)]
pub struct CautionOverride {
    /// The keys of the rules.
    pub cautions: Vec<String>,
    /// Why, in the words of who did it.
    pub reason: String,
    /// The member who did it.
    pub made_by: Uuid,
    /// When.
    pub made_at: Instant,
}

/// What a reason is given for.
pub(in crate::program) struct Excuse<'a> {
    pub(in crate::program) program_id: Uuid,
    pub(in crate::program) revision_id: Uuid,
    pub(in crate::program) prescriptions: &'a [NewPrescription],
    /// The phases of the revision.
    pub(in crate::program) phases: &'a [Phase],
    /// The reason, 10 to 500 characters.
    pub(in crate::program) reason: Option<&'a str>,
    /// Whether the patient follows the program, so that a reason cannot wait.
    pub(in crate::program) in_force: bool,
}

/// Takes those off the warnings that have been given a reason before, and records the one that is given
/// now. A fault of code `Caution` for each that is left, where the patient follows the program.
pub(in crate::program) async fn excuse(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    warnings: &mut [Warning],
    excuse: &Excuse<'_>,
) -> Result<()> {
    let known: HashSet<Covered> =
        rows(tx, chart, excuse.program_id).await?.into_iter().flat_map(|row| row.covers.0).collect();
    let mut open = Vec::new();
    for warning in warnings.iter_mut().filter(|warning| warning.reason_needed) {
        let new: Vec<_> =
            excuse.covered_by(warning).into_iter().filter(|covered| !known.contains(covered)).collect();
        warning.reason_needed = !new.is_empty();
        open.extend(new);
    }
    match excuse.reason {
        _ if open.is_empty() => Ok(()),
        Some(reason) => {
            let reason = check_reason("overrideReason", reason, REASON)?;
            record(tx, scope, chart, excuse, (Covers(open), reason)).await?;
            for warning in warnings {
                warning.reason_needed = false;
            }
            Ok(())
        }
        None if !excuse.in_force => Ok(()),
        None => {
            Err(Error::Invalid(warnings.iter().filter(|warning| warning.reason_needed).map(fault).collect()))
        }
    }
}

/// The key under which criteria of a phase that are not met are gone past.
const CRITERIA: &str = "phase-criteria";

/// Records why the patient enters a phase though not all criteria are met. A fault of code `Caution` without
/// a reason.
pub(in crate::program) async fn excuse_criteria(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    excuse: &Excuse<'_>,
    unmet: &[&String],
) -> Result<()> {
    let Some(first) = unmet.first() else { return Ok(()) };
    let Some(reason) = excuse.reason else {
        let message = format!(
            "{} of the criteria are not met: {first}. Say in overrideReason why it is right.",
            unmet.len()
        );
        return Err(Error::field("overrideReason", Code::Caution, message));
    };
    let reason = check_reason("overrideReason", reason, REASON)?;
    let covers =
        Covers(vec![Covered { caution: CRITERIA.to_owned(), exercise_id: Uuid::nil(), detail: None }]);
    record(tx, scope, chart, excuse, (covers, reason)).await
}

/// The faults of both together.
pub(in crate::program) fn both(one: Result<()>, other: Result<()>) -> Result<()> {
    match (one, other) {
        (Err(Error::Invalid(mut faults)), Err(Error::Invalid(more))) => {
            faults.extend(more);
            Err(Error::Invalid(faults))
        }
        (one, other) => one.and(other),
    }
}

impl Excuse<'_> {
    fn covered_by(&self, warning: &Warning) -> Vec<Covered> {
        let exercises = warning.prescriptions.iter().filter_map(|at| self.prescriptions.get(*at));
        let covered = |wanted: &NewPrescription| Covered {
            caution: warning.caution.key.clone(),
            exercise_id: wanted.exercise_id,
            detail: self.detail(&warning.caution.rule, wanted),
        };
        exercises.map(covered).collect()
    }

    /// What the reason is given for in particular, where the rule and the exercise do not say it all: another
    /// load, limit or precaution wants a reason of its own.
    fn detail(&self, rule: &Rule, wanted: &NewPrescription) -> Option<String> {
        let phases =
            self.phases.iter().enumerate().filter(|(at, _)| wanted.is_in(*at)).map(|(_, phase)| phase);
        let load = wanted.dose.and_then(|dose| dose.load);
        match rule {
            Rule::Lifting { .. } | Rule::Loaded { .. } => Some(format!("{load:?}")),
            Rule::PhaseLift => {
                let limits: Vec<_> = phases.map(|phase| (phase.id, phase.terms.lift_limit_kg)).collect();
                Some(format!("{load:?} {limits:?}"))
            }
            Rule::PhaseMovement => {
                let tags: Vec<_> =
                    phases.map(|phase| (phase.id, phase.terms.tags().collect::<Vec<_>>())).collect();
                Some(format!("{tags:?}"))
            }
            _ => None,
        }
    }
}

fn fault(warning: &Warning) -> FieldError {
    let message =
        format!("{} Say in overrideReason why it is right here.", warning.caution.text(Language::English));
    FieldError::new("overrideReason", Code::Caution, message)
}

/// Records a reason that has been checked, and what it was given for.
async fn record(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    excuse: &Excuse<'_>,
    (covers, reason): (Covers, &str),
) -> Result<()> {
    let id = scope.services().new_id();
    program_override::ActiveModel {
        clinic_id: Set(chart.clinic_id()),
        id: Set(id),
        patient_id: Set(chart.id()),
        program_id: Set(excuse.program_id),
        revision_id: Set(excuse.revision_id),
        covers: Set(covers),
        reason: Set(chart.seal(scope, "program_override.reason", id, reason)?),
        made_by: Set(scope.member_id()?),
        made_at: Set(scope.services().now()),
    }
    .insert(tx)
    .await?;
    let object = (Kind::Program, excuse.program_id);
    let entry = audit::Entry { action: "program.override", patient_id: Some(chart.id()), object };
    audit::record(tx, scope, entry).await
}

async fn rows(tx: &Tx, chart: &Chart, program_id: Uuid) -> Result<Vec<program_override::Model>> {
    use program_override::{Column, Entity};
    let find = Entity::find().filter(Column::ClinicId.eq(chart.clinic_id()));
    let find = find.filter(Column::ProgramId.eq(program_id));
    Ok(find.order_by_asc(Column::MadeAt).order_by_asc(Column::Id).all(tx).await?)
}

/// The rules that were gone past in a program of a visible patient, oldest first. Clinicians only.
pub async fn overrides(scope: &Scope, program_id: Uuid) -> Result<Vec<CautionOverride>> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let (chart, _) = crate::program::find(&tx, scope, program_id).await?;
    let of = |row: program_override::Model| {
        let mut cautions: Vec<_> = row.covers.0.into_iter().map(|covered| covered.caution).collect();
        cautions.dedup();
        let reason = chart.unseal("program_override.reason", row.id, &row.reason)?;
        Ok(CautionOverride { cautions, reason, made_by: row.made_by, made_at: row.made_at })
    };
    rows(&tx, &chart, program_id).await?.into_iter().map(of).collect()
}
