//! Google's side.

use super::{Answer, Client, MINUTE_MS, NOW, der, post, providers};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use tests::push_provider::{Act, Google, PushProviders, Reply, Simulator};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const PATH: &str = "/v1/projects/plumbline-example/messages:send";

/// What an assertion that is right says.
fn claims(google: &Simulator<Google>) -> Value {
    let account = google.provider().service_account();
    let scope = "https://www.googleapis.com/auth/firebase.messaging";
    let (issued, aud) = (NOW.0 / 1000, &account["token_uri"]);
    json!({ "iss": account["client_email"], "scope": scope, "aud": aud, "iat": issued, "exp": issued + 3600 })
}

async fn ask(client: &Client, google: &Simulator<Google>, grant: &str, claims: &Value) -> Answer {
    let account = google.provider().service_account();
    // PKCS #8 wraps what signs in 26 bytes.
    let key = EncodingKey::from_rsa_der(&der(account["private_key"].as_str().unwrap())[26..]);
    let assertion = encode(&Header::new(Algorithm::RS256), claims, &key).unwrap();
    let form = form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", grant)
        .append_pair("assertion", &assertion)
        .finish();
    let request = post("/token", &[("content-type", "application/x-www-form-urlencoded")]);
    client.request(request, form).await.unwrap()
}

async fn signed_in(providers: &PushProviders) -> (Client, String) {
    let google = &providers.google;
    let client = Client::connect(&providers.authority, google.port()).await;
    let answer = ask(&client, google, GRANT, &claims(google)).await;
    assert_eq!((answer.status, &answer.body["expires_in"]), (200, &json!(3599)));
    let bearer = format!("Bearer {}", answer.body["access_token"].as_str().unwrap());
    (client, bearer)
}

async fn send(client: &Client, bearer: &str, body: &Value) -> Answer {
    client.request(post(PATH, &[("authorization", bearer)]), body.to_string()).await.unwrap()
}

/// A message that is right.
fn message(token: &str, tag: &str) -> Value {
    let notification = json!({ "title_loc_key": "reminder", "tag": tag, "visibility": "PRIVATE" });
    let android =
        json!({ "priority": "HIGH", "ttl": "300s", "collapse_key": tag, "notification": notification });
    json!({ "message": { "token": token, "data": { "delivery": "1" }, "android": android } })
}

#[tokio::test]
async fn an_assertion_is_checked() {
    let (providers, _) = providers().await;
    let google = &providers.google;
    let client = Client::connect(&providers.authority, google.port()).await;
    let issued = NOW.0 / 1000;
    for (name, value, error) in [
        ("iss", json!("somebody@example.iam.gserviceaccount.com"), "invalid_grant"),
        ("aud", json!("https://example.com/token"), "invalid_grant"),
        ("exp", json!(issued), "invalid_grant"),
        ("exp", json!(issued + 3601), "invalid_grant"),
        ("iat", json!(issued + 120), "invalid_grant"),
        ("scope", json!("https://www.googleapis.com/auth/drive"), "invalid_scope"),
    ] {
        let mut claims = claims(google);
        claims[name] = value;
        let answer = ask(&client, google, GRANT, &claims).await;
        assert_eq!((answer.status, &answer.body["error"]), (400, &json!(error)), "{name}");
    }
    let other = ask(&client, google, "password", &claims(google)).await;
    assert_eq!(other.body["error"], "unsupported_grant_type");
    let form = format!("grant_type={}&assertion=e30.e30.e30", GRANT.replace(':', "%3A"));
    let unsigned = client.request(post("/token", &[]), form).await.unwrap();
    assert_eq!((unsigned.status, &unsigned.body["error"]), (400, &json!("invalid_grant")));
    assert_eq!(google.provider().tokens_given(), 0);
    google.act_next_sign_in(1, Act::Answer(Reply::bare(503)));
    assert_eq!(ask(&client, google, GRANT, &claims(google)).await.status, 503);
    assert_eq!(ask(&client, google, GRANT, &claims(google)).await.status, 200);
}

#[tokio::test]
async fn an_access_token_is_good_until_it_ends_or_is_revoked() {
    let (providers, clock) = providers().await;
    let (client, bearer) = signed_in(&providers).await;
    let google = &providers.google;
    let message = message("device-1", "a");
    assert_eq!(send(&client, "Bearer somebody", &message).await.body["error"]["status"], "UNAUTHENTICATED");
    assert_eq!(send(&client, &bearer, &message).await.status, 200);
    let elsewhere = post("/v1/projects/other/messages:send", &[("authorization", &bearer)]);
    let elsewhere = client.request(elsewhere, message.to_string()).await.unwrap();
    assert_eq!((elsewhere.status, &elsewhere.body["error"]["status"]), (403, &json!("PERMISSION_DENIED")));
    google.provider().revoke_tokens();
    assert_eq!(send(&client, &bearer, &message).await.status, 401);
    google.provider().set_token_life(60);
    let answer = ask(&client, google, GRANT, &claims(google)).await;
    let bearer = format!("Bearer {}", answer.body["access_token"].as_str().unwrap());
    assert_eq!(send(&client, &bearer, &message).await.status, 200);
    clock.advance(MINUTE_MS);
    assert_eq!(send(&client, &bearer, &message).await.status, 401);
    assert_eq!(client.request(post("/elsewhere", &[]), "").await.unwrap().status, 404);
}

#[tokio::test]
async fn a_message_of_another_form_is_refused() {
    let (providers, _) = providers().await;
    let (client, bearer) = signed_in(&providers).await;
    let long = "x".repeat(4097);
    for (place, value) in [
        ("/surprise", json!(1)),
        ("/message/surprise", json!("x")),
        ("/message/topic", json!("news")),
        ("/message/token", json!("no token")),
        ("/message/data/count", json!(1)),
        ("/message/data/from", json!("me")),
        ("/message/data/long", json!(long)),
        ("/message/android/ttl", json!("300")),
        ("/message/android/ttl", json!("2419201s")),
        ("/message/android/priority", json!("URGENT")),
        ("/message/android/notification/visibility", json!(true)),
        ("/message/android/notification/thread", json!("x")),
    ] {
        let mut message = message("device-1", "a");
        let (parent, name) = place.rsplit_once('/').unwrap();
        message.pointer_mut(parent).unwrap()[name] = value;
        let answer = send(&client, &bearer, &message).await;
        let status = &answer.body["error"]["status"];
        assert_eq!((answer.status, status), (400, &json!("INVALID_ARGUMENT")), "{place}");
    }
    let nobody = json!({ "message": { "data": { "delivery": "1" } } });
    assert_eq!(send(&client, &bearer, &nobody).await.status, 400);
    let unknown =
        send(&client, &bearer, &json!({ "message": { "token": "device-1", "colour": "red" } })).await;
    assert!(
        unknown.body["error"]["message"].as_str().unwrap().contains("Unknown name \"colour\" at 'message'")
    );
    assert_eq!(providers.google.taken(), (0, 0));
    let camel =
        json!({ "message": { "token": "device-1", "android": { "collapseKey": "a", "priority": "high" } } });
    assert_eq!(send(&client, &bearer, &camel).await.status, 200);
    assert_eq!(providers.google.shown("device-1"), [], "data alone is for the app");
}

#[tokio::test]
async fn a_device_collapses_by_tag_and_keeps_what_waits() {
    let (providers, clock) = providers().await;
    let (client, bearer) = signed_in(&providers).await;
    let google = &providers.google;
    let id = |number: u128| uuid::Uuid::from_u128(number);
    let answer = send(&client, &bearer, &message("device-1", &id(1).to_string())).await;
    assert!(answer.body["name"].as_str().unwrap().starts_with("projects/plumbline-example/messages/"));
    send(&client, &bearer, &message("device-1", &id(1).to_string())).await;
    let delivery = care::id::Kind::Delivery.encode(id(2));
    send(&client, &bearer, &message("device-1", &delivery)).await;
    let seen: Vec<_> = google.shown("device-1").iter().map(|shown| (shown.id, shown.pushes)).collect();
    assert_eq!(seen, [(id(1), 2), (id(2), 1)]);
    assert_eq!((google.count(), google.taken()), (3, (3, 2)));
    google.switch_off("device-2");
    for number in 1..=5 {
        send(&client, &bearer, &message("device-2", &id(number).to_string())).await;
    }
    clock.advance(5 * MINUTE_MS);
    google.switch_on("device-2");
    let seen: Vec<_> = google.shown("device-2").iter().map(|shown| shown.id).collect();
    assert_eq!(seen, [id(2), id(3), id(4), id(5)]);
    google.forget();
    assert_eq!((google.count(), google.shown("device-1")), (0, Vec::new()));
}
