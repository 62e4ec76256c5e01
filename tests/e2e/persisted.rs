//! Documents that the server knows, and queries by GET.

use api::http::{Documents, Manifest, digest};
use serde_json::{Value, json};
use std::collections::HashMap;
use tests::{Stack, TestApp};

const VERSION: &str = "{ serverInfo { version } }";

async fn post(app: &TestApp, body: Value) -> (u16, Value) {
    let sent = reqwest::Client::new().post(format!("{}/graphql", app.url())).json(&body).send();
    let answer = sent.await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn persisted(hash: &str) -> Value {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } })
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer}"))
}

#[tokio::test]
async fn a_persisted_query_is_learned_once() {
    let app = TestApp::start(Stack::Embedded).await;
    let hash = digest(VERSION);
    let (status, missed) = post(&app, json!({ "extensions": persisted(&hash) })).await;
    assert_eq!((status, code(&missed)), (200, "PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(missed["errors"][0]["message"], "PersistedQueryNotFound");
    let (_, learned) = post(&app, json!({ "query": VERSION, "extensions": persisted(&hash) })).await;
    assert!(learned["data"]["serverInfo"]["version"].is_string());
    let (_, known) = post(&app, json!({ "extensions": persisted(&hash.to_uppercase()) })).await;
    assert_eq!(known, learned);
    app.stop().await;
}

#[tokio::test]
async fn nothing_false_is_learned() {
    let app = TestApp::start(Stack::Embedded).await;
    let other = digest("{ viewer { id } }");
    let (status, refused) = post(&app, json!({ "query": VERSION, "extensions": persisted(&other) })).await;
    assert_eq!((status, code(&refused)), (400, "BAD_USER_INPUT"));
    for extensions in [
        json!({ "persistedQuery": {} }),
        json!({ "persistedQuery": { "version": 2, "sha256Hash": digest(VERSION) } }),
        json!({ "persistedQuery": { "version": 1, "sha256Hash": "abc" } }),
        json!({ "persistedQuery": { "version": 1, "sha256Hash": 7 } }),
    ] {
        let (_, refused) = post(&app, json!({ "query": VERSION, "extensions": extensions })).await;
        assert_eq!(code(&refused), "BAD_USER_INPUT", "{extensions}");
    }
    let broken = "{ serverInfo {";
    post(&app, json!({ "query": broken, "extensions": persisted(&digest(broken)) })).await;
    let (_, missed) = post(&app, json!({ "extensions": persisted(&digest(broken)) })).await;
    assert_eq!(code(&missed), "PERSISTED_QUERY_NOT_FOUND", "a document that is refused is not kept");
    app.stop().await;
}

#[tokio::test]
async fn trusted_documents_run_by_their_id_and_alone_where_that_is_set() {
    let apollo = json!({ "format": "apollo-persisted-query-manifest", "version": 1, "operations": [
        { "id": digest(VERSION), "name": "Version", "type": "query", "body": VERSION }] });
    let relay = json!({ "abc": "{ viewer { role } }" });
    let mut trusted = HashMap::new();
    for manifest in [apollo, relay] {
        trusted.extend(serde_json::from_value::<Manifest>(manifest).unwrap().documents());
    }
    let documents = Documents::new(trusted, true, None);
    let app = TestApp::start_knowing(Stack::Embedded, documents, |_| {}).await;
    for body in [
        json!({ "documentId": digest(VERSION) }),
        json!({ "query": VERSION }),
        json!({ "extensions": persisted(&digest(VERSION)) }),
        json!({ "query": "{ viewer { id } }", "extensions": persisted(&digest(VERSION)) }),
    ] {
        let (_, answer) = post(&app, body.clone()).await;
        assert!(answer["data"]["serverInfo"]["version"].is_string(), "{body} {answer}");
    }
    assert_eq!(code(&post(&app, json!({ "documentId": "abc" })).await.1), "UNAUTHENTICATED");
    assert_eq!(code(&post(&app, json!({ "documentId": "abcd" })).await.1), "PERSISTED_QUERY_NOT_FOUND");
    let own = digest("{ viewer { id } }");
    for body in [
        json!({ "query": "{ viewer { id } }" }),
        json!({ "query": "{ viewer { id } }", "extensions": persisted(&own) }),
        json!({ "extensions": persisted(&own) }),
    ] {
        assert_eq!(code(&post(&app, body.clone()).await.1), "PERSISTED_QUERY_NOT_SUPPORTED", "{body}");
    }
    app.stop().await;
}

#[tokio::test]
async fn queries_are_taken_by_get_only_where_that_is_set() {
    let app = TestApp::start_with(Stack::Embedded, |settings| settings.get_queries = true).await;
    let get = async |query: &[(&str, &str)]| {
        let url = reqwest::Url::parse_with_params(&format!("{}/graphql", app.url()), query).unwrap();
        let answer = reqwest::Client::new().get(url).send().await.unwrap();
        let allow = answer.headers().get("allow").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allow, answer.json::<Value>().await.unwrap())
    };
    let (status, _, answer) = get(&[("query", VERSION)]).await;
    assert_eq!(status, 200);
    assert!(answer["data"]["serverInfo"]["version"].is_string());
    let by_variable = "query($d: LocalDate) { today(date: $d) { date } }";
    let (_, _, answer) = get(&[("query", by_variable), ("variables", "{\"d\":\"2026-02-30\"}")]).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
    let (status, _, _) = get(&[("query", by_variable), ("variables", "{")]).await;
    assert_eq!(status, 400);
    let (status, allow, _) = get(&[("query", "mutation { signOut { userErrors { code } } }")]).await;
    assert_eq!((status, allow.as_deref()), (405, Some("POST")));
    app.stop().await;
}
