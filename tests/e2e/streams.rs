//! Subscriptions over HTTP: server-sent events and Apollo's multipart protocol.

use crate::{LOG, chosen, log_one};
use care::id::Kind;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Client, Stack, TestApp};

const CHANGED: &str = "subscription { patientChanged { cursor changed } }";
const SSE: &str = "text/event-stream";
const MULTIPART: &str =
    "multipart/mixed;subscriptionSpec=1.0,application/graphql-response+json,application/json";

async fn app() -> TestApp {
    let quick = |settings: &mut api::http::Settings| {
        settings.wires.heartbeat = Duration::from_millis(150);
        settings.wires.recheck = Duration::from_millis(100);
    };
    let app = TestApp::start_with(Stack::Embedded, quick).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1]).await;
    app
}

async fn post(app: &TestApp, client: Option<&Client>, accept: &str, query: &str) -> reqwest::Response {
    let mut request = reqwest::Client::new()
        .post(format!("{}/graphql", app.url()))
        .header("accept", accept)
        .json(&json!({ "query": query }));
    if let Some(client) = client {
        request = request.bearer_auth(client.token());
    }
    request.send().await.unwrap()
}

/// Reads on until `wanted` is there.
async fn read_until(response: &mut reqwest::Response, read: &mut String, wanted: &str) {
    while !read.contains(wanted) {
        let chunk = tokio::time::timeout(Duration::from_secs(30), response.chunk());
        match chunk.await.expect("something comes").unwrap() {
            Some(chunk) => read.push_str(&String::from_utf8_lossy(&chunk)),
            None => panic!("ended without {wanted}: {read}"),
        }
    }
}

#[tokio::test]
async fn events_come_as_server_sent_events() {
    let app = app().await;
    let patient = app.sign_in("ada@patient.example").await;
    let mut response = post(&app, Some(&patient), SSE, CHANGED).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(response.headers()["cache-control"], "no-store");
    let mut read = String::new();
    read_until(&mut response, &mut read, "event: next\ndata: {\"data\":{\"patientChanged\"").await;
    let id = log_one(&app, &patient).await;
    read_until(&mut response, &mut read, &id).await;
    read.clear();
    read_until(&mut response, &mut read, "\n:\n\n").await;
    patient.ask("mutation { signOut { userErrors { code } } }", json!({})).await;
    read_until(&mut response, &mut read, "UNAUTHENTICATED").await;
    read_until(&mut response, &mut read, "event: complete\ndata:\n\n").await;
    assert!(response.chunk().await.unwrap().is_none(), "the end");
    app.stop().await;
}

#[tokio::test]
async fn alerts_come_as_they_are_raised_and_raised_again_to_the_care_team_alone() {
    const RAISED: &str = "subscription { alertRaised { rule severity evidence patient { name } } }";
    let app = app().await;
    let [patient, therapist, other] = [
        app.sign_in("ada@patient.example").await,
        app.sign_in("therapist@clinic.example").await,
        app.sign_in("other@clinic.example").await,
    ];
    let told = async |pain: i32| {
        let id = chosen(&app, Kind::ProgressLog);
        let log =
            json!({ "id": id, "performedAt": "2026-06-15T08:00:00Z", "painAfter": pain, "results": [] });
        patient.ask(LOG, json!({ "input": { "logs": [log] } })).await;
        app.clinic.clock.advance(1_000);
        id
    };
    let mut refused = post(&app, Some(&patient), SSE, RAISED).await;
    read_until(&mut refused, &mut String::new(), "FORBIDDEN").await;
    let mut of_team = post(&app, Some(&therapist), SSE, RAISED).await;
    let mut of_other = post(&app, Some(&other), SSE, RAISED).await;
    let (mut read, mut read_by_other) = (String::new(), String::new());
    read_until(&mut of_other, &mut read_by_other, "\n:\n\n").await;
    let first = told(7).await;
    read_until(&mut of_team, &mut read, &first).await;
    assert!(read.contains("\"severity\":\"CRITICAL\"") && read.contains("\"name\":\"ada\""), "{read}");
    told(1).await;
    let second = told(8).await;
    read.clear();
    read_until(&mut of_team, &mut read, &second).await;
    assert_eq!(read.matches("event: next").count(), 1, "a low rating raises nothing: {read}");
    read_by_other.clear();
    read_until(&mut of_other, &mut read_by_other, "\n:\n\n").await;
    assert!(!read_by_other.contains("alertRaised"), "{read_by_other}");
    app.stop().await;
}

#[tokio::test]
async fn queries_come_as_server_sent_events_too() {
    let app = app().await;
    let response = post(&app, None, SSE, "{ serverInfo { version } }").await;
    let text = response.text().await.unwrap();
    assert!(text.starts_with("event: next\ndata: {\"data\":{\"serverInfo\""), "{text}");
    assert!(text.ends_with("\n\nevent: complete\ndata:\n\n"), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn events_come_as_parts_that_are_whole_at_once() {
    let app = app().await;
    let patient = app.sign_in("ada@patient.example").await;
    let mut response = post(&app, Some(&patient), MULTIPART, CHANGED).await;
    let content_type = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert_eq!(content_type, "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0");
    let mut read = String::new();
    read_until(&mut response, &mut read, "}\r\n--graphql").await;
    let first: Value = serde_json::from_str(read.split("\r\n").nth(4).unwrap()).unwrap();
    assert_eq!(first["payload"]["data"]["patientChanged"]["changed"], json!([]), "{read}");
    let id = log_one(&app, &patient).await;
    read_until(&mut response, &mut read, &id).await;
    read_until(&mut response, &mut read, "\r\n\r\n{}\r\n--graphql").await;
    patient.ask("mutation { signOut { userErrors { code } } }", json!({})).await;
    read_until(&mut response, &mut read, "\"payload\":null").await;
    read_until(&mut response, &mut read, "--graphql--\r\n").await;
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_followed_is_refused_before_a_stream_begins() {
    let app = app().await;
    let patient = app.sign_in("ada@patient.example").await;
    let refused = post(&app, None, SSE, CHANGED).await;
    assert_eq!(refused.status(), 401);
    let refused = post(&app, Some(&patient), "application/json", CHANGED).await;
    assert_eq!(refused.status(), 406);
    let refused = post(&app, Some(&patient), SSE, "subscription { patientChanged { ").await;
    assert_eq!(refused.status(), 400);
    let told: Value = refused.json().await.unwrap();
    assert_eq!(told["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    // A rule of validation is found by the executor, when the stream has begun.
    let broken = post(&app, Some(&patient), SSE, "subscription { nothing }").await.text().await.unwrap();
    assert!(broken.contains("GRAPHQL_VALIDATION_FAILED"), "{broken}");
    assert!(broken.ends_with("event: complete\ndata:\n\n"), "{broken}");
    app.stop().await;
}
