//! A person's own sessions and password.

use crate::{TODAY, change, refused};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{Client, PASSWORD, Stack, TestApp};

const SESSIONS: &str = "{ viewer { sessions { id createdAt lastUsedAt expiresAt secondFactor current } } }";
const ADA: &str = "ada@patient.example";

async fn sessions(client: &Client) -> Vec<Value> {
    client.ask(SESSIONS, json!({})).await["viewer"]["sessions"].as_array().unwrap().clone()
}

async fn ended(client: &Client) -> bool {
    client.raw(TODAY, json!({})).await["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
}

#[tokio::test]
async fn a_lost_phone_is_signed_out_from_another() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        app.clinic.patient("ben").await;
        let (lost, ben) = (app.sign_in(ADA).await, app.sign_in("ben@patient.example").await);
        app.clinic.clock.advance(60_000);
        let kept = app.sign_in(ADA).await;
        let open = sessions(&kept).await;
        // The oldest is that of the accepted invitation.
        assert_eq!(open.len(), 3, "{open:?}");
        let of_current: Vec<_> = open.iter().map(|session| session["current"].clone()).collect();
        assert_eq!(of_current, [true, false, false], "newest first");
        assert_eq!(open[0]["createdAt"], "2026-06-15T10:01:00Z");
        assert_eq!(open[0]["secondFactor"], false);
        let revoke = async |client: &Client, id: &Value| {
            change(client, "revokeSession", "sessionId", json!({ "id": id })).await
        };
        refused(&revoke(&ben, &open[1]["id"]).await, "NOT_FOUND");
        assert!(!ended(&lost).await);
        let lost_id = sessions(&lost).await.into_iter().find(|session| session["current"] == true).unwrap();
        assert_eq!(revoke(&kept, &lost_id["id"]).await["sessionId"], lost_id["id"]);
        assert!(ended(&lost).await && !ended(&kept).await);
        refused(&revoke(&kept, &lost_id["id"]).await, "NOT_FOUND");
        assert_eq!(sessions(&kept).await.len(), 2);
        app.clinic.clock.advance(31 * 24 * 60 * 60_000);
        assert_eq!(
            sessions(&app.sign_in(ADA).await).await.len(),
            1,
            "what can no longer be used is not listed"
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let (other, own) = (app.sign_in(ADA).await, app.sign_in(ADA).await);
        let next = "another long enough secret";
        let change_to = async |current: &str, new: &str| {
            change(&own, "changePassword", "", json!({ "currentPassword": current, "newPassword": new }))
                .await
        };
        refused(&change_to("not the password", next).await, "CREDENTIALS");
        refused(&change_to(PASSWORD, "short").await, "OUT_OF_RANGE");
        refused(&change_to(PASSWORD, "password123").await, "NOT_ALLOWED");
        assert!(!ended(&other).await, "nothing has changed");
        assert_eq!(change_to(PASSWORD, next).await["userErrors"], json!([]));
        assert!(ended(&other).await && !ended(&own).await);
        refused(&app.try_sign_in(ADA, PASSWORD).await["signIn"], "CREDENTIALS");
        assert!(app.try_sign_in(ADA, next).await["signIn"]["session"].is_object());
        app.stop().await;
    }
}

#[tokio::test]
async fn a_hash_of_earlier_days_is_renewed_at_sign_in() {
    // Of the password of everybody here, with 64 KiB and one pass.
    let weak =
        "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$K15e9olMcvAVZP7T0BWKTsZdLoaemukkYPgYk9sFDWI";
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let owner = app.clinic.database.connect().await;
        owner.execute_unprepared(&format!("UPDATE account SET password_hash = '{weak}'")).await.unwrap();
        let hashes = async || {
            let query = "SELECT DISTINCT password_hash FROM account";
            let query = Statement::from_string(owner.get_database_backend(), query);
            let rows = owner.query_all_raw(query).await.unwrap();
            rows.iter().map(|row| row.try_get::<String>("", "password_hash").unwrap()).collect::<Vec<_>>()
        };
        refused(&app.try_sign_in("admin@clinic.example", "not the password").await["signIn"], "CREDENTIALS");
        assert_eq!(hashes().await, [weak], "a wrong password renews nothing");
        app.sign_in("admin@clinic.example").await;
        let renewed: Vec<_> = hashes().await.into_iter().filter(|hash| hash != weak).collect();
        assert!(
            renewed.len() == 1 && renewed[0].starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{renewed:?}"
        );
        app.sign_in("admin@clinic.example").await;
        assert!(hashes().await.contains(&renewed[0]), "and stays as it is then");
        owner.close().await.unwrap();
        app.stop().await;
    }
}
