//! Our own gateway against the simulator.

use super::{MINUTE_MS, NOW, apple::device, providers};
use care::account::Platform;
use care::clock::{Instant, ManualClock, SeededRandom};
use care::reminder::{Kind, Target};
use futures::future::join_all;
use reminders::gateway::apns::{self, Alone, RedisShare, TokenShare};
use reminders::gateway::providers::{Credentials, Providers};
use reminders::gateway::{Answer, Ports, Push, PushGateway, Verdict, fcm};
use reminders::timetable::redis::connect;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tests::RedisServer;
use tests::push_provider::{Act, Goodbye, PushProviders, Reply};
use uuid::Uuid;

const CLINIC: Uuid = Uuid::from_u128(7);

fn credentials(simulator: &PushProviders) -> Credentials {
    let key = simulator.apple.provider().key();
    let authorities = Some(simulator.authority.pem.clone().into_bytes());
    Credentials {
        apns: Some(apns::Credentials {
            key: key.key_pem.into_bytes(),
            key_id: key.key_id,
            team_id: key.team_id,
            topic: key.topic,
            address: simulator.apple.url(),
            authorities: authorities.clone(),
            connections: 4,
            per_second: 100_000,
        }),
        fcm: Some(fcm::Credentials {
            service_account: simulator.google.provider().service_account().to_string().into_bytes(),
            address: simulator.google.url(),
            authorities,
            connections: 4,
            per_second: 100_000,
        }),
    }
}

fn gateway_of(credentials: &Credentials, clock: &Arc<ManualClock>, share: &Arc<dyn TokenShare>) -> Providers {
    let ports = Ports { clock: Arc::clone(clock) as _, random: Arc::new(SeededRandom::new(1)) };
    Providers::new(credentials, &HashMap::new(), share, &ports).unwrap()
}

fn alone() -> Arc<dyn TokenShare> {
    Arc::new(Alone)
}

async fn simulated() -> (PushProviders, Arc<ManualClock>, Providers) {
    let (simulator, clock) = providers().await;
    let gateway = gateway_of(&credentials(&simulator), &clock, &alone());
    (simulator, clock, gateway)
}

fn push(number: u8, platform: Platform) -> Push {
    let token = match platform {
        Platform::Android => format!("token:of-android_{number}"),
        _ => device(number),
    };
    let target = Target { device_id: Uuid::from_u128(u128::from(number)), platform, token };
    Push {
        id: Uuid::new_v5(&CLINIC, &[number]),
        clinic_id: CLINIC,
        kind: Kind::Exercise,
        attempt: 1,
        due_at: NOW,
        expires_at: NOW.plus(60 * MINUTE_MS),
        target,
    }
}

fn taken() -> Answer {
    Answer::taken()
}

#[tokio::test]
async fn a_push_that_is_repeated_is_shown_once() {
    let (simulator, _, gateway) = simulated().await;
    for platform in [Platform::Ios, Platform::Android] {
        let push = push(1, platform);
        assert_eq!(gateway.push(&push).await, taken());
        assert_eq!(gateway.push(&push).await, taken());
        let shown = match platform {
            Platform::Android => simulator.google.shown(&push.target.token),
            _ => simulator.apple.shown(&push.target.token),
        };
        assert_eq!(shown.iter().map(|shown| shown.pushes).collect::<Vec<_>>(), [2], "{platform:?}");
    }
    let received = simulator.apple.received();
    assert_eq!(received[0]["headers"]["apns-expiration"], (NOW.0 / 1000 + 3600).to_string());
    assert_eq!(simulator.google.provider().tokens_given(), 1);
}

/// What an exercise reminder looks like to each provider; `tests/contract/push.test.mjs` holds foreign clients to it.
const REMINDER: &str = include_str!("../contract/reminder.json");

#[tokio::test]
async fn a_reminder_is_what_foreign_clients_send_for_it() {
    let (simulator, _, gateway) = simulated().await;
    for platform in [Platform::Ios, Platform::Android] {
        assert_eq!(gateway.push(&push(1, platform)).await, taken());
    }
    let [to_apple] = simulator.apple.received().try_into().unwrap();
    let to_google = simulator.google.received().into_iter().find(|it| it["path"] != "/token").unwrap();
    let sent = json!({ "apple": meant(&to_apple), "google": meant(&to_google) });
    let expected: Value = serde_json::from_str(REMINDER).unwrap();
    assert_eq!(sent, expected, "tests/contract/reminder.json is to be {sent:#}");
}

/// A request without what only its way through the network is told by.
fn meant(request: &Value) -> Value {
    let headers = request["headers"].as_object().unwrap().iter();
    let headers: Map<String, Value> = headers
        .filter_map(|(name, value)| {
            let word = |end| value.as_str()?.split(end).next().map(Value::from);
            let value = match name.as_str() {
                "authorization" => word(' ')?,
                "content-type" => word(';')?,
                name if name.starts_with("apns-") => value.clone(),
                _ => return None,
            };
            Some((name.clone(), value))
        })
        .collect();
    json!({
        "method": request["method"],
        "path": request["path"],
        "headers": headers,
        "payload": request["payload"],
    })
}

#[tokio::test]
async fn what_is_in_flight_when_connections_end_goes_out_by_others() {
    let (simulator, clock, gateway) = simulated().await;
    simulator.apple.set_latency(Duration::from_millis(20));
    for (minute, goodbye) in [(0, Goodbye::Graceful), (1, Goodbye::Abrupt), (2, Goodbye::Cut)] {
        clock.set(NOW.plus(minute * MINUTE_MS));
        assert_eq!(gateway.push(&push(0, Platform::Ios)).await, taken(), "{goodbye:?}");
        let pushes: Vec<_> = (0..=199).map(|number| push(number, Platform::Ios)).collect();
        let before = simulator.apple.count();
        let ending = async {
            while simulator.apple.count() < before + 20 {
                tokio::task::yield_now().await;
            }
            simulator.apple.say_goodbye(goodbye);
        };
        let (answers, ()) = tokio::join!(join_all(pushes.iter().map(|push| gateway.push(push))), ending);
        // One that lost a connection twice is put off.
        let put_off =
            |answer: &Answer| matches!(answer.verdict, Verdict::Later { .. } | Verdict::Held { .. });
        assert!(
            answers.iter().all(|answer| *answer == taken() || put_off(answer)),
            "{goodbye:?}: {answers:?}"
        );
        if goodbye == Goodbye::Graceful {
            assert!(!answers.iter().any(put_off), "{answers:?}");
        }
    }
}

#[tokio::test]
async fn no_more_streams_are_opened_than_are_allowed() {
    let (simulator, _, gateway) = simulated().await;
    for streams in [2, 50] {
        simulator.apple.set_streams(streams);
        let pushes: Vec<_> = (0..=199).map(|number| push(number, Platform::Ios)).collect();
        let answers = join_all(pushes.iter().map(|push| gateway.push(push))).await;
        assert!(answers.iter().all(|answer| *answer == taken()), "{streams}: {answers:?}");
    }
    assert_eq!(simulator.apple.refused_streams(), 0);
    assert!(simulator.apple.connections() <= 4);
}

#[tokio::test]
async fn who_cannot_be_reached_was_not_asked() {
    let (simulator, clock, gateway) = simulated().await;
    simulator.apple.set_refusing(true);
    let answer = gateway.push(&push(1, Platform::Ios)).await;
    assert_eq!(answer.code, "unreachable");
    assert!(matches!(answer.verdict, Verdict::Held { after_ms: 1..=2_000 }), "{answer:?}");
    simulator.apple.set_refusing(false);
    assert_eq!(gateway.push(&push(1, Platform::Ios)).await.code, "unreachable");
    clock.advance(2_000);
    assert_eq!(gateway.push(&push(1, Platform::Ios)).await, taken());
}

#[tokio::test]
async fn refused_credentials_keep_pushes_and_are_not_tried_again_at_once() {
    let (simulator, clock) = providers().await;
    let mut credentials = credentials(&simulator);
    let apple = credentials.apns.as_mut().unwrap();
    let right = std::mem::replace(&mut apple.key_id, "WRONGKEY00".to_owned());
    let gateway = gateway_of(&credentials, &clock, &alone());
    let answer = gateway.push(&push(1, Platform::Ios)).await;
    assert!(matches!(answer.verdict, Verdict::Held { after_ms: 60_000.. }), "{answer:?}");
    assert_eq!(answer.code, "403 InvalidProviderToken");
    let asked = simulator.apple.count();
    assert_eq!(gateway.push(&push(1, Platform::Ios)).await.code, "breaker open");
    assert_eq!(simulator.apple.count(), asked);
    credentials.apns.as_mut().unwrap().key_id = right;
    assert_eq!(gateway_of(&credentials, &clock, &alone()).push(&push(1, Platform::Ios)).await, taken());
}

#[tokio::test]
async fn tokens_are_renewed_before_they_run_out() {
    let (simulator, clock, gateway) = simulated().await;
    for minutes in [0, 30, 11, 90] {
        clock.advance(minutes * MINUTE_MS);
        let mut push = push(1, Platform::Ios);
        push.expires_at = Instant(NOW.0 + 600 * MINUTE_MS);
        assert_eq!(gateway.push(&push).await, taken(), "{minutes}");
        push.target = super::gateway::push(1, Platform::Android).target;
        assert_eq!(gateway.push(&push).await, taken(), "{minutes}");
    }
    assert_eq!(simulator.apple.provider().tokens_seen(), 3);
    assert_eq!(simulator.google.provider().tokens_given(), 2);
}

#[tokio::test]
async fn an_access_token_that_was_taken_back_is_renewed_once() {
    let (simulator, _, gateway) = simulated().await;
    assert_eq!(gateway.push(&push(1, Platform::Android)).await, taken());
    simulator.google.provider().revoke_tokens();
    let pushes: Vec<_> = (0..50).map(|number| push(number, Platform::Android)).collect();
    let answers = join_all(pushes.iter().map(|push| gateway.push(push))).await;
    assert!(answers.iter().all(|answer| *answer == taken()), "{answers:?}");
    assert_eq!(simulator.google.provider().tokens_given(), 2);
}

#[tokio::test]
async fn many_bad_tokens_are_another_environment_and_retire_no_more() {
    let (simulator, _, gateway) = simulated().await;
    simulator.apple.act_every(Some((1, Act::Answer(Reply::apple(400, "BadDeviceToken")))));
    let mut dead = 0;
    for number in 0..10 {
        let answer = gateway.push(&push(number, Platform::Ios)).await;
        dead += usize::from(matches!(answer.verdict, Verdict::DeadToken { .. }));
    }
    assert_eq!(dead, 2);
    assert_eq!(gateway.push(&push(1, Platform::Ios)).await.code, "breaker open");
}

#[tokio::test]
async fn answers_have_their_consequences() {
    let (simulator, _, gateway) = simulated().await;
    let android = push(1, Platform::Android);
    let quota =
        Reply::google(429, "RESOURCE_EXHAUSTED", Some("QUOTA_EXCEEDED"), "x").with("retry-after", "90");
    simulator.google.act_next(1, Act::Answer(quota));
    let answer = gateway.push(&android).await;
    assert!(matches!(answer.verdict, Verdict::Later { after_ms: 90_000.. }), "{answer:?}");
    let gone = Reply::google(404, "NOT_FOUND", Some("UNREGISTERED"), "x");
    simulator.google.act_next(1, Act::Answer(gone));
    assert_eq!(gateway.push(&android).await.verdict, Verdict::DeadToken { since: None });
    let ios = push(1, Platform::Ios);
    simulator.apple.uninstall(&ios.target.token, NOW.plus(-5));
    let since = Some(NOW.plus(-5));
    assert_eq!(gateway.push(&ios).await, Answer::new(Verdict::DeadToken { since }, "410 Unregistered"));
    let ios = push(2, Platform::Ios);
    simulator.apple.act_next(1, Act::Answer(Reply::apple(503, "ServiceUnavailable")));
    let answer = gateway.push(&ios).await;
    assert!(matches!(answer.verdict, Verdict::Later { after_ms: 750..=1_250 }), "{answer:?}");
    simulator.apple.act_next(1, Act::Reset { taken: true });
    assert_eq!(gateway.push(&ios).await, taken(), "repeated by another connection");
    simulator.apple.act_next(1, Act::Answer(Reply::apple(413, "PayloadTooLarge")));
    assert_eq!(gateway.push(&ios).await, Answer::new(Verdict::Refused, "413 PayloadTooLarge"));
    let mut slashed = push(3, Platform::Ios);
    slashed.target.token = "../../evil".to_owned();
    assert_eq!(gateway.push(&slashed).await.code, "malformed token");
}

#[tokio::test]
async fn a_clinic_goes_by_its_own_credentials_and_waits_without_any() {
    let (simulator, clock) = providers().await;
    let ports = Ports { clock: clock as _, random: Arc::new(SeededRandom::new(1)) };
    let share = alone();
    let own = HashMap::from([(CLINIC, credentials(&simulator))]);
    let gateway = Providers::new(&Credentials::default(), &own, &share, &ports).unwrap();
    assert_eq!(gateway.push(&push(1, Platform::Ios)).await, taken());
    let mut other = push(1, Platform::Ios);
    other.clinic_id = Uuid::from_u128(8);
    let answer = gateway.push(&other).await;
    assert_eq!(answer, Answer::new(Verdict::Held { after_ms: 5 * MINUTE_MS }, "no credentials"));
}

#[tokio::test]
async fn workers_share_one_token_of_apples_through_redis() {
    let (simulator, clock) = providers().await;
    let redis = RedisServer::start();
    let credentials = credentials(&simulator);
    let worker = || {
        let share: Arc<dyn TokenShare> = Arc::new(RedisShare::new(connect(&redis.url()).unwrap(), "test:"));
        gateway_of(&credentials, &clock, &share)
    };
    let (one, other) = (worker(), worker());
    for round in 0..2 {
        for gateway in [&one, &other] {
            assert_eq!(gateway.push(&push(1, Platform::Ios)).await, taken());
        }
        assert_eq!(simulator.apple.provider().tokens_seen(), round + 1);
        clock.advance(41 * MINUTE_MS);
    }
}
