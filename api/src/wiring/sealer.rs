//! The sealer of the audit trail in this process.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::{Worker, worker};
use care::audit::{Checkpoint, Search, newest, seal};
use std::time::Duration;
use tokio::sync::watch;

/// How long the newest events may stay unsealed.
const EVERY: Duration = Duration::from_secs(2);
/// Every so many rounds the whole trail is searched: about once an hour.
const ROUNDS: u32 = 1_800;

/// Seals until `stop` turns true, and once more then. A process that only answers requests leaves
/// it to the workers.
pub(super) async fn run_sealer(app: &App, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    if app.configuration.server.role == Role::Api {
        return Ok(());
    }
    let worker = worker(&app.services);
    // At the start and after a failure everything is searched, and told anew.
    let mut round = 0;
    loop {
        round = match seal_all(app, &worker, round == 0).await {
            Ok(()) => (round + 1) % ROUNDS,
            Err(failure) => {
                tracing::warn!(%failure, "the audit trail was not sealed; it is tried again");
                0
            }
        };
        if *stop.borrow() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

async fn seal_all(app: &App, worker: &Worker, everything: bool) -> Result<(), Failure> {
    if everything {
        keep(app, &newest(worker).await?)?;
    }
    let search = if everything { Search::All } else { Search::Recent };
    loop {
        let sealed = seal(worker, search).await?;
        if sealed.is_empty() {
            return Ok(());
        }
        keep(app, &sealed)?;
    }
}

fn keep(app: &App, checkpoints: &[Checkpoint]) -> Result<(), Failure> {
    let file = app.configuration.checkpoints();
    file.map_or(Ok(()), |file| file.append(checkpoints, app.services.now()))
}
