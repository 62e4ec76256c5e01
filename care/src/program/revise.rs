//! Changing a program: a new revision in force from today on. What was in force before stays.

use super::caution::{Excuse, Facts, excuse, warnings};
use super::check::Content;
use super::create::add_revision;
use super::table::program;
use super::{NewPhase, NewPrescription, Saved, Status, find_to_write};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, Set};
use uuid::Uuid;

/// A change of a program.
#[derive(Debug, Clone)]
pub struct ReviseProgram {
    /// The program.
    pub program_id: Uuid,
    /// The number of the revision that this change was made from. When the program has moved on
    /// meanwhile the change is a `Conflict`.
    pub expected_revision: i32,
    /// First day; today when missing.
    pub effective_from: Option<Day>,
    /// New title; kept when missing.
    pub title: Option<String>,
    /// Phases, end to end from the program's first day.
    pub phases: Vec<NewPhase>,
    /// 1 to 30 exercises, in the order they are to be done.
    pub prescriptions: Vec<NewPrescription>,
    /// Why; at most 4,000 characters.
    pub note: Option<String>,
    /// Why rules that warn are gone past, 10 to 500 characters.
    pub override_reason: Option<String>,
}

/// Revises a program that has not ended. Rules that warn are told; where the patient follows the program,
/// those that want a reason and have none are faults of code `Caution`. Therapists of the patient's care team only.
pub async fn revise(scope: &Scope, input: ReviseProgram) -> Result<Saved> {
    let tx = scope.write().await?;
    let (mut chart, mut history) = find_to_write(&tx, scope, input.program_id).await?;
    let title = input.title.clone().unwrap_or_else(|| history.row.title.clone());
    let content = Content {
        title: &title,
        note: input.note.as_deref(),
        phases: &input.phases,
        prescriptions: &input.prescriptions,
    };
    content.check()?;
    if matches!(history.row.status, Status::Completed | Status::Discontinued) {
        return Err(Error::field("programId", Code::NotAllowed, "This program has ended."));
    }
    if history.row.revision != input.expected_revision {
        return Err(Error::Conflict("the program has been revised meanwhile"));
    }
    let today = chart.date_at(scope.services().now());
    let newest = history.revisions.last().map_or(today, |revision| revision.effective_from);
    let effective_from = input.effective_from.unwrap_or_else(|| today.max(newest));
    if effective_from < today || effective_from < newest || effective_from > today.plus(366) {
        let message = "Give today or a later day, not before the newest revision's first day.";
        return Err(Error::field("effectiveFrom", Code::OutOfRange, message));
    }
    let change = chart.raise(&tx, None).await?;
    history.row.title = title.trim().to_owned();
    history.row.revision += 1;
    history.row.change = change;
    program::ActiveModel {
        clinic_id: Set(history.row.clinic_id),
        id: Set(history.row.id),
        title: Set(history.row.title.clone()),
        revision: Set(history.row.revision),
        change: Set(change),
        ..Default::default()
    }
    .update(&tx)
    .await?;
    let history = add_revision(&tx, scope, &chart, history, &content, effective_from).await?;
    let facts = Facts::of(&tx, &chart, (effective_from, history.row.ends_on)).await?;
    let mut warnings = warnings(&tx, &facts, &input.prescriptions).await?;
    let given = Excuse {
        program_id: input.program_id,
        revision_id: history.revisions.last().map(|revision| revision.id).unwrap_or_default(),
        prescriptions: &input.prescriptions,
        reason: input.override_reason.as_deref(),
        in_force: history.row.status.is_current(),
    };
    excuse(&tx, scope, &chart, &mut warnings, &given).await?;
    let object = (Kind::Program, input.program_id);
    let entry = audit::Entry { action: "program.revise", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(Saved { program: history.program(&chart, today)?, warnings })
}
