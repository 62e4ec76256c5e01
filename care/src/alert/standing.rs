//! The alerts that are not resolved.

use super::table::{Column, Entity, Model};
use crate::error::Result;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// The alert of this rule of the patient (clinic, patient) that is not resolved.
pub(super) async fn standing(tx: &Tx, key: (Uuid, Uuid), rule: &str) -> Result<Option<Model>> {
    let its = Entity::find().filter(Column::ClinicId.eq(key.0)).filter(Column::PatientId.eq(key.1));
    Ok(its.filter(Column::Rule.eq(rule)).filter(Column::ResolvedAt.is_null()).one(tx).await?)
}

/// The alerts of these patients that are not resolved, by patient, the first raised first, in one statement however many they are. The
/// patients must be visible to who acts.
pub(crate) async fn standing_of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Model>>> {
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(ids.iter().copied()))
        .filter(Column::ResolvedAt.is_null())
        .order_by_asc(Column::OpenedAt)
        .order_by_asc(Column::Id)
        .all(tx)
        .await?;
    let mut by_patient: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for row in rows {
        by_patient.entry(row.patient_id).or_default().push(row);
    }
    Ok(by_patient)
}
