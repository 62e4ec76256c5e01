//! The goals of a patient, and one of them.

use super::Goal;
use super::table::{goal, goal_progress};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// The goals of a visible patient, first set first.
pub async fn list(scope: &Scope, patient_id: Uuid) -> Result<Vec<Goal>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let rows = goal::Entity::find()
        .filter(goal::Column::ClinicId.eq(chart.clinic_id()))
        .filter(goal::Column::PatientId.eq(chart.id()))
        .order_by_asc(goal::Column::CreatedAt)
        .order_by_asc(goal::Column::Id)
        .all(tx.as_ref())
        .await?;
    let values = values_of(&tx, &chart, None).await?;
    rows.iter().map(|row| Goal::of(&chart, row, &values)).collect()
}

/// The goal of this id, of a visible patient.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Goal> {
    let tx = scope.read().await?;
    let row = goal::Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?;
    let row = row.ok_or(Error::NotFound)?;
    let chart = Chart::open(&tx, scope, row.patient_id).await?;
    Goal::of(&chart, &row, &values_of(&tx, &chart, Some(id)).await?)
}

/// The values measured, of all goals or of one, the newest first.
pub(super) async fn values_of(
    tx: &Tx,
    chart: &Chart,
    goal_id: Option<Uuid>,
) -> Result<Vec<goal_progress::Model>> {
    use goal_progress::Column;
    let mut find = goal_progress::Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    if let Some(id) = goal_id {
        find = find.filter(Column::GoalId.eq(id));
    }
    Ok(find.order_by_desc(Column::MeasuredOn).all(tx).await?)
}
