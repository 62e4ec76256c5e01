//! Clearing away what was deleted, and what was announced and never completed.

use super::Status;
use super::table::{Column, Entity};
use crate::access::Worker;
use crate::error::Result;
use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QuerySelect};

/// For how long an announced file may take to be completed: a day, in milliseconds.
const PATIENCE: i64 = 24 * 60 * 60 * 1_000;
/// Files that are cleared away in one go.
const MOST: u64 = 100;

/// Removes what is left of media that were announced a day ago, and are deleted or not completed; answers
/// how many.
pub async fn sweep(worker: &Worker) -> Result<usize> {
    let services = worker.services();
    let Some(storage) = &services.media else { return Ok(0) };
    let tx = worker.read().await?;
    // No upload that was allowed before is still under way.
    let over = Column::CreatedAt.lt(services.now().plus(-PATIENCE));
    let rows = Entity::find().filter(Column::Status.ne(Status::Ready)).filter(over);
    let rows = rows.limit(MOST).all(&tx).await?;
    tx.commit().await?;
    let mut swept = 0;
    for row in rows {
        storage.remove(&row.file()).await?;
        let tx = worker.write().await?;
        row.delete(&tx).await?;
        tx.commit().await?;
        swept += 1;
    }
    Ok(swept)
}
