//! Moving a patient to another phase: forward once its criteria are met, or back.

use super::check::Content;
use super::revise::{Next, check_state, earliest};
use super::status::{same_surgery, without_concern};
use super::{Saved, find_to_write, phase};
use crate::access::Scope;
use crate::error::{Code, Error, FieldError, Result};
use uuid::Uuid;

/// Which phase a patient is to be in.
#[derive(Debug, Clone, Default)]
pub struct ChangePhase {
    /// The program.
    pub program_id: Uuid,
    /// The number of the newest revision; when the program has moved on meanwhile it is a `Conflict`.
    pub expected_revision: i32,
    /// The phase to enter.
    pub phase_id: Uuid,
    /// The criteria that are met, in their own words.
    pub criteria_met: Vec<String>,
    /// Why; at most 4,000 characters.
    pub note: Option<String>,
    /// Why criteria that are not met or rules that warn are gone past, 10 to 500 characters.
    pub override_reason: Option<String>,
}

/// Lets the patient enter a phase from today on, by a next revision that asks for the same as the one
/// before. Forward all criteria to leave the phases before it and to enter it are to be met, else a reason
/// is needed (`Caution`), and no signs may wait to be looked at, of whatever concern. Therapists of the patient's care team only.
pub async fn change_phase(scope: &Scope, input: ChangePhase) -> Result<Saved> {
    let tx = scope.write().await?;
    let (chart, history) = find_to_write(&tx, scope, input.program_id).await?;
    check_state(&history, input.expected_revision)?;
    let (revision, (content_phases, prescriptions)) =
        history.revisions.last().zip(history.newest()).ok_or(Error::Internal)?;
    let effective_from = earliest(&history, chart.date_at(scope.services().now()));
    let phases = history.phases_of(revision);
    let from = phase::in_force(&phases, effective_from);
    let to = phases.iter().position(|phase| phase.id == input.phase_id).ok_or_else(|| {
        FieldError::new("phaseId", Code::NotFound, "Give a phase of the program's newest revision.")
    })?;
    if from == Some(to) {
        return Err(Error::field("phaseId", Code::NotAllowed, "The patient is in this phase."));
    }
    let needed = phase::criteria(&phases, from, to);
    if from < Some(to) {
        without_concern(&chart)?;
        same_surgery(&chart, &history)?;
    }
    check_known(&needed, &input.criteria_met)?;
    let unmet: Vec<_> =
        needed.into_iter().filter(|criterion| !input.criteria_met.contains(criterion)).collect();
    let title = history.row.title.clone();
    let content = Content {
        title: &title,
        note: input.note.as_deref(),
        phases: &content_phases,
        prescriptions: &prescriptions,
    };
    content.check()?;
    let mut stored = revision.phases.clone();
    stored.enter(to, history.phases_count_from().until(effective_from));
    let next = Next {
        content: &content,
        phases: stored,
        effective_from,
        reason: input.override_reason.as_deref(),
        action: "program.change_phase",
        unmet: &unmet,
    };
    next.write(tx, scope, chart, history).await
}

/// Whether all that is said to be met is a criterion.
pub(super) fn check_known(needed: &[&String], met: &[String]) -> Result<()> {
    let unknown = met.iter().enumerate().filter(|(_, criterion)| !needed.contains(criterion));
    let fault = |(at, _): (usize, &String)| {
        let message = "Give a criterion of the phases concerned, in its own words.";
        FieldError::new(&at.to_string(), Code::NotFound, message).under("criteriaMet")
    };
    let faults: Vec<_> = unknown.map(fault).collect();
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
