//! What must survive: dead workers, lost indexes, a Redis that is away.

use super::Rounds;
use care::reminder::DeliveryStatus;
use reminders::gateway::Answer;
use std::time::Duration;
use tests::{Stack, at};

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
    rounds.gateway.answer_next(Answer::Later { after_ms: 5_000 });
    let due = at("2026-06-15T12:00:00Z");
    rounds.work(&engine, due).await;
    rounds.work(&engine, due.plus(4_999)).await;
    assert_eq!(rounds.gateway.pushes().len(), 1);
    rounds.gateway.answer_next(Answer::DeadToken("Unregistered".to_owned()));
    rounds.work(&engine, due.plus(5_000)).await;
    assert_eq!(rounds.gateway.pushes().len(), 2);
    rounds.work(&engine, at("2026-06-16T12:00:00Z")).await;
    assert_eq!(rounds.gateway.pushes().len(), 2, "the device is retired");
    let patient = rounds.clinic.as_patient("ada").await;
    let page = care::reminder::history(&patient, &care::page::Request::first(5)).await.unwrap();
    let statuses: Vec<_> = page.entries.iter().map(|(_, delivery)| delivery.status).collect();
    assert_eq!(statuses, [DeliveryStatus::NoDevice, DeliveryStatus::NoDevice]);
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
        for _ in 0..50 {
            rounds.reminder_of(&name, &times, |_| {}).await;
        }
    }
    rounds.work(&engine, at("2026-06-16T23:30:00Z")).await;
    let scanned = engine.scan_overdue(at("2026-06-16T23:30:00Z")).await.unwrap();
    assert_eq!(scanned, 0, "all of them are decided");
}

/// A provider so slow that the clock moves on with every push.
#[derive(Debug)]
struct Slow(std::sync::Arc<care::clock::ManualClock>, std::sync::atomic::AtomicUsize);

#[async_trait::async_trait]
impl reminders::gateway::PushGateway for Slow {
    async fn push(&self, _: &reminders::gateway::Push) -> Answer {
        self.0.set(at("2026-06-15T12:01:00Z"));
        self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        Answer::Taken
    }
}

#[tokio::test]
async fn a_tick_that_outlasts_a_minute_goes_by_the_time_it_is() {
    let rounds = Rounds::open(Stack::Embedded).await;
    rounds.reminder(&["08:00", "08:01"]).await;
    let due = at("2026-06-15T12:00:00Z");
    rounds.clinic.clock.set(due);
    let gateway = std::sync::Arc::new(Slow(std::sync::Arc::clone(&rounds.clinic.clock), 0.into()));
    let timetable = reminders::timetable::sql::SqlTimetable::new(rounds.clinic.worker());
    let engine = reminders::engine::Engine::new(
        rounds.clinic.worker(),
        std::sync::Arc::new(timetable),
        std::sync::Arc::clone(&gateway) as _,
        reminders::engine::Settings::default(),
    );
    let tick = tokio::time::timeout(Duration::from_secs(20), engine.tick(due)).await;
    assert_eq!(tick.expect("the tick ends"), Ok(2));
    assert_eq!(gateway.1.load(std::sync::atomic::Ordering::SeqCst), 2);
}
