//! Redis where it answers, SQL where it does not; and where Redis is full, SQL for what finds no room.
//!
//! Every write of a reminder sets its fire time in SQL in the same transaction, whichever
//! timetable is at work, so the one in SQL can take over at any moment. A reminder that both
//! give is decided once: its row is locked and its occurrences are keyed.

use super::sql::{SHARD, SqlTimetable};
use super::{BatchId, Claim, Entry, Millis, Rebuild, Timetable, TimetableError};
use crate::engine::measure;
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use uuid::Uuid;

/// A first timetable that kept a claim waiting in vain is not asked again before so many times as long is over, so that
/// one that never answers does not slow down the second.
const REST: u32 = 10;
/// But no longer than this.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// A timetable with the one in SQL behind it.
pub struct Failover<T> {
    first: T,
    second: SqlTimetable,
    away: AtomicBool,
    /// Whether entries found no room when they were last added.
    full: AtomicBool,
    /// Until then nobody asks the first what is due.
    rests_until: Mutex<Option<Instant>>,
}

impl<T: Timetable> Failover<T> {
    /// `first`, and `second` while it is unavailable or full.
    pub fn new(first: T, second: SqlTimetable) -> Self {
        Self {
            first,
            second,
            away: AtomicBool::new(false),
            full: AtomicBool::new(false),
            rests_until: Mutex::new(None),
        }
    }

    /// Notes whether the first answers, and tells when that changes.
    fn note<R>(&self, answer: &Result<R, TimetableError>) -> bool {
        let away = matches!(answer, Err(TimetableError::Unavailable));
        if self.away.swap(away, Ordering::Relaxed) != away {
            measure::turn(away);
            if away {
                tracing::warn!("the timetable is away: reminders are claimed from SQL");
            } else {
                tracing::info!("the timetable is back");
            }
        }
        away
    }

    /// Notes whether the first has room for what was to be added, and tells when that changes.
    fn note_room(&self, answer: Result<(), TimetableError>) {
        let full = matches!(answer, Err(TimetableError::Full));
        if self.full.swap(full, Ordering::Relaxed) != full {
            if full {
                tracing::warn!("the timetable is full: what finds no room is claimed from SQL");
            } else {
                tracing::info!("the timetable has room again");
            }
        }
    }
}

#[async_trait]
impl<T: Timetable> Timetable for Failover<T> {
    async fn schedule(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        let answer = self.first.schedule(entries).await;
        self.note_room(answer);
        if self.note(&answer) { self.second.schedule(entries).await } else { answer }
    }

    async fn fill(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        let answer = self.first.fill(entries).await;
        self.note_room(answer);
        if self.note(&answer) { self.second.fill(entries).await } else { answer }
    }

    async fn cancel(&self, ids: &[Uuid]) -> Result<(), TimetableError> {
        let answer = self.first.cancel(ids).await;
        if self.note(&answer) { self.second.cancel(ids).await } else { answer }
    }

    async fn claim(&self, now: Millis, max: usize, lease_ms: i64) -> Result<Claim, TimetableError> {
        let begun = Instant::now();
        let rests_until = *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner);
        if rests_until.is_some_and(|until| begun < until) {
            return self.second.claim(now, max, lease_ms).await;
        }
        let answer = self.first.claim(now, max, lease_ms).await;
        if self.note(&answer) {
            let until = Instant::now() + (begun.elapsed() * REST).min(LONGEST_REST);
            *self.rests_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(until);
            return self.second.claim(now, max, lease_ms).await;
        }
        // What the first has is given once more by the second where it is leased just now; it is decided once.
        if self.full.load(Ordering::Relaxed)
            && matches!(answer, Ok(Claim::Idle { .. } | Claim::IndexLost))
            && let Ok(Claim::Batch { id, ids }) = self.second.claim(now, max, lease_ms).await
        {
            return Ok(Claim::Batch { id, ids });
        }
        answer
    }

    async fn ack(&self, batch: &BatchId, next: &[Entry]) -> Result<bool, TimetableError> {
        if batch.shard == SHARD {
            self.second.ack(batch, next).await
        } else {
            self.first.ack(batch, next).await
        }
    }

    async fn extend(&self, batch: &BatchId, now: Millis, lease_ms: i64) -> Result<bool, TimetableError> {
        if batch.shard == SHARD {
            self.second.extend(batch, now, lease_ms).await
        } else {
            self.first.extend(batch, now, lease_ms).await
        }
    }

    async fn rebuild_begin(&self, lease_ms: i64) -> Result<Option<Rebuild>, TimetableError> {
        self.first.rebuild_begin(lease_ms).await
    }

    async fn rebuild_finish(&self, rebuild: &Rebuild) -> Result<bool, TimetableError> {
        self.first.rebuild_finish(rebuild).await
    }
}
