//! The falls of a patient, opened.

use super::fall::Fall;
use super::table::fall_report::{Column, Entity};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use uuid::Uuid;

/// One page of the falls of a visible patient, the last to have happened first.
pub async fn falls(scope: &Scope, patient_id: Uuid, request: &Request) -> Result<Page<Fall>> {
    let window = request.check("fallReports")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    let rows = window.select(find, (Column::HappenedAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let entries = rows
        .iter()
        .map(|row| Ok((Cursor { key: row.happened_at.0, id: row.id }, Fall::of(&chart, row)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}

/// The report of a fall of this id, of a visible patient.
pub async fn get_fall(scope: &Scope, id: Uuid) -> Result<Fall> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    Fall::of(&Chart::open(&tx, scope, row.patient_id).await?, &row)
}
