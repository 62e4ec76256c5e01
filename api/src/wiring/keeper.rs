//! The keeper of the caseload in this process: what is found of each patient is found before anybody asks.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::worker;
use care::caseload::keep;
use std::time::Duration;
use tokio::sync::watch;

/// How long what has been written may wait; until then who reads finds it anew.
const EVERY: Duration = Duration::from_secs(5);

/// Keeps the rows until `stop` turns true. A process that only answers requests leaves it to the workers.
pub(super) async fn run_keeper(app: &App, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    if app.configuration.server.role == Role::Api {
        return Ok(());
    }
    let worker = worker(&app.services);
    while !*stop.borrow() {
        match keep(&worker).await {
            Ok(kept) if kept > 0 => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "the caseload was not kept; it is tried again"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    Ok(())
}
