//! The sealer of the audit trail in this process.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::worker;
use care::audit::seal;
use std::time::Duration;
use tokio::sync::watch;

/// How long the newest events may stay unsealed.
const EVERY: Duration = Duration::from_secs(2);

/// Seals until `stop` turns true, and once more then. A process that only answers requests leaves
/// it to the workers.
pub(super) async fn run_sealer(app: &App, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    if app.configuration.server.role == Role::Api {
        return Ok(());
    }
    loop {
        if let Err(failure) = seal_all(app).await {
            tracing::warn!(%failure, "the audit trail was not sealed; it is tried again");
        }
        if *stop.borrow() {
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
}

async fn seal_all(app: &App) -> Result<(), Failure> {
    let worker = worker(&app.services);
    loop {
        let sealed = seal(&worker).await?;
        if sealed.is_empty() {
            return Ok(());
        }
        if let Some(checkpoints) = app.configuration.checkpoints() {
            checkpoints.append(&sealed, app.services.now())?;
        }
    }
}
