//! Redis where it answers, SQL where it does not.
//!
//! Every write of a reminder sets its fire time in SQL in the same transaction, whichever
//! timetable is at work, so the one in SQL can take over at any moment. A reminder that both
//! give is decided once: its row is locked and its occurrences are keyed.

use super::sql::{SHARD, SqlTimetable};
use super::{BatchId, Claim, Entry, Millis, Rebuild, Timetable, TimetableError};
use crate::engine::measure;
use async_trait::async_trait;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

/// A timetable with the one in SQL behind it.
pub struct Failover<T> {
    first: T,
    second: SqlTimetable,
    away: AtomicBool,
}

impl<T: Timetable> Failover<T> {
    /// `first`, and `second` while it is unavailable.
    pub fn new(first: T, second: SqlTimetable) -> Self {
        Self { first, second, away: AtomicBool::new(false) }
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
}

#[async_trait]
impl<T: Timetable> Timetable for Failover<T> {
    async fn schedule(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        let answer = self.first.schedule(entries).await;
        if self.note(&answer) { self.second.schedule(entries).await } else { answer }
    }

    async fn fill(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        let answer = self.first.fill(entries).await;
        if self.note(&answer) { self.second.fill(entries).await } else { answer }
    }

    async fn cancel(&self, ids: &[Uuid]) -> Result<(), TimetableError> {
        let answer = self.first.cancel(ids).await;
        if self.note(&answer) { self.second.cancel(ids).await } else { answer }
    }

    async fn claim(&self, now: Millis, max: usize, lease_ms: i64) -> Result<Claim, TimetableError> {
        let answer = self.first.claim(now, max, lease_ms).await;
        if self.note(&answer) { self.second.claim(now, max, lease_ms).await } else { answer }
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
