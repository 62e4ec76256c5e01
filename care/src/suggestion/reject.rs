//! Not doing what is suggested, which is remembered.

use super::accept::named;
use super::decision;
use super::table::Verdict;
use crate::access::Scope;
use crate::error::{Code, Error, Result};
use crate::patient::{Chart, Patient};
use uuid::Uuid;

/// The most characters of a reason.
const LONGEST: usize = 1_000;

/// What is rejected.
#[derive(Debug, Clone)]
pub struct RejectSuggestion {
    /// The suggestion.
    pub suggestion_id: Uuid,
    /// The patient whom it is about.
    pub patient_id: Uuid,
    /// Why, at most 1,000 characters.
    pub reason: Option<String>,
}

/// Rejects a suggestion: more of an exercise is not suggested again before so many sessions as the clinic has
/// set, less not before red pain is told anew, a hold not before something else speaks for one. Therapists of the
/// care team only. Rejecting the same again changes nothing; what was decided otherwise is a `Conflict`, and so is
/// a suggestion that no longer holds.
pub async fn reject(scope: &Scope, input: RejectSuggestion) -> Result<Patient> {
    scope.therapist_id()?;
    let reason = input.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
    if reason.is_some_and(|reason| reason.chars().count() > LONGEST) {
        return Err(Error::field("reason", Code::TooLong, "Give at most 1,000 characters."));
    }
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let fingerprint = chart.fingerprint("suggestion_decision", &format!("rejected {reason:?}"));
    if decision::same(&tx, &chart, input.suggestion_id, &fingerprint).await?.is_some() {
        return chart.patient();
    }
    let suggestion = named(&tx, scope, &chart, input.suggestion_id).await?;
    let change = chart.raise(&tx, None).await?;
    decision::keep(&tx, scope, &chart, &suggestion, (Verdict::Rejected, reason, fingerprint)).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    chart.patient()
}
