//! The engine's loops in production: each calls one tick again and again until told to stop, and
//! finishes the tick it is in.

use super::{Engine, Result, measure};
use care::clock::Instant;
use std::future::Future;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

/// How often deliveries are looked at whose time has come again.
const RETRY_EVERY: Duration = Duration::from_secs(1);
/// How often SQL is searched for what the timetable forgot.
const SCAN_EVERY: Duration = Duration::from_secs(15);
/// How often the timetable is fed what comes due within its horizon.
const FEED_EVERY: Duration = Duration::from_mins(10);

impl Engine {
    /// Works until `stop` turns true.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        tokio::join!(
            self.carry_on(stop.clone()),
            repeat("scan", SCAN_EVERY, stop.clone(), || self.scan_overdue(self.now())),
            repeat("feed", FEED_EVERY, stop.clone(), || self.feed(self.now())),
            self.run_nudges(stop),
        );
    }

    /// Carries what is due, and what is to be tried again, as it comes.
    async fn carry_on(&self, stop: watch::Receiver<bool>) {
        let source = async |batches: Sender<_>| {
            let (poll, others) = (self.settings.poll, batches.clone());
            tokio::join!(
                self.always(("claim", poll), stop.clone(), batches, || self.claim(self.now())),
                self.always(("retry", RETRY_EVERY), stop.clone(), others, || self.take_again(self.now())),
            );
        };
        if let ((), Err(error)) = self.carry(self.now(), source).await {
            tracing::warn!(%error, "results of pushes are left for another worker to find");
        }
    }

    /// Takes changes of reminders over as they are committed, until `stop` turns true: all that a
    /// process without workers has to do.
    pub async fn run_nudges(&self, mut stop: watch::Receiver<bool>) {
        let mut changes = self.worker.live().subscribe();
        loop {
            let change = tokio::select! {
                change = changes.recv() => change,
                _ = stop.wait_for(|stop| *stop) => return,
            };
            match change {
                Ok(change) => {
                    if let Err(error) = self.nudge(change, self.now()).await {
                        tracing::warn!(%error, "a change did not reach the timetable; the scan will find it");
                    }
                }
                // What was missed the scan and the feed find.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn now(&self) -> Instant {
        self.worker.now()
    }
}

/// Repeats `tick` until `stop` turns true. After a failure the next try comes a second later.
async fn repeat<T: Future<Output = Result<usize>>>(
    name: &'static str,
    every: Duration,
    mut stop: watch::Receiver<bool>,
    tick: impl Fn() -> T,
) {
    loop {
        let pause = match tick().await {
            Ok(_) => every,
            Err(error) => {
                measure::failed_tick(name);
                tracing::warn!(name, %error, "a tick of the reminder engine failed");
                every.max(Duration::from_secs(1))
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}
