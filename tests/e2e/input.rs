//! Bad input gets a coded error that names its field, and changes nothing.

use crate::{LOG, chosen, items, session};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

async fn rows(patient: &Client) -> usize {
    let list = "{ progressLogs(first: 100) { nodes { id } } }";
    patient.ask(list, json!({})).await["progressLogs"]["nodes"].as_array().unwrap().len()
}

async fn log(patient: &Client, logs: Value) -> Value {
    patient.ask(LOG, json!({ "input": { "logs": logs } })).await["logProgress"].clone()
}

/// Logs one bad row and expects this code at this path within the row.
async fn rejected(app: &TestApp, patient: &Client, change: impl Fn(&mut Value), code: &str, path: &[&str]) {
    let items = items(patient).await;
    let mut row = session(&chosen(app, Kind::ProgressLog), "2026-06-15T05:00:00-04:00", &items);
    change(&mut row);
    let answer = log(patient, json!([row])).await;
    let result = &answer["results"][0];
    assert_eq!(result["status"], "REJECTED", "{result}");
    let errors = result["userErrors"].as_array().unwrap();
    let found = errors.iter().any(|error| error["code"] == code && error["path"] == json!(path));
    assert!(found, "expected {code} at {path:?} in {errors:?}");
    assert_eq!(rows(patient).await, 0);
}

#[tokio::test]
async fn bad_logs_name_their_fields_and_write_nothing() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let ben = app.clinic.patient("ben").await;
        app.clinic.program(&ben, &[1]).await;
        let patient = app.sign_in("ada@patient.example").await;
        let foreign = items(&app.sign_in("ben@patient.example").await).await[0]["prescription"]["id"].clone();

        rejected(&app, &patient, |row| row["painAfter"] = json!(11), "OUT_OF_RANGE", &["painAfter"]).await;
        rejected(&app, &patient, |row| row["painBefore"] = json!(-1), "OUT_OF_RANGE", &["painBefore"]).await;
        rejected(
            &app,
            &patient,
            |row| row["results"][0]["rpe"] = json!(2_147_483_647),
            "OUT_OF_RANGE",
            &["results", "0", "rpe"],
        )
        .await;
        rejected(
            &app,
            &patient,
            |row| row["results"][0]["sets"][0]["reps"] = json!(70_000),
            "OUT_OF_RANGE",
            &["results", "0", "sets", "0", "reps"],
        )
        .await;
        let path = ["results", "0", "prescriptionId"];
        rejected(
            &app,
            &patient,
            |row| row["results"][0]["prescriptionId"] = foreign.clone(),
            "NOT_FOUND",
            &path,
        )
        .await;
        rejected(
            &app,
            &patient,
            |row| row["results"][0]["prescriptionId"] = json!("program_01h455vb4pex5vsknk084sn02q"),
            "NOT_FOUND",
            &path,
        )
        .await;
        rejected(&app, &patient, |row| row["id"] = json!("1"), "MALFORMED", &["id"]).await;
        rejected(
            &app,
            &patient,
            |row| row["performedAt"] = json!("2030-01-01T00:00:00Z"),
            "OUT_OF_RANGE",
            &["performedAt"],
        )
        .await;
        rejected(&app, &patient, |row| row["note"] = json!("x".repeat(4_001)), "TOO_LONG", &["note"]).await;
        rejected(
            &app,
            &patient,
            |row| {
                let set = row["results"][0]["sets"][0].clone();
                row["results"][0]["sets"] = json!(vec![set; 21]);
            },
            "TOO_MANY",
            &["results", "0", "sets"],
        )
        .await;
        rejected(
            &app,
            &patient,
            |row| {
                let result = row["results"][0].clone();
                row["results"] = json!([result, result]);
            },
            "DUPLICATE",
            &["results", "1", "prescriptionId"],
        )
        .await;

        let empty = log(&patient, json!([])).await;
        assert_eq!(empty["userErrors"][0]["path"], json!(["logs"]));
        assert_eq!(empty["userErrors"][0]["code"], "REQUIRED");
        let many: Vec<_> = (0..101)
            .map(|_| session(&chosen(&app, Kind::ProgressLog), "2026-06-15T05:00:00-04:00", &[]))
            .collect();
        assert_eq!(log(&patient, json!(many)).await["userErrors"][0]["code"], "TOO_MANY");
        assert_eq!(rows(&patient).await, 0);
        app.stop().await;
    }
}

#[tokio::test]
async fn impossible_scalars_are_refused_before_anything_runs() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    for (variables, query) in [
        (json!({ "date": "2026-02-30" }), "query($date: LocalDate) { today(date: $date) { date } }"),
        (json!({ "date": "2026-2-3" }), "query($date: LocalDate) { today(date: $date) { date } }"),
        (
            json!({ "until": "tomorrow" }),
            "query($until: DateTime!) { upcomingReminders(until: $until) { id } }",
        ),
        (
            json!({ "until": "2026-06-15T10:00:00" }),
            "query($until: DateTime!) { upcomingReminders(until: $until) { id } }",
        ),
    ] {
        let answer = patient.raw(query, variables.clone()).await;
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{variables} {answer}");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_note_of_ten_megabytes_is_refused_at_the_door() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    let row = json!({ "id": chosen(&app, Kind::ProgressLog), "performedAt": "2026-06-15T05:00:00-04:00",
        "note": "x".repeat(10_000_000), "painBefore": 1, "results": [] });
    let (status, _) = patient.send(LOG, json!({ "input": { "logs": [row] } })).await;
    assert_eq!(status, 413);
    assert_eq!(rows(&patient).await, 0);
    app.stop().await;
}

#[tokio::test]
async fn bad_reminders_and_programs_name_their_fields() {
    let app = TestApp::start(Stack::Embedded).await;
    let ada = app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    let create = "mutation($input: CreateReminderInput!) { createReminder(input: $input) {
        reminder { id } userErrors { code path } } }";
    for (input, code, field) in [
        (json!({ "kind": "EXERCISE", "times": [] }), "REQUIRED", "times"),
        (json!({ "kind": "EXERCISE", "times": ["08:00", "08:00"] }), "DUPLICATE", "times"),
        (json!({ "kind": "EXERCISE", "times": ["08:00"], "everyDays": 0 }), "OUT_OF_RANGE", "everyDays"),
        (
            json!({ "kind": "EXERCISE", "times": ["08:00"], "everyDays": 2, "weekdays": ["MONDAY"] }),
            "MISMATCH",
            "everyDays",
        ),
        (
            json!({ "kind": "EXERCISE", "times": ["08:00"], "lateLimitMinutes": 1 }),
            "OUT_OF_RANGE",
            "lateLimitMinutes",
        ),
    ] {
        let answer = patient.ask(create, json!({ "input": input })).await["createReminder"].clone();
        assert_eq!(answer["userErrors"][0]["code"], code, "{input} {answer}");
        assert_eq!(answer["userErrors"][0]["path"][0], field, "{input} {answer}");
    }
    let therapist = app.sign_in("therapist@clinic.example").await;
    let create = "mutation($input: CreateProgramInput!) { createProgram(input: $input) {
        program { id } userErrors { code path } } }";
    let patient_id = Kind::Patient.encode(ada.id);
    let exercise = Kind::Exercise.encode(care::library::exercise_id(1));
    let unknown = Kind::Exercise.encode(care::library::exercise_id(999));
    for (prescriptions, code, path) in [
        (json!([]), "REQUIRED", json!(["prescriptions"])),
        (json!([{ "exerciseId": unknown }]), "NOT_FOUND", json!(["prescriptions", "0", "exerciseId"])),
        (
            json!([{ "exerciseId": exercise, "dose": { "kind": "REPS", "sets": 300, "reps": 8 } }]),
            "OUT_OF_RANGE",
            json!(["prescriptions", "0", "dose", "sets"]),
        ),
    ] {
        let input = json!({ "patientId": patient_id, "title": "Basics", "prescriptions": prescriptions });
        let answer = therapist.ask(create, json!({ "input": input })).await["createProgram"].clone();
        assert_eq!(answer["program"], Value::Null);
        let errors = answer["userErrors"].as_array().unwrap();
        let found = errors.iter().any(|error| error["code"] == code && error["path"] == path);
        assert!(found, "expected {code} at {path} in {errors:?}");
    }
    app.stop().await;
}
