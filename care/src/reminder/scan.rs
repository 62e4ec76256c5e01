//! Reading from SQL, the truth, what the timetable ought to know.

use super::Status;
use super::table::reminder::{Column, Entity};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::Result;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// A reminder and when it comes due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The reminder.
    pub id: Uuid,
    /// When it comes due.
    pub due_at: Instant,
}

/// Up to `limit` active reminders due before `before`, soonest first: what a timetable forgot. One that was set
/// aside is none of them.
pub async fn overdue(worker: &Worker, before: Instant, limit: u64) -> Result<Vec<Due>> {
    scheduled_until(worker, None, before, limit).await
}

/// Up to `limit` active reminders due before `until`, soonest first, after the place `after`: one
/// step of filling a timetable.
pub async fn scheduled_until(
    worker: &Worker,
    after: Option<Due>,
    until: Instant,
    limit: u64,
) -> Result<Vec<Due>> {
    let tx = worker.read().await?;
    let mut find = Entity::find()
        .select_only()
        .columns([Column::Id, Column::NextDueAt])
        .filter(Column::Status.eq(Status::Active))
        .filter(Column::SetAsideAt.is_null())
        .filter(Column::NextDueAt.lt(until));
    if let Some(after) = after {
        // Compared as one the index finds the place at once, however many come due at one instant.
        let place = Expr::tuple([Expr::col(Column::NextDueAt), Expr::col(Column::Id)]);
        find = find.filter(place.gt(Expr::tuple([after.due_at.into(), after.id.into()])));
    }
    let rows: Vec<(Uuid, Instant)> = find
        .order_by_asc(Column::NextDueAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .into_tuple()
        .all(&tx)
        .await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|(id, due_at)| Due { id, due_at }).collect())
}
