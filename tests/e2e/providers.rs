//! Signing in by an identity provider: a real one on loopback signs, and every forged token is refused.

use crate::second_factor::enroll;
use crate::{change, refused};
use api::http::Documents;
use care::access::door;
use care::account::{self, SignedIn};
use care::error::{Code, Error};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};
use tests::issuer::{AUDIENCE, SigningKey, TestIssuer, part};
use tests::{Client, Clinic, Mailbox, Stack, TestApp};

const THERAPIST: &str = "therapist@clinic.example";
const SUBJECT: &str = "a-person-at-the-provider";

fn now(clinic: &Clinic) -> i64 {
    clinic.services.now().0 / 1_000
}

/// A sound token about this person, unlike any before.
fn token(clinic: &Clinic, provider: &TestIssuer, key: &SigningKey, subject: &str) -> String {
    clinic.clock.advance(1_000);
    key.sign(&provider.claims(subject, now(clinic)))
}

async fn sign_in(client: &Client, token: &str) -> Value {
    let query = "mutation($input: SignInWithProviderInput!) { signInWithProvider(input: $input) {
        session { accessToken } viewer { id role } challenge { token } userErrors { code path } } }";
    client.ask(query, json!({ "input": { "idToken": token } })).await["signInWithProvider"].clone()
}

async fn link(client: &Client, token: &str) -> Value {
    change(client, "linkProvider", "provider { issuer linkedAt }", json!({ "idToken": token })).await
}

#[tokio::test]
async fn who_has_linked_a_provider_signs_in_by_it_until_it_is_unlinked() {
    for stack in Stack::BOTH {
        let key = SigningKey::new("one", Algorithm::ES256);
        let provider = TestIssuer::start(&[&key]).await;
        let clinic = Clinic::open_to(stack, std::slice::from_ref(&provider.settings)).await;
        let app = TestApp::around(clinic, stack, Documents::default(), |_| {}).await;
        let fresh = |subject: &str| token(&app.clinic, &provider, &key, subject);
        let client = app.client();
        refused(&sign_in(&client, &fresh(SUBJECT)).await, "CREDENTIALS");

        let therapist = app.sign_in(THERAPIST).await;
        let first = fresh(SUBJECT);
        let linked = link(&therapist, &first).await;
        assert_eq!(linked["provider"]["issuer"], provider.settings.issuer, "{linked}");
        refused(&sign_in(&client, &first).await, "CREDENTIALS");
        let own = "{ viewer { id linkedProviders { issuer } } }";
        let viewer = therapist.ask(own, json!({})).await["viewer"].clone();
        assert_eq!(viewer["linkedProviders"], json!([{ "issuer": provider.settings.issuer }]));

        let second = fresh(SUBJECT);
        let signed_in = sign_in(&client, &second).await;
        assert_eq!(
            (&signed_in["viewer"]["id"], &signed_in["viewer"]["role"]),
            (&viewer["id"], &json!("THERAPIST"))
        );
        refused(&sign_in(&client, &second).await, "CREDENTIALS");
        refused(&sign_in(&client, &fresh("somebody else")).await, "CREDENTIALS");
        let other = app.sign_in("other@clinic.example").await;
        refused(&link(&other, &fresh(SUBJECT)).await, "CONFLICT");

        enroll(&app, &therapist).await;
        let challenged = sign_in(&client, &fresh(SUBJECT)).await;
        refused(&challenged, "SECOND_FACTOR_REQUIRED");
        assert!(challenged["challenge"]["token"].is_string() && challenged["session"].is_null());

        let issuer = json!({ "issuer": provider.settings.issuer });
        refused(&change(&other, "unlinkProvider", "", issuer.clone()).await, "NOT_FOUND");
        let unlinked = change(&therapist, "unlinkProvider", "", issuer).await;
        assert_eq!(unlinked["userErrors"], json!([]));
        refused(&sign_in(&client, &fresh(SUBJECT)).await, "CREDENTIALS");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_new_password_by_mail_ends_what_others_may_have_linked() {
    for stack in Stack::BOTH {
        let key = SigningKey::new("one", Algorithm::ES256);
        let (provider, mailbox) = (TestIssuer::start(&[&key]).await, Mailbox::open().await);
        let clinic = Clinic::open_to(stack, std::slice::from_ref(&provider.settings)).await;
        let (door, worker) = (door(&clinic.services), clinic.worker());
        let therapist = clinic.therapist().await;
        account::link_provider(&therapist, &token(&clinic, &provider, &key, SUBJECT)).await.unwrap();
        clinic.clock.advance(1);
        account::request_password_reset(&door, THERAPIST).await.unwrap();
        while account::deliver_mail(&worker, &mailbox.mailer, "http://clinic.example").await.unwrap() {}
        let letters = mailbox.take();
        let told: Vec<_> = letters.iter().map(|letter| letter.subject.as_str()).collect();
        assert_eq!(told, ["Your account has a new way to sign in", "Set a new password"], "{stack:?}");
        account::reset_password(&door, letters[1].token(), "another long enough secret").await.unwrap();
        account::sign_in_with_provider(&door, &token(&clinic, &provider, &key, SUBJECT)).await.unwrap_err();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn linking_needs_a_fresh_proof_and_ends_with_the_account() {
    for stack in Stack::BOTH {
        let key = SigningKey::new("one", Algorithm::EdDSA);
        let provider = TestIssuer::start(&[&key]).await;
        let clinic = Clinic::open_to(stack, std::slice::from_ref(&provider.settings)).await;
        clinic.patient("ada").await;
        let app = TestApp::around(clinic, stack, Documents::default(), |_| {}).await;
        let ada = app.sign_in("ada@patient.example").await;
        app.clinic.clock.advance(5 * 60_000);
        let early = link(&ada, &token(&app.clinic, &provider, &key, SUBJECT)).await;
        refused(&early, "STEP_UP_REQUIRED");
        let ada = app.sign_in("ada@patient.example").await;
        assert_eq!(link(&ada, &token(&app.clinic, &provider, &key, SUBJECT)).await["userErrors"], json!([]));
        let export = "mutation { exportMyData { export { content } userErrors { code } } }";
        let export = ada.ask(export, json!({})).await["exportMyData"].to_string();
        assert!(export.contains(&provider.settings.issuer), "what is kept of identities is handed out");
        let delete = "mutation { deleteMyAccount { userErrors { code } } }";
        assert_eq!(ada.ask(delete, json!({})).await["deleteMyAccount"]["userErrors"], json!([]));
        let gone = sign_in(&app.client(), &token(&app.clinic, &provider, &key, SUBJECT)).await;
        refused(&gone, "CREDENTIALS");
        app.stop().await;
    }
}

/// Claims that say their subject twice.
struct Twice<'a>(&'a Value);

impl Serialize for Twice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let claims = self.0.as_object().unwrap();
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in claims.iter().chain([(&"sub".to_owned(), &json!("somebody else"))]) {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// Tokens that must not count, each with what is wrong with it.
fn forged(
    provider: &TestIssuer,
    (good, rsa): (&SigningKey, &SigningKey),
    other: &TestIssuer,
    now: i64,
) -> Vec<(String, String)> {
    let sound = provider.claims(SUBJECT, now);
    let rogue = SigningKey::new(&good.id, Algorithm::ES256);
    let mut tokens = Vec::new();
    let mut add = |what: &str, token: String| tokens.push((what.to_owned(), token));
    let with = |key: &str, value: Value| {
        let mut claims = sound.clone();
        claims[key] = value;
        claims
    };
    let without = |key: &str| {
        let mut claims = sound.clone();
        claims.as_object_mut().unwrap().remove(key);
        claims
    };

    // No token at all.
    let right = good.sign(&sound);
    let parts: Vec<_> = right.split('.').map(str::to_owned).collect();
    for text in ["", ".", "..", "...", "a.b.c", "an opaque access token"] {
        add("no token", text.to_owned());
    }
    add("two parts", format!("{}.{}", parts[0], parts[1]));
    add("five parts", format!("{right}.a.b"));
    add("padded", format!("{}=.{}.{}", parts[0], parts[1], parts[2]));
    add("too long", good.sign(&with("more", json!("x".repeat(20_000)))));

    // Unsigned, or signed by what is public.
    let none = part(&json!({ "alg": "none", "typ": "JWT", "kid": good.id }));
    add("algorithm none", format!("{none}.{}.", parts[1]));
    add("algorithm none, signed", format!("{none}.{}.{}", parts[1], parts[2]));
    add("blank signature", format!("{}.{}.", parts[0], parts[1]));
    add("signature of zeros", format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)));
    add("cut signature", right[..right.len() - 2].to_owned());
    let public = good.public();
    let shared = |algorithm| Header { kid: Some(good.id.clone()), ..Header::new(algorithm) };
    for secret in [public.to_string(), public["x"].as_str().unwrap().to_owned(), String::new()] {
        let key = EncodingKey::from_secret(secret.as_bytes());
        for algorithm in [Algorithm::HS256, Algorithm::HS512] {
            add("key confusion", encode(&shared(algorithm), &sound, &key).unwrap());
        }
    }
    let octets = EncodingKey::from_secret(b"published by mistake");
    let header = Header { kid: Some("shared".to_owned()), ..Header::new(Algorithm::HS256) };
    add("a shared key of the set", encode(&header, &sound, &octets).unwrap());

    // Keys that the token itself brings or points to.
    add("another's key of the same id", rogue.sign(&sound));
    let jwk = serde_json::from_value(rogue.public()).unwrap();
    add("jwk", rogue.sign_with(&Header { jwk: Some(jwk), ..rogue.header() }, &sound));
    let url = Some(other.settings.keys_url.clone());
    add("jku", rogue.sign_with(&Header { jku: url.clone(), ..rogue.header() }, &sound));
    add("x5u", rogue.sign_with(&Header { x5u: url, ..rogue.header() }, &sound));
    let chain = Some(vec!["MIIB".to_owned()]);
    add("x5c", rogue.sign_with(&Header { x5c: chain, ..rogue.header() }, &sound));
    for id in ["", "../../dev/null", "' OR 1=1 --", "unknown", "http://127.0.0.1/keys"] {
        let header = Header { kid: Some(id.to_owned()), ..rogue.header() };
        add("key id", rogue.sign_with(&header, &sound));
    }
    add("no key id among several", good.sign_with(&Header { kid: None, ..good.header() }, &sound));

    // Another algorithm than the key's, or one that is not allowed.
    for algorithm in ["ES384", "RS256", "EdDSA", "PS256", "RS512"] {
        let header = part(&json!({ "alg": algorithm, "typ": "JWT", "kid": good.id }));
        add(algorithm, format!("{header}.{}.{}", parts[1], parts[2]));
    }

    // Claims that are missing, malformed or wrong.
    for claim in ["exp", "iss", "aud", "sub"] {
        add(&format!("no {claim}"), good.sign(&without(claim)));
        add(&format!("null {claim}"), good.sign(&with(claim, Value::Null)));
    }
    for (claim, value) in [
        ("sub", json!("")),
        ("sub", json!(7)),
        ("sub", json!("x".repeat(256))),
        ("exp", json!((now + 600).to_string())),
        ("exp", json!(now - 30)),
        ("exp", json!(-1)),
        ("exp", json!(1e300)),
        ("nbf", json!(now + 31)),
        ("iat", json!(now + 31)),
        ("iss", json!(format!("{}/", provider.settings.issuer))),
        ("iss", json!(other.settings.issuer)),
        ("iss", json!("https://elsewhere.example")),
        ("iss", json!([provider.settings.issuer])),
        ("aud", json!("another app")),
        ("aud", json!([])),
        ("aud", json!(["another app"])),
        ("aud", json!([AUDIENCE, "another app"])),
        ("azp", json!("another app")),
    ] {
        add(&format!("{claim}: {value:.60}"), good.sign(&with(claim, value)));
    }

    // Another kind of token, or one that asks for more than we know.
    for kind in ["at+jwt", "logout+jwt", "JOSE"] {
        add(kind, good.sign_with(&Header { typ: Some(kind.to_owned()), ..good.header() }, &sound));
    }
    let critical = Some(vec!["exp".to_owned()]);
    add("crit", good.sign_with(&Header { crit: critical, ..good.header() }, &sound));

    // Changed after it was signed.
    add("another subject", format!("{}.{}.{}", parts[0], part(&with("sub", json!("x"))), parts[2]));
    add("a claim twice", good.sign(&Twice(&sound)));
    add("an algorithm that is not allowed", rsa.sign(&sound));
    tokens
}

#[tokio::test]
async fn every_forged_token_is_refused_alike_and_a_sound_one_is_not() {
    for stack in Stack::BOTH {
        let (good, second) =
            (SigningKey::new("one", Algorithm::ES256), SigningKey::new("two", Algorithm::ES256));
        let stranger = SigningKey::new("one", Algorithm::ES256);
        let (provider, other) = (TestIssuer::start(&[&good]).await, TestIssuer::start(&[&stranger]).await);
        // The key itself says nothing of an algorithm; the settings allow RS256.
        let rsa = SigningKey::new("rsa", Algorithm::RS512);
        let mut any = rsa.public();
        any.as_object_mut().unwrap().remove("alg");
        let mut encrypting = SigningKey::new("encrypts", Algorithm::ES256).public();
        encrypting["use"] = json!("enc");
        provider.publish(vec![
            good.public(),
            second.public(),
            encrypting,
            any,
            json!({ "kty": "oct", "kid": "shared", "k": "cHVibGlzaGVkIGJ5IG1pc3Rha2U" }),
            json!({ "kty": "a kind of tomorrow" }),
        ]);
        let issuers = [provider.settings.clone(), other.settings.clone()];
        let clinic = Clinic::open_to(stack, &issuers).await;
        let therapist = clinic.therapist().await;
        account::link_provider(&therapist, &token(&clinic, &provider, &good, SUBJECT)).await.unwrap();
        let door = door(&clinic.services);
        let answer = async |token: &str| account::sign_in_with_provider(&door, token).await;
        let tokens = forged(&provider, (&good, &rsa), &other, now(&clinic));
        assert!(tokens.len() > 60, "{}", tokens.len());
        for (what, token) in tokens {
            match answer(&token).await {
                Err(Error::Invalid(faults)) => {
                    assert!(faults.len() == 1 && faults[0].code == Code::Credentials, "{what}: {faults:?}");
                }
                other => panic!("{stack:?}: {what}: {other:?}"),
            }
        }
        for key in [&good, &second] {
            let sound = answer(&token(&clinic, &provider, key, SUBJECT)).await;
            assert!(matches!(sound, Ok(SignedIn::In(_))), "{sound:?}");
        }
        assert_eq!(other.fetched(), 1, "by the token that says it is from there, and not by jku or x5u");
        clinic.services.store.close().await;
    }
}
