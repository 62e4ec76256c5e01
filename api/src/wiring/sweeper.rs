//! What is done by the clock: every ten minutes it is looked who has fallen silent and which months are over; once an hour is cleared away
//! what is no longer needed of accounts, and the records that have outlived their retention.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::{Worker, worker};
use std::time::Duration;
use tokio::sync::watch;

const EVERY: Duration = Duration::from_mins(10);
/// Every so many rounds is cleared away.
const ROUNDS: u32 = 6;
/// Patients of a clinic who are looked at together.
const TOGETHER: u64 = 200;
/// Patients of a clinic whose months are frozen together, and who are locked meanwhile.
const FROZEN: u64 = 50;
/// Records of a clinic that are erased in one go.
const MOST: u64 = 100;

/// Looks and clears away until `stop` turns true. A process that only answers requests leaves it to the workers.
pub(super) async fn run_sweeper(app: &App, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    if app.configuration.server.role == Role::Api {
        return Ok(());
    }
    let worker = worker(&app.services);
    let mut round = 0;
    while !*stop.borrow() {
        if let Err(error) = care::sweep::tick(&worker, TOGETHER).await {
            tracing::warn!(%error, "not all patients could be looked at; it is tried again in ten minutes");
        }
        if let Err(error) = freeze(&worker).await {
            tracing::warn!(%error, "not all months could be frozen; it is tried again in ten minutes");
        }
        if round == 0
            && let Err(error) = sweep(&worker).await
        {
            tracing::warn!(%error, "not all could be cleared away; it is tried again in an hour");
        }
        round = (round + 1) % ROUNDS;
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    Ok(())
}

async fn freeze(worker: &Worker) -> care::error::Result<()> {
    while care::monitoring::freeze(worker, FROZEN).await? > 0 {}
    Ok(())
}

/// Each is done whether or not another fails; answers the first failure.
async fn sweep(worker: &Worker) -> care::error::Result<()> {
    let accounts = care::account::sweep(worker).await;
    let erased = care::record::erase_outlived(worker, MOST).await;
    if let Ok(erased @ 1..) = erased {
        tracing::info!(erased, "records have outlived the years for which their clinics keep them");
    }
    let media = care::library::media::sweep(worker).await;
    accounts?;
    erased?;
    media.map(|_| ())
}
