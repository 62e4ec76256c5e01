//! What Prometheus reads of a server.

use super::Rounds;
use api::wiring::{Prometheus, take_census};
use care::id::Kind;
use reminders::gateway::{Answer, Verdict};
use reminders::timetable::{Claim, Timetable};
use sea_orm::ConnectionTrait;
use tests::{Stack, at, canary};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A line of the page, up to its value.
fn value(page: &str, name: &str) -> Option<f64> {
    let line = page.lines().find(|line| line.split(' ').next() == Some(name))?;
    line.rsplit(' ').next()?.parse().ok()
}

#[tokio::test]
async fn the_numbers_tell_how_reminders_go_and_nothing_of_anybody() {
    let rounds = Rounds::open(Stack::Full).await;
    let mut configuration = api::configuration::load(None, &[]).unwrap();
    configuration.server.metrics_listen = "127.0.0.1:0".to_owned();
    let prometheus = Prometheus::open(&configuration).await.unwrap().unwrap();
    let url = format!("http://{}/metrics", prometheus.address().unwrap());
    let (stop, stopped) = watch::channel(false);
    let worker = rounds.clinic.worker();
    let mut serving = JoinSet::new();
    let counted = worker.clone();
    serving.spawn(async move { prometheus.serve(&counted, &configuration, stopped).await });

    let engine = rounds.engine();
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(rounds.reminder(&["08:00"]).await.id);
    }
    rounds.reminder(&["08:30"]).await;
    engine.feed(at("2026-06-15T10:00:00Z")).await.unwrap();
    let due = at("2026-06-15T12:00:00Z");
    let database = rounds.clinic.database.connect().await;
    let spoil = format!("UPDATE reminder SET rule = '{{}}' WHERE id = '{}'", ids[0]);
    database.execute_unprepared(&spoil).await.unwrap();
    rounds.gateway.answer_next(Answer::new(Verdict::Refused, "400 BadTopic"));
    rounds.work(&engine, due.plus(700)).await;
    rounds.clinic.clock.set(due.plus(31 * 60_000));
    take_census(&worker).await;

    let page = reqwest::get(&url).await.unwrap().text().await.unwrap();
    for (name, expected) in [
        ("plumbline_reminder_claimed_total", 3.0),
        ("plumbline_reminder_decided_total{fate=\"push\"}", 2.0),
        ("plumbline_reminder_decided_total{fate=\"quiet\"}", 0.0),
        ("plumbline_reminder_deliveries_total{outcome=\"sent\"}", 1.0),
        ("plumbline_reminder_deliveries_total{outcome=\"failed\"}", 1.0),
        ("plumbline_reminder_lateness_seconds_count", 2.0),
        ("plumbline_reminder_lateness_seconds_bucket{le=\"0.5\"}", 0.0),
        ("plumbline_reminder_lateness_seconds_bucket{le=\"1\"}", 2.0),
        ("plumbline_reminder_poison_total{what=\"reminder\"}", 1.0),
        ("plumbline_reminder_poison_total{what=\"delivery\"}", 0.0),
        ("plumbline_reminder_retried_total", 0.0),
        ("plumbline_reminder_failed_ticks_total{loop=\"claim\"}", 0.0),
        ("plumbline_timetable_leases_total{what=\"lost\"}", 0.0),
        ("plumbline_timetable_leases_total{what=\"taken_over\"}", 0.0),
        ("plumbline_timetable_turns_total{to=\"sql\"}", 0.0),
        ("plumbline_timetable_rebuilds_total", 1.0),
        ("plumbline_timetable_on_sql", 0.0),
        ("plumbline_reminders_overdue", 1.0),
        ("plumbline_reminders_oldest_overdue_seconds", 60.0),
        ("plumbline_reminder_deliveries_waiting", 0.0),
        ("plumbline_reminder_dead_letters", 1.0),
        ("plumbline_reminders_set_aside", 1.0),
        ("plumbline_database_up", 1.0),
        ("plumbline_http_requests_total{class=\"5xx\"}", 0.0),
    ] {
        assert_eq!(value(&page, name), Some(expected), "{name} in {page}");
    }
    assert_eq!(canary::found(&page), None);
    for id in ids {
        assert!(!page.contains(&id.to_string()) && !page.contains(&Kind::Reminder.encode(id)), "{page}");
    }
    for word in ["reminder_0", "clinic_0", "patient_0", "device_0", "delivery_0", "ada", "BadTopic"] {
        assert!(!page.contains(word), "{word} is in {page}");
    }
    let elsewhere = reqwest::get(url.replace("/metrics", "/graphql")).await.unwrap();
    assert_eq!(elsewhere.status(), 404);
    stop.send_replace(true);
    serving.join_next().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_lease_that_ended_and_a_redis_that_is_away_are_counted() {
    let mut rounds = Rounds::open(Stack::Full).await;
    let mut configuration = api::configuration::load(None, &[]).unwrap();
    configuration.server.metrics_listen = "127.0.0.1:0".to_owned();
    let prometheus = Prometheus::open(&configuration).await.unwrap().unwrap();
    let numbers = || prometheus.page();
    rounds.redis.as_mut().unwrap().stop();
    let engine = rounds.engine();
    rounds.reminder(&["08:00"]).await;
    let due = at("2026-06-15T12:00:00Z");
    rounds.gateway.set_hanging(true);
    rounds.clinic.clock.set(due);
    {
        let mut tick = Box::pin(engine.tick(due));
        while rounds.gateway.pushes().is_empty() {
            let moment = std::time::Duration::from_millis(20);
            assert!(tokio::time::timeout(moment, &mut tick).await.is_err(), "the tick waits for the gateway");
        }
    }
    rounds.gateway.set_hanging(false);
    rounds.work(&engine, due.plus(60_000)).await;
    let page = numbers();
    assert_eq!(value(&page, "plumbline_timetable_on_sql"), Some(1.0), "{page}");
    assert_eq!(value(&page, "plumbline_timetable_turns_total{to=\"sql\"}"), Some(1.0));
    assert_eq!(value(&page, "plumbline_reminder_retried_total"), Some(1.0));
    let worker = rounds.clinic.worker();
    let timetable = reminders::timetable::sql::SqlTimetable::new(worker);
    let late = due.plus(24 * 60 * 60_000);
    for expected in [0.0, 1.0] {
        let claim = timetable.claim(late.plus(if expected > 0.0 { 2 } else { 0 }).0, 10, 1).await.unwrap();
        assert!(matches!(claim, Claim::Batch { .. }));
        assert_eq!(
            value(&numbers(), "plumbline_timetable_leases_total{what=\"taken_over\"}"),
            Some(expected)
        );
    }
}
