//! The log is listened to in every test, and what must not be in it would be heard.

use tests::{Clinic, PASSWORD, RedisServer, Stack, canary};

#[tokio::test]
async fn whatever_is_logged_is_heard_and_a_secret_would_be_known() {
    let clinic = Clinic::open(Stack::Embedded).await;
    let tokens = clinic.tokens("admin@clinic.example").await;
    for secret in [PASSWORD, "admin@clinic.example", &tokens.access, &tokens.refresh] {
        assert!(canary::found(&format!("a line with {secret} in it")).is_some());
    }
    assert_eq!(canary::found("a refresh token was used twice"), None);
    let before = canary::heard();
    tracing::trace!("the finest level is heard");
    assert_eq!(canary::heard(), before + 1);
    tracing::trace!(target: "tungstenite", "what a library tells of messages is not logged at all");
    assert_eq!(canary::heard(), before + 1);
    clinic.services.store.close().await;
}

#[tokio::test]
async fn what_redis_is_given_is_heard() {
    let server = RedisServer::start();
    let before = canary::heard();
    server.flush().await;
    // The command may be on its way to the listener still.
    while canary::heard() == before {
        tokio::task::yield_now().await;
    }
}
