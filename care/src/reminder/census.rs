//! How the reminders of the installation stand, in numbers, for those who look after it.

use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, Status};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};

/// Nothing is counted further than this: who is so far behind knows it without the rest.
const MOST: u64 = 100_000;
const DAY: i64 = 24 * 60 * 60_000;

/// How the reminders stand. Each number is read from an index that holds little else, and 100,000 stands for more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Census {
    /// Reminders that are due and not decided yet.
    pub overdue: i64,
    /// For how long the one that waits longest has been due, in milliseconds; 0 where none is.
    pub oldest_overdue_ms: i64,
    /// Deliveries whose time has come again: to be retried, put off, or deferred.
    pub waiting: i64,
    /// Deliveries of the last 24 hours that never got through.
    pub dead: i64,
    /// Reminders that are set aside.
    pub set_aside: i64,
}

/// Counts, in five statements.
pub async fn census(worker: &Worker, now: Instant) -> Result<Census> {
    let tx = worker.read().await?;
    let due = reminder::Entity::find()
        .filter(reminder::Column::Status.eq(Status::Active))
        .filter(reminder::Column::SetAsideAt.is_null())
        .filter(reminder::Column::NextDueAt.lte(now));
    let oldest: Option<Option<Instant>> = due
        .clone()
        .select_only()
        .column_as(reminder::Column::NextDueAt.min(), "oldest")
        .into_tuple()
        .one(&tx)
        .await?;
    let deliveries = reminder_delivery::Entity::find;
    let waiting = deliveries().filter(reminder_delivery::Column::NextTryAt.lte(now));
    let dead = deliveries()
        .filter(reminder_delivery::Column::Status.eq(DeliveryStatus::Failed))
        .filter(reminder_delivery::Column::DueAt.gt(now.plus(-DAY)));
    let set_aside = reminder::Entity::find().filter(reminder::Column::SetAsideAt.is_not_null());
    let census = Census {
        overdue: count(&tx, due).await?,
        oldest_overdue_ms: oldest.flatten().map_or(0, |oldest| now.0 - oldest.0),
        waiting: count(&tx, waiting).await?,
        dead: count(&tx, dead).await?,
        set_aside: count(&tx, set_aside).await?,
    };
    tx.commit().await?;
    Ok(census)
}

async fn count<E: EntityTrait>(tx: &Tx, rows: Select<E>) -> Result<i64> {
    let few = rows.select_only().expr_as(Expr::value(1), "one").limit(MOST).into_query();
    let count =
        Query::select().expr_as(Expr::col("one").count(), "count").from_subquery(few, "few").to_owned();
    let row = tx.query_one(&count).await?;
    Ok(row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or(0))
}
