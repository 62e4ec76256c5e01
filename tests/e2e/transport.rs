//! The endpoint takes POST with JSON and nothing else.

use serde_json::json;
use tests::{Stack, TestApp};

#[tokio::test]
async fn only_json_by_post_runs() {
    let app = TestApp::start(Stack::Embedded).await;
    let http = reqwest::Client::new();
    let url = format!("{}/graphql", app.url());
    let mutation = json!({ "query": "mutation { signOut { userErrors { code } } }" }).to_string();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"] {
        let sent = http.post(&url).header("content-type", content_type).body(mutation.clone()).send();
        assert_eq!(sent.await.unwrap().status(), 415, "{content_type}");
    }
    assert_eq!(http.post(&url).body(mutation).send().await.unwrap().status(), 415);
    let got = http.get(format!("{url}?query={{serverInfo{{version}}}}")).send().await.unwrap();
    assert_eq!(got.status(), 405);
    assert_eq!(got.headers()["allow"], "POST");
    let told: serde_json::Value = got.json().await.unwrap();
    assert!(told["errors"][0]["extensions"]["code"].is_string(), "{told}");
    for method in ["PUT", "DELETE", "PATCH"] {
        let sent = http.request(method.parse().unwrap(), &url).header("content-type", "application/json");
        let sent = sent.body("{\"query\":\"{__typename}\"}").send().await.unwrap();
        assert_eq!(sent.status(), 405, "{method}");
    }
    for body in [
        "",
        "{",
        "[]",
        "[{\"query\":\"{__typename}\"}]",
        "{}",
        "{\"query\":1}",
        "{\"query\":\"{__typename}\",\"variables\":[]}",
    ] {
        let sent =
            http.post(&url).header("content-type", "application/json").body(body).send().await.unwrap();
        assert_eq!(sent.status(), 400, "{body}");
        let answer: serde_json::Value = sent.json().await.unwrap();
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{body} {answer}");
        assert!(answer.get("data").is_none(), "{body}");
    }
    app.stop().await;
}

#[tokio::test]
async fn hostile_documents_are_refused_and_the_server_lives() {
    let app = TestApp::start(Stack::Embedded).await;
    let client = app.client();
    let nested =
        |open: &str, close: &str| format!("{{ x(a: {}1{}) }}", open.repeat(3_000), close.repeat(3_000));
    for document in
        [nested("[", "]"), nested("{a:", "}"), "{".repeat(5_000), " ".repeat(20_000) + "{ __typename }"]
    {
        let (_, answer) = client.send(&document, json!({})).await;
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer}");
    }
    let alive = client.ask("{ serverInfo { version } }", json!({})).await;
    assert!(alive["serverInfo"]["version"].is_string());
    app.stop().await;
}

#[tokio::test]
async fn answers_are_not_kept_and_name_their_request() {
    let app = TestApp::start(Stack::Embedded).await;
    let sent = reqwest::Client::new()
        .post(format!("{}/graphql", app.url()))
        .header("accept", "application/graphql-response+json")
        .json(&json!({ "query": "{ nothing }" }))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 400, "a request error by the media type of GraphQL over HTTP");
    assert_eq!(sent.headers()["cache-control"], "no-store");
    assert!(sent.headers().contains_key("x-request-id"));
    let answer: serde_json::Value = sent.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    app.stop().await;
}

#[tokio::test]
async fn only_a_batch_of_logs_may_be_large() {
    let app = TestApp::start(Stack::Embedded).await;
    let client = app.client();
    let padding = "x".repeat(300_000);
    let (status, answer) = client.send("{ serverInfo { version } }", json!({ "padding": padding })).await;
    assert_eq!((status, answer["errors"][0]["extensions"]["code"].as_str()), (413, Some("BAD_USER_INPUT")));
    let log = "mutation L($input: LogProgressInput!) { logProgress(input: $input) { userErrors { code } } }";
    let (status, answer) = client.send(log, json!({ "input": { "logs": [] }, "padding": padding })).await;
    assert_eq!((status, answer["errors"][0]["extensions"]["code"].as_str()), (200, Some("UNAUTHENTICATED")));
    let disguised = format!("{log} query Q {{ serverInfo {{ version }} }}");
    let body = json!({ "query": disguised, "operationName": "Q", "variables": { "padding": padding } });
    let sent = reqwest::Client::new().post(format!("{}/graphql", app.url())).json(&body).send();
    assert_eq!(sent.await.unwrap().status(), 413);
    app.stop().await;
}
