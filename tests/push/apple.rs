//! Apple's side.

use super::{Answer, Client, MINUTE_MS, NOW, der, post, providers};
use axum::http::Request;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use tests::push_provider::{AppleKey, Simulator};

const ID: &str = "0a1b2c3d-0a1b-5c3d-8a1b-0a1b2c3d4e5f";
const ALERT: &str = r#"{"aps":{"alert":{"loc-key":"reminder"}}}"#;

pub(crate) fn device(number: u8) -> String {
    format!("{number:02x}").repeat(32)
}

pub(crate) fn sign(key: &AppleKey, key_id: &str, team: &str, issued_ms: i64) -> String {
    let header = Header { kid: Some(key_id.to_owned()), ..Header::new(Algorithm::ES256) };
    let claims = json!({ "iss": team, "iat": issued_ms / 1000 });
    format!("bearer {}", encode(&header, &claims, &EncodingKey::from_ec_der(&der(&key.key_pem))).unwrap())
}

pub(crate) fn signed(key: &AppleKey, issued_ms: i64) -> String {
    sign(key, &key.key_id, &key.team_id, issued_ms)
}

/// An alert that is right, with these headers changed; an empty value leaves one out.
pub(crate) async fn push(
    client: &Client,
    key: &AppleKey,
    token: &str,
    changed: &[(&str, &str)],
    body: &str,
) -> Result<Answer, h2::Error> {
    let bearer = signed(key, NOW.0);
    let usual = [
        ("authorization", bearer.as_str()),
        ("apns-topic", &key.topic),
        ("apns-push-type", "alert"),
        ("apns-priority", "10"),
    ];
    let kept = usual.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    let headers: Vec<_> = kept.chain(changed).filter(|(_, value)| !value.is_empty()).copied().collect();
    client.request(post(&format!("/3/device/{token}"), &headers), body.to_owned()).await
}

#[tokio::test]
async fn a_push_is_taken_shown_and_recorded() {
    let (providers, _) = providers().await;
    let apple = &providers.apple;
    let (client, key) = (Client::connect(&providers.authority, apple.port()).await, apple.provider().key());
    let answer = push(&client, &key, &device(1), &[("apns-id", ID)], ALERT).await.unwrap();
    assert_eq!((answer.status, &answer.headers["apns-id"]), (200, &ID.parse().unwrap()));
    let [logged] = apple.log().try_into().unwrap();
    assert_eq!(
        (logged.token, logged.id, logged.at, logged.status),
        (device(1), ID.parse().unwrap(), NOW, 200)
    );
    let [shown] = apple.shown(&device(1)).try_into().unwrap();
    assert_eq!((shown.id.to_string().as_str(), shown.pushes, &shown.payload[..]), (ID, 1, ALERT.as_bytes()));
    assert_eq!(apple.shown(&device(2)), []);
    let [received] = apple.received().try_into().unwrap();
    assert_eq!(received["headers"]["apns-priority"], "10");
    assert_eq!(received["payload"]["aps"]["alert"]["loc-key"], "reminder");
    let unnamed = push(&client, &key, &device(1), &[], ALERT).await.unwrap();
    assert_eq!(unnamed.headers["apns-id"].len(), 36);
}

#[tokio::test]
async fn what_is_wrong_is_refused_with_apples_reason() {
    let (providers, _) = providers().await;
    let apple = &providers.apple;
    let (client, key) = (Client::connect(&providers.authority, apple.port()).await, apple.provider().key());
    let long = "x".repeat(65);
    let big = format!(r#"{{"aps":{{"alert":"{}"}}}}"#, "x".repeat(4096));
    let (good, other) = (device(1), "token-of-android");
    for (token, header, body, status, reason) in [
        ("", ("apns-id", ID), ALERT, 400, "MissingDeviceToken"),
        (other, ("apns-id", ID), ALERT, 400, "BadDeviceToken"),
        (&good, ("authorization", ""), ALERT, 403, "MissingProviderToken"),
        (&good, ("apns-topic", ""), ALERT, 400, "MissingTopic"),
        (&good, ("apns-topic", "example.other"), ALERT, 400, "TopicDisallowed"),
        (&good, ("apns-push-type", ""), ALERT, 400, "InvalidPushType"),
        (&good, ("apns-push-type", "loud"), ALERT, 400, "InvalidPushType"),
        (&good, ("apns-push-type", "background"), ALERT, 400, "BadPriority"),
        (&good, ("apns-priority", "7"), ALERT, 400, "BadPriority"),
        (&good, ("apns-expiration", "soon"), ALERT, 400, "BadExpirationDate"),
        (&good, ("apns-collapse-id", &long), ALERT, 400, "BadCollapseId"),
        (&good, ("apns-id", "7"), ALERT, 400, "BadMessageId"),
        (&good, ("apns-id", ID), "", 400, "PayloadEmpty"),
        (&good, ("apns-id", ID), r#"{"alert":"x"}"#, 400, "PayloadEmpty"),
        (&good, ("apns-id", ID), &big, 413, "PayloadTooLarge"),
    ] {
        let answer = push(&client, &key, token, &[header], body).await.unwrap();
        assert_eq!((answer.status, &answer.body["reason"]), (status, &json!(reason)), "{header:?}");
    }
    let twice =
        push(&client, &key, &good, &[("apns-collapse-id", "a"), ("apns-collapse-id", "b")], ALERT).await;
    assert_eq!(twice.unwrap().body["reason"], "DuplicateHeaders");
    let lost = client.request(post("/4/device/1", &[]), ALERT).await.unwrap();
    assert_eq!((lost.status, &lost.body["reason"]), (404, &json!("BadPath")));
    let get = Request::get(format!("https://localhost/3/device/{good}"));
    let get = client.request(get, "").await.unwrap();
    assert_eq!((get.status, &get.body["reason"]), (405, &json!("MethodNotAllowed")));
    assert_eq!((apple.shown(&good), apple.taken()), (Vec::new(), (0, 0)));
}

#[tokio::test]
async fn a_provider_token_lasts_an_hour_and_is_renewed_after_20_minutes() {
    let (providers, clock) = providers().await;
    let apple = &providers.apple;
    let (client, key) = (Client::connect(&providers.authority, apple.port()).await, apple.provider().key());
    let foreign = super::providers().await.0.apple.provider().key();
    let at = |minutes: i64| NOW.0 + minutes * MINUTE_MS;
    for (minute, token, status, reason) in [
        (0, sign(&key, "OTHERKEY00", &key.team_id, NOW.0), 403, "InvalidProviderToken"),
        (0, sign(&key, &key.key_id, "OTHERTEAM0", NOW.0), 403, "InvalidProviderToken"),
        (0, signed(&foreign, NOW.0), 403, "InvalidProviderToken"),
        (0, signed(&key, at(5)), 403, "InvalidProviderToken"),
        (0, signed(&key, at(-61)), 403, "ExpiredProviderToken"),
        (0, signed(&key, at(0)), 200, ""),
        (19, signed(&key, at(19)), 429, "TooManyProviderTokenUpdates"),
        (20, signed(&key, at(20)), 200, ""),
        // The one before is still good.
        (60, signed(&key, at(0)), 200, ""),
        (61, signed(&key, at(0)), 403, "ExpiredProviderToken"),
    ] {
        clock.set(care::clock::Instant(at(minute)));
        let answer = push(&client, &key, &device(1), &[("authorization", &token)], ALERT).await.unwrap();
        let reason = if reason.is_empty() { json!(null) } else { json!(reason) };
        assert_eq!((answer.status, &answer.body["reason"]), (status, &reason), "minute {minute}");
    }
    assert_eq!(apple.provider().tokens_seen(), 2);
}

#[tokio::test]
async fn a_connection_has_one_stream_until_its_client_is_known() {
    let (providers, _) = providers().await;
    let apple = &providers.apple;
    let (client, key) = (Client::connect(&providers.authority, apple.port()).await, apple.provider().key());
    client.until_streams(1).await;
    let unknown = push(&client, &key, &device(1), &[("authorization", "")], ALERT).await.unwrap();
    assert_eq!((unknown.status, client.send.current_max_send_streams()), (403, 1));
    push(&client, &key, &device(1), &[], ALERT).await.unwrap();
    client.until_streams(1000).await;
}

/// What the person sees, as ids of the newest pushes and how many each stands for.
fn seen<P: tests::push_provider::Provider>(simulator: &Simulator<P>, token: &str) -> Vec<(u8, u32)> {
    simulator.shown(token).iter().map(|shown| (shown.id.as_bytes()[15], shown.pushes)).collect()
}

#[tokio::test]
async fn a_device_collapses_by_id_and_shows_nothing_late() {
    let (providers, clock) = providers().await;
    let apple = &providers.apple;
    let (client, key) = (Client::connect(&providers.authority, apple.port()).await, apple.provider().key());
    let until = |minutes: i64| ((NOW.0 + minutes * MINUTE_MS) / 1000).to_string();
    let send = async |number: u8, device: &str, collapse: &str, expiration: &str| {
        let id = uuid::Uuid::from_u128(number.into()).to_string();
        let headers =
            [("apns-id", id.as_str()), ("apns-collapse-id", collapse), ("apns-expiration", expiration)];
        assert_eq!(push(&client, &key, device, &headers, ALERT).await.unwrap().status, 200);
    };
    let (on, off) = (device(1), device(2));
    send(1, &on, "a", "").await;
    send(2, &on, "a", "").await;
    send(3, &on, "b", "0").await;
    send(4, &on, "c", &until(-1)).await;
    send(5, &on, "", "").await;
    send(5, &on, "", "").await;
    assert_eq!(seen(apple, &on), [(2, 2), (3, 1), (5, 1), (5, 1)]);
    assert_eq!(apple.taken(), (6, 5));
    let background = [("apns-push-type", "background"), ("apns-priority", "5")];
    push(&client, &key, &on, &background, ALERT).await.unwrap();
    assert_eq!(apple.shown(&on).len(), 4);
    apple.switch_off(&off);
    send(6, &off, "a", &until(5)).await;
    send(7, &off, "b", &until(5)).await;
    send(8, &off, "c", "0").await;
    assert_eq!(seen(apple, &off), []);
    clock.advance(4 * MINUTE_MS);
    apple.switch_on(&off);
    assert_eq!(seen(apple, &off), [(7, 1)]);
    apple.switch_off(&off);
    send(9, &off, "d", &until(5)).await;
    clock.advance(2 * MINUTE_MS);
    apple.switch_on(&off);
    assert_eq!(seen(apple, &off), [(7, 1)]);
}
