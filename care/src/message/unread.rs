//! How many messages wait to be read.

use super::table::{Column, Entity};
use crate::access::Scope;
use crate::error::Result;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// How many messages of a visible patient's thread the side of who acts has not read: the patient, or the
/// care team as a whole.
pub async fn unread(scope: &Scope, patient_id: Uuid) -> Result<u32> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    if chart.is_own() {
        return unread_by_patient(&tx, &chart).await;
    }
    let counts = unread_of_patients(&tx, chart.clinic_id(), &[chart.id()]).await?;
    Ok(counts.get(&chart.id()).copied().unwrap_or_default())
}

/// How many messages of their care team the patient of this chart has not read, whoever acts.
pub(crate) async fn unread_by_patient(tx: &Tx, chart: &Chart) -> Result<u32> {
    unread_in(tx, of_thread(chart.clinic_id(), chart.id()).add(Column::MemberId.is_not_null())).await
}

/// How many messages of each of these patients nobody of their care team has read, in one statement;
/// patients without any are left out. Who may see the patients is for the caller to have asked.
pub(crate) async fn unread_of_patients(tx: &Tx, clinic_id: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, u32>> {
    let counts: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::PatientId)
        .column_as(Column::Id.count(), "many")
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(ids.iter().copied()))
        .filter(Column::ReadAt.is_null())
        .filter(Column::MemberId.is_null())
        .group_by(Column::PatientId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(counts.into_iter().map(|(id, many)| (id, u32::try_from(many).unwrap_or(u32::MAX))).collect())
}

fn of_thread(clinic_id: Uuid, patient_id: Uuid) -> Condition {
    Condition::all()
        .add(Column::ClinicId.eq(clinic_id))
        .add(Column::PatientId.eq(patient_id))
        .add(Column::ReadAt.is_null())
}

/// The unread messages that the side of who acts has not written itself.
pub(super) fn written_by_other(chart: &Chart) -> Condition {
    let by_member = Column::MemberId;
    let other = if chart.is_own() { by_member.is_not_null() } else { by_member.is_null() };
    of_thread(chart.clinic_id(), chart.id()).add(other)
}

pub(super) async fn unread_in(tx: &Tx, which: Condition) -> Result<u32> {
    let many = Entity::find().filter(which).count(tx).await?;
    Ok(u32::try_from(many).unwrap_or(u32::MAX))
}
