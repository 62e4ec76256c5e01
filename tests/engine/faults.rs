//! What must survive: dead workers, lost indexes, a Redis that is away.

use super::Rounds;
use care::access::Scope;
use care::clock::ManualClock;
use care::reminder::DeliveryStatus;
use reminders::engine::{Engine, Settings};
use reminders::gateway::{Answer, Push, PushGateway, Verdict};
use reminders::timetable::sql::SqlTimetable;
use sea_orm::ConnectionTrait;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tests::{Stack, at, register_device};
use tokio::sync::Barrier;

#[tokio::test]
async fn a_worker_that_dies_before_the_result_is_followed_with_the_same_push() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        rounds.reminder(&["08:00"]).await;
        let due = at("2026-06-15T12:00:00Z");
        rounds.gateway.set_hanging(true);
        {
            let doomed = rounds.engine();
            doomed.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
            rounds.clinic.clock.set(due);
            let mut tick = Box::pin(doomed.tick(due));
            while rounds.gateway.pushes().is_empty() {
                // The push is on its way and gets no answer; then the worker is gone.
                assert!(futures_poll(&mut tick).await, "the tick waits for the gateway");
            }
        }
        rounds.gateway.set_hanging(false);
        let heir = rounds.engine();
        rounds.work(&heir, due.plus(59_999)).await;
        assert_eq!(rounds.gateway.pushes().len(), 1, "the row is the lease");
        rounds.work(&heir, due.plus(60_000)).await;
        rounds.work(&heir, due.plus(180_000)).await;
        let pushes = rounds.gateway.pushes();
        assert_eq!(pushes.len(), 2, "{stack:?}: never lost, at most repeated");
        assert_eq!(pushes[0].id, pushes[1].id);
    }
}

/// Lets a future go on for a moment; whether it still waits.
async fn futures_poll<F: Future + Unpin>(future: &mut F) -> bool {
    tokio::time::timeout(Duration::from_millis(20), future).await.is_err()
}

#[tokio::test]
async fn nothing_is_lost_when_redis_forgets_everything() {
    let rounds = Rounds::open(Stack::Full).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00", "09:00"]).await;
    engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    rounds.redis.as_ref().unwrap().flush().await;
    rounds.work(&engine, at("2026-06-15T13:00:00Z")).await;
    rounds.work(&engine, at("2026-06-15T13:00:01Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 2);
}

#[tokio::test]
async fn sql_takes_over_while_redis_is_away_and_gives_back() {
    let mut rounds = Rounds::open(Stack::Full).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00", "09:00", "10:00"]).await;
    engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    rounds.redis.as_mut().unwrap().stop();
    rounds.work(&engine, at("2026-06-15T13:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 2, "claimed from SQL");
    rounds.redis.as_mut().unwrap().restart();
    // The connection is made anew in the background: the first claims may still go to SQL.
    rounds.work(&engine, at("2026-06-15T14:00:00Z")).await;
    rounds.work(&engine, at("2026-06-15T14:00:01Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 3);
}

#[tokio::test]
async fn the_scan_puts_back_what_the_timetable_forgot() {
    let rounds = Rounds::open(Stack::Full).await;
    let engine = rounds.engine();
    engine.tick(at("2026-06-15T10:00:00Z")).await.unwrap();
    rounds.reminder(&["08:00"]).await;
    // No feed and no nudge: the timetable never heard of it.
    let late = at("2026-06-15T12:00:10Z");
    rounds.work(&engine, late).await;
    assert!(rounds.gateway.pushes().is_empty());
    assert_eq!(engine.scan_overdue(late).await.unwrap(), 1);
    rounds.work(&engine, late).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
}

#[tokio::test]
async fn a_provider_that_asks_for_patience_is_asked_again_and_a_dead_token_is_retired() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    rounds.gateway.answer_next(Answer::later(5_000, "503"));
    let due = at("2026-06-15T12:00:00Z");
    rounds.work(&engine, due).await;
    rounds.work(&engine, due.plus(4_999)).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    rounds.gateway.answer_next(dead());
    rounds.work(&engine, due.plus(5_000)).await;
    assert_eq!(rounds.gateway.pushes().len(), 2);
    rounds.work(&engine, at("2026-06-16T12:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 2, "the device is retired");
    assert_eq!(rounds.statuses(5).await, [DeliveryStatus::NoDevice, DeliveryStatus::NoDevice]);
}

#[tokio::test]
async fn a_batch_after_a_long_outage_is_recorded_whole() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let engine = rounds.engine();
    let times: Vec<String> = (0..12).map(|hour| format!("{:02}:00", 8 + hour)).collect();
    let times: Vec<&str> = times.iter().map(String::as_str).collect();
    for patient in 0..4 {
        let name = format!("p{patient}");
        rounds.clinic.patient(&name).await;
        let patient = rounds.clinic.as_patient(&name).await;
        for _ in 0..50 {
            super::reminder(&patient, &times, |_| {}).await;
        }
    }
    rounds.work(&engine, at("2026-06-16T23:30:00Z")).await;
    let scanned = engine.scan_overdue(at("2026-06-16T23:30:00Z")).await.unwrap();
    assert_eq!(scanned, 0, "all of them are decided");
}

/// A provider so slow that the clock moves on with every push.
#[derive(Debug)]
struct Slow(Arc<ManualClock>, AtomicUsize);

#[async_trait::async_trait]
impl PushGateway for Slow {
    async fn push(&self, _: &Push) -> Answer {
        self.0.set(at("2026-06-15T12:01:00Z"));
        self.1.fetch_add(1, Ordering::SeqCst);
        Answer::taken()
    }
}

/// An engine on SQL with a gateway of its own.
fn engine(rounds: &Rounds, gateway: Arc<dyn PushGateway>) -> Engine {
    let timetable = Arc::new(SqlTimetable::new(rounds.clinic.worker()));
    Engine::new(
        rounds.clinic.worker(),
        timetable,
        gateway,
        Settings { smear_seconds: 0, ..Settings::default() },
    )
}

#[tokio::test]
async fn a_tick_that_outlasts_a_minute_goes_by_the_time_it_is() {
    let rounds = Rounds::open(Stack::Embedded).await;
    rounds.reminder(&["08:00", "08:01"]).await;
    let due = at("2026-06-15T12:00:00Z");
    rounds.clinic.clock.set(due);
    let gateway = Arc::new(Slow(Arc::clone(&rounds.clinic.clock), 0.into()));
    let engine = engine(&rounds, Arc::clone(&gateway) as _);
    for _ in 0..2 {
        let tick = tokio::time::timeout(Duration::from_secs(20), engine.tick(due)).await;
        assert_eq!(tick.expect("the tick ends"), Ok(1));
    }
    assert_eq!(gateway.1.load(Ordering::SeqCst), 2);
}

/// A provider that answers only when so many pushes are under way.
#[derive(Debug)]
struct Together(Barrier);

#[async_trait::async_trait]
impl PushGateway for Together {
    async fn push(&self, _: &Push) -> Answer {
        self.0.wait().await;
        Answer::taken()
    }
}

#[tokio::test]
async fn all_devices_and_reminders_of_a_batch_are_pushed_to_at_once() {
    let rounds = Rounds::open(Stack::Embedded).await;
    let patient = rounds.clinic.as_patient("ada").await;
    register_device(&patient, "another device of ada", "America/New_York").await;
    for minute in 0..35 {
        super::reminder(&patient, &[&format!("08:{minute:02}")], |_| {}).await;
    }
    let engine = engine(&rounds, Arc::new(Together(Barrier::new(70))));
    rounds.work(&engine, at("2026-06-15T12:40:00Z")).await;
    assert_eq!(rounds.statuses(5).await, [DeliveryStatus::Sent; 5]);
}

/// A provider that calls the token dead while the app registers it anew.
struct Outdated {
    patient: Scope,
    clock: Arc<ManualClock>,
    pushes: AtomicUsize,
}

impl std::fmt::Debug for Outdated {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Outdated")
    }
}

#[async_trait::async_trait]
impl PushGateway for Outdated {
    async fn push(&self, push: &Push) -> Answer {
        self.pushes.fetch_add(1, Ordering::SeqCst);
        self.clock.set(push.due_at.plus(1));
        register_device(&self.patient, "token of ada", "America/New_York").await;
        dead()
    }
}

#[tokio::test]
async fn a_device_that_registered_again_while_its_push_was_under_way_stays() {
    let rounds = Rounds::open(Stack::Embedded).await;
    rounds.reminder(&["08:00"]).await;
    let (patient, clock) = (rounds.clinic.as_patient("ada").await, Arc::clone(&rounds.clinic.clock));
    let gateway = Arc::new(Outdated { patient, clock, pushes: AtomicUsize::new(0) });
    let engine = engine(&rounds, Arc::clone(&gateway) as _);
    rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
    rounds.work(&engine, at("2026-06-16T12:00:00Z")).await;
    assert_eq!(gateway.pushes.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_reminder_that_cannot_be_read_holds_up_no_other() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        for _ in 0..5 {
            rounds.reminder(&["08:00"]).await;
        }
        engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
        let database = rounds.clinic.database.connect().await;
        let spoil = "UPDATE reminder SET rule = '{}' WHERE id IN (SELECT id FROM reminder LIMIT 1)";
        database.execute_unprepared(spoil).await.unwrap();
        rounds.work(&engine, at("2026-06-15T12:00:00Z")).await;
        assert_eq!(rounds.gateway.pushes().len(), 4, "{stack:?}");
    }
}

fn dead() -> Answer {
    Answer::new(Verdict::DeadToken { since: None }, "410 Unregistered")
}

#[tokio::test]
async fn a_device_that_was_not_seen_for_270_days_gets_no_more_pushes() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        let engine = rounds.engine();
        rounds.reminder(&["08:00"]).await;
        // Registered on 15 June; 08:00 in New York.
        for (now, pushes) in [("2027-03-10T13:00:00Z", 1), ("2027-03-13T13:00:00Z", 1)] {
            rounds.clinic.clock.set(at(now));
            care::account::sweep(&rounds.clinic.worker()).await.unwrap();
            engine.scan_overdue(at(now)).await.unwrap();
            rounds.work(&engine, at(now)).await;
            assert_eq!(rounds.gateway.pushes().len(), pushes, "{stack:?} {now}");
        }
        assert_eq!(rounds.statuses(1).await, [DeliveryStatus::NoDevice]);
    }
}
