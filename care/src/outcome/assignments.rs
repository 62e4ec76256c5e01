//! The measures that a patient is asked, and one of them.

use super::Assignment;
use super::table::outcome_assignment::{Column, Entity, Model};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The most that are listed.
const MOST: u64 = 100;

/// The assignments of a visible patient, those that have ended too, the newest first, at most a hundred.
pub async fn assignments(scope: &Scope, patient_id: Uuid) -> Result<Vec<Assignment>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .order_by_desc(Column::AssignedAt)
        .order_by_desc(Column::Id)
        .limit(MOST)
        .all(tx.as_ref())
        .await?;
    Ok(rows.into_iter().map(Assignment::from).collect())
}

/// The assignment of this id, of a visible patient.
pub async fn get_assignment(scope: &Scope, id: Uuid) -> Result<Assignment> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    Chart::open(&tx, scope, row.patient_id).await?;
    Ok(row.into())
}

/// The assignment of this id, to be changed, of a patient whom who acts cares for.
pub(super) async fn find_any_to_write(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Chart, Model)> {
    let find = || Entity::find_by_id((scope.clinic_id(), id));
    let patient_id = find().one(tx).await?.ok_or(Error::NotFound)?.patient_id;
    let chart = Chart::open_to_write(tx, scope, patient_id).await?;
    // Under the patient's lock it stands as it will be changed.
    Ok((chart, find().one(tx).await?.ok_or(Error::NotFound)?))
}

/// The same, which has not been ended.
pub(super) async fn find_to_write(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Chart, Model)> {
    let (chart, row) = find_any_to_write(tx, scope, id).await?;
    if row.ended_at.is_some() {
        return Err(Error::field(
            "assignmentId",
            Code::NotAllowed,
            "This has been ended. Assign the measure anew.",
        ));
    }
    Ok((chart, row))
}

/// Writes a changed assignment, and ends the transaction.
pub(super) async fn save(
    tx: Tx,
    scope: &Scope,
    mut chart: Chart,
    mut row: Model,
    action: &'static str,
) -> Result<Assignment> {
    row.change = chart.raise(&tx, None).await?;
    row.clone().into_active_model().reset_all().update(&tx).await?;
    let object = (Kind::OutcomeAssignment, row.id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    tx.commit().await?;
    scope.announce(chart.id(), row.change);
    Ok(row.into())
}
