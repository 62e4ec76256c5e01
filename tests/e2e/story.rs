//! The main job from sign-in to push, the same on both stacks.

use crate::{CASELOAD, LOG, TODAY, chosen, items, session};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const ADHERENCE: &str = "query($from: LocalDate!, $to: LocalDate!) {
  progressSummary(from: $from, to: $to) { adherence { session exercise dose activeDays } logs } }";

async fn adherence_on(patient: &Client, from: &str, to: &str) -> Value {
    patient.ask(ADHERENCE, json!({ "from": from, "to": to })).await["progressSummary"]["adherence"].clone()
}

#[tokio::test]
async fn the_main_job_on_sqlite_alone() {
    story(Stack::Embedded).await;
}

#[tokio::test]
async fn the_main_job_on_postgresql_and_redis() {
    story(Stack::Full).await;
}

async fn story(stack: Stack) {
    let app = TestApp::start(stack).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1, 3]).await;
    app.clinic.device("ada").await;
    // Three days pass.
    app.clinic.clock.set(at("2026-06-18T10:00:00Z"));
    let patient = app.sign_in("ada@patient.example").await;
    let today = patient.ask(TODAY, json!({})).await["today"].clone();
    assert_eq!(today["date"], "2026-06-18");
    assert_eq!(today["items"].as_array().unwrap().len(), 2);
    assert_eq!(today["adherence"]["session"], 0.0, "three days were missed, today is still open");

    log_offline_batch(&app, &patient).await;
    revise(&app, &patient).await;
    remind(&app, &patient).await;
    app.stop().await;
}

/// Two sessions made offline: the day before yesterday and yesterday.
async fn log_offline_batch(app: &TestApp, patient: &Client) {
    let items = items(patient).await;
    let days = ["2026-06-16T08:00:00-04:00", "2026-06-17T08:00:00-04:00"];
    let logs: Vec<_> = days.iter().map(|day| session(&chosen(app, Kind::ProgressLog), day, &items)).collect();
    let answer = patient.ask(LOG, json!({ "input": { "logs": logs } })).await["logProgress"].clone();
    for result in answer["results"].as_array().unwrap() {
        assert_eq!(result["status"], "ACCEPTED", "{result}");
        assert_eq!(result["feedback"]["light"], "GREEN");
    }
    assert_eq!(answer["results"][0]["progressLog"]["performedAt"], "2026-06-16T12:00:00Z");
    assert_eq!(answer["results"][0]["progressLog"]["localDate"], "2026-06-16");

    // The answer was lost on its way: the same batch again doubles nothing.
    let replayed = patient.ask(LOG, json!({ "input": { "logs": logs } })).await["logProgress"].clone();
    for (first, second) in
        answer["results"].as_array().unwrap().iter().zip(replayed["results"].as_array().unwrap())
    {
        assert_eq!(second["status"], "UNCHANGED");
        assert_eq!(
            (&first["progressLog"], &first["feedback"]),
            (&second["progressLog"], &second["feedback"])
        );
    }

    // The same id with other content is a conflict of that row only.
    let mut other = logs.clone();
    other[0]["painAfter"] = json!(7);
    other.push(session(&chosen(app, Kind::ProgressLog), "2026-06-17T18:00:00-04:00", &[]));
    let mixed = patient.ask(LOG, json!({ "input": { "logs": other } })).await["logProgress"].clone();
    let statuses: Vec<_> = (0..3).map(|row| mixed["results"][row]["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["REJECTED", "UNCHANGED", "ACCEPTED"]);
    assert_eq!(mixed["results"][0]["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(mixed["results"][0]["userErrors"][0]["path"], json!(["id"]));

    let adherence = adherence_on(patient, "2026-06-15", "2026-06-17").await;
    assert_eq!(adherence["session"], json!(2.0 / 3.0), "two of three days");
    assert_eq!(adherence["exercise"], json!(4.0 / 6.0));
    let therapist = app.sign_in("therapist@clinic.example").await;
    let row = therapist.ask(CASELOAD, json!({})).await["caseload"]["edges"][0]["node"].clone();
    assert_eq!(row["patient"]["name"], "ada");
    assert_eq!(row["adherence7"], json!(2.0 / 3.0));
    assert_eq!(row["painNow"], 2);
    assert_eq!(row["program"]["day"], 4);
    assert_eq!(row["lastActivityAt"], "2026-06-17T22:00:00Z");
}

/// The therapist changes the program: yesterday stays, today is new.
async fn revise(app: &TestApp, patient: &Client) {
    let before = adherence_on(patient, "2026-06-15", "2026-06-17").await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let program = patient.ask(TODAY, json!({})).await["today"]["program"].clone();
    let revise = "mutation($input: ReviseProgramInput!) { reviseProgram(input: $input) {
        program { revision prescriptions { exercise { id } } } userErrors { code path message } } }";
    let exercise = Kind::Exercise.encode(care::library::exercise_id(6));
    let input = json!({ "programId": program["id"], "expectedRevision": 1,
        "prescriptions": [{ "exerciseId": exercise,
            "dose": { "kind": "HOLD", "sets": 3, "holdSeconds": 10, "side": "ALTERNATE" },
            "schedule": { "kind": "DAILY", "timesPerDay": 2 } }] });
    let answer = therapist.ask(revise, json!({ "input": input })).await["reviseProgram"].clone();
    assert_eq!(answer["userErrors"], json!([]));
    assert_eq!(answer["program"]["revision"], 2);
    let again = therapist.ask(revise, json!({ "input": input })).await["reviseProgram"].clone();
    assert_eq!(again["userErrors"][0]["code"], "CONFLICT", "it was made from an outdated revision");
    assert_eq!(adherence_on(patient, "2026-06-15", "2026-06-17").await, before);
    let items = items(patient).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["prescription"]["exercise"]["id"], exercise);
    assert_eq!(items[0]["timesDue"], 2);
    assert_eq!(items[0]["prescription"]["schedule"]["text"], "2 times a day, every day");
}

/// A reminder due by a moved clock is pushed once, also with two workers and a lost index.
async fn remind(app: &TestApp, patient: &Client) {
    let create = "mutation CreateReminder($input: CreateReminderInput!) { createReminder(input: $input) {
        reminder { id title times weekdays timeZone nextDueAt status } userErrors { code message path } } }";
    let input = json!({ "id": chosen(app, Kind::Reminder), "kind": "EXERCISE", "title": "Morning session",
        "times": ["08:00", "09:00"] });
    let answer = patient.ask(create, json!({ "input": input })).await["createReminder"].clone();
    assert_eq!(answer["userErrors"], json!([]));
    let reminder = &answer["reminder"];
    assert_eq!(reminder["nextDueAt"], "2026-06-18T12:00:00Z");
    assert_eq!(reminder["timeZone"], "America/New_York");
    assert_eq!(patient.ask(create, json!({ "input": input })).await["createReminder"], answer, "a replay");

    let (one, other) = (app.engine(), app.engine());
    one.feed(at("2026-06-18T10:00:00Z")).await.unwrap();
    for now in ["2026-06-18T11:59:59Z", "2026-06-18T12:00:00Z", "2026-06-18T12:00:01Z"] {
        app.clinic.clock.set(at(now));
        let (first, second) = tokio::join!(one.tick(at(now)), other.tick(at(now)));
        first.unwrap();
        second.unwrap();
    }
    assert_eq!(app.gateway.pushes().len(), 1);
    app.flush_redis().await;
    app.clinic.clock.set(at("2026-06-18T13:00:00Z"));
    for _ in 0..2 {
        one.tick(at("2026-06-18T13:00:00Z")).await.unwrap();
        other.tick(at("2026-06-18T13:00:00Z")).await.unwrap();
    }
    assert_eq!(app.gateway.pushes().len(), 2, "also after the index was lost");
    // Hours have passed: the access token has ended.
    let patient = app.sign_in("ada@patient.example").await;
    let history = patient.ask("{ reminderHistory(first: 5) { nodes { status dueAt } } }", json!({})).await;
    assert_eq!(
        history["reminderHistory"]["nodes"],
        json!([{ "status": "SENT", "dueAt": "2026-06-18T13:00:00Z" },
               { "status": "SENT", "dueAt": "2026-06-18T12:00:00Z" }])
    );
}
