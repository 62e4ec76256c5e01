//! What the specification of GraphQL asks of an executor and of a transport, where executors and
//! transports are known to differ.

use crate::{LOG, chosen, items, session};
use api::http::{Documents, Settings};
use care::id::Kind;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Stack, TestApp};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

#[tokio::test]
async fn fields_come_in_the_order_asked_and_aliases_and_fragments_merge() {
    let app = TestApp::start(Stack::Embedded).await;
    let sent = reqwest::Client::new().post(format!("{}/graphql", app.url())).json(&json!({ "query":
        "{ z: __typename serverInfo { version } a: __typename ...F serverInfo { limits { nodes } } }
         fragment F on Query { serverInfo { emergencyNumbers { number } } m: __typename }" }));
    let text = sent.send().await.unwrap().text().await.unwrap();
    let places: Vec<_> = [
        "\"z\":",
        "\"serverInfo\":",
        "\"version\":",
        "\"emergencyNumbers\":",
        "\"nodes\":",
        "\"a\":",
        "\"m\":",
    ]
    .iter()
    .map(|key| text.find(key).unwrap_or_else(|| panic!("{key} {text}")))
    .collect();
    assert!(places.is_sorted(), "{text}");
    app.stop().await;
}

#[tokio::test]
async fn an_error_nulls_the_nearest_nullable_field_and_nothing_else() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    // `caseload` is nullable and not for patients; its neighbors answer.
    let answer =
        patient.raw("{ serverInfo { version } caseload { totalCount } viewer { role } }", json!({})).await;
    assert_eq!(answer["data"]["caseload"], Value::Null);
    assert_eq!(answer["data"]["viewer"]["role"], "PATIENT");
    assert!(answer["data"]["serverInfo"]["version"].is_string());
    assert_eq!(answer["errors"][0]["path"], json!(["caseload"]));
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    // `viewer` is not nullable: its error reaches the root, and `data` is there, and null.
    let answer = app.client().raw("{ serverInfo { version } viewer { role } }", json!({})).await;
    assert_eq!(answer.get("data"), Some(&Value::Null));
    assert_eq!(answer["errors"][0]["path"], json!(["viewer"]));
    app.stop().await;
}

#[tokio::test]
async fn mutations_run_one_after_the_other_and_none_before_all_variables_are_good() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    let patient = app.sign_in("ada@patient.example").await;
    let reminder =
        |id: &str, title: &str| json!({ "id": id, "kind": "OTHER", "title": title, "times": ["08:00"] });
    let id = chosen(&app, Kind::Reminder);
    let both = "mutation($make: CreateReminderInput!, $rename: UpdateReminderInput!) {
        first: createReminder(input: $make) { reminder { title } userErrors { code } }
        second: updateReminder(input: $rename) { reminder { title } userErrors { code } } }";
    let variables = json!({ "make": reminder(&id, "One"), "rename": { "id": id, "title": "Two" } });
    let answer = patient.ask(both, variables).await;
    assert_eq!(answer["first"]["reminder"]["title"], "One");
    assert_eq!(answer["second"]["reminder"]["title"], "Two");

    let other = chosen(&app, Kind::Reminder);
    for rename in [json!({}), json!({ "id": null }), json!({ "id": id, "times": ["25:00"] }), Value::Null] {
        let variables = json!({ "make": reminder(&other, "Three"), "rename": rename });
        let refused = patient.raw(both, variables).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{refused}");
        assert!(refused.get("data").is_none(), "{refused}");
    }
    let left = patient.ask("{ reminders { title } }", json!({})).await;
    assert_eq!(left["reminders"], json!([{ "title": "Two" }]), "nothing of the refused ones ran");
    app.stop().await;
}

#[tokio::test]
async fn a_mutation_whose_client_hangs_up_completes_and_its_retry_answers_the_same() {
    let app = TestApp::start(Stack::Full).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1]).await;
    let patient = app.sign_in("ada@patient.example").await;
    let id = chosen(&app, Kind::ProgressLog);
    let log = session(&id, "2026-06-15T08:00:00Z", &items(&patient).await);
    let input = json!({ "input": { "logs": [log] } });
    let body = json!({ "query": LOG, "variables": input }).to_string();
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
        patient.token(),
        body.len()
    );
    let blocker = app.clinic.database.connect().await;
    blocker.execute_unprepared("BEGIN; LOCK TABLE progress_log IN EXCLUSIVE MODE").await.unwrap();
    let mut changes = app.clinic.services.live.subscribe();
    let mut phone = TcpStream::connect(app.url().trim_start_matches("http://")).await.unwrap();
    phone.write_all(head.as_bytes()).await.unwrap();
    phone.write_all(body.as_bytes()).await.unwrap();
    // The mutation has begun when it waits for the table.
    let waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'progress_log'::regclass";
    while blocker.query_one_raw(Statement::from_string(DbBackend::Postgres, waits)).await.unwrap().is_none() {
    }
    drop(phone);
    blocker.execute_unprepared("ROLLBACK").await.unwrap();
    let told = tokio::time::timeout(Duration::from_secs(30), changes.recv());
    told.await.expect("it completes by itself").unwrap();
    let retried = patient.ask(LOG, input).await;
    let result = &retried["logProgress"]["results"][0];
    assert_eq!((result["id"].as_str(), result["status"].as_str()), (Some(id.as_str()), Some("UNCHANGED")));
    let logs = patient.ask("{ progressLogs { nodes { id } } }", json!({})).await;
    assert_eq!(logs["progressLogs"]["nodes"], json!([{ "id": id }]));
    blocker.close().await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn an_operation_that_takes_too_long_is_told_so_and_gives_its_connection_back() {
    let clinic = tests::Clinic::open_with(Stack::Full, Duration::from_millis(900)).await;
    let hurried = |settings: &mut Settings| settings.request_timeout = Duration::from_millis(300);
    let app = TestApp::around(clinic, Stack::Full, Documents::default(), hurried).await;
    app.clinic.patient("ada").await;
    // Not by the server, whom a busy machine may keep from answering in so short a time.
    let patient = app.client().with_token(&app.clinic.tokens("ada@patient.example").await.access);
    let blocker = app.clinic.database.connect().await;
    let block = "BEGIN; LOCK TABLE reminder IN ACCESS EXCLUSIVE MODE";
    blocker.execute_unprepared(block).await.unwrap();
    for _ in 0..12 {
        let (status, answer) = patient.send("{ reminders { id } }", json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
        assert_eq!(status, 504);
    }
    blocker.execute_unprepared("ROLLBACK").await.unwrap();
    // More than the pool has connections were given up, and all are back.
    let alive = patient.ask("{ reminders { id } }", json!({})).await;
    assert_eq!(alive["reminders"], json!([]));
    blocker.close().await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn errors_are_few_and_short_and_never_echo_the_document() {
    let app = TestApp::start(Stack::Embedded).await;
    let client = app.client();
    let long = "x".repeat(15_000);
    for document in [
        format!("{{ {long} }}"),
        format!("{{ serverInfo {{ {long}: version }} {long} }}"),
        format!("{{ {} }}", (0..400).map(|n| format!("unknown{n} ")).collect::<Vec<_>>().concat()),
        format!("query($a: Int) {{ today(date: \"{long}\") {{ date }} }}"),
        format!("{{ \"{long} }}"),
    ] {
        let answer = client.raw(&document, json!({})).await;
        let errors = answer["errors"].as_array().unwrap();
        assert!(!errors.is_empty() && errors.len() <= 20, "{}", errors.len());
        assert!(answer.to_string().len() < 12_000, "{}", answer.to_string().len());
        for error in errors {
            assert!(error["message"].as_str().unwrap().chars().count() <= 301);
            assert!(error["extensions"]["code"].is_string(), "{error}");
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn the_schema_is_told_only_where_that_is_set() {
    let app = TestApp::start_with(Stack::Embedded, |settings| settings.introspection = false).await;
    for query in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"Patient\") { name } }",
        "{ serverInfo { version } ...F } fragment F on Query { __schema { queryType { name } } }",
        "{ serverInfo { versio } }",
    ] {
        let answer = app.client().raw(query, json!({})).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED",
            "{query} {answer}"
        );
        assert!(answer.get("data").is_none(), "{query} {answer}");
        assert!(!answer.to_string().contains("Did you mean"), "{answer}");
    }
    app.stop().await;
}
