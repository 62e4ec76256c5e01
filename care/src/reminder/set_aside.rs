//! What cannot be decided is put away by its id alone, since it may not even be readable.

use super::DeliveryStatus;
use super::outbound::raise;
use super::table::reminder;
use super::table::reminder_delivery::{Answered, Column, Entity};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::patient::table::patient;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// What stands among the answers of a delivery that was buried.
const UNDECIDABLE: &str = "it could not be decided";

/// Sets a reminder aside that cannot be decided: no timetable and no scan has it from then on, until the patient
/// changes it or an operator puts it back. Whether it was not set aside before.
pub async fn set_aside(worker: &Worker, id: Uuid, now: Instant) -> Result<bool> {
    let tx = worker.write().await?;
    let done = reminder::Entity::update_many()
        .col_expr(reminder::Column::SetAsideAt, Expr::value(now))
        .col_expr(reminder::Column::FireAt, Expr::value(None::<i64>))
        .filter(reminder::Column::Id.eq(id))
        .filter(reminder::Column::SetAsideAt.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(done.rows_affected > 0)
}

/// Up to `limit` deliveries whose time has come again, longest first.
pub async fn waiting(worker: &Worker, now: Instant, limit: u64) -> Result<Vec<Uuid>> {
    let tx = worker.read().await?;
    let ids = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::NextTryAt.lte(now))
        .order_by_asc(Column::NextTryAt)
        .limit(limit)
        .into_tuple()
        .all(&tx)
        .await?;
    tx.commit().await?;
    Ok(ids)
}

/// Gives a waiting delivery up that cannot be decided again. Whether it still waited.
pub async fn bury(worker: &Worker, id: Uuid, now: Instant) -> Result<bool> {
    let tx = worker.write().await?;
    let waits = || Entity::find().filter(Column::Id.eq(id)).filter(Column::NextTryAt.lte(now));
    let columns = [Column::ClinicId, Column::PatientId];
    let key: Option<(Uuid, Uuid)> = waits().select_only().columns(columns).into_tuple().one(&tx).await?;
    let Some(key) = key else { return Ok(false) };
    let change = raise_one(&tx, key).await?;
    // Answers that are what is wrong are lost.
    let kept = waits().one(&tx).await.ok().flatten();
    let mut answers = kept.map(|row| row.answers).unwrap_or_default();
    answers.0.push(Answered { at: now, device: Uuid::nil(), code: UNDECIDABLE.to_owned() });
    let buried = Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Failed))
        .col_expr(Column::NextTryAt, Expr::value(None::<i64>))
        .col_expr(Column::Answers, Expr::value(answers))
        .col_expr(Column::Change, Expr::value(change))
        .filter(Column::Id.eq(id))
        .filter(Column::NextTryAt.lte(now))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(buried.rows_affected > 0)
}

/// Raises the change counter of a patient, whose row is locked from then on; answers what it is now.
pub(super) async fn raise_one(tx: &Tx, key: (Uuid, Uuid)) -> Result<i64> {
    raise(tx, &[key]).await?;
    let find = patient::Entity::find_by_id(key).select_only().column(patient::Column::Change);
    find.into_tuple().one(tx).await?.ok_or(Error::NotFound)
}
