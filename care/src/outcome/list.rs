//! The answers of a patient, and one of them.

use super::Response;
use super::table::outcome_response::{Column, Entity};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, Select};
use uuid::Uuid;

pub(super) fn of_patient(chart: &Chart) -> Select<Entity> {
    Entity::find().filter(Column::ClinicId.eq(chart.clinic_id())).filter(Column::PatientId.eq(chart.id()))
}

/// One page of the answers of a visible patient, to this measure or to all, the voided too, last answered first.
pub async fn list(
    scope: &Scope,
    patient_id: Uuid,
    measure: Option<&str>,
    request: &Request,
) -> Result<Page<Response>> {
    let window = request.check("outcomes")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let mut find = of_patient(&chart);
    if let Some(measure) = measure {
        find = find.filter(Column::Measure.eq(measure));
    }
    let rows = window.select(find, (Column::AnsweredAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let entries = rows
        .iter()
        .map(|row| Ok((Cursor { key: row.answered_at.0, id: row.id }, Response::of(&chart, row)?)))
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}

/// The answers of this id, of a visible patient.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Response> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    Response::of(&Chart::open(&tx, scope, row.patient_id).await?, &row)
}
