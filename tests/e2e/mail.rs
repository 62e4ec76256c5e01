//! Mail is sent by real SMTP until it is taken, and people are told what befalls their account.

use crate::second_factor::enroll;
use crate::{change, refused};
use care::access::{Role, door};
use care::account::{self, Letter, Mailer, Undelivered, deliver_mail};
use care::id::Kind;
use sea_orm::prelude::async_trait::async_trait;
use serde_json::json;
use tests::{Arrived, Clinic, Mailbox, PASSWORD, Postmaster, Stack, TestApp};
use tokio::sync::Notify;

const ADA: &str = "ada@patient.example";
const URL: &str = "http://clinic.example";
const MINUTE: i64 = 60_000;

/// Sends what is due, and answers what has arrived.
async fn post(clinic: &Clinic, mailbox: &Mailbox) -> Vec<Arrived> {
    while deliver_mail(&clinic.worker(), &mailbox.mailer, URL).await.unwrap() {}
    mailbox.take()
}

async fn forgotten(clinic: &Clinic) {
    account::request_password_reset(&door(&clinic.services), ADA).await.unwrap();
}

#[tokio::test]
async fn a_letter_that_is_not_taken_comes_again_and_later_each_time() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        forgotten(&clinic).await;
        let refusals = [
            Postmaster::Says("451 come again"),
            Postmaster::HangsUp,
            Postmaster::Says("535 who are you"),
            Postmaster::Says("550 5.7.1 relay access denied"),
            Postmaster::Silent,
        ];
        for (refusal, seconds) in refusals.into_iter().zip([30, 60, 120, 240, 480]) {
            mailbox.answer(refusal);
            assert!(post(&clinic, &mailbox).await.is_empty());
            mailbox.answer(Postmaster::Takes);
            clinic.clock.advance(seconds * 1_000 - 1);
            assert!(post(&clinic, &mailbox).await.is_empty(), "{refusal:?}: it is not its time");
            clinic.clock.advance(1);
        }
        let arrived = post(&clinic, &mailbox).await;
        assert_eq!(arrived.len(), 1, "those that were not sent do not count among the three an hour");
        clinic.clock.advance(24 * 60 * MINUTE);
        assert!(post(&clinic, &mailbox).await.is_empty(), "and then no more");
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn a_letter_that_is_never_taken_is_given_up() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        forgotten(&clinic).await;
        mailbox.answer(Postmaster::Says("550 5.1.1 no such person"));
        assert!(post(&clinic, &mailbox).await.is_empty());
        mailbox.answer(Postmaster::Takes);
        clinic.clock.advance(59 * MINUTE);
        assert!(post(&clinic, &mailbox).await.is_empty(), "refused for good");

        forgotten(&clinic).await;
        clinic.clock.advance(60 * MINUTE);
        assert!(post(&clinic, &mailbox).await.is_empty(), "nobody waits an hour for a link");
        let ada = clinic.as_patient("ada").await;
        account::change_password(&ada, PASSWORD, PASSWORD).await.unwrap();
        clinic.clock.advance(24 * 60 * MINUTE - 1);
        assert_eq!(post(&clinic, &mailbox).await.len(), 1, "what happened yesterday is still told");
        clinic.services.store.close().await;
    }
}

/// A worker that dies with the letter in its hand.
#[derive(Debug, Default)]
struct Dying {
    tokens: std::sync::Mutex<Vec<String>>,
    begun: Notify,
    later: bool,
}

#[async_trait]
impl Mailer for Dying {
    async fn send(&self, letter: &Letter) -> Result<(), Undelivered> {
        let token = letter.text.split_once('#').unwrap().1.split_whitespace().next().unwrap();
        self.tokens.lock().unwrap().push(token.to_owned());
        if self.later {
            return Err(Undelivered::Later);
        }
        self.begun.notify_one();
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_worker_that_dies_with_a_letter_in_hand_leaves_it_to_the_next() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        forgotten(&clinic).await;
        let dying = Dying::default();
        let worker = clinic.worker();
        tokio::select! {
            ended = deliver_mail(&worker, &dying, URL) => panic!("{ended:?}"),
            () = dying.begun.notified() => {}
        }
        assert!(post(&clinic, &mailbox).await.is_empty(), "it is still in the other's hand");
        clinic.clock.advance(30_000);
        assert_eq!(post(&clinic, &mailbox).await.len(), 1, "{stack:?}");
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn the_link_of_a_letter_that_was_not_sent_opens_nothing() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        clinic.patient("ada").await;
        forgotten(&clinic).await;
        let dying = Dying { later: true, ..Dying::default() };
        assert!(deliver_mail(&clinic.worker(), &dying, URL).await.unwrap());
        let token = dying.tokens.lock().unwrap().pop().unwrap();
        let door = door(&clinic.services);
        account::reset_password(&door, &token, PASSWORD).await.unwrap_err();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn of_many_workers_one_sends_a_letter() {
    for stack in Stack::BOTH {
        let (clinic, mailbox) = (Clinic::open(stack).await, Mailbox::open().await);
        clinic.patient("ada").await;
        forgotten(&clinic).await;
        let (worker, mailer) = (clinic.worker(), &mailbox.mailer);
        futures::future::join_all((0..8).map(|_| deliver_mail(&worker, mailer, URL))).await;
        assert_eq!(mailbox.take().len(), 1, "{stack:?}");
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn who_is_concerned_is_told_what_befell_their_account() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        app.clinic.patient("ada").await;
        let told = async |to: &str, subject: &str| {
            let letters = post(&app.clinic, &mailbox).await;
            let told: Vec<_> =
                letters.iter().map(|letter| (letter.to.as_str(), letter.subject.as_str())).collect();
            assert_eq!(told, [(to, subject)], "{stack:?}");
        };
        let ada = app.sign_in(ADA).await;
        let input = json!({ "currentPassword": PASSWORD, "newPassword": PASSWORD });
        change(&ada, "changePassword", "", input).await;
        told(ADA, "Your password has been changed").await;

        let admin = app.sign_in("admin@clinic.example").await;
        enroll(&app, &admin).await;
        told("admin@clinic.example", "Your authenticator app has been set up").await;

        let session = app.clinic.tokens(ADA).await;
        let refresh = async |token: &str| {
            change(
                &app.client(),
                "refreshSession",
                "session { accessToken refreshToken }",
                json!({ "refreshToken": token }),
            )
            .await
        };
        let next = refresh(&session.refresh).await["session"].clone();
        let client = app.client().with_token(next["accessToken"].as_str().unwrap());
        client.ask("{ viewer { id } }", json!({})).await;
        refused(&refresh(&session.refresh).await, "CREDENTIALS");
        told(ADA, "You have been signed out").await;
        let trail = admin.ask("{ auditEvents(first: 50) { edges { node { action } } } }", json!({})).await;
        assert!(trail.to_string().contains("session.reuse"), "{trail}");
        app.stop().await;
    }
}

#[tokio::test]
async fn whoever_watches_over_privacy_is_told_when_the_glass_is_broken() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        let ada = app.clinic.patient("ada").await;
        let other = app.sign_in("other@clinic.example").await;
        for officer in [None, Some("officer@clinic.example")] {
            if let Some(email) = officer {
                app.clinic.member(email, Role::PrivacyOfficer).await;
            }
            let input = json!({ "patientId": Kind::Patient.encode(ada.id), "reason": "Collapsed in the waiting room." });
            change(&other, "breakGlass", "access { expiresAt }", input).await;
            let letters = post(&app.clinic, &mailbox).await;
            let told: Vec<_> = letters.iter().map(|letter| letter.to.as_str()).collect();
            assert_eq!(told, [officer.unwrap_or("admin@clinic.example")], "{stack:?}");
            assert_eq!(letters[0].subject, "Emergency access to a record");
            assert!(
                !letters[0].text.contains("ada") && !letters[0].text.contains("Collapsed"),
                "{letters:?}"
            );
        }
        app.stop().await;
    }
}
