//! Carrying batches: pushes under way up to a limit, results recorded as they come.

use super::{Engine, Result, Taken, measure};
use crate::kill;
use care::clock::Instant;
use care::reminder::{self, Finished, Outbound};
use futures::stream::{self, StreamExt};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Results recorded in one transaction at most.
const RESULTS: usize = 500;

/// Results that the database did not take. They are recorded before anything is tried again.
pub(super) type Unsettled = Arc<Mutex<Vec<Finished>>>;

impl Engine {
    /// Carries what `take` takes, until there is nothing; answers how many pushes were attempted. What is under
    /// way when `take` fails is still finished.
    pub(super) async fn carry_all<T: Future<Output = Result<Taken>>>(
        &self,
        take: impl Fn() -> T,
        now: Instant,
    ) -> Result<usize> {
        let (ended, pushed) = self
            .carry(now, async |batches| {
                loop {
                    match take().await? {
                        Taken::Batch(batch) => _ = batches.send(batch).await,
                        Taken::Nothing(_) => return Ok(()),
                    }
                }
            })
            .await;
        ended.and(pushed)
    }

    /// Hands over what was taken; answers how long it is until there may be more.
    pub(super) async fn hand_over(&self, taken: Taken, batches: &Sender<Vec<Outbound>>) -> Duration {
        match taken {
            Taken::Batch(batch) => {
                _ = batches.send(batch).await;
                Duration::ZERO
            }
            Taken::Nothing(next) => self.until(next),
        }
    }

    /// How long it is until then.
    fn until(&self, next: Option<Instant>) -> Duration {
        let wait = next.map_or(i64::MAX, |next| next.0.saturating_sub(self.worker.now().0));
        // Where the timetable's clock is behind ours, nobody is asked without a pause.
        Duration::from_millis(u64::try_from(wait).unwrap_or(0).max(1))
    }

    /// Pushes the batches that `source` hands over and records the results; answers what `source` does, and how many
    /// were pushed. A batch is taken over only when there is room for it.
    ///
    /// The three go on side by side and wait for each other only between their steps: one that stood still in a
    /// transaction would hold rows that another waits for.
    pub(super) async fn carry<R>(
        &self,
        now: Instant,
        source: impl AsyncFnOnce(Sender<Vec<Outbound>>) -> R,
    ) -> (R, Result<usize>) {
        let (batches, taken) = mpsc::channel(1);
        let (results, finished) = mpsc::channel(RESULTS);
        let pushing = async move {
            stream::unfold(taken, async |mut taken| Some((taken.recv().await?, taken)))
                .flat_map(stream::iter)
                .map(|outbound| self.deliver(outbound, now))
                .buffer_unordered(self.settings.in_flight.max(1))
                .for_each(async |result| _ = results.send(result).await)
                .await;
        };
        let (ended, (), recorded) = tokio::join!(source(batches), pushing, self.record(finished, now));
        (ended, recorded)
    }

    /// Records results as they come; answers how many.
    async fn record(&self, mut finished: Receiver<Finished>, now: Instant) -> Result<usize> {
        let (mut count, mut failure) = (0, None);
        let mut results = Vec::new();
        while finished.recv_many(&mut results, RESULTS).await > 0 {
            count += results.len();
            if let Err(error) = self.finish(std::mem::take(&mut results), self.fresh(now)).await {
                failure = Some(error);
            }
        }
        failure.map_or(Ok(count), Err)
    }

    /// Records results; keeps those that the database does not take.
    async fn finish(&self, results: Vec<Finished>, now: Instant) -> Result<()> {
        kill::point("answered");
        let recorded = reminder::finish(&self.worker, &results, now).await;
        kill::point("recorded");
        if recorded.is_ok() {
            measure::finished(&results);
        } else {
            tracing::warn!(
                results = results.len(),
                "results of pushes are kept until the database takes them"
            );
            self.unsettled.lock().unwrap_or_else(PoisonError::into_inner).extend(results);
        }
        recorded?;
        Ok(())
    }

    /// Records the results that the database did not take before.
    pub(super) async fn settle(&self, now: Instant) -> Result<()> {
        let kept = std::mem::take(&mut *self.unsettled.lock().unwrap_or_else(PoisonError::into_inner));
        if kept.is_empty() { Ok(()) } else { self.finish(kept, self.fresh(now)).await }
    }
}
