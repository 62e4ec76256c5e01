//! A forgotten password is replaced by a link of a mail, once, and nobody learns who has an account.

use crate::{TODAY, change, refused};
use api::mail::Smtp;
use care::access::{authenticate, door};
use care::account::{self, deliver_mail};
use care::error::{Error, Result};
use serde_json::{Value, json};
use tests::{Client, Clinic, Mailbox, PASSWORD, Stack, TestApp};

const ADA: &str = "ada@patient.example";
const NEW: &str = "another long enough secret";
const MINUTE: i64 = 60_000;

/// Sends all that is due.
async fn post(clinic: &Clinic, mailer: &Smtp) {
    while deliver_mail(&clinic.worker(), mailer, "http://clinic.example").await.unwrap() {}
}

async fn ask(client: &Client, email: &str) -> Value {
    change(client, "requestPasswordReset", "", json!({ "email": email })).await
}

async fn set(client: &Client, token: &str, password: &str) -> Value {
    change(client, "resetPassword", "", json!({ "token": token, "newPassword": password })).await
}

/// The token of a link that was just sent to this address.
async fn token(clinic: &Clinic, mailbox: &Mailbox, email: &str) -> String {
    account::request_password_reset(&door(&clinic.services), email).await.unwrap();
    post(clinic, &mailbox.mailer).await;
    let letters = mailbox.take();
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters[0].token().to_owned()
}

async fn reset(clinic: &Clinic, token: &str) -> Result<()> {
    account::reset_password(&door(&clinic.services), token, NEW).await
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_the_link_of_a_mail_once() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        app.clinic.patient("ada").await;
        let (ada, admin) = (app.sign_in(ADA).await, app.sign_in("admin@clinic.example").await);
        let client = app.client();
        assert_eq!(ask(&client, " Ada@Patient.example").await["userErrors"], json!([]));
        post(&app.clinic, &mailbox.mailer).await;
        let letters = mailbox.take();
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, ADA));
        assert_eq!(letters[0].subject, "Set a new password");
        let token = letters[0].token();

        refused(&set(&client, "forged", NEW).await, "CREDENTIALS");
        let weak = set(&client, token, "short").await;
        assert_eq!(weak["userErrors"][0]["path"], json!(["newPassword"]), "{weak}");
        assert!(ada.raw(TODAY, json!({})).await["errors"].is_null(), "so far nothing has changed");
        assert_eq!(set(&client, token, NEW).await["userErrors"], json!([]));
        let ended = ada.raw(TODAY, json!({})).await;
        assert_eq!(ended["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{ended}");
        refused(&set(&client, token, NEW).await, "CREDENTIALS");
        app.clinic.clock.advance(MINUTE);
        refused(&app.try_sign_in(ADA, PASSWORD).await["signIn"], "CREDENTIALS");
        assert!(app.try_sign_in(ADA, NEW).await["signIn"]["session"].is_object());

        post(&app.clinic, &mailbox.mailer).await;
        let letters = mailbox.take();
        assert_eq!((letters.len(), letters[0].to.as_str()), (1, ADA));
        assert_eq!(letters[0].subject, "Your password has been changed");
        let trail = "{ auditEvents(first: 50) { edges { node { action } } } }";
        let trail = admin.ask(trail, json!({})).await.to_string();
        assert!(trail.contains("account.reset_password"), "{trail}");
        app.stop().await;
    }
}

#[tokio::test]
async fn known_unknown_and_disabled_addresses_answer_alike_and_cost_the_same() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        let admin = app.sign_in("admin@clinic.example").await;
        let members = "{ members(first: 50) { edges { node { id name } } } }";
        let members = admin.ask(members, json!({})).await;
        let members = members["members"]["edges"].as_array().unwrap();
        let other = members.iter().find(|member| member["node"]["name"] == "other").unwrap();
        change(&admin, "disableMember", "member { id }", json!({ "memberId": other["node"]["id"] })).await;
        let mut seen = Vec::new();
        for email in ["therapist@clinic.example", "nobody@clinic.example", "other@clinic.example"] {
            app.clinic.clock.advance(MINUTE);
            let before = app.clinic.services.store.statements();
            let answer = ask(&app.client(), email).await;
            seen.push((answer, app.clinic.services.store.statements() - before));
        }
        assert!(seen.iter().all(|each| *each == seen[0]), "{stack:?} {seen:?}");
        post(&app.clinic, &mailbox.mailer).await;
        let letters = mailbox.take();
        // A member who was disabled keeps the account, which may stand for a patient elsewhere.
        assert!(letters.iter().all(|letter| letter.to != "nobody@clinic.example"), "{letters:?}");
        let link = letters.iter().find(|letter| letter.to == "other@clinic.example").unwrap();
        refused(&set(&app.client(), link.token(), NEW).await, "CREDENTIALS");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_link_ends_after_half_an_hour_and_with_the_first_that_is_used() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        let old = token(&clinic, &mailbox, ADA).await;
        clinic.clock.advance(30 * MINUTE - 1);
        let (newer, newest) = (token(&clinic, &mailbox, ADA).await, token(&clinic, &mailbox, ADA).await);
        clinic.clock.advance(1);
        reset(&clinic, &old).await.unwrap_err();
        reset(&clinic, &newer).await.unwrap();
        reset(&clinic, &newest).await.unwrap_err();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn of_two_at_once_one_sets_the_password() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        let token = token(&clinic, &mailbox, ADA).await;
        let both = tokio::join!(reset(&clinic, &token), reset(&clinic, &token));
        assert!(both.0.is_ok() != both.1.is_ok(), "{both:?}");
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn a_sign_in_by_the_old_password_that_is_under_way_opens_nothing() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        let door = door(&clinic.services);
        for round in 0..6 {
            let old = if round == 0 { PASSWORD.to_owned() } else { format!("{NEW} {}", round - 1) };
            let new = format!("{NEW} {round}");
            let token = token(&clinic, &mailbox, ADA).await;
            let (signed_in, set) = tokio::join!(
                account::sign_in(&door, ADA, &old),
                account::reset_password(&door, &token, &new)
            );
            set.unwrap();
            if let Ok(account::SignedIn::In(tokens)) = signed_in {
                authenticate(&door, &tokens.access, "test".to_owned()).await.unwrap_err();
            }
            let again = account::sign_in(&door, ADA, &new).await;
            assert!(again.is_ok(), "{stack:?}: the new password is the one that counts: {again:?}");
            clinic.clock.advance(61 * MINUTE);
            post(&clinic, &mailbox.mailer).await;
            mailbox.take();
        }
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn an_account_gets_three_links_an_hour_however_many_are_asked_for() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        let door = door(&clinic.services);
        let (mut taken, mut refused) = (0, 0);
        for _ in 0..200 {
            match account::request_password_reset(&door, ADA).await {
                Ok(()) => taken += 1,
                Err(_) => refused += 1,
            }
            clinic.clock.advance(10_000);
            post(&clinic, &mailbox.mailer).await;
        }
        assert!(taken > 10 && refused > 100, "asking slows down: {taken} {refused}");
        assert_eq!(mailbox.take().len(), 3, "{stack:?}");
        clinic.clock.advance(60 * MINUTE);
        account::sweep(&clinic.worker()).await.unwrap();
        token(&clinic, &mailbox, ADA).await;
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn what_a_thief_had_begun_before_the_reset_gives_no_way_in() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        // Who is let in here waits, as an operation does for its turn.
        let thief = clinic.as_patient("ada").await;
        let enrollment = account::enroll(&thief).await.unwrap();
        let rule = totp_rs::TOTP::from_url(&enrollment.link).unwrap();
        let token = token(&clinic, &mailbox, ADA).await;
        reset(&clinic, &token).await.unwrap();
        let now = u64::try_from(clinic.services.now().0 / 1_000).unwrap();
        let confirmed = account::confirm(&thief, &rule.generate(now)).await;
        assert!(matches!(confirmed, Err(Error::Unauthenticated)), "{stack:?}: {confirmed:?}");
        clinic.services.store.close().await;
    }
}
