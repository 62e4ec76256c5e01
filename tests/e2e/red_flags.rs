//! Signs of danger are answered in the same round trip with whom to call; the program rests, and the care
//! team is told.

use crate::{LOG, TODAY, change, chosen, refused};
use care::account::deliver_mail;
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Mailbox, Stack, TestApp};

const SCREEN: &str = "screen { id memberId signs note findings { cluster level basis source }
    advice { level text emergencyNumber } }";

async fn report(client: &Client, signs: &[&str]) -> Value {
    change(client, "reportSymptoms", SCREEN, json!({ "signs": signs })).await
}

async fn hold(patient: &Client) -> Value {
    patient.ask(TODAY, json!({})).await["today"]["hold"].clone()
}

#[tokio::test]
async fn an_emergency_is_answered_at_once_and_the_program_rests() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        let ada = app.clinic.patient("ada").await;
        let program = app.clinic.program(&ada, &[1, 2]).await;
        let patient = app.sign_in("ada@patient.example").await;
        let calm = report(&patient, &[]).await;
        assert_eq!((&calm["screen"]["findings"], &calm["screen"]["advice"]), (&json!([]), &Value::Null));
        app.clinic.clock.advance(1_000);
        let review = report(&patient, &["night-pain"]).await;
        assert_eq!(review["screen"]["advice"]["level"], "REVIEW");
        assert_eq!(hold(&patient).await, Value::Null, "{stack:?}: until here the program goes on");

        app.clinic.clock.advance(1_000);
        let told = report(&patient, &["saddle", "night-pain"]).await["screen"].clone();
        assert_eq!(told["findings"][0]["cluster"], "cauda-equina", "the gravest first: {told}");
        assert_eq!(told["findings"][0]["basis"], "PUBLISHED");
        let advice = &told["advice"];
        assert_eq!((&advice["level"], &advice["emergencyNumber"]), (&json!("EMERGENCY"), &json!("911")));
        assert!(advice["text"].as_str().unwrap().contains("Call 911"), "{advice}");
        assert!(hold(&patient).await["reason"].as_str().unwrap().contains("signs"), "{stack:?}");
        while deliver_mail(&app.clinic.worker(), &mailbox.mailer, "http://clinic.example").await.unwrap() {}
        let letters = mailbox.take();
        assert_eq!(letters.len(), 1, "{letters:?}");
        assert_eq!(
            (letters[0].to.as_str(), letters[0].subject.as_str()),
            ("therapist@clinic.example", "A patient needs you today")
        );
        assert!(!letters[0].text.contains("ada") && !letters[0].text.contains("saddle"), "{letters:?}");

        app.clinic.clock.advance(1_000);
        report(&patient, &["urine"]).await;
        let release = json!({ "programId": Kind::Program.encode(program.id) });
        refused(
            &change(&patient, "releaseProgram", "program { status }", release.clone()).await,
            "FORBIDDEN",
        );
        let therapist = app.sign_in("therapist@clinic.example").await;
        let screens =
            "query($id: ID) { redFlagScreens(patientId: $id) { nodes { signs memberId advice { level } } } }";
        let id = Kind::Patient.encode(ada.id);
        let seen = therapist.ask(screens, json!({ "id": id })).await["redFlagScreens"]["nodes"].clone();
        let levels: Vec<_> =
            seen.as_array().unwrap().iter().map(|screen| screen["advice"]["level"].clone()).collect();
        assert_eq!(levels, [json!("EMERGENCY"), json!("EMERGENCY"), json!("REVIEW"), Value::Null]);
        refused(
            &change(&therapist, "releaseProgram", "program { status }", release.clone()).await,
            "NOT_ALLOWED",
        );
        let resolve = async |reason: &str| {
            let input = json!({ "patientId": id, "reason": reason });
            change(&therapist, "resolveRedFlags", "patient { redFlagsSince }", input).await
        };
        refused(&resolve("seen").await, "OUT_OF_RANGE");
        let since = "query($id: ID!) { patient(id: $id) { redFlagsSince } }";
        assert!(therapist.ask(since, json!({ "id": id })).await["patient"]["redFlagsSince"].is_string());
        let resolved = resolve("Seen at the hospital; nothing of the cauda equina.").await;
        assert_eq!(resolved["patient"]["redFlagsSince"], Value::Null, "{resolved}");
        refused(&resolve("Seen at the hospital; nothing of the cauda equina.").await, "NOT_ALLOWED");
        let released = change(&therapist, "releaseProgram", "program { status }", release).await;
        assert_eq!(
            released["program"]["status"], "ACTIVE",
            "one hold, however often it was told: {released}"
        );
        assert_eq!(hold(&patient).await, Value::Null);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_clinician_records_what_was_found_and_age_counts_by_itself() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let born =
            json!({ "name": "Ada", "conditions": [], "birthDate": "1956-06-15", "emergencyCountry": "DE" });
        let ada = change(&therapist, "createPatient", "patient { id }", born).await["patient"]["id"].clone();
        let record = async |client: &Client, signs: &[&str]| {
            change(client, "recordRedFlagScreen", SCREEN, json!({ "patientId": ada, "signs": signs })).await
        };
        // 70 today is not over 70; over 45 is the third sign.
        let found = record(&therapist, &["steroids"]).await;
        assert_eq!(found["screen"]["findings"], json!([]), "{stack:?}");
        let found = record(&therapist, &["hoffmann", "babinski"]).await["screen"].clone();
        assert_eq!(found["findings"][0]["cluster"], "myelopathy", "{found}");
        assert_eq!(found["advice"]["emergencyNumber"], "112", "of the patient's country");
        assert!(found["memberId"].is_string());
        app.clinic.clock.set(tests::at("2027-06-16T12:00:00Z"));
        let therapist = app.sign_in("therapist@clinic.example").await;
        assert_eq!(record(&therapist, &["steroids"]).await["screen"]["findings"][0]["cluster"], "fracture");
        refused(&record(&app.sign_in("other@clinic.example").await, &[]).await, "NOT_FOUND");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_report_is_written_once_and_bad_ones_not_at_all() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let patient = app.sign_in("ada@patient.example").await;
        let id = chosen(&app, Kind::RedFlagScreen);
        let report = async |signs: &[&str], note: &str| {
            change(&patient, "reportSymptoms", SCREEN, json!({ "id": id, "signs": signs, "note": note }))
                .await
        };
        let first = report(&["fever", "diabetes"], "Since Sunday").await;
        assert_eq!(first["screen"]["advice"]["level"], "URGENT");
        assert_eq!(report(&["diabetes", "fever"], "Since Sunday").await, first, "the same, in another order");
        refused(&report(&["fever"], "Since Sunday").await, "CONFLICT");
        let unknown =
            change(&patient, "reportSymptoms", SCREEN, json!({ "signs": ["fever", "nonsense", "babinski"] }))
                .await;
        let paths: Vec<_> =
            unknown["userErrors"].as_array().unwrap().iter().map(|error| error["path"].clone()).collect();
        assert_eq!(
            paths,
            [json!(["signs", "1"]), json!(["signs", "2"])],
            "what is examined is not asked: {unknown}"
        );
        refused(
            &change(&patient, "reportSymptoms", SCREEN, json!({ "signs": [], "note": "x".repeat(2_001) }))
                .await,
            "TOO_LONG",
        );
        let own = "{ redFlagScreens { nodes { id } } redFlagSigns { key question byExamination } }";
        let own = patient.ask(own, json!({})).await;
        assert_eq!(own["redFlagScreens"]["nodes"], json!([{ "id": id }]), "{stack:?}");
        assert!(own["redFlagSigns"].as_array().unwrap().len() > 25);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_danger_stops_whatever_program_the_patient_has_and_will_have() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1, 2]).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let exercise = Kind::Exercise.encode(care::library::exercise_id(1));
        let next = json!({ "patientId": Kind::Patient.encode(ada.id), "title": "Next", "startsOn": "2026-06-18",
            "prescriptions": [{ "exerciseId": exercise }] });
        let next = change(&therapist, "createProgram", "program { id }", next).await["program"]["id"].clone();
        let activate = json!({ "programId": next, "replaceCurrent": true });
        change(&therapist, "activateProgram", "program { id }", activate).await;
        let patient = app.sign_in("ada@patient.example").await;
        assert_eq!(crate::items(&patient).await.len(), 2, "the first goes on until the next begins");
        report(&patient, &["chest-pain"]).await;
        assert_eq!(
            (crate::items(&patient).await.len(), hold(&patient).await.is_null()),
            (0, false),
            "{stack:?}"
        );
        let draft = json!({ "patientId": Kind::Patient.encode(ada.id), "title": "Third",
            "prescriptions": [{ "exerciseId": exercise }] });
        let draft =
            change(&therapist, "createProgram", "program { id }", draft).await["program"]["id"].clone();
        let activate = json!({ "programId": draft, "replaceCurrent": true });
        refused(&change(&therapist, "activateProgram", "program { id }", activate).await, "NOT_ALLOWED");
        app.stop().await;
    }
}

#[tokio::test]
async fn whom_no_therapist_can_see_the_administrators_are_told_of_and_odd_fields_do_not_silence_a_danger() {
    for stack in Stack::BOTH {
        let (app, mailbox) = (TestApp::start(stack).await, Mailbox::open().await);
        app.clinic.patient("ada").await;
        let patient = app.sign_in("ada@patient.example").await;
        change(&patient, "withdrawConsent", "consent { granted }", json!({ "kind": "CARE_TEAM" })).await;
        let odd = json!({ "signs": ["saddle", "a key of tomorrow"], "note": "x".repeat(2_001) });
        let told = change(&patient, "reportSymptoms", SCREEN, odd).await;
        assert_eq!(told["screen"]["advice"]["level"], "EMERGENCY", "{told}");
        assert_eq!(told["screen"]["signs"], json!(["age-over-45", "saddle"]), "age counts by itself");
        while deliver_mail(&app.clinic.worker(), &mailbox.mailer, "http://clinic.example").await.unwrap() {}
        let letters = mailbox.take();
        let to: Vec<_> = letters.iter().map(|letter| (letter.to.as_str(), letter.subject.as_str())).collect();
        assert_eq!(to, [("admin@clinic.example", "A patient needs a therapist today")], "{stack:?}");
        app.stop().await;
    }
}

/// A log of pain alone; answers its id and light.
async fn pain(app: &TestApp, patient: &Client, performed_at: &str, after: i32) -> (String, Value) {
    let id = chosen(app, Kind::ProgressLog);
    let log = json!({ "id": id, "performedAt": performed_at, "painAfter": after, "results": [] });
    let answer = patient.ask(LOG, json!({ "input": { "logs": [log] } })).await;
    (id, answer["logProgress"]["results"][0]["feedback"]["light"].clone())
}

async fn due(patient: &Client) -> Value {
    patient.ask("{ today { redFlagScreenDue } }", json!({})).await["today"]["redFlagScreenDue"].clone()
}

#[tokio::test]
async fn after_red_pain_a_screen_is_due_until_one_is_answered() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let [patient, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        assert_eq!(pain(&app, &patient, "2026-06-15T08:00:00Z", 5).await.1, "AMBER");
        assert_eq!(due(&patient).await, Value::Null, "{stack:?}");
        assert_eq!(pain(&app, &patient, "2026-06-15T09:00:00Z", 6).await.1, "RED");
        assert_eq!(due(&patient).await, "2026-06-15T09:00:00Z");
        pain(&app, &patient, "2026-06-15T08:30:00Z", 7).await;
        assert_eq!(due(&patient).await, "2026-06-15T08:30:00Z", "a late log of an earlier session");
        report(&patient, &[]).await;
        assert_eq!(due(&patient).await, Value::Null, "answered, whatever the answer");
        pain(&app, &patient, "2026-06-15T09:30:00Z", 9).await;
        assert_eq!(due(&patient).await, Value::Null, "of before the screen, told late");

        app.clinic.clock.advance(5 * 60_000);
        let (id, _) = pain(&app, &patient, "2026-06-15T10:03:00Z", 2).await;
        assert_eq!(due(&patient).await, Value::Null);
        let amend = async |after: i32| {
            let query = "mutation($input: ProgressLogInput!) { amendProgressLog(input: $input) { userErrors { code } } }";
            let input =
                json!({ "id": id, "performedAt": "2026-06-15T10:03:00Z", "painAfter": after, "results": [] });
            patient.ask(query, json!({ "input": input })).await;
        };
        amend(8).await;
        assert_eq!(due(&patient).await, "2026-06-15T10:03:00Z", "corrected to red");
        amend(1).await;
        change(&patient, "voidProgressLog", "progressLogId", json!({ "id": id })).await;
        assert_eq!(due(&patient).await, "2026-06-15T10:03:00Z", "only a screen takes it back");
        let seen = "query($id: ID!) { patient(id: $id) { redFlagScreenDue } }";
        let ada = json!({ "id": Kind::Patient.encode(ada.id) });
        assert!(therapist.ask(seen, ada.clone()).await["patient"]["redFlagScreenDue"].is_string());
        let input = json!({ "patientId": ada["id"], "signs": [] });
        change(&therapist, "recordRedFlagScreen", SCREEN, input).await;
        assert_eq!(due(&patient).await, Value::Null, "a clinician's screen counts too");
        app.stop().await;
    }
}

#[tokio::test]
async fn signs_that_were_told_meanwhile_are_not_resolved_unseen() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = json!(Kind::Patient.encode(app.clinic.patient("ada").await.id));
        let [patient, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let told = async |signs: &[&str]| {
            app.clinic.clock.advance(1_000);
            report(&patient, signs).await["screen"]["id"].clone()
        };
        let resolve = async |seen: &Value| {
            let input =
                json!({ "patientId": ada, "reason": "Seen; the wound is dry.", "newestScreenId": seen });
            change(&therapist, "resolveRedFlags", "patient { redFlagsSince openAlerts { id } }", input).await
        };
        let (seen, unseen) = (told(&["wound"]).await, told(&["saddle"]).await);
        refused(&resolve(&seen).await, "CONFLICT");
        refused(&resolve(&json!(chosen(&app, Kind::RedFlagScreen))).await, "NOT_FOUND");
        let waits = "query($id: ID!) { patient(id: $id) { redFlagsSince openAlerts { id } } }";
        let waits = therapist.ask(waits, json!({ "id": ada })).await["patient"].clone();
        assert!(waits["redFlagsSince"].is_string() && waits["openAlerts"][0]["id"].is_string(), "{stack:?}");
        told(&[]).await;
        let resolved = resolve(&unseen).await;
        assert_eq!(resolved["patient"], json!({ "redFlagsSince": null, "openAlerts": [] }), "{resolved}");
        app.stop().await;
    }
}

#[tokio::test]
async fn signs_of_myelopathy_are_noted_once_and_stay_when_the_screen_is_resolved() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = json!(Kind::Patient.encode(app.clinic.patient("ada").await.id));
        let [patient, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        for _ in 0..2 {
            report(&patient, &["clumsy-hands"]).await;
            app.clinic.clock.advance(1_000);
        }
        let seen = json!({ "patientId": ada, "reason": "Seen by the surgeon; no program for now." });
        let conditions = "patient { conditions { key condition { sign } } openAlerts { id } }";
        let resolved = change(&therapist, "resolveRedFlags", conditions, seen).await["patient"].clone();
        let noted: Vec<_> = resolved["conditions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|noted| noted["condition"]["sign"] == true)
            .map(|noted| noted["key"].clone())
            .collect();
        assert_eq!(noted, ["myelopathy-signs"], "{stack:?}: {resolved}");
        assert_eq!(resolved["openAlerts"], json!([]), "without any program, too");
        app.stop().await;
    }
}
