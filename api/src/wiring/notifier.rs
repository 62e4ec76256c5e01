//! The notices of this process: reminders that follow from care are made, moved and taken back as soon as what they
//! are about changes, and where that was missed, a little later.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::worker;
use care::live::Change;
use care::reminder::notice::{keep, keep_of};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// How often it is looked for what was missed, and for what time alone has changed.
const EVERY: Duration = Duration::from_secs(30);
/// Changes are seen to together that come within so long.
const TOGETHER: Duration = Duration::from_millis(200);
/// So many patients are seen to at most before the next look.
const MOST: usize = 500;

/// Patients of whom something was written; none where changes were missed.
type Written = Option<BTreeSet<(Uuid, Uuid)>>;

/// Sees to notices until `stop` turns true. A process that only answers requests leaves it to the workers.
pub(super) async fn run_notifier(app: &App, mut stop: watch::Receiver<bool>) -> Result<(), Failure> {
    if app.configuration.server.role == Role::Api {
        return Ok(());
    }
    let worker = worker(&app.services);
    let mut changes = worker.live().subscribe();
    // The first look is the first round of the loop.
    let mut looks = tokio::time::interval_at(Instant::now() + EVERY, EVERY);
    let mut written: Written = None;
    while !*stop.borrow() {
        let seen = match &written {
            Some(patients) => keep_of(&worker, &patients.iter().copied().collect::<Vec<_>>()).await,
            None => keep(&worker).await,
        };
        if let Err(error) = seen {
            tracing::warn!(%error, "not all notices could be seen to; it is tried again");
        }
        written = tokio::select! {
            written = next(&mut changes) => written,
            _ = looks.tick() => None,
            _ = stop.wait_for(|stop| *stop) => return Ok(()),
        };
    }
    Ok(())
}

/// Waits for a change, and a moment longer for those that come with it.
async fn next(changes: &mut Receiver<Change>) -> Written {
    let mut patients = BTreeSet::new();
    let mut until = None;
    while patients.len() < MOST {
        let change = match until {
            None => changes.recv().await,
            Some(until) => match tokio::time::timeout_at(until, changes.recv()).await {
                Ok(change) => change,
                Err(_) => break,
            },
        };
        match change {
            Ok(Change::Patient { clinic_id, patient_id, .. }) => {
                patients.insert((clinic_id, patient_id));
                until = until.or_else(|| Some(Instant::now() + TOGETHER));
            }
            Ok(Change::Reminder { .. }) => {}
            Ok(Change::Missed) | Err(RecvError::Lagged(_)) => return None,
            // Nobody can announce anything any more.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
    Some(patients)
}
