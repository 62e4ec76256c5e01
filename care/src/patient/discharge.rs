//! The end of a patient's care.

use super::table::patient::{Column, Entity};
use super::{Chart, Patient};
use crate::access::{Person, Scope};
use crate::account::{end_sessions, invitation};
use crate::audit;
use crate::error::Result;
use crate::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Discharges a patient of the therapist's care teams: from the next request on they are signed
/// out and can neither sign in nor accept an invitation, they leave the caseload, and no reminder
/// goes out. The record stays, for the care team to read. A repeated discharge changes nothing.
pub async fn discharge(scope: &Scope, patient_id: Uuid) -> Result<Patient> {
    scope.therapist_id()?;
    let now = scope.services().now();
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    if chart.row.discharged_at.is_some() {
        return chart.patient();
    }
    chart.raise(&tx, None).await?;
    chart.row.discharged_at = Some(now);
    Entity::update_many()
        .col_expr(Column::DischargedAt, Expr::value(now))
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::Id.eq(patient_id))
        .exec(&tx)
        .await?;
    end_sessions(&tx, chart.clinic_id(), Person::Patient(patient_id), now, "PATIENT_DISCHARGED").await?;
    invitation::end_earlier(&tx, chart.clinic_id(), patient_id, now).await?;
    let object = (Kind::Patient, patient_id);
    let entry = audit::Entry { action: "patient.discharge", patient_id: Some(patient_id), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(patient_id, chart.row.change);
    chart.patient()
}
