//! Changing a program: a new revision in force from today on. What was in force before stays.

use super::caution::{Excuse, Facts, both, excuse, excuse_criteria, warnings};
use super::check::Content;
use super::create::add_revision;
use super::phase::{self, Phases};
use super::status::without_concern;
use super::table::program;
use super::{History, NewPhase, NewPrescription, Phase, Saved, Status, find_to_write};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
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
    revise_in(scope.write().await?, scope, input).await
}

/// The same in this transaction, which it ends.
pub(super) async fn revise_in(tx: Tx, scope: &Scope, input: ReviseProgram) -> Result<Saved> {
    let (chart, history) = find_to_write(&tx, scope, input.program_id).await?;
    let title = input.title.clone().unwrap_or_else(|| history.row.title.clone());
    let content = Content {
        title: &title,
        note: input.note.as_deref(),
        phases: &input.phases,
        prescriptions: &input.prescriptions,
    };
    content.check()?;
    check_state(&history, input.expected_revision)?;
    let today = chart.date_at(scope.services().now());
    let earliest = earliest(&history, today);
    let effective_from = input.effective_from.unwrap_or(earliest);
    if effective_from < earliest || effective_from > today.plus(366) {
        let message = "Give today or a later day, not before the newest revision's first day.";
        return Err(Error::field("effectiveFrom", Code::OutOfRange, message));
    }
    let before = history.revisions.last().ok_or(Error::Internal)?;
    let faults = before.phases.check_ids(&input.phases);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let known = history.phases_of(before);
    let from = phase::in_force(&known, effective_from);
    let phases = before.phases.clone().begun(from);
    let phases = Phases::lay(&input.phases, &phases, || scope.services().new_id());
    let unmet = passed(&known, from, &phases.dated(history.phases_count_from()), effective_from);
    let unmet: Vec<_> = unmet.iter().collect();
    if !unmet.is_empty() {
        without_concern(&chart)?;
    }
    let reason = input.override_reason.as_deref();
    let next =
        Next { content: &content, phases, effective_from, reason, action: "program.revise", unmet: &unmet };
    next.write(tx, scope, chart, history).await
}

/// The criteria that the patient would be brought past by phases that are told anew.
fn passed(known: &[Phase], from: Option<usize>, new: &[Phase], date: Day) -> Vec<String> {
    let entered = phase::in_force(new, date).and_then(|at| new.get(at));
    let to = entered.and_then(|entered| known.iter().position(|phase| phase.id == entered.id));
    let to = to.filter(|to| from < Some(*to));
    to.map_or_else(Vec::new, |to| phase::criteria(known, from, to).into_iter().cloned().collect())
}

/// Refuses a program that has ended or has been revised since `expected`.
pub(super) fn check_state(history: &History, expected: i32) -> Result<()> {
    if matches!(history.row.status, Status::Completed | Status::Discontinued) {
        return Err(Error::field("programId", Code::NotAllowed, "This program has ended."));
    }
    if history.row.revision != expected {
        return Err(Error::Conflict("the program has been revised meanwhile"));
    }
    Ok(())
}

/// The first day on which a next revision can be in force.
pub(super) fn earliest(history: &History, today: Day) -> Day {
    history.revisions.last().map_or(today, |revision| revision.effective_from.max(today))
}

/// The next revision of a program.
pub(super) struct Next<'a> {
    pub(super) content: &'a Content<'a>,
    pub(super) phases: Phases,
    pub(super) effective_from: Day,
    /// Why rules are gone past.
    pub(super) reason: Option<&'a str>,
    /// How it is called in the audit trail.
    pub(super) action: &'static str,
    /// Criteria of a phase that are not met.
    pub(super) unmet: &'a [&'a String],
}

impl Next<'_> {
    /// Writes it, holds it against the rules, and commits.
    pub(super) async fn write(
        self,
        tx: Tx,
        scope: &Scope,
        mut chart: Chart,
        mut history: History,
    ) -> Result<Saved> {
        let (content, program_id) = (self.content, history.row.id);
        let change = chart.raise(&tx, None).await?;
        content.title.trim().clone_into(&mut history.row.title);
        history.row.revision += 1;
        history.row.change = change;
        program::ActiveModel {
            clinic_id: Set(history.row.clinic_id),
            id: Set(program_id),
            title: Set(history.row.title.clone()),
            revision: Set(history.row.revision),
            change: Set(change),
            ..Default::default()
        }
        .update(&tx)
        .await?;
        let facts_days = (self.effective_from, history.row.ends_on);
        let facts =
            Facts::of(&tx, &chart, facts_days, self.phases.dated(history.phases_count_from())).await?;
        let history =
            add_revision(&tx, scope, &chart, history, content, (self.phases, self.effective_from)).await?;
        let mut warnings = warnings(&tx, &facts, content.prescriptions).await?;
        let given = Excuse {
            program_id,
            revision_id: history.revisions.last().map(|revision| revision.id).unwrap_or_default(),
            prescriptions: content.prescriptions,
            phases: &facts.phases,
            reason: self.reason,
            in_force: history.row.status.is_current(),
        };
        // Both are told at once, so that a reason is given for all that it covers.
        let criteria = excuse_criteria(&tx, scope, &chart, &given, self.unmet).await;
        both(criteria, excuse(&tx, scope, &chart, &mut warnings, &given).await)?;
        let object = (Kind::Program, program_id);
        let entry = audit::Entry { action: self.action, patient_id: Some(chart.id()), object };
        audit::record(&tx, scope, entry).await?;
        tx.commit().await?;
        scope.announce(chart.id(), change);
        let today = chart.date_at(scope.services().now());
        Ok(Saved { program: history.program(&chart, today)?, warnings })
    }
}
