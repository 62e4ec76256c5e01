//! More than there is room for: who comes too late is told when to come again, and one clinic's rush is
//! not the others'.

use crate::CASELOAD;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use reqwest::{Response, StatusCode};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{Stack, TestApp};

const AT_ONCE: usize = 200;

async fn post(app: &TestApp, token: &str, query: &str) -> Response {
    let request = reqwest::Client::new().post(format!("{}/graphql", app.url())).bearer_auth(token);
    request.json(&json!({ "query": query })).send().await.unwrap()
}

/// Whether it was done; what was not says when to try again.
async fn done(answer: Response) -> bool {
    let (status, again) = (answer.status(), answer.headers().get("retry-after").cloned());
    let body: Value = answer.json().await.unwrap();
    if status == StatusCode::OK {
        assert!(body["errors"].is_null(), "{body}");
        return true;
    }
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{body}");
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{body}");
    assert!(again.is_some(), "it says when to try again");
    false
}

/// How many of those that are still under way are done.
async fn finish(mut rush: FuturesUnordered<impl Future<Output = Response>>) -> usize {
    let mut finished = 0;
    while let Some(answer) = rush.next().await {
        finished += usize::from(done(answer).await);
    }
    finished
}

/// Makes changes of patients wait until what this answers is rolled back.
async fn block(app: &TestApp, stack: Stack) -> sea_orm::DatabaseConnection {
    let owner = app.clinic.database.connect().await;
    let block = match stack {
        Stack::Embedded => "BEGIN IMMEDIATE",
        Stack::Full => "BEGIN; LOCK TABLE patient IN EXCLUSIVE MODE",
    };
    owner.execute_unprepared(block).await.unwrap();
    owner
}

#[tokio::test]
async fn a_noisy_clinic_is_limited_and_another_does_not_notice() {
    for stack in Stack::BOTH {
        let app = TestApp::start_with(stack, |settings| {
            (settings.shares.of_clinic, settings.shares.waiting) = (2, 20);
        })
        .await;
        app.clinic.begin_another("Other Clinic", "boss@other.example").await;
        let noisy = app.sign_in("therapist@clinic.example").await;
        let quiet = app.sign_in("boss@other.example").await;
        let members = "{ members(first: 5) { nodes { name } } }";
        for client in [&noisy, &quiet] {
            client.ask("{ serverInfo { version } }", json!({})).await;
        }
        let owner = block(&app, stack).await;
        let create = "mutation { createPatient(input: { name: \"Eve\", conditions: [] }) { patient { id } userErrors { code } } }";
        let mut rush: FuturesUnordered<_> = (0..AT_ONCE).map(|_| post(&app, noisy.token(), create)).collect();
        for _ in 0..AT_ONCE - 22 {
            let answer = rush.next().await.unwrap();
            assert!(!done(answer).await, "{stack:?}: two run and twenty wait");
        }
        for _ in 0..20 {
            assert!(done(post(&app, quiet.token(), members).await).await, "{stack:?}");
        }
        assert!(
            !done(post(&app, noisy.token(), members).await).await,
            "{stack:?}: it is the clinic that is limited"
        );
        owner.execute_unprepared("ROLLBACK").await.unwrap();
        owner.close().await.unwrap();
        let finished = finish(rush).await;
        assert_eq!(finished, 22, "{stack:?}: what had its turn or waited for it is done");
        assert!(done(post(&app, noisy.token(), members).await).await, "and the rush is over");
        app.stop().await;
    }
}

#[tokio::test]
async fn two_hundred_dearest_operations_at_once_are_answered_or_told_to_come_again() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        for name in ["ada", "ben", "cleo", "dan"] {
            let patient = app.clinic.patient(name).await;
            app.clinic.program(&patient, &[1, 2, 3]).await;
        }
        let token = app.clinic.tokens("therapist@clinic.example").await.access;
        let dearest =
            CASELOAD.replace("$first", "100").replace("query Caseload(100: Int, $after: String)", "query");
        let dearest = dearest.replace(", after: $after", "");
        let rush: FuturesUnordered<_> = (0..AT_ONCE).map(|_| post(&app, &token, &dearest)).collect();
        let finished = finish(rush).await;
        assert!(finished > 0, "{stack:?}");
        assert!(done(post(&app, &token, &dearest).await).await, "{stack:?}: and after it all is as before");
        let lives = reqwest::get(format!("{}/livez", app.url())).await.unwrap();
        assert_eq!(lives.status(), StatusCode::OK);
        app.stop().await;
    }
}
