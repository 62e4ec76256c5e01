//! What is no longer needed of accounts.

use super::device::retire_unseen;
use super::guessing::sweep_attempts;
use super::provider::sweep_tokens;
use super::reset::sweep_resets;
use super::table::challenge;
use crate::access::Worker;
use crate::error::Result;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Deletes guesses, links and tokens that no longer count, and sign-ins that never came to their second factor;
/// retires devices that have not been seen for long.
pub async fn sweep(worker: &Worker) -> Result<()> {
    let tx = worker.write().await?;
    sweep_attempts(&tx, worker.now()).await?;
    sweep_resets(&tx, worker.now()).await?;
    sweep_tokens(&tx, worker.now()).await?;
    retire_unseen(&tx, worker.now()).await?;
    challenge::Entity::delete_many().filter(challenge::Column::ExpiresAt.lte(worker.now())).exec(&tx).await?;
    tx.commit().await
}
