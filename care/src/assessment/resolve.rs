//! A therapist has looked at signs of danger.

use super::table::red_flag_screen::{ActiveModel, Column, Entity};
use crate::access::Scope;
use crate::alert::{self, RED_FLAG};
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::{Chart, Patient, check_reason};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use uuid::Uuid;

/// Notes what was found and done about all signs that wait, in 10 to 500 characters; programs can be released
/// and activated, and next phases entered then. Therapists of the care team only. `NotAllowed` where nothing
/// waits, no alert either. `Conflict` where signs wait that were told after `newest_seen`, the newest screen
/// that who acts has seen, if named.
pub async fn resolve(
    scope: &Scope,
    patient_id: Uuid,
    reason: &str,
    newest_seen: Option<Uuid>,
) -> Result<Patient> {
    let therapist = scope.therapist_id()?;
    let reason = check_reason("reason", reason, "Say in 10 to 500 characters what was found and done.")?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let waits = chart.row.danger_since.or(chart.row.review_since).is_some();
    if !waits && !alert::stands(&tx, &chart, RED_FLAG).await? {
        return Err(Error::field("patientId", Code::NotAllowed, "No signs wait to be looked at."));
    }
    let of_patient = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(patient_id));
    let open = of_patient.clone().filter(Column::Level.is_not_null()).filter(Column::ResolvedAt.is_null());
    let open = open.all(&tx).await?;
    if let Some(id) = newest_seen {
        let seen = of_patient.filter(Column::Id.eq(id)).one(&tx).await?.ok_or(Error::NotFound)?;
        if open.iter().any(|row| (row.screened_at, row.id) > (seen.screened_at, seen.id)) {
            return Err(Error::Conflict("signs were told that have not been seen"));
        }
    }
    for row in open {
        let resolution = chart.seal(scope, "red_flag_screen.resolution", row.id, reason)?;
        let mut row: ActiveModel = row.into_active_model();
        row.resolved_at = Set(Some(scope.services().now()));
        (row.resolved_by, row.resolution) = (Set(Some(therapist)), Set(Some(resolution)));
        row.update(&tx).await?;
    }
    let change = chart.raise(&tx, None).await?;
    chart.set_danger(&tx, None).await?;
    chart.set_review(&tx, None).await?;
    alert::settle(&tx, scope, &chart, RED_FLAG, (therapist, reason), change).await?;
    let object = (Kind::Patient, patient_id);
    let entry = audit::Entry { action: "red_flag.resolve", patient_id: Some(patient_id), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(patient_id, change);
    chart.patient()
}
