//! The time of this process: the database's, which is the same for all.

use super::App;
use crate::failure::Failure;
use care::clock::Clock;
use care::error::Result;
use care::store::Store;
use metrics::gauge;
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked at the database's clock.
const EVERY: Duration = Duration::from_secs(10);
/// From so many milliseconds on somebody is told that the machine's clock is wrong.
const WRONG: i64 = 5_000;

/// Sets `clock` by the database's. Answers how many milliseconds the machine's is ahead of it; `None` where nobody has
/// another clock than the machine's.
pub(super) async fn set(clock: &dyn Clock, store: &Store) -> Result<Option<i64>> {
    let since = clock.now();
    Ok(store.clock().await?.and_then(|database| clock.agree(since, database)))
}

/// Keeps the time until `stop` turns true.
pub(super) async fn run_clock(
    app: &App,
    mut stop: watch::Receiver<bool>,
) -> std::result::Result<(), Failure> {
    let mut told = false;
    while !*stop.borrow() {
        match set(app.services.clock.as_ref(), &app.services.store).await {
            Ok(Some(ahead)) => told = tell(ahead, told),
            Ok(None) => return Ok(()),
            Err(error) => tracing::warn!(%error, "the database's clock cannot be read; this one runs on"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
    }
    Ok(())
}

/// Tells by how much the machine's clock is wrong; in the log once, until it is right again. Answers whether it is wrong.
#[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
fn tell(ahead: i64, told: bool) -> bool {
    gauge!("plumbline_clock_ahead_seconds").set(ahead as f64 / 1_000.0);
    let wrong = ahead.abs() > WRONG;
    if wrong && !told {
        tracing::warn!(
            ahead,
            "this machine's clock differs from the database's by milliseconds; the database's counts. Let both keep \
             time by NTP"
        );
    } else if told && !wrong {
        tracing::info!("this machine's clock agrees with the database's again");
    }
    wrong
}
