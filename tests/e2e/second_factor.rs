//! Second factors: staff reach nothing without one, a code works once, and guessing takes time.

use crate::{CASELOAD, change, refused};
use api::http::Documents;
use care::access::door;
use care::account::{self, SignedIn};
use care::error::Error;
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Clinic, PASSWORD, Stack, TestApp};
use totp_rs::TOTP;

const ADMIN: &str = "admin@clinic.example";
const CHALLENGED: &str = "mutation($input: SignInInput!) { signIn(input: $input) {
    session { accessToken } viewer { role } challenge { token expiresAt } userErrors { code } } }";

/// What an authenticator app shows now.
fn shown(app: &TestApp, authenticator: &TOTP) -> String {
    use care::clock::Clock;
    authenticator.generate(u64::try_from(app.clinic.clock.now().0 / 1_000).unwrap())
}

/// Sets up an authenticator app; answers it and the recovery codes.
pub(crate) async fn enroll(app: &TestApp, client: &Client) -> (TOTP, Vec<Value>) {
    let query = "mutation { enrollTotp { enrollment { secret link } userErrors { code } } }";
    let begun = client.ask(query, json!({})).await["enrollTotp"]["enrollment"].clone();
    let authenticator = TOTP::from_url(begun["link"].as_str().unwrap()).unwrap();
    assert_eq!(begun["secret"], authenticator.get_secret_base32());
    let code = shown(app, &authenticator);
    let confirmed = change(client, "confirmTotp", "recoveryCodes", json!({ "code": code })).await;
    (authenticator, confirmed["recoveryCodes"].as_array().unwrap().clone())
}

async fn challenge(app: &TestApp) -> Value {
    let input = json!({ "input": { "email": ADMIN, "password": PASSWORD } });
    let answer = app.client().ask(CHALLENGED, input).await["signIn"].clone();
    refused(&answer, "SECOND_FACTOR_REQUIRED");
    assert_eq!((&answer["session"], &answer["viewer"]), (&Value::Null, &Value::Null));
    answer["challenge"]["token"].clone()
}

async fn verify(app: &TestApp, challenge: &Value, code: impl Into<Value>) -> Value {
    let input = json!({ "challenge": challenge, "code": code.into() });
    change(&app.client(), "verifySecondFactor", "session { accessToken } viewer { role }", input).await
}

async fn strict(stack: Stack) -> TestApp {
    TestApp::around(Clinic::open_strict(stack).await, stack, Documents::default(), |_| {}).await
}

#[tokio::test]
async fn staff_reach_nothing_before_they_have_a_second_factor() {
    for stack in Stack::BOTH {
        let app = strict(stack).await;
        let admin = app.sign_in(ADMIN).await;
        let patient = Kind::Patient.encode(app.clinic.services.new_id());
        for (query, variables) in [
            (CASELOAD, json!({})),
            ("{ members { edges { node { name } } } }", json!({})),
            ("{ auditEvents { edges { node { at } } } }", json!({})),
            ("query($id: ID!) { patient(id: $id) { name } }", json!({ "id": patient })),
            ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": patient })),
            (
                "mutation { inviteClinician(input: { email: \"x@y.example\", role: THERAPIST }) { userErrors { code } } }",
                json!({}),
            ),
        ] {
            let answer = admin.raw(query, variables).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "MFA_REQUIRED", "{query} {answer}");
        }
        let state =
            "{ viewer { role clinic { name } secondFactor { confirmedAt recoveryCodesLeft required } } }";
        let before = admin.ask(state, json!({})).await["viewer"]["secondFactor"].clone();
        assert_eq!(before, json!({ "confirmedAt": null, "recoveryCodesLeft": 0, "required": true }));

        let early = change(&admin, "confirmTotp", "recoveryCodes", json!({ "code": "123456" })).await;
        refused(&early, "NOT_ALLOWED");
        let idle = app.sign_in(ADMIN).await;
        let (_, codes) = enroll(&app, &admin).await;
        assert_eq!(codes.len(), 10);
        let ended = idle.raw(state, json!({})).await;
        assert_eq!(ended["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "other sessions end");
        let after = admin.ask(state, json!({})).await["viewer"]["secondFactor"].clone();
        let confirmed =
            json!({ "confirmedAt": "2026-06-15T10:00:00Z", "recoveryCodesLeft": 10, "required": false });
        assert_eq!(after, confirmed);
        assert_eq!(admin.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0);
        app.stop().await;
    }
}

#[tokio::test]
async fn signing_in_needs_a_code_and_each_code_works_once() {
    for stack in Stack::BOTH {
        let app = strict(stack).await;
        let (authenticator, recovery) = enroll(&app, &app.sign_in(ADMIN).await).await;
        let first = challenge(&app).await;
        refused(&verify(&app, &json!("forged"), shown(&app, &authenticator)).await, "CREDENTIALS");
        let used = verify(&app, &first, shown(&app, &authenticator)).await;
        refused(&used, "CREDENTIALS");
        app.clinic.clock.advance(30_000);
        let code = shown(&app, &authenticator);
        let admin = verify(&app, &first, code.clone()).await;
        assert_eq!(admin["viewer"]["role"], "ADMINISTRATOR", "{admin}");
        refused(&verify(&app, &first, recovery[0].clone()).await, "CREDENTIALS");
        let second = challenge(&app).await;
        refused(&verify(&app, &second, code).await, "CREDENTIALS");

        let typed = recovery[0].as_str().unwrap().to_lowercase();
        let by_recovery = verify(&app, &second, format!(" {}-{} ", &typed[..5], &typed[5..])).await;
        let admin = app.client().with_token(by_recovery["session"]["accessToken"].as_str().unwrap());
        assert_eq!(admin.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0);
        refused(&verify(&app, &challenge(&app).await, recovery[0].clone()).await, "CREDENTIALS");

        app.clinic.clock.advance(60_000);
        let late = challenge(&app).await;
        app.clinic.clock.advance(5 * 60_000);
        refused(&verify(&app, &late, shown(&app, &authenticator)).await, "CREDENTIALS");
        app.stop().await;
    }
}

#[tokio::test]
async fn guessing_codes_takes_time_and_a_new_sign_in_does_not_help() {
    for stack in Stack::BOTH {
        let app = strict(stack).await;
        let (authenticator, _) = enroll(&app, &app.sign_in(ADMIN).await).await;
        app.clinic.clock.advance(30_000);
        // From no address, so that the account's own ladder is seen.
        let door = door(&app.clinic.services);
        let verify = async |code: String| {
            let signed_in = account::sign_in(&door, ADMIN, PASSWORD).await.unwrap();
            let SignedIn::Challenged(challenge) = signed_in else { panic!("{signed_in:?}") };
            account::verify_second_factor(&door, &challenge.token, &code).await
        };
        for _ in 0..3 {
            // A code of another time: three in a million are right by chance.
            assert!(matches!(verify(authenticator.generate(1)).await, Err(Error::Invalid(_))));
        }
        let early = verify(shown(&app, &authenticator)).await;
        assert!(matches!(early, Err(Error::RateLimited { retry_after_seconds: 1 })), "{early:?}");
        app.clinic.clock.advance(1_000);
        assert!(verify(shown(&app, &authenticator)).await.is_ok(), "who waits gets in");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_needs_a_fresh_proof_gets_it_by_password_or_by_code() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let admin = app.sign_in(ADMIN).await;
        let number = std::sync::atomic::AtomicU32::new(0);
        let invite = async |admin: &Client| {
            let number = number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let input = json!({ "email": format!("new{number}@clinic.example"), "role": "ASSISTANT" });
            change(admin, "inviteClinician", "invitation { link code }", input).await
        };
        let prove = async |admin: &Client, input: Value| change(admin, "stepUp", "until", input).await;
        assert!(invite(&admin).await["invitation"]["link"].is_string(), "signing in is a proof");
        app.clinic.clock.advance(5 * 60_000);
        refused(&invite(&admin).await, "STEP_UP_REQUIRED");
        let enrolling = admin.ask("mutation { enrollTotp { userErrors { code } } }", json!({})).await;
        refused(&enrolling["enrollTotp"], "STEP_UP_REQUIRED");
        refused(&prove(&admin, json!({})).await, "REQUIRED");
        refused(&prove(&admin, json!({ "password": "not the password" })).await, "CREDENTIALS");
        assert_eq!(prove(&admin, json!({ "password": PASSWORD })).await["until"], "2026-06-15T10:10:00Z");
        assert!(invite(&admin).await["invitation"]["link"].is_string());

        let (authenticator, _) = enroll(&app, &admin).await;
        app.clinic.clock.advance(30_000);
        let session =
            verify(&app, &challenge(&app).await, shown(&app, &authenticator)).await["session"].clone();
        let admin = app.client().with_token(session["accessToken"].as_str().unwrap());
        app.clinic.clock.advance(5 * 60_000);
        refused(&invite(&admin).await, "STEP_UP_REQUIRED");
        refused(&prove(&admin, json!({ "password": PASSWORD })).await, "REQUIRED");
        let proved = prove(&admin, json!({ "code": shown(&app, &authenticator) })).await;
        assert_eq!(proved["until"], "2026-06-15T10:15:30Z", "{proved}");
        assert!(invite(&admin).await["invitation"]["link"].is_string());
        app.stop().await;
    }
}
