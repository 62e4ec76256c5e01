//! A patient's consent: whether the care team may see the record.

use super::Chart;
use super::table::{break_glass, patient};
use crate::access::Scope;
use crate::audit;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Whether the care team may see the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consent {
    /// Since when it may not; none while it may.
    pub sharing_ended_at: Option<Instant>,
}

/// Lets the care team of the patient who acts see the record, or no longer. From the next request on
/// nobody of the staff sees anything of a patient who has withdrawn, emergencies that begin later apart
/// (see [`super::break_glass`]); reminders go on. Repeated, it changes nothing.
pub async fn share(scope: &Scope, share: bool) -> Result<Consent> {
    let (patient_id, now) = (scope.patient_id()?, scope.services().now());
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    if chart.row.sharing_ended_at.is_none() == share {
        return Ok(Consent { sharing_ended_at: chart.row.sharing_ended_at });
    }
    chart.raise(&tx, None).await?;
    let sharing_ended_at = (!share).then_some(now);
    let its = patient::Column::ClinicId.eq(chart.clinic_id());
    patient::Entity::update_many()
        .col_expr(patient::Column::SharingEndedAt, Expr::value(sharing_ended_at))
        .filter(its)
        .filter(patient::Column::Id.eq(patient_id))
        .exec(&tx)
        .await?;
    if !share {
        break_glass::Entity::update_many()
            .col_expr(break_glass::Column::ExpiresAt, Expr::value(now))
            .filter(break_glass::Column::ClinicId.eq(chart.clinic_id()))
            .filter(break_glass::Column::PatientId.eq(patient_id))
            .filter(break_glass::Column::ExpiresAt.gt(now))
            .exec(&tx)
            .await?;
    }
    let action = if share { "consent.grant" } else { "consent.withdraw" };
    let entry = audit::Entry { action, patient_id: Some(patient_id), object: (Kind::Patient, patient_id) };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(patient_id, chart.row.change);
    Ok(Consent { sharing_ended_at })
}
