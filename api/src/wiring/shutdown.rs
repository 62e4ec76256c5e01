//! Ending in good order.

use crate::failure::Failure;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long what has begun may take to finish. Orchestrators kill after 30 s.
const PATIENCE: Duration = Duration::from_secs(25);

/// Runs `work` until it ends by itself, or until SIGTERM or ctrl-c; then what it was given turns
/// true, and it has 25 s to finish.
pub async fn until_signal<W>(work: impl FnOnce(watch::Receiver<bool>) -> W) -> Result<(), Failure>
where
    W: Future<Output = Result<(), Failure>>,
{
    let (stop, stopped) = watch::channel(false);
    let work = work(stopped);
    tokio::pin!(work);
    tokio::select! {
        ended = &mut work => return ended,
        () = asked() => tracing::info!("stopping: finishing what has begun"),
    }
    stop.send_replace(true);
    if let Ok(ended) = tokio::time::timeout(PATIENCE, work).await {
        return ended;
    }
    tracing::warn!("stopped with work that had not finished in {} s", PATIENCE.as_secs());
    Ok(())
}

/// Until the process is asked to end.
async fn asked() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signals) => {
                signals.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = terminate => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}
