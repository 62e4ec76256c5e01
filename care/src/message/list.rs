//! The thread of a patient, newest first.

use super::table::{Column, Entity};
use super::{Message, opened, opened_one};
use crate::access::Scope;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use uuid::Uuid;

/// One page of the thread of a visible patient, last sent first. Reading it marks nothing as read.
pub async fn list(scope: &Scope, patient_id: Uuid, request: &Request) -> Result<Page<Message>> {
    let window = request.check("messages")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    let rows = window.select(find, (Column::SentAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let messages = opened(&tx, scope, &chart, &rows).await?;
    let entry = |message: Message| (Cursor { key: message.sent_at.0, id: message.id }, message);
    Ok(Page::cut(&window, messages.into_iter().map(entry).collect(), None))
}

/// The message of this id, of a visible patient.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Message> {
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open(&tx, scope, row.patient_id).await?;
    opened_one(&tx, scope, &chart, row).await
}
