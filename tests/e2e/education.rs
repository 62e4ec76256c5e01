//! Articles are found and read in one's own language; care teams give them, patients read them.

use crate::{TODAY, change, refused};
use care::access::Role;
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const ENTRY: &str = "id assignedAt assignedBy note readAt article { id key }";

fn article(key: &str) -> String {
    Kind::Article.encode(care::library::article(key).unwrap().id())
}

fn input(patient: uuid::Uuid, keys: &[&str]) -> Value {
    let articles: Vec<_> = keys.iter().map(|key| article(key)).collect();
    json!({ "patientId": Kind::Patient.encode(patient), "articleIds": articles })
}

async fn assign(client: &Client, input: Value) -> Value {
    change(client, "assignEducation", &format!("education {{ {ENTRY} }}"), input).await
}

async fn read(client: &Client, key: &str) -> Value {
    let input = json!({ "articleId": article(key) });
    change(client, "markArticleRead", &format!("education {{ {ENTRY} }}"), input).await
}

fn keys(entries: &Value) -> Vec<String> {
    let entries = entries.as_array().unwrap().iter();
    entries.map(|entry| entry["article"]["key"].as_str().unwrap().to_owned()).collect()
}

async fn to_read(patient: &Client) -> Vec<String> {
    let query = "{ today { education { article { key } } } }";
    keys(&patient.ask(query, json!({})).await["today"]["education"])
}

#[tokio::test]
async fn articles_are_found_by_what_they_are_about_and_read_in_ones_own_language() {
    let app = TestApp::start(Stack::Embedded).await;
    app.clinic.patient("ada").await;
    for email in ["ada@patient.example", "therapist@clinic.example", "admin@clinic.example"] {
        let client = app.sign_in(email).await;
        let query = "query($condition: String, $topic: EducationTopic, $after: String) {
            educationArticles(condition: $condition, topic: $topic, first: 20, after: $after) {
                totalCount nodes { id key title minutes source } pageInfo { hasNextPage endCursor } } }";
        let all = client.ask(query, json!({})).await["educationArticles"].clone();
        assert_eq!((&all["totalCount"], all["nodes"].as_array().unwrap().len()), (&json!(26), 20));
        let after = json!({ "after": all["pageInfo"]["endCursor"] });
        let rest = client.ask(query, after).await["educationArticles"].clone();
        assert_eq!(rest["nodes"].as_array().unwrap().len(), 6);
        let narrow = json!({ "condition": "after-acdf", "topic": "CONDITION" });
        let found = client.ask(query, narrow).await["educationArticles"].clone();
        assert_eq!(found["nodes"][0]["key"], "about-after-acdf");
        assert_eq!(found["totalCount"], 1);
    }
    let patient = app.sign_in("ada@patient.example").await;
    let query = "{ educationArticle(key: \"lifting\") { id title sections { heading paragraphs } assignment { id } } }";
    let english = patient.ask(query, json!({})).await["educationArticle"].clone();
    assert!(english["sections"][0]["paragraphs"][0].is_string() && english["assignment"].is_null());
    for (tag, same) in [("es-MX,en;q=0.5", false), ("ES", false), ("fr", true), ("", true)] {
        let request = reqwest::Client::new().post(format!("{}/graphql", app.url()));
        let request = request.bearer_auth(patient.token()).header("accept-language", tag);
        let answer = request.json(&json!({ "query": query })).send().await.unwrap();
        let told = answer.json::<Value>().await.unwrap()["data"]["educationArticle"].clone();
        assert_eq!(told["title"] == english["title"], same, "{tag}: {told}");
        assert_eq!(told["id"], english["id"]);
    }
    let by_id = json!({ "id": english["id"] });
    let node = "query($id: ID!) { node(id: $id) { ... on EducationArticle { key } } }";
    assert_eq!(patient.ask(node, by_id).await["node"]["key"], "lifting");
    let absent = patient.raw("{ educationArticle(key: \"nothing\") { id } }", json!({})).await;
    assert_eq!(absent["errors"][0]["extensions"]["code"], "NOT_FOUND");
    app.stop().await;
}

#[tokio::test]
async fn what_the_care_team_assigns_is_read_once_and_leaves_the_day() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let patient = app.sign_in("ada@patient.example").await;
        let place = care::sync::changed_since(&app.clinic.as_patient("ada").await, ada.id, None).await;
        let place = place.unwrap().place;

        let mut first = input(ada.id, &["lifting", "pacing", "lifting"]);
        first["note"] = json!(" Before you move house. ");
        let given = assign(&therapist, first).await;
        assert_eq!(keys(&given["education"]), ["lifting", "pacing"], "{stack:?}: each once");
        assert_eq!(given["education"][0]["note"], "Before you move house.");
        assert!(given["education"][0]["assignedBy"].as_str().unwrap().starts_with("member_"));
        app.clinic.clock.advance(60_000);
        let again = assign(&therapist, input(ada.id, &["lifting", "sitting-well"])).await;
        assert_eq!(
            again["education"][0], given["education"][0],
            "{stack:?}: what is assigned stays as it is"
        );
        assert_eq!(to_read(&patient).await, order(&["lifting", "pacing"], &["sitting-well"], ada.id));

        app.clinic.clock.advance(60_000);
        let done = read(&patient, "pacing").await["education"].clone();
        assert!(done["readAt"].is_string() && done["assignedAt"].is_string(), "{done}");
        app.clinic.clock.advance(60_000);
        assert_eq!(read(&patient, "pacing").await["education"], done, "{stack:?}: the first time stays");
        assert_eq!(to_read(&patient).await, ["lifting", "sitting-well"]);
        let by_oneself = read(&patient, "when-to-call").await["education"].clone();
        assert!(by_oneself["readAt"].is_string() && by_oneself["assignedAt"].is_null(), "{by_oneself}");
        let later = assign(&therapist, input(ada.id, &["when-to-call"])).await["education"][0].clone();
        assert_eq!((&later["readAt"], later["assignedAt"].is_string()), (&by_oneself["readAt"], true));

        let scope = app.clinic.as_patient("ada").await;
        let changed = care::sync::changed_since(&scope, ada.id, Some(place)).await.unwrap();
        assert_eq!((changed.place, changed.entities.len()), (place + 5, 4), "{stack:?}: {changed:?}");
        assert!(changed.entities.iter().all(|(kind, _)| *kind == Kind::EducationAssignment));
        scope.finish().await;

        let listed = "query($id: ID!) { patient(id: $id) { education(first: 2) { nodes { article { key assignment { readAt } } } pageInfo { hasNextPage } } } }";
        let id = json!({ "id": Kind::Patient.encode(ada.id) });
        let seen = therapist.ask(listed, id.clone()).await["patient"]["education"].clone();
        assert_eq!(keys(&seen["nodes"])[0], "when-to-call", "{stack:?}: the last first");
        assert!(seen["nodes"][0]["article"]["assignment"].is_null(), "it is not the therapist's");
        let own =
            patient.ask("{ myEducation { nodes { id article { key assignment { readAt } } } } }", json!({}));
        let own = own.await["myEducation"]["nodes"].clone();
        assert_eq!(own.as_array().unwrap().len(), 4);
        assert!(own[0]["article"]["assignment"]["readAt"].is_string());

        let taken = input(ada.id, &["lifting", "when-to-call", "log-roll"]);
        let taken = change(&therapist, "unassignEducation", &format!("education {{ {ENTRY} }}"), taken).await;
        assert!(taken["education"].as_array().unwrap().iter().all(|entry| entry["assignedAt"].is_null()));
        assert_eq!(to_read(&patient).await, ["sitting-well"]);
        let node = "query($id: ID!) { node(id: $id) { ... on EducationAssignment { readAt } } }";
        let lifting = patient.ask(node, json!({ "id": given["education"][0]["id"] })).await;
        assert!(lifting["node"].is_null(), "{stack:?}: taken back and never read, it is gone");
        let called = patient.ask(node, json!({ "id": later["id"] })).await;
        assert_eq!(called["node"]["readAt"], by_oneself["readAt"], "{stack:?}: that it was read stays");
        app.stop().await;
    }
}

/// These keys as they are listed: of one time, by their ids.
fn order(first: &[&str], then: &[&str], patient_id: uuid::Uuid) -> Vec<String> {
    let mut first = first.to_vec();
    first.sort_by_key(|key| uuid::Uuid::new_v5(&patient_id, key.as_bytes()));
    first.iter().chain(then).map(|key| (*key).to_owned()).collect()
}

#[tokio::test]
async fn nobody_else_assigns_or_reads_and_faults_name_their_fields() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.member("assistant@clinic.example", Role::Assistant).await;
        let one = || input(ada.id, &["lifting"]);
        let patient = app.sign_in("ada@patient.example").await;
        for (email, code) in [
            ("ada@patient.example", "FORBIDDEN"),
            ("admin@clinic.example", "FORBIDDEN"),
            ("other@clinic.example", "NOT_FOUND"),
            ("assistant@clinic.example", "NOT_FOUND"),
        ] {
            let client = app.sign_in(email).await;
            refused(&assign(&client, one()).await, code);
            refused(&change(&client, "unassignEducation", "education { id }", one()).await, code);
        }
        let therapist = app.sign_in("therapist@clinic.example").await;
        refused(&read(&therapist, "lifting").await, "FORBIDDEN");
        for (field, value, code, path) in [
            ("articleIds", json!([]), "REQUIRED", json!(["articleIds"])),
            ("articleIds", json!(vec![article("lifting"); 21]), "TOO_MANY", json!(["articleIds"])),
            (
                "articleIds",
                json!([article("lifting"), Kind::Article.encode(ada.id)]),
                "NOT_FOUND",
                json!(["articleIds", "1"]),
            ),
            ("articleIds", json!(["lifting"]), "NOT_FOUND", json!(["articleIds", "0"])),
            ("note", json!("x".repeat(501)), "TOO_LONG", json!(["note"])),
        ] {
            let mut input = one();
            input[field] = value;
            let answer = assign(&therapist, input).await;
            assert_eq!(
                (&answer["userErrors"][0]["code"], &answer["userErrors"][0]["path"]),
                (&json!(code), &path),
                "{answer}"
            );
        }
        let absent = json!({ "articleId": Kind::Article.encode(ada.id) });
        refused(&change(&patient, "markArticleRead", "education { id }", absent).await, "NOT_FOUND");
        assert_eq!(patient.ask(TODAY, json!({})).await["today"]["education"], json!([]), "{stack:?}");
        app.stop().await;
    }
}
