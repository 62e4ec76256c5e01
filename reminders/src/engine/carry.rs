//! Carrying batches: pushes under way up to a limit, results recorded as they come.

use super::{Engine, EngineError, Result, Taken, measure};
use crate::kill;
use care::clock::Instant;
use care::reminder::{self, Finished, Outbound};
use futures::stream::{self, Stream, StreamExt};
use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// Results recorded in one transaction at most.
const RESULTS: usize = 500;
/// Transactions that record results at once: while one is written, the next gathers.
const WRITERS: usize = 2;

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
        let failure = Mutex::new(None);
        let batches = stream::unfold(take, async |take| match take().await {
            Ok(Taken::Batch(batch)) => Some((batch, take)),
            Ok(Taken::Nothing(_)) => None,
            Err(error) => {
                *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                None
            }
        });
        let pushed = self.carry(batches, now).await;
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            None => pushed,
            Some(error) => Err(error),
        }
    }

    /// What `take` takes again and again, until `stop` turns true. Where there is nothing it pauses for `every`
    /// at most; after a failure for a second at least.
    pub(super) fn always<'a, T: Future<Output = Result<Taken>> + Send + 'a>(
        &'a self,
        name: &'static str,
        every: Duration,
        stop: watch::Receiver<bool>,
        take: impl Fn() -> T + Send + 'a,
    ) -> impl Stream<Item = Vec<Outbound>> + Send + 'a {
        stream::unfold((take, stop), move |(take, mut stop)| async move {
            loop {
                if *stop.borrow() {
                    return None;
                }
                let pause = match take().await {
                    Ok(Taken::Batch(batch)) => return Some((batch, (take, stop))),
                    Ok(Taken::Nothing(next)) => self.until(next).min(every),
                    Err(error) => {
                        measure::failed_tick(name);
                        tracing::warn!(name, %error, "a round of the reminder engine failed");
                        every.max(Duration::from_secs(1))
                    }
                };
                tokio::select! {
                    () = tokio::time::sleep(pause) => {}
                    _ = stop.wait_for(|stop| *stop) => return None,
                }
            }
        })
    }

    /// How long it is until then.
    fn until(&self, next: Option<Instant>) -> Duration {
        let wait = next.map_or(i64::MAX, |next| next.0.saturating_sub(self.worker.now().0));
        Duration::from_millis(u64::try_from(wait).unwrap_or(0))
    }

    /// Pushes these batches and records the results. A batch is taken only when there is room for it.
    pub(super) async fn carry(
        &self,
        batches: impl Stream<Item = Vec<Outbound>>,
        now: Instant,
    ) -> Result<usize> {
        let pushed = AtomicUsize::new(0);
        let failure: Mutex<Option<EngineError>> = Mutex::new(None);
        batches
            .flat_map(stream::iter)
            .map(|outbound| self.deliver(outbound, now))
            .buffer_unordered(self.settings.in_flight.max(1))
            .ready_chunks(RESULTS)
            .for_each_concurrent(WRITERS, async |results| {
                pushed.fetch_add(results.len(), Ordering::Relaxed);
                if let Err(error) = self.finish(results, self.fresh(now)).await {
                    *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                }
            })
            .await;
        match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            None => Ok(pushed.into_inner()),
            Some(error) => Err(error),
        }
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
