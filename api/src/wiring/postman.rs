//! The sending of mail in this process.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::worker;
use care::account::deliver_mail;
use std::time::Duration;
use tokio::sync::watch;

/// How long a mail may wait before it is looked for.
const EVERY: Duration = Duration::from_secs(1);

/// Sends what is queued until `stop` turns true. A process that only answers requests leaves it to the
/// workers.
pub(super) async fn run_postman(app: &App, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    if app.configuration.server.role == Role::Api {
        return Ok(());
    }
    let (worker, url) = (worker(&app.services), app.configuration.public_url());
    while !*stop.borrow() {
        let more = deliver_mail(&worker, app.mailer.as_ref(), &url).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "mail waits; it is tried again");
            false
        });
        if !more {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }
    Ok(())
}
