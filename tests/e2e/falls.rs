//! After a fall the program rests, and the care team is told.

use crate::{TODAY, change, chosen, refused};
use care::account::deliver_mail;
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Mailbox, Stack, TestApp};

const FALL: &str = "fallReport { id kind happenedAt localDate injured note byPatient recordedBy recordedAt
    advice { text emergencyNumber } }";

async fn report(client: &Client, input: Value) -> Value {
    change(client, "reportFall", FALL, input).await
}

fn fall(kind: &str) -> Value {
    json!({ "kind": kind, "happenedAt": "2026-06-15T02:30:00Z" })
}

async fn alerts(client: &Client) -> Vec<Value> {
    let query = "{ alerts { nodes { rule severity status evidence } } }";
    client.ask(query, json!({})).await["alerts"]["nodes"].as_array().unwrap().clone()
}

async fn letters(app: &TestApp, mailbox: &Mailbox) -> Vec<(String, String)> {
    while deliver_mail(&app.clinic.worker(), &mailbox.mailer, "http://clinic.example").await.unwrap() {}
    mailbox.take().into_iter().map(|letter| (letter.to, letter.text)).collect()
}

#[tokio::test]
async fn after_a_fall_the_program_rests_until_a_clinician_releases_it() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        let ada = app.clinic.patient("ada").await;
        let program = Kind::Program.encode(app.clinic.program(&ada, &[1, 2]).await.id);
        let [own, therapist, other] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
        ];
        let mut input = fall("FALL");
        input["id"] = chosen(&app, Kind::FallReport).into();
        input["injured"] = true.into();
        input["note"] = "  Slipped in the tub ".into();
        let told = report(&own, input.clone()).await["fallReport"].clone();
        assert_eq!((&told["id"], &told["note"]), (&input["id"], &json!("Slipped in the tub")), "{told}");
        assert_eq!(told["localDate"], "2026-06-14", "{stack:?}: it was evening in New York");
        assert_eq!((&told["byPatient"], &told["recordedBy"]), (&json!(true), &Value::Null));
        let advice = &told["advice"];
        assert_eq!(advice["emergencyNumber"], "911");
        assert!(advice["text"].as_str().unwrap().contains("911"), "{advice}");
        let today = own.ask(TODAY, json!({})).await["today"].clone();
        assert!(today["hold"]["reason"].as_str().unwrap().contains("fall"), "{stack:?}: {today}");
        assert_eq!((&today["items"], &today["program"]["status"]), (&json!([]), &json!("ON_HOLD")));
        let raised = alerts(&therapist).await;
        assert_eq!((&raised[0]["rule"], &raised[0]["severity"]), (&json!("safety"), &json!("CRITICAL")));
        assert_eq!(raised[0]["evidence"], json!([told["id"]]));
        let mail = letters(&app, &mailbox).await;
        assert_eq!(mail.len(), 1, "{mail:?}");
        assert_eq!(mail[0].0, "therapist@clinic.example");
        assert!(!mail[0].1.contains("ada") && !mail[0].1.contains("tub"), "{mail:?}");

        assert_eq!(report(&own, input.clone()).await["fallReport"], told, "{stack:?}: once is enough");
        assert_eq!((alerts(&therapist).await, letters(&app, &mailbox).await.len()), (raised, 0));
        input["injured"] = Value::Null;
        refused(&report(&own, input).await, "CONFLICT");

        let node = "query($id: ID!) { node(id: $id) { ... on FallReport { note } } }";
        let seen =
            async |client: &Client| client.ask(node, json!({ "id": told["id"] })).await["node"].clone();
        assert_eq!(
            (seen(&therapist).await["note"].clone(), seen(&other).await),
            (told["note"].clone(), Value::Null)
        );
        let list = "query($id: ID) { fallReports(patientId: $id) { nodes { id } } }";
        let id = json!({ "id": Kind::Patient.encode(ada.id) });
        let listed = therapist.ask(list, id.clone()).await["fallReports"]["nodes"].clone();
        assert_eq!(listed, json!([{ "id": told["id"] }]));
        assert_eq!(own.ask(list, json!({})).await["fallReports"]["nodes"], listed);
        assert_eq!(other.raw(list, id).await["errors"][0]["extensions"]["code"], "NOT_FOUND");
        let changed = care::sync::changed_since(&app.clinic.as_patient("ada").await, ada.id, Some(0)).await;
        assert!(changed.unwrap().entities.iter().any(|(kind, _)| *kind == Kind::FallReport), "{stack:?}");

        let release = json!({ "programId": program });
        refused(&change(&own, "releaseProgram", "program { status }", release.clone()).await, "FORBIDDEN");
        let released =
            change(&therapist, "releaseProgram", "program { status hold { reason } }", release).await;
        assert_eq!(released["program"], json!({ "status": "ACTIVE", "hold": null }), "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn clinicians_report_for_their_patients_and_a_near_fall_holds_nothing() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let [own, therapist, other, admin] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
            app.sign_in("admin@clinic.example").await,
        ];
        let mut input = fall("NEAR_FALL");
        refused(&report(&therapist, input.clone()).await, "FORBIDDEN");
        input["patientId"] = Kind::Patient.encode(ada.id).into();
        refused(&report(&other, input.clone()).await, "NOT_FOUND");
        refused(&report(&admin, input.clone()).await, "FORBIDDEN");
        let spanish = therapist.clone().speaking("es");
        let told = report(&spanish, input.clone()).await["fallReport"].clone();
        assert_eq!((&told["byPatient"], &told["injured"]), (&json!(false), &Value::Null), "{told}");
        assert!(told["recordedBy"].is_string() && told["advice"]["emergencyNumber"].is_null());
        assert!(told["advice"]["text"].as_str().unwrap().contains("terapeuta"), "{told}");
        assert_eq!(alerts(&therapist).await[0]["severity"], "HIGH", "{stack:?}");
        assert_eq!(own.ask(TODAY, json!({})).await["today"]["hold"], Value::Null);
        assert_eq!(letters(&app, &mailbox).await, []);
        let mut old = input.clone();
        old["happenedAt"] = json!("2025-06-13T10:00:00Z");
        let answer = report(&therapist, old).await;
        refused(&answer, "OUT_OF_RANGE");
        assert_eq!(answer["userErrors"][0]["path"], json!(["happenedAt"]));
        assert_eq!(alerts(&therapist).await.len(), 1, "{stack:?}: what is refused raises nothing");
        // A clock that is ahead, or too long a note, does not keep a fall from being heard.
        (input["kind"], input["happenedAt"]) = (json!("FALL"), json!("2026-06-15T10:06:00Z"));
        input["note"] = json!("x".repeat(2_001));
        let heard = report(&therapist, input).await["fallReport"].clone();
        assert_eq!(heard["happenedAt"], "2026-06-15T10:00:00Z", "{heard}");
        assert_eq!(heard["note"].as_str().unwrap().len(), 2_000);
        assert_eq!(alerts(&therapist).await[0]["severity"], "CRITICAL", "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_fall_that_no_therapist_can_see_is_told_to_administrators() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        app.clinic.patient("ada").await;
        let own = app.sign_in("ada@patient.example").await;
        change(&own, "withdrawConsent", "consent { granted }", json!({ "kind": "CARE_TEAM" })).await;
        let mut input = fall("FALL");
        input["injured"] = false.into();
        let told = report(&own, input).await["fallReport"].clone();
        assert_eq!(told["advice"]["emergencyNumber"], "911", "{stack:?}");
        let mail = letters(&app, &mailbox).await;
        assert_eq!(mail.len(), 1, "{mail:?}");
        assert_eq!(mail[0].0, "admin@clinic.example");
        app.stop().await;
    }
}
