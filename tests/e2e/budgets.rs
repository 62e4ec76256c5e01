//! The number of statements of each named operation is a budget that does not grow with the rows.

use crate::visits::VISITS;
use crate::{CASELOAD, LOG, TODAY, change, chosen, items, session};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

/// Statements inside the operation's own transactions, those of authentication taken off.
pub(crate) async fn statements(app: &TestApp, client: &Client, query: &str, variables: Value) -> u64 {
    // A first request marks the token as used.
    client.ask("{ serverInfo { version } }", json!({})).await;
    let before = app.clinic.services.store.statements();
    client.ask("{ serverInfo { version } }", json!({})).await;
    let authentication = app.clinic.services.store.statements() - before;
    let before = app.clinic.services.store.statements();
    client.ask(query, variables).await;
    app.clinic.services.store.statements() - before - authentication
}

#[tokio::test]
async fn operations_keep_their_budgets() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let mut today = Vec::new();
        let (mut caseload, mut found) = (Vec::new(), Vec::new());
        for round in 0..2 {
            for number in 0..3 {
                let name = format!("p{round}x{number}");
                let patient = app.clinic.patient(&name).await;
                app.clinic.program(&patient, &[1, 2, 3, 4, 6]).await;
            }
            let name = format!("p{round}x0@patient.example");
            let patient = app.sign_in(&name).await;
            let items = items(&patient).await;
            let logs: Vec<_> = (0..100)
                .map(|minute| {
                    let performed_at = at("2026-06-15T08:00:00Z").plus(minute * 60_000).to_string();
                    session(&chosen(&app, Kind::ProgressLog), &performed_at, &items)
                })
                .collect();
            let logging = statements(&app, &patient, LOG, json!({ "input": { "logs": logs } })).await;
            let replaying = statements(&app, &patient, LOG, json!({ "input": { "logs": logs } })).await;
            // What is kept of the days and exercises of a batch takes four of them, alerts about pain three.
            assert!(logging <= 17 && replaying <= 12, "{stack:?}: logProgress {logging}, replay {replaying}");
            today.push(statements(&app, &patient, TODAY, json!({})).await);
            let therapist = app.sign_in("therapist@clinic.example").await;
            found.push(statements(&app, &therapist, CASELOAD, json!({ "first": 100 })).await);
            care::caseload::keep(&app.clinic.worker()).await.unwrap();
            caseload.push(statements(&app, &therapist, CASELOAD, json!({ "first": 100 })).await);
            println!(
                "{stack:?}: logProgress {logging}, replay {replaying}, today {today:?}, caseload {caseload:?}, found anew {found:?}"
            );
        }
        assert!(today.iter().all(|count| *count <= 14), "{stack:?}: today {today:?}");
        // One of them records in the audit trail whom the therapist saw.
        assert!(caseload.iter().all(|count| *count <= 7), "{stack:?}: caseload {caseload:?}");
        assert!(found.iter().all(|count| *count <= 17), "{stack:?}: caseload found anew {found:?}");
        assert_eq!(found[0], found[1], "more rows, no more statements");
        assert_eq!(today[0], today[1], "more rows, no more statements");
        assert_eq!(caseload[0], caseload[1], "more rows, no more statements");
        app.stop().await;
    }
}

#[tokio::test]
async fn suggestions_for_a_page_of_patients_take_as_many_statements_however_many_they_are() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let query = "{ caseload(first: 100) { nodes { patient { suggestions { id kind } } } } }";
        let mut counts = Vec::new();
        for round in 0..3 {
            let name = format!("p{round}");
            let patient = app.clinic.patient(&name).await;
            app.clinic.program(&patient, &[1, 3]).await;
            let patient = app.sign_in(&format!("{name}@patient.example")).await;
            let items = items(&patient).await;
            let logs: Vec<_> = (0..3)
                .map(|minute| {
                    let performed_at = at("2026-06-15T08:00:00Z").plus(minute * 60_000).to_string();
                    session(&chosen(&app, Kind::ProgressLog), &performed_at, &items)
                })
                .collect();
            patient.ask(LOG, json!({ "input": { "logs": logs } })).await;
            let therapist = app.sign_in("therapist@clinic.example").await;
            let seen = therapist.ask(query, json!({})).await["caseload"]["nodes"].clone();
            let all = seen.as_array().unwrap().iter();
            assert!(all.clone().count() == round + 1, "{seen}");
            assert!(all.clone().all(|row| row["patient"]["suggestions"].as_array().unwrap().len() == 2));
            care::caseload::keep(&app.clinic.worker()).await.unwrap();
            counts.push(statements(&app, &therapist, query, json!({})).await);
        }
        assert!(counts.iter().all(|count| *count == counts[0] && *count <= 20), "{stack:?}: {counts:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_list_of_visits_takes_as_many_statements_however_long_it_is() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let patient = app.sign_in("ada@patient.example").await;
        // Reading oneself is audited once a session.
        patient.ask(VISITS, json!({})).await;
        let mut counts = Vec::new();
        for day in 16..20 {
            let starts_at = format!("2026-06-{day}T08:00:00Z");
            let visit = json!({ "patientId": ada, "startsAt": starts_at, "durationMinutes": 30 });
            change(&therapist, "scheduleVisit", "visit { id }", visit).await;
            counts.push(statements(&app, &patient, VISITS, json!({})).await);
        }
        assert!(counts.iter().all(|count| *count == counts[0] && *count <= 5), "{stack:?}: {counts:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_due_takes_as_many_statements_however_much_is_asked() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let patient = app.sign_in("ada@patient.example").await;
        let due = "{ outcomeMeasuresDue { measure { key hasText items { text } } dueOn } }";
        patient.ask(due, json!({})).await;
        let mut counts = Vec::new();
        for measure in ["nprs", "psfs", "phq-4"] {
            let input = json!({ "patientId": ada, "measure": measure, "everyWeeks": 1 });
            change(&therapist, "assignOutcome", "assignment { id }", input).await;
            counts.push(statements(&app, &patient, due, json!({})).await);
        }
        assert!(counts.iter().all(|count| *count == counts[0] && *count <= 3), "{stack:?}: {counts:?}");
        app.stop().await;
    }
}

const PROGRESS: &str = "query($from: LocalDate!, $to: LocalDate!) {
  progressSummary(from: $from, to: $to) { logs sessions secondsSpent skips { count } pain { date }
    adherence { session streak } personalBests { exercise { name } value isNew } } }";
const TRENDS: &str = "query($from: LocalDate!, $to: LocalDate!) {
  painTrend(from: $from, to: $to, bucket: WEEK) { from during }
  adherenceTrend(from: $from, to: $to, bucket: WEEK) { from adherence { session } } }";
const LOGS: &str = "{ progressLogs(first: 50) { nodes { id results { exercise { name } } versions { version
  results { exercise { name } } } } } }";

#[tokio::test]
async fn progress_over_time_takes_as_many_statements_however_much_there_is() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1, 2, 3]).await;
        let items = items(&app.sign_in("ada@patient.example").await).await;
        app.clinic.clock.set(at("2026-08-20T10:00:00Z"));
        let patient = app.sign_in("ada@patient.example").await;
        // Reading oneself is audited once a session.
        patient.ask(LOGS, json!({})).await;
        let span = json!({ "from": "2026-06-15", "to": "2026-08-20" });
        let mut counts = Vec::new();
        for day in 0..3 {
            let logs: Vec<_> = (0..10)
                .map(|hour| {
                    let performed_at = at("2026-06-15T10:00:00Z").plus((day * 24 + hour) * 3_600_000);
                    session(&chosen(&app, Kind::ProgressLog), &performed_at.to_string(), &items)
                })
                .collect();
            patient.ask(LOG, json!({ "input": { "logs": logs } })).await;
            counts.push([
                statements(&app, &patient, PROGRESS, span.clone()).await,
                statements(&app, &patient, TRENDS, span.clone()).await,
                statements(&app, &patient, LOGS, json!({})).await,
            ]);
        }
        println!("{stack:?}: progressSummary, trends, progressLogs {counts:?}");
        assert!(counts.iter().all(|count| *count == counts[0]), "{stack:?}: {counts:?}");
        assert!(
            counts[0].iter().zip([10, 9, 8]).all(|(count, most)| *count <= most),
            "{stack:?}: {counts:?}"
        );
        app.stop().await;
    }
}
