//! What counts of a month for remote therapeutic monitoring, with the records behind each number.

use crate::{change, chosen, log_one, refused};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const MONTH: &str = "query($id: ID!, $month: LocalDate!) { patient(id: $id) { monitoring(month: $month) {
  month dataDays { date recordIds } windows { firstDate lastDate dataDays code } entries { id kind startedAt voidedAt note }
  managementMinutes liveContacts counts { code times } setup { id } setupCode basis source } } }";
const FROZEN: &str = "query($id: ID!, $month: LocalDate!) { patient(id: $id) { monitoring(month: $month) {
  frozenAt dataDays { date recordIds } windows { firstDate dataDays code } managementMinutes liveContacts
  counts { code times } setupCode setup { id }
  amendments { figure date code frozen { count recordIds } current { count recordIds } } } } }";
const ENTRY: &str = "entry { id kind startedAt endedAt activity medium note voidedAt }";

async fn month(client: &Client, id: &str, month: &str) -> Value {
    client.ask(MONTH, json!({ "id": id, "month": month })).await["patient"]["monitoring"].clone()
}

fn minutes(patient: &str, from: &str, to: &str) -> Value {
    json!({ "patientId": patient, "startedAt": format!("2026-06-15T{from}:00Z"),
        "endedAt": format!("2026-06-15T{to}:00Z"), "activity": "DATA_REVIEW" })
}

async fn manage(client: &Client, input: Value) -> Value {
    change(client, "logManagementTime", ENTRY, input).await
}

#[tokio::test]
async fn minutes_count_once_and_only_with_a_live_contact() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ben = Kind::Patient.encode(app.clinic.patient("ben").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let id = chosen(&app, Kind::MonitoringEntry);
        let mut first = minutes(&ada, "08:00", "08:25");
        (first["id"], first["note"]) = (json!(id), json!("Pain goes down"));
        let logged = manage(&therapist, first.clone()).await;
        assert_eq!(logged["entry"]["note"], "Pain goes down", "{logged}");
        assert_eq!(manage(&therapist, first.clone()).await, logged, "{stack:?}: a replay");
        first["note"] = json!("Other");
        refused(&manage(&therapist, first).await, "CONFLICT");
        for (from, to) in [("08:24", "08:30"), ("07:50", "08:01"), ("08:10", "08:12"), ("07:00", "09:00")] {
            let answer = manage(&therapist, minutes(&ben, from, to)).await;
            let fault = json!([{ "code": "NOT_ALLOWED", "path": ["startedAt"] }]);
            assert_eq!(answer["userErrors"], fault, "of another patient too");
        }
        let second = manage(&therapist, minutes(&ada, "08:25", "08:40")).await["entry"]["id"].clone();
        for (from, to) in [("09:30", "09:30"), ("09:30", "09:20"), ("00:00", "08:00"), ("08:50", "23:00")] {
            if from != "00:00" {
                refused(&manage(&therapist, minutes(&ada, from, to)).await, "OUT_OF_RANGE");
            }
        }
        let counted = month(&therapist, &ada, "2026-06-01").await;
        assert_eq!(
            (&counted["managementMinutes"], &counted["counts"]),
            (&json!(40), &json!([])),
            "no contact"
        );
        let contact = json!({ "patientId": ada, "startedAt": "2026-06-15T08:30:00Z", "medium": "PHONE" });
        let contact = change(&therapist, "logLiveContact", ENTRY, contact).await;
        assert_eq!(contact["entry"]["medium"], "PHONE");
        let counted = month(&therapist, &ada, "2026-06-01").await;
        let both = json!([{ "code": "98980", "times": 1 }, { "code": "98981", "times": 1 }]);
        assert_eq!(counted["counts"], both, "{stack:?}: {counted}");
        assert_eq!(counted["basis"], "PUBLISHED");
        assert_eq!(counted["entries"].as_array().unwrap().len(), 3, "the records behind it");
        let void = json!({ "entryId": second, "reason": "Of another patient" });
        let voided = change(&therapist, "voidMonitoringEntry", ENTRY, void.clone()).await;
        assert!(voided["entry"]["voidedAt"].is_string());
        assert_eq!(change(&therapist, "voidMonitoringEntry", ENTRY, void).await, voided);
        let counted = month(&therapist, &ada, "2026-06-01").await;
        assert_eq!(counted["managementMinutes"], 25);
        assert_eq!(counted["counts"], json!([{ "code": "98980", "times": 1 }]));
        assert_eq!(counted["entries"].as_array().unwrap().len(), 3, "the voided stays to be seen");
        manage(&therapist, minutes(&ben, "08:30", "08:35")).await["entry"]["id"].as_str().unwrap();
        assert_eq!(month(&therapist, &ada, "2026-05-01").await["managementMinutes"], 0);
        let odd = therapist.raw(MONTH, json!({ "id": ada, "month": "2026-06-02" })).await;
        assert_eq!(odd["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{odd}");
        app.stop().await;
    }
}

#[tokio::test]
async fn days_are_the_patients_own_and_open_to_their_records() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let id = Kind::Patient.encode(ada.id);
        let patient = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let (log, second) = (log_one(&app, &patient).await, log_one(&app, &patient).await);
        change(&therapist, "recordRedFlagScreen", "screen { id }", json!({ "patientId": id, "signs": [] }))
            .await;
        let setup = json!({ "patientId": id, "doneAt": "2026-06-15T08:00:00Z" });
        change(&therapist, "documentMonitoringSetup", ENTRY, setup).await;
        let counted = month(&therapist, &id, "2026-06-01").await;
        assert_eq!(
            counted["dataDays"].as_array().unwrap().len(),
            1,
            "{stack:?}: two on a day are one: {counted}"
        );
        let mut records = [log.clone(), second.clone()];
        records.sort();
        let mut told: Vec<_> = counted["dataDays"][0]["recordIds"].as_array().unwrap().clone();
        told.sort_by_key(ToString::to_string);
        assert_eq!(told, records.map(|id| json!(id)), "what a clinician recorded is not the patient's");
        assert_eq!((&counted["setupCode"], &counted["windows"][0]["code"]), (&Value::Null, &Value::Null));
        assert!(counted["setup"]["id"].is_string());

        app.clinic.clock.advance(24 * 3_600_000);
        let patient = app.sign_in("ada@patient.example").await;
        let screen = change(&patient, "reportSymptoms", "screen { id }", json!({ "signs": [] })).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let counted = month(&therapist, &id, "2026-06-01").await;
        assert_eq!(counted["dataDays"][1]["recordIds"], json!([screen["screen"]["id"]]));
        let window =
            json!([{ "firstDate": "2026-06-15", "lastDate": "2026-07-14", "dataDays": 2, "code": "98985" }]);
        assert_eq!((&counted["windows"], &counted["setupCode"]), (&window, &json!("98975")));
        let july = month(&therapist, &id, "2026-07-01").await;
        assert_eq!((&july["windows"], &july["dataDays"]), (&window, &json!([])), "a block over two months");
        for log in [log, second] {
            change(&patient, "voidProgressLog", "progressLogId", json!({ "id": log })).await;
        }
        let counted = month(&therapist, &id, "2026-06-01").await;
        assert_eq!(
            counted["windows"][0]["firstDate"], "2026-06-16",
            "what was voided counts no more: {counted}"
        );
        app.stop().await;
    }
}

#[tokio::test]
async fn every_record_of_the_patient_makes_a_day_and_none_of_others() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let id = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let patient = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let outcome = |day: u8| {
            json!({ "patientId": id, "measure": "psfs", "answeredAt": format!("2026-06-{day:02}T10:00:00Z"),
            "answers": [{ "item": "1", "value": 2 }], "activities": ["Walk", "Lift", "Sleep"] })
        };
        let fall = |day: u8| json!({ "patientId": id, "kind": "NEAR_FALL", "happenedAt": format!("2026-06-{day:02}T10:00:00Z") });
        let pain = pain_of(&app, &patient, 11).await;
        let voided_pain = pain_of(&app, &patient, 9).await;
        let answered = change(&patient, "submitOutcome", "outcome { id }", outcome(12)).await;
        let mistaken = change(&patient, "submitOutcome", "outcome { id }", outcome(8)).await;
        let near = change(&patient, "reportFall", "fallReport { id }", fall(13)).await;
        let asked = change(&patient, "reportSymptoms", "screen { id }", json!({ "signs": [] })).await;
        let by_member = change(&therapist, "submitOutcome", "outcome { id }", outcome(7)).await;
        let told = change(&therapist, "reportFall", "fallReport { id }", fall(6)).await;
        assert!(by_member["outcome"]["id"].is_string() && told["fallReport"]["id"].is_string(), "{told}");
        change(&patient, "voidPainRating", "painRatingId", json!({ "id": voided_pain })).await;
        let void = json!({ "outcomeId": mistaken["outcome"]["id"], "reason": "Answered for another week" });
        let void = change(&therapist, "voidOutcome", "outcome { voidedAt }", void).await;
        assert!(void["outcome"]["voidedAt"].is_string(), "{void}");
        let expected = [
            ("2026-06-11", &pain),
            ("2026-06-12", &answered["outcome"]["id"]),
            ("2026-06-13", &near["fallReport"]["id"]),
            ("2026-06-15", &asked["screen"]["id"]),
        ];
        let expected = expected.map(|(date, record)| json!({ "date": date, "recordIds": [record] }));
        let days = month(&therapist, &id, "2026-06-01").await["dataDays"].clone();
        assert_eq!(days, json!(expected), "{stack:?}");
        app.stop().await;
    }
}

/// Rates the pain of this day of June; the id of the rating.
async fn pain_of(app: &TestApp, patient: &Client, day: u8) -> Value {
    pain_on(app, patient, &format!("2026-06-{day:02}")).await
}

async fn pain_on(app: &TestApp, patient: &Client, date: &str) -> Value {
    let id = chosen(app, Kind::PainRating);
    let at = format!("{date}T08:00:00-04:00");
    let input = json!({ "id": id, "ratedAt": at, "moment": "NEXT_MORNING", "pain": 3 });
    let rated = change(patient, "recordPain", "painRating { id }", input).await;
    assert_eq!(rated["painRating"]["id"], id, "{rated}");
    json!(id)
}

async fn freeze(app: &TestApp) -> usize {
    care::monitoring::freeze(&app.clinic.worker(), 100).await.unwrap()
}

async fn figures(app: &TestApp, id: &str, month: &str) -> Value {
    let therapist = app.sign_in("therapist@clinic.example").await;
    therapist.ask(FROZEN, json!({ "id": id, "month": month })).await["patient"]["monitoring"].clone()
}

#[tokio::test]
async fn a_month_freezes_at_its_end_and_what_comes_later_is_told_as_amended() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let id = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ben = Kind::Patient.encode(app.clinic.patient("ben").await.id);
        let patient = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let first = pain_of(&app, &patient, 13).await;
        let gone = pain_of(&app, &patient, 14).await;
        let time = manage(&therapist, minutes(&id, "08:00", "08:25")).await["entry"]["id"].clone();
        let called = json!({ "patientId": id, "startedAt": "2026-06-15T08:30:00Z", "medium": "PHONE" });
        let called = change(&therapist, "logLiveContact", ENTRY, called).await["entry"]["id"].clone();
        app.clinic.clock.set(at("2026-07-01T03:59:59Z"));
        freeze(&app).await;
        assert_eq!(figures(&app, &id, "2026-06-01").await["frozenAt"], Value::Null, "its last second");
        app.clinic.clock.set(at("2026-07-01T04:00:00Z"));
        let counted = figures(&app, &id, "2026-06-01").await;
        assert_eq!(counted["frozenAt"], Value::Null, "reading freezes nothing");
        assert_eq!(freeze(&app).await, 2, "{stack:?}");
        assert_eq!(freeze(&app).await, 0, "{stack:?}: again");
        let mut frozen = figures(&app, &id, "2026-06-01").await;
        assert_eq!(frozen["frozenAt"], "2026-07-01T04:00:00Z");
        assert_eq!(frozen["amendments"], json!([]));
        frozen["frozenAt"] = Value::Null;
        assert_eq!(frozen, counted, "{stack:?}: the same numbers");
        assert_eq!(figures(&app, &ben, "2026-06-01").await["frozenAt"], Value::Null, "nothing of his counts");

        let patient = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let late = pain_of(&app, &patient, 20).await;
        change(&patient, "voidPainRating", "painRatingId", json!({ "id": gone })).await;
        let void = json!({ "entryId": time, "reason": "Of another patient" });
        change(&therapist, "voidMonitoringEntry", ENTRY, void).await;
        let setup = json!({ "patientId": id, "doneAt": "2026-07-01T03:00:00Z" });
        let setup = change(&therapist, "documentMonitoringSetup", ENTRY, setup).await["entry"]["id"].clone();
        freeze(&app).await;
        let mut amended = figures(&app, &id, "2026-06-01").await;
        let tally = |count: u32, records: &[&Value]| json!({ "count": count, "recordIds": records });
        let told = |figure: &str, date: Option<&str>, code: Option<&str>, frozen: Value, current: Value| json!({ "figure": figure, "date": date, "code": code, "frozen": frozen, "current": current });
        let none = || tally(0, &[]);
        let expected = [
            told("DATA_DAY", Some("2026-06-14"), None, tally(1, &[&gone]), none()),
            told("DATA_DAY", Some("2026-06-20"), None, none(), tally(1, &[&late])),
            told("MANAGEMENT_MINUTES", None, None, tally(25, &[&time]), none()),
            told("CODE", None, Some("98975"), none(), tally(1, &[&setup])),
            told("CODE", None, Some("98980"), tally(1, &[&time, &called]), none()),
        ];
        assert_eq!(amended["amendments"], json!(expected), "{stack:?}");
        (amended["frozenAt"], amended["amendments"]) = (Value::Null, json!([]));
        assert_eq!(amended, counted, "{stack:?}: the frozen numbers stay");
        let records = counted["dataDays"][0]["recordIds"].clone();
        assert_eq!(records, json!([first]));
        app.stop().await;
    }
}

#[tokio::test]
async fn months_freeze_one_after_the_other_in_as_many_statements() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        pain_of(&app, &app.sign_in("ada@patient.example").await, 13).await;
        app.clinic.clock.set(at("2026-08-15T10:00:00Z"));
        let before = app.clinic.services.store.statements();
        assert_eq!(freeze(&app).await, 1);
        let statements = app.clinic.services.store.statements() - before;
        for month in ["2026-06-01", "2026-07-01"] {
            let frozen = figures(&app, &ada, month).await;
            assert_eq!(frozen["frozenAt"], "2026-08-15T10:00:00Z", "{stack:?}: with nothing too");
        }
        assert_eq!(figures(&app, &ada, "2026-08-01").await["frozenAt"], Value::Null, "it is not over");
        // One who was offline all July: the month was frozen with nothing in it.
        let patient = app.sign_in("ada@patient.example").await;
        pain_on(&app, &patient, "2026-07-20").await;
        let july = figures(&app, &ada, "2026-07-01").await;
        assert_eq!(july["amendments"][0]["figure"], "DATA_DAY", "{stack:?}: {july}");
        let mut left = String::new();
        for name in ["ben", "cy"] {
            left = Kind::Patient.encode(app.clinic.patient(name).await.id);
            pain_of(&app, &app.sign_in(&format!("{name}@patient.example")).await, 13).await;
        }
        app.clinic.clock.set(at("2026-09-01T04:00:00Z"));
        let before = app.clinic.services.store.statements();
        assert_eq!(freeze(&app).await, 3);
        assert_eq!(
            app.clinic.services.store.statements() - before,
            statements,
            "{stack:?}: of three as of one"
        );
        assert!(statements <= 10, "{stack:?}: {statements}");
        assert!(figures(&app, &ada, "2026-08-01").await["frozenAt"].is_string());
        let therapist = app.sign_in("therapist@clinic.example").await;
        let over =
            change(&therapist, "dischargePatient", "patient { id }", json!({ "patientId": left })).await;
        assert_eq!(over["patient"]["id"], left, "{over}");
        app.clinic.clock.set(at("2026-10-01T04:00:00Z"));
        assert_eq!(care::monitoring::freeze(&app.clinic.worker(), 2).await.unwrap(), 2, "in chunks");
        assert_eq!(care::monitoring::freeze(&app.clinic.worker(), 2).await.unwrap(), 1);
        assert_eq!(freeze(&app).await, 0);
        app.clinic.clock.set(at("2026-11-01T04:00:00Z"));
        freeze(&app).await;
        assert!(figures(&app, &ada, "2026-10-01").await["frozenAt"].is_string());
        let ended = figures(&app, &left, "2026-10-01").await;
        assert_eq!(ended["frozenAt"], Value::Null, "{stack:?}: the care ended in September");
        app.stop().await;
    }
}

#[tokio::test]
async fn in_another_zone_the_month_ends_at_another_time() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let patient = app.sign_in("ada@patient.example").await;
        pain_of(&app, &patient, 13).await;
        freeze(&app).await;
        change(&patient, "updateSettings", "patient { id }", json!({ "timeZone": "Asia/Tokyo" })).await;
        assert_eq!(freeze(&app).await, 1, "{stack:?}: looked at again");
        app.clinic.clock.set(at("2026-06-30T14:59:59Z"));
        assert_eq!(freeze(&app).await, 0);
        app.clinic.clock.set(at("2026-06-30T15:00:00Z"));
        freeze(&app).await;
        assert_eq!(figures(&app, &ada, "2026-06-01").await["frozenAt"], "2026-06-30T15:00:00Z");
        app.stop().await;
    }
}
