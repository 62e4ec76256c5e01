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
        let mut caseload = Vec::new();
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
            assert!(logging <= 12 && replaying <= 12, "{stack:?}: logProgress {logging}, replay {replaying}");
            today.push(statements(&app, &patient, TODAY, json!({})).await);
            let therapist = app.sign_in("therapist@clinic.example").await;
            caseload.push(statements(&app, &therapist, CASELOAD, json!({ "first": 100 })).await);
            println!(
                "{stack:?}: logProgress {logging}, replay {replaying}, today {today:?}, caseload {caseload:?}"
            );
        }
        assert!(today.iter().all(|count| *count <= 13), "{stack:?}: today {today:?}");
        // One of them records in the audit trail whom the therapist saw.
        assert!(caseload.iter().all(|count| *count <= 9), "{stack:?}: caseload {caseload:?}");
        assert_eq!(today[0], today[1], "more rows, no more statements");
        assert_eq!(caseload[0], caseload[1], "more rows, no more statements");
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
