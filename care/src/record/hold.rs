//! Legal holds: while one stands, nobody erases the record.

use super::{Key, note, of_patient};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::patient::table::legal_hold::{ActiveModel, Column, Entity, Model};
use crate::patient::{Chart, check_reason};
use crate::store::Tx;
use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Set};
use uuid::Uuid;

/// A hold that stands, or has stood.
#[derive(Debug, Clone, Copy)]
pub struct LegalHold {
    /// The patient whose record it keeps.
    pub patient_id: Uuid,
    /// Since when.
    pub placed_at: Instant,
    /// Until when; none while it stands.
    pub lifted_at: Option<Instant>,
}

impl From<Model> for LegalHold {
    fn from(row: Model) -> Self {
        Self { patient_id: row.patient_id, placed_at: row.placed_at, lifted_at: row.lifted_at }
    }
}

/// The hold that stands on the record, if one does.
pub(super) async fn standing(tx: &Tx, key: Key) -> Result<Option<Model>> {
    Ok(Entity::find().filter(of_patient(key)).filter(Column::LiftedAt.is_null()).one(tx).await?)
}

/// The patients of the clinic on whose records a hold stands.
pub(super) fn held(clinic_id: Uuid) -> SelectStatement {
    let standing = Entity::find().filter(Column::ClinicId.eq(clinic_id)).filter(Column::LiftedAt.is_null());
    standing.select_only().column(Column::PatientId).into_query()
}

/// Keeps a record from being erased until the hold is lifted. Administrators only. `reason`: 10 to 500
/// characters. Where a hold stands already, it is answered and nothing changes.
pub async fn place_hold(scope: &Scope, patient_id: Uuid, reason: &str) -> Result<LegalHold> {
    let placed_by = scope.administrator_id()?;
    let reason = check_reason("reason", reason, "Say in 10 to 500 characters why this record must be kept.")?;
    let tx = scope.write().await?;
    let chart = Chart::open_record(&tx, scope, patient_id).await?;
    if let Some(row) = standing(&tx, (chart.clinic_id(), patient_id)).await? {
        return Ok(row.into());
    }
    let id = scope.services().new_id();
    let row = ActiveModel {
        clinic_id: Set(chart.clinic_id()),
        id: Set(id),
        patient_id: Set(patient_id),
        reason: Set(chart.seal(scope, "legal_hold.reason", id, reason)?),
        placed_by: Set(placed_by),
        placed_at: Set(scope.services().now()),
        lifted_by: Set(None),
        lifted_at: Set(None),
    };
    let row = row.insert(&tx).await?;
    note(&tx, scope, "legal_hold.place", patient_id).await?;
    tx.commit().await?;
    Ok(row.into())
}

/// Lifts the hold that stands on a record. Administrators only. `NotAllowed` where none does.
pub async fn lift_hold(scope: &Scope, patient_id: Uuid) -> Result<LegalHold> {
    let (lifted_by, now) = (scope.administrator_id()?, scope.services().now());
    let tx = scope.write().await?;
    let chart = Chart::open_record(&tx, scope, patient_id).await?;
    let none = || Error::field("patientId", Code::NotAllowed, "No legal hold stands on this record.");
    let mut row = standing(&tx, (chart.clinic_id(), patient_id)).await?.ok_or_else(none)?;
    (row.lifted_by, row.lifted_at) = (Some(lifted_by), Some(now));
    Entity::update_many()
        .col_expr(Column::LiftedBy, Expr::value(lifted_by))
        .col_expr(Column::LiftedAt, Expr::value(now))
        .filter(Column::ClinicId.eq(row.clinic_id))
        .filter(Column::Id.eq(row.id))
        .exec(&tx)
        .await?;
    note(&tx, scope, "legal_hold.lift", patient_id).await?;
    tx.commit().await?;
    Ok(row.into())
}
