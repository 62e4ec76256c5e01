//! Clearing away what was deleted, and what was announced and never completed.

use super::table::{Column, Entity};
use super::{Media, Status};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::Result;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, Condition, EntityTrait, ModelTrait, QueryFilter, QuerySelect};

/// For how long an announced file may take to be completed: a day, in milliseconds.
const PATIENCE: i64 = 24 * 60 * 60 * 1_000;
/// Files that are cleared away in one go.
const MOST: u64 = 100;

/// Removes what is left of media that were announced a day ago, and are deleted or not completed; answers
/// how many. What cannot be removed is left for another day.
pub async fn sweep(worker: &Worker) -> Result<usize> {
    let services = worker.services();
    let Some(storage) = &services.media else { return Ok(0) };
    let now = services.now();
    let tx = worker.read().await?;
    let rows = Entity::find().filter(is_over(now)).limit(MOST).all(&tx).await?;
    tx.commit().await?;
    let mut swept = 0;
    for row in rows {
        if !claim(worker, &row, now).await? {
            continue;
        }
        if storage.remove(&row.file()).await.is_err() {
            tracing::warn!(media = %row.id, "the bytes of a media could not be swept yet");
            continue;
        }
        let tx = worker.write().await?;
        row.delete(&tx).await?;
        tx.commit().await?;
        swept += 1;
    }
    Ok(swept)
}

/// No upload that was allowed before is still under way.
fn is_over(now: Instant) -> Condition {
    let over = Column::CreatedAt.lt(now.plus(-PATIENCE));
    Condition::all().add(Column::Status.ne(Status::Ready)).add(over)
}

/// Marks the row as deleted, so that nobody completes it any more; false where somebody was sooner. It waits
/// for another day, so that others have their turn where its bytes cannot be removed.
async fn claim(worker: &Worker, row: &Media, now: Instant) -> Result<bool> {
    let tx = worker.write().await?;
    let claimed = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Deleted.to_value()))
        .col_expr(Column::CreatedAt, Expr::value(now))
        .filter(Column::ClinicId.eq(row.clinic_id))
        .filter(Column::Id.eq(row.id))
        .filter(is_over(now))
        .exec(&tx)
        .await?;
    tx.commit().await?;
    Ok(claimed.rows_affected > 0)
}
