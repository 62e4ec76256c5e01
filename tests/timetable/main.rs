//! The timetables against real servers: the conformance checks and a model for both, and the
//! losses that only Redis has.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod losses;
mod server;
mod sql;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use reminders::timetable::conformance::{IDS, Step, checks, follows_the_model, id};
use reminders::timetable::redis::connect;
use reminders::timetable::{Claim, Entry, Millis, OWN_CLOCK, Timetable, TimetableError};
use server::Server;
use std::cell::Cell;
use tests::cases as cases_of;

/// 2026-06-15 08:00 UTC.
const NOW: Millis = 1_781_510_400_000;

#[tokio::test]
async fn passes_the_conformance_checks() {
    let server = Server::start();
    for (name, check) in checks() {
        let timetable = server.timetable(&format!("{name}:")).await;
        if let Err(failure) = check(&timetable, NOW).await {
            panic!("{name}: {failure}");
        }
    }
}

/// Any call to a timetable.
fn step() -> impl Strategy<Value = Step> {
    let entries = || prop::collection::vec((0_u64..60, -500_i64..2_000), 1..40);
    prop_oneof![
        3 => entries().prop_map(Step::Schedule),
        1 => entries().prop_map(Step::Fill),
        1 => prop::collection::vec(0_u64..60, 1..10).prop_map(Step::Cancel),
        6 => (1_usize..12, 1_i64..1_500).prop_map(|(max, lease_ms)| Step::Claim { max, lease_ms }),
        4 => (0_usize..1_000, 0_usize..12, 0_i64..2_000)
            .prop_map(|(batch, keep, after)| Step::Ack { batch, keep, after }),
        1 => (0_usize..1_000, 1_i64..1_500)
            .prop_map(|(batch, lease_ms)| Step::Extend { batch, lease_ms }),
        3 => (1_i64..700).prop_map(Step::Wait),
    ]
}

#[test]
fn follows_the_model_through_any_steps() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = Server::start();
    let cases = Cell::new(0);
    let mut runner = TestRunner::new(Config::with_cases(cases_of(150, 3_000)));
    let outcome = runner.run(&prop::collection::vec(step(), 1..80), |steps| {
        cases.set(cases.get() + 1);
        let prefix = format!("model{}:", cases.get());
        let outcome = runtime.block_on(async {
            let timetable = server.timetable(&prefix).await;
            follows_the_model(&timetable, NOW, &steps).await
        });
        outcome.map_err(|failure| TestCaseError::fail(failure.to_string()))
    });
    outcome.unwrap();
}

#[tokio::test]
async fn of_two_leases_of_an_id_the_one_that_ended_first_is_taken_over() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    let (schedule, claim) = (Step::Schedule(vec![(0, 0)]), |lease_ms| Step::Claim { max: 1, lease_ms });
    let ack = Step::Ack { batch: 0, keep: 0, after: 0 };
    let steps = [schedule.clone(), claim(100), schedule, claim(1), Step::Wait(200), claim(1_000), ack];
    follows_the_model(&timetable, NOW, &steps).await.unwrap();
}

#[tokio::test]
async fn goes_by_the_clock_of_redis_when_given_none() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    let far = 32_503_680_000_000; // the year 3000
    let entries = [Entry { id: id(0), due_at: 1 }, Entry { id: id(1), due_at: far }];
    timetable.schedule(&entries).await.unwrap();
    let claim = timetable.claim(OWN_CLOCK, 10, 3_600_000).await.unwrap();
    let Claim::Batch { id: batch, ids } = claim else { panic!("{claim:?}") };
    assert_eq!(ids, [id(0)]);
    let claim = timetable.claim(OWN_CLOCK, 10, 3_600_000).await.unwrap();
    let Claim::Idle { next_due_at: Some(ends) } = claim else { panic!("{claim:?}") };
    assert!(ends > NOW && ends < far, "the end of the lease, not {ends}");
    assert!(timetable.extend(&batch, OWN_CLOCK, 7_200_000).await.unwrap());
    let claim = timetable.claim(OWN_CLOCK, 10, 1_000).await.unwrap();
    let Claim::Idle { next_due_at: Some(extended) } = claim else { panic!("{claim:?}") };
    assert!(extended >= ends + 3_600_000, "the later end, not {extended}");
    assert!(timetable.ack(&batch, &[]).await.unwrap());
    let claim = timetable.claim(OWN_CLOCK, 10, 1_000).await.unwrap();
    assert_eq!(claim, Claim::Idle { next_due_at: Some(far) });
}

#[tokio::test]
async fn what_is_scheduled_while_leased_is_given_once_more() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    let at = |due_at| [Entry { id: id(0), due_at }];
    timetable.schedule(&at(NOW)).await.unwrap();
    let Claim::Batch { id: batch, .. } = timetable.claim(NOW, 10, 5_000).await.unwrap() else {
        panic!("nothing claimed");
    };
    timetable.schedule(&at(NOW + 10)).await.unwrap();
    assert!(timetable.ack(&batch, &at(NOW + 900)).await.unwrap());
    let idle = timetable.claim(NOW, 10, 5_000).await.unwrap();
    assert_eq!(idle, Claim::Idle { next_due_at: Some(NOW + 10) });
    let claim = timetable.claim(NOW + 10, 10, 5_000).await.unwrap();
    assert!(matches!(claim, Claim::Batch { ids, .. } if ids == [id(0)]));
}

#[tokio::test]
async fn next_times_of_foreign_ids_find_their_shards() {
    let server = Server::start();
    let timetable = server.timetable("").await;
    timetable.schedule(&[Entry { id: id(0), due_at: NOW }]).await.unwrap();
    let Claim::Batch { id: batch, .. } = timetable.claim(NOW, 10, 5_000).await.unwrap() else {
        panic!("nothing claimed");
    };
    let next: Vec<_> = (0..IDS).map(|n| Entry { id: id(n), due_at: NOW }).collect();
    assert!(timetable.ack(&batch, &next).await.unwrap());
    timetable.cancel(&(0..IDS - 100).map(id).collect::<Vec<_>>()).await.unwrap();
    losses::assert_drains(&timetable, IDS - 100..IDS).await;
}

#[tokio::test]
async fn two_prefixes_do_not_meet() {
    let server = Server::start();
    let (one, two) = (server.timetable("one:").await, server.timetable("two:").await);
    one.schedule(&[Entry { id: id(0), due_at: NOW }]).await.unwrap();
    let idle = two.claim(NOW, 10, 5_000).await.unwrap();
    assert_eq!(idle, Claim::Idle { next_due_at: None });
}

#[tokio::test]
async fn a_reminder_takes_at_most_130_bytes() {
    const COUNT: u64 = 100_000;
    let server = Server::start();
    let timetable = server.timetable("").await;
    let before = server.used_memory().await;
    let entries: Vec<_> = (0..COUNT).map(|n| Entry { id: id(n), due_at: NOW + n.cast_signed() }).collect();
    for chunk in entries.chunks(5_000) {
        timetable.schedule(chunk).await.unwrap();
    }
    let bytes = (server.used_memory().await - before) / COUNT;
    println!("{bytes} bytes a reminder");
    assert!(bytes <= 130, "{bytes} bytes a reminder");
}

#[tokio::test]
async fn a_bad_address_is_refused_without_repeating_it() {
    let error = connect("redis://user:secret@[bad").unwrap_err();
    assert_eq!(error, TimetableError::Address);
    assert!(!error.to_string().contains("secret"));
}
