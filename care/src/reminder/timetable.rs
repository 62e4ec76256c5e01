//! The timetable kept in SQL: the embedded default, and what takes over when Redis is away.
//!
//! `reminder.fire_at` says when a reminder fires; a claim takes it out into `reminder_batch`,
//! which is the lease. The batch goes back when its lease ends before it is acknowledged.

use super::Due;
use super::table::{reminder, reminder_batch};
use crate::access::Worker;
use crate::clock::{Instant, random_bytes};
use crate::error::Result;
use crate::store::Tx;
use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait, IntoIden, IntoValueTuple, LockBehavior, LockType, Query, TableRef,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};
use uuid::Uuid;

/// A leased batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Its number, never given twice.
    pub number: i64,
    /// The reminders.
    pub ids: Vec<Uuid>,
    /// Whether it was in the hands of a worker that let its lease end.
    pub taken_over: bool,
}

/// What a claim answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// These are the caller's until the lease ends.
    Batch(Batch),
    /// Nothing is due; this is when the next reminder fires or the next lease ends.
    Idle(Option<Instant>),
}

/// How fire times that are there already are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// The new time holds.
    Replace,
    /// The earlier of both holds.
    Earlier,
}

/// Sets the fire times of reminders; unknown ones are passed over.
pub async fn schedule(worker: &Worker, entries: &[Due], merge: Merge) -> Result<()> {
    let tx = worker.write().await?;
    set_fire_times(&tx, entries, merge).await?;
    tx.commit().await
}

async fn set_fire_times(tx: &Tx, entries: &[Due], merge: Merge) -> Result<()> {
    use reminder::{Column, Entity};
    let of = |column| Expr::col((Entity, column));
    // Both databases call the columns of values so.
    let (id, new) = (Expr::col(("entry", "column1")), Expr::col(("entry", "column2")));
    let time = match merge {
        Merge::Replace => new,
        Merge::Earlier => {
            let kept = of(Column::FireAt);
            CaseStatement::new().case(kept.clone().lt(new.clone()), kept).finally(new).into()
        }
    };
    let mut update = Query::update();
    update.table(Entity).value(Column::FireAt, time);
    update.and_where(of(Column::Id).eq(id)).and_where(of(Column::SetAsideAt).is_null());
    // In one order, so that no two workers wait for each other in a circle.
    let mut entries = entries.to_vec();
    entries.sort_unstable_by_key(|entry| entry.id);
    // PostgreSQL looks each of so few up by its id, and would read the whole table for thousands.
    for entries in entries.chunks(500) {
        let values = entries.iter().map(|entry| (entry.id, entry.due_at.0).into_value_tuple()).collect();
        let update = update.clone().from(TableRef::ValuesList(values, "entry".into_iden())).take();
        tx.execute(&update).await?;
    }
    Ok(())
}

/// Takes reminders out, unless they are leased.
pub async fn cancel(worker: &Worker, ids: &[Uuid]) -> Result<()> {
    let tx = worker.write().await?;
    take_out(&tx, ids).await?;
    tx.commit().await
}

async fn take_out(tx: &Tx, ids: &[Uuid]) -> Result<()> {
    for ids in ids.chunks(10_000) {
        reminder::Entity::update_many()
            .col_expr(reminder::Column::FireAt, Expr::value(None::<i64>))
            .filter(reminder::Column::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Leases up to `max` reminders due at `now`; a batch whose lease has ended comes first, whole.
pub async fn claim(worker: &Worker, now: Instant, max: u64, lease_ms: i64) -> Result<Claimed> {
    if let Some(idle) = idle_until(worker, now).await? {
        return Ok(Claimed::Idle(idle));
    }
    let tx = worker.write().await?;
    let (ids, taken_over) = match expired_batch(&tx, now).await? {
        Some(ids) => (ids, true),
        None => (due(&tx, now, max).await?, false),
    };
    if ids.is_empty() {
        tx.commit().await?;
        return Ok(Claimed::Idle(idle_until(worker, now).await?.flatten()));
    }
    let number = i64::from_be_bytes(random_bytes(worker.services().random.as_ref())) & i64::MAX;
    reminder_batch::ActiveModel {
        number: Set(number),
        until: Set(now.plus(lease_ms)),
        reminder_ids: Set(ids.iter().flat_map(|id| *id.as_bytes()).collect()),
    }
    .insert(&tx)
    .await?;
    tx.commit().await?;
    Ok(Claimed::Batch(Batch { number, ids, taken_over }))
}

/// `Some` when nothing is due: when the next reminder fires or the next lease ends. It only reads,
/// so that idle workers take no turn from those who write.
async fn idle_until(worker: &Worker, now: Instant) -> Result<Option<Option<Instant>>> {
    let tx = worker.read().await?;
    let fire: Option<Option<Instant>> = reminder::Entity::find()
        .select_only()
        .column_as(reminder::Column::FireAt.min(), "fire_at")
        .into_tuple()
        .one(&tx)
        .await?;
    let lease: Option<Option<Instant>> = reminder_batch::Entity::find()
        .select_only()
        .column_as(reminder_batch::Column::Until.min(), "until")
        .into_tuple()
        .one(&tx)
        .await?;
    tx.commit().await?;
    let next = [fire.flatten(), lease.flatten()].into_iter().flatten().min();
    Ok(next.is_none_or(|next| next > now).then_some(next))
}

async fn expired_batch(tx: &Tx, now: Instant) -> Result<Option<Vec<Uuid>>> {
    let mut find = reminder_batch::Entity::find()
        .filter(reminder_batch::Column::Until.lte(now))
        .order_by_asc(reminder_batch::Column::Until)
        .order_by_asc(reminder_batch::Column::Number);
    if tx.locks_rows() {
        find = find.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let Some(batch) = find.one(tx).await? else { return Ok(None) };
    reminder_batch::Entity::delete_by_id(batch.number).exec(tx).await?;
    let ids = batch.reminder_ids.chunks_exact(16).filter_map(|bytes| Uuid::from_slice(bytes).ok());
    Ok(Some(ids.collect()))
}

async fn due(tx: &Tx, now: Instant, max: u64) -> Result<Vec<Uuid>> {
    let mut find = reminder::Entity::find()
        .select_only()
        .column(reminder::Column::Id)
        .filter(reminder::Column::FireAt.lte(now))
        .order_by_asc(reminder::Column::FireAt)
        .order_by_asc(reminder::Column::Id)
        .limit(max);
    if tx.locks_rows() {
        find = find.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let ids: Vec<Uuid> = find.into_tuple().all(tx).await?;
    take_out(tx, &ids).await?;
    Ok(ids)
}

/// Ends the lease of a batch and sets the next fire times; `false` when it was taken over.
pub async fn ack(worker: &Worker, number: i64, next: &[Due]) -> Result<bool> {
    let tx = worker.write().await?;
    let ended = reminder_batch::Entity::delete_by_id(number).exec(&tx).await?;
    if ended.rows_affected == 0 {
        return Ok(false);
    }
    set_fire_times(&tx, next, Merge::Earlier).await?;
    tx.commit().await?;
    Ok(true)
}

/// Lets a lease last until `until`; `false` when the batch was taken over.
pub async fn extend(worker: &Worker, number: i64, until: Instant) -> Result<bool> {
    let tx = worker.write().await?;
    let extended = reminder_batch::Entity::update_many()
        .col_expr(reminder_batch::Column::Until, Expr::value(until))
        .filter(reminder_batch::Column::Number.eq(number))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(extended.rows_affected == 1)
}
