//! Guessing takes time, by account and by address, and nobody is locked out for good.

use care::access::door;
use care::account;
use care::error::{Error, Result};
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
