//! The engine's loops in production: each calls one tick again and again until told to stop, and
//! finishes the tick it is in. What was claimed by then is still pushed.

use super::{Engine, Result, measure};
use care::clock::Instant;
use futures::future::join_all;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch;

/// So many batches are claimed and decided side by side: while one waits for the database, it works at another.
const CLAIMS: usize = 2;
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
            self.carry_on(&stop),
            repeat("scan", SCAN_EVERY, &stop, async || self
                .scan_overdue(self.now())
                .await
                .map(|_| SCAN_EVERY)),
            repeat("feed", FEED_EVERY, &stop, async || self.feed(self.now()).await.map(|_| FEED_EVERY)),
            self.run_nudges(stop.clone()),
        );
    }

    /// Carries what is due, and what is to be tried again, as it comes.
    async fn carry_on(&self, stop: &watch::Receiver<bool>) {
        let source = async |batches: Sender<_>| {
            let claim = async || Ok(self.hand_over(self.claim(self.now()).await?, &batches).await);
            let retry = async || Ok(self.hand_over(self.take_again(self.now()).await?, &batches).await);
            let claims = (0..CLAIMS).map(|_| repeat("claim", self.settings.poll, stop, &claim));
            tokio::join!(join_all(claims), repeat("retry", RETRY_EVERY, stop, retry));
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

/// Repeats `tick` until `stop` turns true: after as long as it answers, `every` at most, and at once after none;
/// after a failure a second later at least.
async fn repeat(
    name: &'static str,
    every: Duration,
    stop: &watch::Receiver<bool>,
    tick: impl AsyncFn() -> Result<Duration>,
) {
    let mut stop = stop.clone();
    while !*stop.borrow() {
        let pause = match tick().await {
            Ok(Duration::ZERO) => continue,
            Ok(pause) => pause.min(every),
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
