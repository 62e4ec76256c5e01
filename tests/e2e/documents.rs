//! Hostile documents get the same refusals over every wire, and the server lives on.

use crate::websocket::Socket;
use care::page::Cursor;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect::<Vec<_>>().concat()
}

/// Fragments of which each spreads the next so many times.
fn bomb(count: usize, times: usize) -> String {
    let spreads = |n: usize| format!("...F{} ", n + 1).repeat(times);
    let fragments = many(count, |n| format!("fragment F{n} on Viewer {{ {} }} ", spreads(n)));
    format!("query {{ viewer {{ ...F0 }} }} {fragments} fragment F{count} on Viewer {{ id }}")
}

/// Documents, their variables, and the code by which they are refused.
fn hostile() -> Vec<(String, Value, &'static str)> {
    let none = json!({});
    let complex = "QUERY_TOO_COMPLEX";
    let mut all: Vec<(String, Value, &'static str)> = [
        bomb(30, 2),
        bomb(12, 4),
        bomb(98, 2),
        bomb(90, 1),
        format!("{{ viewer {{ {} }} }}", many(300, |n| format!("a{n}: id "))),
        format!("{{ viewer {{ id {} }} }}", "@skip(if: false) ".repeat(300)),
        format!("query({}) {{ viewer {{ id }} }}", many(300, |n| format!("$v{n}: Int "))),
        format!("{{ {} }}", many(40, |n| format!("a{n}: viewer {{ id }} "))),
        format!("{{ x(a: {}1{}) }}", "[".repeat(2_000), "]".repeat(2_000)),
        format!("{{ x(a: {}1{}) }}", "{a: ".repeat(500), "}".repeat(500)),
        format!("{{ viewer {{ {} }} }}", "id ".repeat(3_000)),
        "{ viewer { id } } ".to_owned() + &"#".repeat(17_000),
        "{ caseload(first: 100) { nodes { patient { progressLogs(first: 100) { nodes { results { sets { reps } } } } } } } }"
            .to_owned(),
    ]
    .into_iter()
    .map(|document| (document, none.clone(), complex))
    .collect();
    let ids = vec!["patient_00000000000000000000000000"; 101];
    let foreign = Cursor { key: 1, id: uuid::Uuid::nil() }.encode("exercises");
    let huge = "A".repeat(5_000);
    let caseload = "query($first: Int, $last: Int, $after: String) { caseload(first: $first, last: $last, after: $after) { totalCount } }";
    for variables in [
        json!({ "first": 0 }),
        json!({ "first": -1 }),
        json!({ "first": 1_000_000_000 }),
        json!({ "first": 2_147_483_648_i64 }),
        json!({ "first": 1, "last": 1 }),
        json!({ "after": "forged" }),
        json!({ "after": foreign }),
        json!({ "after": huge }),
        json!({ "first": "ten" }),
    ] {
        all.push((caseload.to_owned(), variables, "BAD_USER_INPUT"));
    }
    all.push((
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }".to_owned(),
        json!({ "ids": ids }),
        "BAD_USER_INPUT",
    ));
    for document in [
        "{ viewer { ...A } } fragment A on Viewer { ...A }",
        "{ viewer { ...A } } fragment A on Viewer { ...B } fragment B on Viewer { ...A }",
        "{ viewer { ...A } }",
        "{ viewer { id } } fragment A on Viewer { id }",
        "{ viewer { id(a: 1) } }",
        "{ viewer }",
        "query A { viewer { id } } query B { viewer { id } }",
        "query($a: Int) { viewer { id } }",
        "query($a: Viewer) { viewer { id } }",
        "{ viewer { id @unknown } }",
    ] {
        all.push((document.to_owned(), none.clone(), "GRAPHQL_VALIDATION_FAILED"));
    }
    for document in
        ["", " ", "{", "{ viewer { id }", "type A { b: Int }", "{ viewer { id } } \u{0}", "\u{feff}\u{feff}}"]
    {
        let code = if document.is_empty() { "BAD_USER_INPUT" } else { "GRAPHQL_PARSE_FAILED" };
        all.push((document.to_owned(), none.clone(), code));
    }
    all
}

#[tokio::test]
async fn a_hostile_document_is_refused_alike_over_every_wire() {
    let app = TestApp::start(Stack::Embedded).await;
    let therapist: Client = app.sign_in("therapist@clinic.example").await;
    let mut socket = Socket::open(&app, therapist.token()).await;
    for (at, (document, variables, code)) in hostile().into_iter().enumerate() {
        let answer = therapist.raw(&document, variables.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{document:.120} {variables} {answer}");
        let id = at.to_string();
        socket.subscribe(&id, &document, variables).await;
        let told = socket.hear().await;
        assert_eq!(told["id"], id, "{told}");
        if told["type"] == "error" {
            assert_eq!(told["payload"], answer["errors"], "{document:.120}");
        } else {
            // What a field refuses while it runs comes with the fields beside it.
            assert_eq!(told["payload"], answer, "{document:.120}");
            assert_eq!(socket.hear().await, json!({ "type": "complete", "id": id }));
        }
    }
    let alive = therapist.ask("{ serverInfo { version } }", json!({})).await;
    assert!(alive["serverInfo"]["version"].is_string());
    drop(socket);
    app.stop().await;
}
