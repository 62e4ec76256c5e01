//! A side of the thread has read what the other wrote.

use super::table::{Column, Entity};
use super::unread::{unread_in, written_by_other};
use super::{Message, opened_one};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// How the thread stands once it was read.
#[derive(Debug, Clone)]
pub struct Marked {
    /// The message up to which it was read.
    pub message: Message,
    /// Messages of the other side that are still unread.
    pub unread: u32,
}

/// Notes that who acts has read all that the other side wrote up to this message, itself included: the
/// patient for themselves, a therapist or assistant for the whole care team. What was read before stays as
/// it was noted first.
pub async fn mark_read(scope: &Scope, patient_id: Option<Uuid>, up_to: Uuid) -> Result<Marked> {
    let own = scope.actor().person.patient_id();
    let patient_id = scope.concerned(patient_id.filter(|id| own != Some(*id)))?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let key = (chart.clinic_id(), up_to);
    let last = Entity::find_by_id(key).filter(Column::PatientId.eq(chart.id())).one(&tx).await?;
    let last = last.ok_or_else(|| Error::field("upTo", Code::NotFound, "Give a message of this thread."))?;
    let which = written_by_other(&chart).add(Column::SentAt.lte(last.sent_at));
    if unread_in(&tx, which.clone()).await? == 0 {
        let unread = unread_in(&tx, written_by_other(&chart)).await?;
        return Ok(Marked { message: opened_one(&tx, scope, &chart, last).await?, unread });
    }
    let change = chart.raise(&tx, None).await?;
    Entity::update_many()
        .col_expr(Column::ReadAt, Expr::value(scope.services().now()))
        .col_expr(Column::ReadBy, Expr::value(scope.actor().person.member_id()))
        .col_expr(Column::Change, Expr::value(change))
        .filter(which)
        .exec(&tx)
        .await?;
    let object = (Kind::Message, up_to);
    audit::record(&tx, scope, audit::Entry { action: "message.read", patient_id: Some(patient_id), object })
        .await?;
    let unread = unread_in(&tx, written_by_other(&chart)).await?;
    let last = Entity::find_by_id(key).one(&tx).await?.ok_or(Error::Internal)?;
    let message = opened_one(&tx, scope, &chart, last).await?;
    tx.commit().await?;
    scope.announce(patient_id, change);
    Ok(Marked { message, unread })
}
