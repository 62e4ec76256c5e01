//! An operator puts dead letters back to work.

use super::outbound::lock;
use super::set_aside::raise_one;
use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, Status};
use crate::access::Worker;
use crate::audit;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::live::Change;
use crate::store::Tx;
use reminder_delivery::{Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// Why something was not put back; it stays as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotBack {
    /// There is no such reminder or delivery.
    Unknown,
    /// It is not dead; this is how it stands.
    NotDead(String),
    /// It was of use until then.
    TooLate(Instant),
    /// Its reminder came due again then.
    Superseded(Instant),
    /// Its reminder is paused or deleted.
    AtRest,
    /// It still cannot be read.
    Unreadable,
}

/// Puts a dead delivery back among those to be retried at once, or a reminder that was set aside back to work;
/// audited. Answers why not, where it is not.
pub async fn put_back(worker: &Worker, (kind, id): (Kind, Uuid)) -> Result<Option<NotBack>> {
    match kind {
        Kind::Delivery => delivery(worker, id).await,
        Kind::Reminder => of_reminder(worker, id).await,
        _ => Ok(Some(NotBack::Unknown)),
    }
}

async fn delivery(worker: &Worker, id: Uuid) -> Result<Option<NotBack>> {
    let (tx, now) = (worker.write().await?, worker.now());
    let find = || Entity::find().filter(Column::Id.eq(id));
    let columns = [Column::ClinicId, Column::PatientId];
    let key: Option<(Uuid, Uuid)> = find().select_only().columns(columns).into_tuple().one(&tx).await?;
    let Some((clinic_id, patient_id)) = key else { return Ok(Some(NotBack::Unknown)) };
    let change = raise_one(&tx, (clinic_id, patient_id)).await?;
    // Read under the patient's lock.
    let Some(row) = readable(find().one(&tx).await.map_err(Into::into))? else {
        return Ok(Some(NotBack::Unreadable));
    };
    if let Some(why) = hindrance(&tx, &row, now).await? {
        return Ok(Some(why));
    }
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Pending))
        .col_expr(Column::NextTryAt, Expr::value(now))
        .col_expr(Column::Change, Expr::value(change))
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let object = (Kind::Delivery, id);
    let entry = audit::Entry { action: "reminder.retry", patient_id: Some(patient_id), object };
    audit::record_by_worker(&tx, worker.services(), clinic_id, entry).await?;
    tx.commit().await?;
    worker.live().publish(Change::Patient { clinic_id, patient_id, change });
    Ok(None)
}

/// Why a delivery would not go out if it were put back.
async fn hindrance(tx: &Tx, row: &Model, now: Instant) -> Result<Option<NotBack>> {
    if row.status != DeliveryStatus::Failed {
        return Ok(Some(NotBack::NotDead(row.status.to_value())));
    }
    if row.expires_at <= now {
        return Ok(Some(NotBack::TooLate(row.expires_at)));
    }
    let newest: Option<Option<Instant>> = Entity::find()
        .select_only()
        .column_as(Column::DueAt.max(), "newest")
        .filter(Column::ClinicId.eq(row.clinic_id))
        .filter(Column::ReminderId.eq(row.reminder_id))
        .into_tuple()
        .one(tx)
        .await?;
    if let Some(newest) = newest.flatten().filter(|newest| *newest > row.due_at) {
        return Ok(Some(NotBack::Superseded(newest)));
    }
    let status: Option<String> = reminder::Entity::find_by_id((row.clinic_id, row.reminder_id))
        .select_only()
        .column(reminder::Column::Status)
        .into_tuple()
        .one(tx)
        .await?;
    let rests = [Status::Paused, Status::Deleted].iter().any(|rest| Some(rest.to_value()) == status);
    Ok(rests.then_some(NotBack::AtRest))
}

async fn of_reminder(worker: &Worker, id: Uuid) -> Result<Option<NotBack>> {
    let tx = worker.write().await?;
    let find = || reminder::Entity::find().filter(reminder::Column::Id.eq(id));
    let columns = [reminder::Column::ClinicId, reminder::Column::PatientId];
    let key: Option<(Uuid, Uuid)> = find().select_only().columns(columns).into_tuple().one(&tx).await?;
    let Some(key) = key else { return Ok(Some(NotBack::Unknown)) };
    // Read under the patient's lock.
    lock(&tx, &[key]).await?;
    let Some(row) = readable(find().one(&tx).await.map_err(Into::into))? else {
        return Ok(Some(NotBack::Unreadable));
    };
    if row.set_aside_at.is_none() {
        return Ok(Some(NotBack::NotDead(row.status.to_value())));
    }
    reminder::Entity::update_many()
        .col_expr(reminder::Column::SetAsideAt, Expr::value(None::<i64>))
        .col_expr(reminder::Column::FireAt, Expr::value(row.next_due_at))
        .filter(reminder::Column::ClinicId.eq(row.clinic_id))
        .filter(reminder::Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let object = (Kind::Reminder, id);
    let entry = audit::Entry { action: "reminder.retry", patient_id: Some(row.patient_id), object };
    audit::record_by_worker(&tx, worker.services(), row.clinic_id, entry).await?;
    tx.commit().await?;
    worker.live().publish(Change::Reminder { id, next_due_at: row.next_due_at });
    Ok(None)
}

/// The row, or `None` where what stands there is none.
fn readable<T>(read: Result<Option<T>>) -> Result<Option<T>> {
    match read {
        Err(Error::Internal) => Ok(None),
        read => read,
    }
}
