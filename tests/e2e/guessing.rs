//! Guessing takes time, by account and by address, and nobody is locked out for good.

use care::access::door;
use care::account;
use care::error::{Error, Result};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{Clinic, PASSWORD, Stack, TestApp};

/// Seconds to wait; none when the attempt was taken.
fn wait<T>(answer: &Result<T>) -> Option<u32> {
    match answer {
        Err(Error::RateLimited { retry_after_seconds }) => Some(*retry_after_seconds),
        _ => None,
    }
}

#[tokio::test]
async fn an_account_known_or_not_answers_slower_and_slower() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let door = door(&clinic.services);
        for email in ["admin@clinic.example", "nobody@clinic.example"] {
            for seconds in [0, 0, 1, 3, 5, 10, 30, 60, 60] {
                let wrong = account::sign_in(&door, email, "not the password").await;
                assert!(matches!(wrong, Err(Error::Invalid(_))), "{wrong:?}");
                if seconds > 0 {
                    let early = account::sign_in(&door, email, PASSWORD).await;
                    assert_eq!(wait(&early), Some(seconds), "{email}: even the right one waits");
                    clinic.clock.advance(i64::from(seconds) * 1_000 - 1);
                    let early = account::sign_in(&door, email, PASSWORD).await;
                    assert_eq!(wait(&early), Some(1), "{email}: what came too early did not count");
                    clinic.clock.advance(1);
                }
            }
        }
        let admin = account::sign_in(&door, "admin@clinic.example", PASSWORD).await;
        assert!(admin.is_ok(), "who waits as told gets in: {admin:?}");
        let wrong = account::sign_in(&door, "admin@clinic.example", "not the password").await;
        assert_eq!(wait(&wrong), None);
        let right = account::sign_in(&door, "admin@clinic.example", PASSWORD).await;
        assert!(right.is_ok(), "and the ladder begins anew: {right:?}");
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn an_address_has_three_failures_a_minute_whatever_the_account_and_the_alias() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let attempt = |alias: usize| {
            format!(
                "a{alias}: signIn(input: {{ email: \"u{alias}@clinic.example\", password: \"a guess of many\" }}) {{ userErrors {{ code }} }}"
            )
        };
        let document = format!("mutation {{ {} }}", (0..8).map(attempt).collect::<Vec<_>>().join(" "));
        let answer = app.client().raw(&document, json!({})).await;
        let errors = answer["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["extensions"]["code"] == "RATE_LIMITED"), "{answer}");
        let single = async |email: &str, password: &str| {
            let document = format!(
                "mutation {{ signIn(input: {{ email: \"{email}\", password: \"{password}\" }}) {{ session {{ accessToken }} userErrors {{ code }} }} }}"
            );
            app.client().raw(&document, json!({})).await
        };
        let limited = single("admin@clinic.example", PASSWORD).await;
        assert_eq!(limited["errors"][0]["extensions"]["code"], "RATE_LIMITED", "{limited}");
        assert_eq!(limited["errors"][0]["extensions"]["retryAfterSeconds"], 20, "{limited}");

        app.clinic.clock.advance(20_000);
        for _ in 0..5 {
            let right = single("admin@clinic.example", PASSWORD).await;
            assert!(right["data"]["signIn"]["session"].is_object(), "who is right is forgiven: {right}");
        }
        let wrong = single("u9@clinic.example", "a guess of many").await;
        assert_eq!(wrong["data"]["signIn"]["userErrors"][0]["code"], "CREDENTIALS");
        assert_eq!(single("u9@clinic.example", "another").await["data"], Value::Null);
        app.stop().await;
    }
}

#[tokio::test]
async fn guesses_that_no_longer_count_are_swept_and_others_stay() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let guess = async || app.try_sign_in("therapist@clinic.example", "not the password").await;
        let counted = async || {
            let database = app.clinic.database.connect().await;
            let sql = "SELECT count(*) AS many FROM attempt";
            let statement = Statement::from_string(database.get_database_backend(), sql);
            let many: i64 =
                database.query_one_raw(statement).await.unwrap().unwrap().try_get("", "many").unwrap();
            database.close().await.unwrap();
            many
        };
        let sweep = async || care::account::sweep(&app.clinic.worker()).await.unwrap();
        guess().await;
        let many = counted().await;
        sweep().await;
        assert!(many > 0 && counted().await == many);
        app.clinic.clock.set(app.clinic.services.now().plus(25 * 60 * 60_000));
        sweep().await;
        assert_eq!(counted().await, 0);
        app.stop().await;
    }
}
