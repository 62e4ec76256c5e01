//! The program end to end: real HTTP on real servers, on both stacks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod access;
mod alert_rules;
mod alerts;
mod assessment_signs;
mod assessments;
mod audit;
mod audit_reads;
mod budgets;
mod calendar;
mod canary;
mod caseload;
mod cautions;
mod conformance;
mod connections;
mod contract;
mod documents;
mod education;
mod falls;
mod goals;
mod guessing;
mod input;
mod library;
mod load;
mod mail;
mod matrix;
mod media;
mod messages;
mod monitoring;
mod outcomes;
mod own_exercises;
mod persisted;
mod pool;
mod processes;
mod program_builder;
mod program_history;
mod programs;
mod progress;
mod progress_kept;
mod provider_faults;
mod providers;
mod records;
mod red_flags;
mod references;
mod reset;
mod rotation;
mod second_factor;
mod sessions;
mod stories;
mod story;
mod streams;
mod suggestions;
mod sweep;
mod teams;
mod timeline;
mod transport;
mod visits;
mod walls;
mod websocket;

use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, TestApp};

/// Today as the patient app asks for it.
const TODAY: &str = "query Today($date: LocalDate) { today(date: $date) {
  date timeZone program { id title status phase { id name } revision }
  items { prescription { id exercise { id name instructions { kind text } media { id kind url contentType } }
      dose { kind sets reps holdSeconds durationSeconds distanceMetres side loadKg restSeconds targetRpe }
      schedule { text } }
    timesDue timesDone completed }
  adherence { window session exercise dose activeDays streak }
  reminders { id dueAt reminder { id title } } education { id readAt article { id title summary minutes } }
  outcomesDue { measure { key name } dueOn } unreadMessages hold { reason since } } }";

/// Logging as the patient app does it.
const LOG: &str = "mutation LogProgress($input: LogProgressInput!) { logProgress(input: $input) {
  results { id status progressLog { id performedAt localDate painBefore painAfter }
    feedback { light message } userErrors { code message path } }
  userErrors { code path } } }";

/// The caseload as the dashboard asks for it.
const CASELOAD: &str =
    "query Caseload($first: Int, $after: String) { caseload(first: $first, after: $after) {
  edges { cursor node { patient { id name } risk riskReasons adherence7 adherence28 painNow painSlope lastActivityAt
      openAlerts unreadMessages outcomesOverdue
      program { id title phase { name } day } } }
  pageInfo { hasNextPage endCursor } totalCount } }";

/// Runs a mutation whose input and payload are named after it.
async fn change(client: &Client, mutation: &str, answers: &str, input: Value) -> Value {
    let name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {name}Input!) {{ {mutation}(input: $input) {{ {answers} userErrors {{ code path }} }} }}"
    );
    client.ask(&query, json!({ "input": input })).await[mutation].clone()
}

/// The answer is a refusal of this code.
#[track_caller]
fn refused(answer: &Value, code: &str) {
    assert_eq!(answer["userErrors"][0]["code"], code, "{answer}");
}

/// A fresh id that a client chooses.
fn chosen(app: &TestApp, kind: Kind) -> String {
    kind.encode(app.clinic.services.new_id())
}

/// A log of one session in which each of these prescriptions was done in full by its dose.
fn session(id: &str, performed_at: &str, items: &[Value]) -> Value {
    let results: Vec<_> = items
        .iter()
        .map(|item| {
            let dose = &item["prescription"]["dose"];
            let sides = if dose["side"] == "ALTERNATE" { vec!["LEFT", "RIGHT"] } else { vec!["BOTH"] };
            let sets = sides.iter().flat_map(|side| {
                (0..dose["sets"].as_u64().unwrap()).map(move |_| {
                    let mut set = json!({ "side": side });
                    match dose["kind"].as_str().unwrap() {
                        "REPS" => set["reps"] = dose["reps"].clone(),
                        "HOLD" => set["seconds"] = dose["holdSeconds"].clone(),
                        "DURATION" => set["seconds"] = dose["durationSeconds"].clone(),
                        _ => set["metres"] = dose["distanceMetres"].clone(),
                    }
                    set
                })
            });
            json!({ "prescriptionId": item["prescription"]["id"], "sets": sets.collect::<Vec<_>>(),
                "rpe": 4, "painDuring": 2 })
        })
        .collect();
    json!({ "id": id, "performedAt": performed_at, "painBefore": 3, "painAfter": 2, "results": results,
        "symptoms": { "response": "UNCHANGED", "location": "low back" } })
}

/// The items of the patient's day.
async fn items(patient: &Client) -> Vec<Value> {
    patient.ask(TODAY, json!({})).await["today"]["items"].as_array().unwrap().clone()
}

/// Logs one session of this patient's day; answers the id of the log.
async fn log_one(app: &TestApp, patient: &Client) -> String {
    let id = chosen(app, Kind::ProgressLog);
    let log = session(&id, "2026-06-15T08:00:00Z", &items(patient).await);
    patient.ask(LOG, json!({ "input": { "logs": [log] } })).await;
    id
}

/// Freezes what counts of the month that it is as if it were over.
async fn freeze_month(app: &TestApp) {
    const MONTH: i64 = 31 * 24 * 3_600_000;
    app.clinic.clock.advance(MONTH);
    while care::monitoring::freeze(&app.clinic.worker(), 1).await.unwrap() > 0 {}
    app.clinic.clock.advance(-MONTH);
}

/// Rates this patient's pain outside of a session; answers the id of the rating.
async fn rate(app: &TestApp, patient: &Client) -> String {
    let id = chosen(app, Kind::PainRating);
    let input = json!({ "id": id, "ratedAt": "2026-06-15T05:30:00-04:00", "moment": "NEXT_MORNING", "pain": 3,
        "note": "Stiff until the shower" });
    change(patient, "recordPain", "painRating { id }", input).await;
    id
}
