//! Timetables that go by another clock, or do not answer.

use super::Rounds;
use care::reminder::DeliveryStatus;
use reminders::engine::{Engine, Settings};
use reminders::timetable::failover::Failover;
use reminders::timetable::redis::{RedisTimetable, connect};
use reminders::timetable::sql::SqlTimetable;
use reminders::timetable::{BatchId, Claim, Entry, Millis, Rebuild, Timetable, TimetableError};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tests::{Stack, at};
use uuid::Uuid;

/// An engine whose time goes on by the clinic's clock, and that takes one reminder after the other.
fn engine(rounds: &Rounds, timetable: impl Timetable + 'static) -> Engine {
    let settings = Settings { smear_seconds: 0, batch: 1, ..Settings::default() };
    Engine::new(rounds.clinic.worker(), Arc::new(timetable), Arc::clone(&rounds.gateway) as _, settings)
}

#[tokio::test]
async fn the_clock_of_redis_counts_for_nothing() {
    let rounds = Rounds::open(Stack::Full).await;
    rounds.reminder(&["08:00"]).await;
    // Redis has the machine's time, which is not the clinic's.
    let timetable = RedisTimetable::new(connect(&rounds.redis.as_ref().unwrap().url()).unwrap(), "test");
    let engine = engine(&rounds, timetable);
    let due = at("2026-06-15T12:00:00Z");
    for (now, pushes) in [(due.plus(-1), 0), (due, 1)] {
        rounds.clinic.clock.set(now);
        let tick = tokio::time::timeout(Duration::from_secs(20), engine.tick(now)).await;
        assert_eq!(tick.expect("the tick ends"), Ok(pushes), "{now}");
    }
}

/// A timetable that answers no claim, and no acknowledgment of what SQL has given for it.
struct Silent {
    sql: SqlTimetable,
    gives: bool,
    asked: Arc<AtomicUsize>,
}

impl Silent {
    fn new(rounds: &Rounds, gives: bool) -> Self {
        Self { sql: SqlTimetable::new(rounds.clinic.worker()), gives, asked: Arc::default() }
    }
}

#[async_trait::async_trait]
impl Timetable for Silent {
    async fn schedule(&self, _: &[Entry]) -> Result<(), TimetableError> {
        Ok(())
    }

    async fn fill(&self, _: &[Entry]) -> Result<(), TimetableError> {
        Ok(())
    }

    async fn cancel(&self, _: &[Uuid]) -> Result<(), TimetableError> {
        Ok(())
    }

    async fn claim(&self, now: Millis, max: usize, lease_ms: i64) -> Result<Claim, TimetableError> {
        if self.gives {
            return self.sql.claim(now, max, lease_ms).await;
        }
        self.asked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
        Err(TimetableError::Unavailable)
    }

    async fn ack(&self, _: &BatchId, _: &[Entry]) -> Result<bool, TimetableError> {
        Err(TimetableError::Unavailable)
    }

    async fn extend(&self, _: &BatchId, _: Millis, _: i64) -> Result<bool, TimetableError> {
        Err(TimetableError::Unavailable)
    }

    async fn rebuild_begin(&self, _: i64) -> Result<Option<Rebuild>, TimetableError> {
        Ok(None)
    }

    async fn rebuild_finish(&self, _: &Rebuild) -> Result<bool, TimetableError> {
        Ok(true)
    }
}

#[tokio::test]
async fn a_timetable_that_never_answers_does_not_slow_down_the_one_behind_it() {
    let rounds = Rounds::open(Stack::Embedded).await;
    for _ in 0..12 {
        rounds.reminder(&["08:00"]).await;
    }
    let silent = Silent::new(&rounds, false);
    let asked = Arc::clone(&silent.asked);
    let timetable = Failover::new(silent, SqlTimetable::new(rounds.clinic.worker()));
    let engine = engine(&rounds, timetable);
    let due = at("2026-06-15T12:00:00Z");
    rounds.clinic.clock.set(due);
    assert_eq!(engine.tick(due).await, Ok(12));
    let asked = asked.load(Ordering::SeqCst);
    assert!(asked < 4, "{asked}: one that kept a claim waiting for a second is left alone for longer");
}

#[tokio::test]
async fn what_is_decided_goes_out_though_the_timetable_does_not_take_the_acknowledgment() {
    let rounds = Rounds::open(Stack::Embedded).await;
    rounds.reminder(&["08:00"]).await;
    let engine = engine(&rounds, Silent::new(&rounds, true));
    let due = at("2026-06-15T12:00:00Z");
    rounds.work(&engine, due).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    assert_eq!(rounds.statuses(1).await, [DeliveryStatus::Sent], "and not a lease later");
    rounds.work(&engine, due.plus(60_000)).await;
    assert_eq!(rounds.gateway.pushes().len(), 1, "the batch comes again, and is decided");
}
