//! The timetable kept in SQL itself: the embedded default. Nothing can be lost here that the
//! truth has not lost too, so there is never anything to rebuild.

use super::{BatchId, Claim, Entry, MAX_BATCH, Millis, OWN_CLOCK, Rebuild, Timetable, TimetableError};
use crate::engine::measure;
use async_trait::async_trait;
use care::access::Worker;
use care::clock::Instant;
use care::error::Error;
use care::reminder::Due;
use care::reminder::timetable::{self, Claimed, Merge};
use uuid::Uuid;

/// Marks a batch of the SQL timetable where two timetables are in use.
pub(super) const SHARD: u8 = u8::MAX;

/// The timetable in SQL.
#[derive(Debug, Clone)]
pub struct SqlTimetable {
    worker: Worker,
}

impl SqlTimetable {
    /// The timetable of the database that `worker` works on.
    pub fn new(worker: Worker) -> Self {
        Self { worker }
    }

    fn clock(&self, now: Millis) -> Instant {
        if now == OWN_CLOCK { self.worker.now() } else { Instant(now) }
    }

    async fn set(&self, entries: &[Entry], merge: Merge) -> Result<(), TimetableError> {
        timetable::schedule(&self.worker, &due(entries), merge).await.map_err(meaning)
    }
}

fn due(entries: &[Entry]) -> Vec<Due> {
    entries.iter().map(|entry| Due { id: entry.id, due_at: Instant(entry.due_at) }).collect()
}

#[allow(clippy::needless_pass_by_value, reason = "it maps the errors of results")]
fn meaning(error: Error) -> TimetableError {
    match error {
        Error::Unavailable => TimetableError::Unavailable,
        _ => TimetableError::Rejected,
    }
}

#[async_trait]
impl Timetable for SqlTimetable {
    async fn schedule(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        self.set(entries, Merge::Replace).await
    }

    async fn fill(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        self.set(entries, Merge::Earlier).await
    }

    async fn cancel(&self, ids: &[Uuid]) -> Result<(), TimetableError> {
        timetable::cancel(&self.worker, ids).await.map_err(meaning)
    }

    async fn claim(&self, now: Millis, max: usize, lease_ms: i64) -> Result<Claim, TimetableError> {
        let max = u64::try_from(max.clamp(1, MAX_BATCH)).unwrap_or(1);
        let claimed = timetable::claim(&self.worker, self.clock(now), max, lease_ms.max(1)).await;
        Ok(match claimed.map_err(meaning)? {
            Claimed::Batch(batch) => {
                if batch.taken_over {
                    measure::lease("taken_over");
                }
                Claim::Batch { id: BatchId { shard: SHARD, number: batch.number }, ids: batch.ids }
            }
            Claimed::Idle(next) => Claim::Idle { next_due_at: next.map(|next| next.0) },
        })
    }

    async fn ack(&self, batch: &BatchId, next: &[Entry]) -> Result<bool, TimetableError> {
        timetable::ack(&self.worker, batch.number, &due(next)).await.map_err(meaning)
    }

    async fn extend(&self, batch: &BatchId, now: Millis, lease_ms: i64) -> Result<bool, TimetableError> {
        let until = self.clock(now).plus(lease_ms.max(1));
        let held = timetable::extend(&self.worker, batch.number, until).await.map_err(meaning)?;
        measure::lease(if held { "extended" } else { "lost" });
        Ok(held)
    }

    async fn rebuild_begin(&self, _lease_ms: i64) -> Result<Option<Rebuild>, TimetableError> {
        Ok(None)
    }

    async fn rebuild_finish(&self, _rebuild: &Rebuild) -> Result<bool, TimetableError> {
        Ok(true)
    }
}
