//! What has been decided about suggestions, and for how long that holds.

use super::session::Session;
use super::table::{ActiveModel, Column, Entity, Model, Records, Verdict};
use super::{Kind, Suggestion};
use crate::access::Scope;
use crate::audit;
use crate::error::{Error, Result};
use crate::id;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// The decisions about these patients' suggestions.
pub(super) async fn of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Model>>> {
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(patient_ids.iter().copied()))
        .all(tx)
        .await?;
    let mut decisions: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for row in rows {
        decisions.entry(row.patient_id).or_default().push(row);
    }
    Ok(decisions)
}

/// The decision that stands under this id, where it is the same as this one. `Conflict` for another one.
pub(super) async fn same(tx: &Tx, chart: &Chart, id: Uuid, fingerprint: &[u8]) -> Result<Option<Model>> {
    let known = Entity::find_by_id((chart.clinic_id(), id)).one(tx).await?;
    match known {
        Some(row) if row.patient_id != chart.id() || row.fingerprint != fingerprint => {
            Err(Error::Conflict("it has been decided otherwise"))
        }
        known => Ok(known),
    }
}

/// Keeps a decision.
pub(super) async fn keep(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    suggestion: &Suggestion,
    (verdict, reason, fingerprint): (Verdict, Option<&str>, Vec<u8>),
) -> Result<()> {
    let id = suggestion.id;
    let reason = reason.map(|reason| chart.seal(scope, "suggestion_decision.reason", id, reason));
    let row = Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        program_id: suggestion.program_id,
        origin_id: suggestion.step.as_ref().map(|step| step.prescription.origin_id),
        kind: suggestion.kind,
        verdict,
        records: Records(suggestion.records.clone()),
        newest_at: suggestion.newest_at,
        reason: reason.transpose()?,
        fingerprint,
        decided_by: scope.therapist_id()?,
        decided_at: scope.services().now(),
    };
    ActiveModel::from(row).reset_all().insert(tx).await?;
    let action = match verdict {
        Verdict::Accepted => "suggestion.accept",
        Verdict::Rejected => "suggestion.reject",
    };
    let object = (id::Kind::Suggestion, id);
    audit::record(tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await
}

/// Whether all these records have been decided about: nothing new speaks for it.
pub(super) fn is_settled(
    decisions: &[Model],
    (kind, origin_id): (Kind, Option<Uuid>),
    records: &[String],
) -> bool {
    let mut same = decisions.iter().filter(|row| row.kind == kind && row.origin_id == origin_id).peekable();
    let known: Vec<&String> = match same.peek() {
        Some(_) => same.flat_map(|row| &row.records.0).collect(),
        None => return false,
    };
    records.iter().all(|record| known.contains(&record))
}

/// Whether more has been rejected, and too few sessions have followed those that spoke for it then.
pub(super) fn rests(decisions: &[Model], origin_id: Uuid, sessions: &[Session], wanted: u8) -> bool {
    let rejected = decisions.iter().filter(|row| {
        row.kind == Kind::Progress && row.verdict == Verdict::Rejected && row.origin_id == Some(origin_id)
    });
    let last = rejected.map(|row| row.newest_at).max();
    let since = |at| sessions.iter().filter(|session| session.performed_at > at).count();
    last.is_some_and(|at| since(at) < usize::from(wanted))
}
