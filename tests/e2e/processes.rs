//! What the processes of an installation tell each other through Redis.

use api::http::{Documents, Shared, digest};
use api::redis::{RedisLive, RedisPersisted};
use care::clock::{SystemClock, SystemRandom};
use care::live::{Change, InProcess, Live};
use reminders::timetable::redis::connect;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tests::{RedisServer, Stack, TestApp};
use tokio::sync::broadcast::Receiver;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

fn feed(redis: &RedisServer) -> Arc<RedisLive> {
    let client = redis::Client::open(redis.url()).unwrap();
    let connection = connect(&redis.url()).unwrap();
    let local = Arc::new(InProcess::default());
    Arc::new(RedisLive::new(care::id::new(&SystemClock, &SystemRandom), local, client, connection, "test"))
}

async fn heard(changes: &mut Receiver<Change>) -> Change {
    let change = tokio::time::timeout(Duration::from_secs(30), changes.recv());
    change.await.expect("a change is heard").unwrap()
}

fn change(place: i64) -> Change {
    Change::Patient { clinic_id: Uuid::nil(), patient_id: Uuid::nil(), change: place }
}

#[tokio::test]
async fn a_change_is_heard_in_every_process_once() {
    let mut redis = RedisServer::start();
    let (one, other) = (feed(&redis), feed(&redis));
    let (mut by_one, mut by_other) = (one.subscribe(), other.subscribe());
    let (stop, stopped) = watch::channel(false);
    let mut running = JoinSet::new();
    for feed in [&one, &other] {
        let (feed, stopped) = (Arc::clone(feed), stopped.clone());
        running.spawn(async move { feed.run(stopped).await });
    }
    for changes in [&mut by_one, &mut by_other] {
        assert_eq!(heard(changes).await, Change::Missed, "what was said before may have been missed");
    }
    one.publish(change(1));
    one.publish(change(2));
    assert_eq!(heard(&mut by_one).await, change(1));
    assert_eq!(heard(&mut by_one).await, change(2));
    assert_eq!(heard(&mut by_other).await, change(1));
    assert_eq!(heard(&mut by_other).await, change(2));

    // Without Redis each goes on by itself, and later both know that they may have missed some.
    redis.stop();
    one.publish(change(3));
    assert_eq!(heard(&mut by_one).await, change(3));
    redis.restart();
    for changes in [&mut by_one, &mut by_other] {
        assert_eq!(heard(changes).await, Change::Missed);
    }
    other.publish(change(4));
    assert_eq!(heard(&mut by_other).await, change(4));
    // What was published meanwhile may still arrive first.
    while heard(&mut by_one).await != change(4) {}
    stop.send_replace(true);
    while running.join_next().await.is_some() {}
}

#[tokio::test]
async fn a_persisted_query_is_learned_for_all_processes_and_believed_by_its_hash_alone() {
    let redis = RedisServer::start();
    let shared = || Arc::new(RedisPersisted::new(connect(&redis.url()).unwrap(), "test"));
    let app = async || {
        let documents = Documents::new(HashMap::new(), false, Some(shared() as _));
        TestApp::start_knowing(Stack::Embedded, documents, |_| {}).await
    };
    let (one, other) = (app().await, app().await);
    let text = "{ serverInfo { version } }";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": digest(text) } });
    let ask = async |app: &TestApp, body: Value, token: &str| -> Value {
        let request = reqwest::Client::new().post(format!("{}/graphql", app.url())).bearer_auth(token);
        request.json(&body).send().await.unwrap().json().await.unwrap()
    };
    let post = async |app: &TestApp, body: Value| ask(app, body, "").await;
    let teach = json!({ "query": text, "extensions": extensions });
    let taught = post(&one, teach.clone()).await;
    let missed = post(&other, json!({ "extensions": extensions })).await;
    assert_eq!(missed["errors"][0]["message"], "PersistedQueryNotFound", "strangers teach one process alone");
    let therapist = one.sign_in("therapist@clinic.example").await;
    assert_eq!(ask(&one, teach, therapist.token()).await, taught);
    assert_eq!(post(&other, json!({ "extensions": extensions })).await, taught);

    let false_hash = digest("{ viewer { id } }");
    shared().put(&false_hash, text).await;
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": false_hash } });
    let refused = post(&other, json!({ "extensions": extensions })).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    one.stop().await;
    other.stop().await;
}
