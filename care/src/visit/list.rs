//! The visits of a patient, newest first.

use super::Visit;
use super::find::{opened, opened_all};
use super::table::{Column, Entity};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use crate::progress::Range;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use uuid::Uuid;

/// One page of the visits of a visible patient that begin on these local dates of theirs, the last to
/// begin first; those to come are among them.
pub async fn list(scope: &Scope, patient_id: Uuid, range: Range, request: &Request) -> Result<Page<Visit>> {
    let window = request.check("visits")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let mut find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    if let Some(from) = range.from {
        find = find.filter(Column::StartsAt.gte(from.begins_in(&chart.zone())));
    }
    if let Some(to) = range.to {
        find = find.filter(Column::StartsAt.lt(to.plus(1).begins_in(&chart.zone())));
    }
    let rows = window.select(find, (Column::StartsAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let visits = opened_all(&tx, scope, &chart, rows).await?;
    let entry = |visit: Visit| (Cursor { key: visit.starts_at.0, id: visit.id }, visit);
    Ok(Page::cut(&window, visits.into_iter().map(entry).collect(), None))
}

/// The visit of this id, of a visible patient.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Visit> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open(&tx, scope, row.patient_id).await?;
    opened(&tx, scope, &chart, row).await
}
