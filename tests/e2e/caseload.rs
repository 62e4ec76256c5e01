//! The caseload: who comes first and why, filters, search, orders, pages, and what is kept of it.

use crate::{CASELOAD, LOG, change, chosen, items, session};
use care::caseload::{forget, keep};
use care::id::Kind;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tests::{Client, Clinic, Stack, TestApp, at};

const DAY: i64 = 24 * 60 * 60_000;
const NAMES: &str =
    "query($filter: CaseloadFilter, $sort: CaseloadSort, $search: String, $first: Int, $after: String) {
  caseload(filter: $filter, sort: $sort, search: $search, first: $first, after: $after) {
    edges { node { patient { name } } } pageInfo { hasNextPage endCursor } totalCount } }";

async fn names(client: &Client, variables: Value) -> Vec<String> {
    let page = client.ask(NAMES, variables).await["caseload"].clone();
    let edges = page["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["patient"]["name"].as_str().unwrap().to_owned()).collect()
}

async fn row(client: &Client, name: &str) -> Value {
    let page = client.ask(CASELOAD, json!({ "first": 100 })).await["caseload"].clone();
    let edges = page["edges"].as_array().unwrap();
    let found = edges.iter().find(|edge| edge["node"]["patient"]["name"] == name);
    found.unwrap_or_else(|| panic!("{name} is not among {page}"))["node"].clone()
}

/// Logs a session of the patient's at this time with this pain after it.
async fn logged(app: &TestApp, name: &str, performed_at: &str, pain: i32) {
    let patient = app.sign_in(&format!("{name}@patient.example")).await;
    let mut input = session(&chosen(app, Kind::ProgressLog), performed_at, &items(&patient).await);
    input["painBefore"] = json!(pain);
    input["painAfter"] = json!(pain);
    let answer = patient.ask(LOG, json!({ "input": { "logs": [input] } })).await;
    assert_eq!(answer["logProgress"]["results"][0]["status"], "ACCEPTED", "{answer}");
}

#[tokio::test]
async fn who_needs_somebody_comes_first_and_the_reason_is_told() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        for name in ["calm", "sore", "danger", "new"] {
            let patient = app.clinic.patient(name).await;
            if name != "new" {
                app.clinic.program(&patient, &[1, 2]).await;
            }
        }
        logged(&app, "calm", "2026-06-15T08:00:00Z", 2).await;
        logged(&app, "sore", "2026-06-15T08:00:00Z", 8).await;
        let danger = app.sign_in("danger@patient.example").await;
        let signs = json!({ "signs": ["saddle"] });
        change(&danger, "reportSymptoms", "screen { id }", signs).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        assert_eq!(names(&therapist, json!({})).await, ["danger", "sore", "new", "calm"], "{stack:?}");

        let row = async |name| row(&therapist, name).await;
        assert_eq!(row("danger").await["risk"], 100);
        assert_eq!(row("danger").await["riskReasons"], json!(["RED_FLAG", "CRITICAL_ALERT"]));
        let sore = row("sore").await;
        assert!(sore["riskReasons"].as_array().unwrap().contains(&json!("PAIN_HIGH")), "{sore}");
        assert_eq!((&sore["painNow"], &sore["openAlerts"].is_number()), (&json!(8), &true));
        assert_eq!(row("new").await["riskReasons"], json!(["NO_PROGRAM"]));
        assert_eq!((&row("calm").await["risk"], &row("calm").await["riskReasons"]), (&json!(0), &json!([])));

        // A therapist who has looked takes the reason away in the same moment.
        let seen = json!({ "patientId": row("danger").await["patient"]["id"], "reason": "Sent to the emergency department." });
        change(&therapist, "resolveRedFlags", "patient { caseload { risk } }", seen).await;
        assert_eq!(row("danger").await["riskReasons"], json!([]), "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn it_is_searched_filtered_ordered_and_paged() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        for name in ["Zoë", "Émile", "adam", "Bertha"] {
            let patient = app.clinic.patient(name).await;
            app.clinic.program(&patient, &[1]).await;
        }
        app.clinic.clock.set(at("2026-06-15T20:00:00Z"));
        logged(&app, "adam", "2026-06-15T19:00:00Z", 4).await;
        logged(&app, "Bertha", "2026-06-15T18:00:00Z", 6).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let ask = async |variables| names(&therapist, variables).await;
        assert_eq!(ask(json!({ "sort": "NAME" })).await, ["adam", "Bertha", "Émile", "Zoë"], "{stack:?}");
        assert_eq!(ask(json!({ "sort": "PAIN" })).await[..2], ["Bertha", "adam"]);
        assert_eq!(ask(json!({ "sort": "ACTIVITY" })).await[2..], ["Bertha", "adam"]);
        assert_eq!(ask(json!({ "search": "emil" })).await, ["Émile"]);
        assert_eq!(ask(json!({ "search": "berhta" })).await, ["Bertha"], "past a slip");
        assert_eq!(ask(json!({ "search": "nobody" })).await, [""; 0]);
        assert_eq!(ask(json!({ "search": "  " })).await.len(), 4, "nothing was typed");
        assert_eq!(ask(json!({ "filter": { "reasons": ["PAIN_HIGH"] } })).await, ["Bertha"]);
        assert_eq!(ask(json!({ "filter": { "leastRisk": 30 } })).await, ["Bertha"]);
        let never = json!({ "filter": { "inactiveSince": "2026-06-15T17:00:00Z" }, "sort": "NAME" });
        assert_eq!(ask(never).await, ["Émile", "Zoë"]);
        assert_eq!(ask(json!({ "filter": { "conditions": ["scoliosis"] } })).await, [""; 0]);

        let mut after = Value::Null;
        let mut paged = Vec::new();
        loop {
            let variables = json!({ "sort": "NAME", "first": 1, "after": after });
            paged.extend(ask(variables.clone()).await);
            let info = therapist.ask(NAMES, variables).await["caseload"]["pageInfo"].clone();
            if info["hasNextPage"] == false {
                break;
            }
            after = info["endCursor"].clone();
        }
        assert_eq!(paged, ["adam", "Bertha", "Émile", "Zoë"]);

        let wrong =
            json!({ "filter": { "leastRisk": 101, "adherenceBelow": 1.5 }, "search": "x".repeat(101) });
        let refused = therapist.raw(NAMES, wrong).await["errors"][0].clone();
        assert_eq!(refused["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
        app.stop().await;
    }
}

/// The kept rows, as text.
async fn kept(clinic: &Clinic) -> Vec<String> {
    let database = clinic.database.connect().await;
    let columns =
        "change, stale_at, adherence7, adherence28, pain_now, pain_slope, open_alerts, unread_messages,
        outcomes_overdue, risk, reasons";
    let each = columns
        .split(',')
        .map(str::trim)
        .map(|column| format!("COALESCE(CAST({column} AS TEXT), '-')"))
        .collect::<Vec<_>>();
    let sql = format!("SELECT {} AS row FROM caseload_row ORDER BY patient_id", each.join(" || ' ' || "));
    let rows =
        database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await.unwrap();
    let rows = rows.iter().map(|row| row.try_get("", "row").unwrap()).collect();
    database.close().await.unwrap();
    rows
}

#[tokio::test]
async fn what_is_kept_is_what_is_found_anew_and_a_read_never_shows_what_was() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let worker = app.clinic.worker();
        for name in ["ada", "ben", "cleo"] {
            let patient = app.clinic.patient(name).await;
            app.clinic.program(&patient, &[1, 2]).await;
        }
        let clinic_id = app.clinic.therapist().await.actor().clinic_id;
        assert_eq!(keep(&worker).await.unwrap(), 3, "{stack:?}");
        assert_eq!(keep(&worker).await.unwrap(), 0, "nothing has changed");
        logged(&app, "ada", "2026-06-15T08:00:00Z", 5).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        assert_eq!(row(&therapist, "ada").await["painNow"], 5, "before anybody has kept it");
        assert_eq!(keep(&worker).await.unwrap(), 1, "whose rows were written");
        let first = row(&therapist, "ada").await;
        app.clinic.clock.set(at("2026-06-15T10:00:00Z").plus(2 * DAY));
        let therapist = app.sign_in("therapist@clinic.example").await;
        let next = row(&therapist, "ada").await;
        assert_eq!(
            (&first["adherence28"], &next["adherence28"]),
            (&json!(1.0), &json!(0.5)),
            "the day is over"
        );
        assert_eq!(keep(&worker).await.unwrap(), 3, "of everybody");
        let before = kept(&app.clinic).await;
        forget(&worker, Some(clinic_id)).await.unwrap();
        assert_eq!(kept(&app.clinic).await, [""; 0]);
        assert_eq!(row(&therapist, "ada").await, next, "found anew, it is the same");
        keep(&worker).await.unwrap();
        assert_eq!(kept(&app.clinic).await, before, "{stack:?}");
        app.stop().await;
    }
}
