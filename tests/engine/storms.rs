//! What a worker stands: push services that fail, a database that is away, a process that is paused.

use super::world::{LEASE, PATIENTS, World};
use sea_orm::ConnectionTrait;
use std::time::Duration;
use tests::push_provider::{Act, Goodbye, Reply};
use tests::{Clinic, Crowd, PostgresServer};

/// Of so many attempts for one push, 1.3 at most: more would be a storm of our own.
fn amplification(world: &World) -> f64 {
    let attempts = world.providers.apple.count() + world.providers.google.count();
    f64::from(u32::try_from(attempts).unwrap()) / f64::from(u32::try_from(PATIENTS).unwrap())
}

#[tokio::test]
async fn push_services_that_fail_for_a_while_lose_nothing_and_are_not_stormed() {
    let mut world = World::begin().await;
    let due_at = world.fall_due().await;
    for count in [4, 8] {
        let answer = |status: u16, body| Act::Answer(Reply::json(status, &body));
        world
            .providers
            .apple
            .act_next(count, answer(503, serde_json::json!({ "reason": "ServiceUnavailable" })));
        world.providers.google.act_next(
            count,
            answer(500, serde_json::json!({ "error": { "code": 500, "status": "INTERNAL" } })),
        );
    }
    let mut worker = world.worker(None);
    world.until_sent(due_at, PATIENTS / 2).await;
    world.providers.apple.say_goodbye(Goodbye::Graceful);
    world.until_sent(due_at, PATIENTS).await;
    worker.stop();
    assert!(amplification(&world) <= 1.3, "{}", amplification(&world));
    world.hold("failing services", due_at).await;
}

#[tokio::test]
async fn a_database_that_is_stopped_for_half_a_minute_delays_and_loses_nothing() {
    let mut server = PostgresServer::start().await;
    let clinic = Clinic::open_on(&server.url()).await;
    let mut world = World::around(Crowd::gather_in(clinic, PATIENTS).await).await;
    let due_at = world.fall_due().await;
    // Long enough for the server to be gone before anything is recorded; twice that, as Apple's first pushes take, is
    // still in time.
    world.providers.apple.set_latency(Duration::from_secs(1));
    world.providers.google.set_latency(Duration::from_secs(1));
    let mut worker = world.worker(None);
    world.until_taken(1).await;
    server.stop();
    // The pushes that are on their way arrive while nothing can be recorded.
    tokio::time::sleep(Duration::from_secs(30)).await;
    server.start_again().await;
    world.providers.apple.set_latency(Duration::ZERO);
    world.providers.google.set_latency(Duration::ZERO);
    let back = world.crowd.services.now();
    world.until_sent(due_at, PATIENTS).await;
    let last = world.crowd.services.now().0 - back.0;
    worker.stop();
    let doubled = world.hold("a stopped database", due_at).await;
    println!(
        "a database stopped for 30 s: all recorded {last} ms after it was back, {doubled} of {PATIENTS} doubled"
    );
    assert!(doubled <= PATIENTS, "{doubled}");
    assert!(last <= LEASE + 10_000, "{last} ms: {}", world.log());
}

#[tokio::test]
async fn a_worker_that_is_paused_past_its_lease_changes_nothing_when_it_wakes() {
    let mut world = World::begin().await;
    let due_at = world.fall_due().await;
    let mut sleeper = world.worker(None);
    world.until_taken(1).await;
    sleeper.signal("STOP");
    let mut heir = world.worker(None);
    world.until_sent(due_at, PATIENTS).await;
    sleeper.signal("CONT");
    // Both are told to end, and end what they have begun.
    for worker in [&mut sleeper, &mut heir] {
        worker.signal("TERM");
        assert!(worker.ends().await);
    }
    world.hold("a paused worker", due_at).await;
}

#[tokio::test]
async fn a_row_that_cannot_be_read_is_set_aside_by_whoever_comes_after_a_dead_worker() {
    let mut world = World::begin().await;
    let due_at = world.fall_due().await;
    let owner = world.crowd.clinic.database.connect().await;
    let spoil = "UPDATE reminder SET rule = '{}' WHERE id = (SELECT id FROM reminder LIMIT 1)";
    owner.execute_unprepared(spoil).await.unwrap();
    assert!(world.worker(Some("claimed")).is_killed().await.is_some());
    let mut heir = world.worker(None);
    world.until_sent(due_at, PATIENTS - 1).await;
    heir.stop();
    world.hold_of(PATIENTS - 1, "a spoiled row", due_at).await;
    let aside = "UPDATE reminder SET set_aside_at = NULL WHERE set_aside_at IS NOT NULL";
    assert_eq!(owner.execute_unprepared(aside).await.unwrap().rows_affected(), 1);
    owner.close().await.unwrap();
}
