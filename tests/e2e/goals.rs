//! Goals are set by patients and their care team, in words and in numbers, and nobody overwrites what they have
//! not seen.

use crate::{change, chosen, refused};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const GOAL: &str = "goal { id kind text measure { name unit baseline target } targetOn status
    current { value measuredOn } values { value measuredOn } revision setBy }";

async fn set(client: &Client, input: Value) -> Value {
    change(client, "setGoal", GOAL, input).await
}

fn walk(id: &str) -> Value {
    json!({ "id": id, "kind": "FUNCTION", "text": "Walk to the market", "targetOn": "2026-09-01",
        "measure": { "name": "Distance", "unit": "m", "baseline": 200, "target": 1000 },
        "current": { "value": 250.5, "measuredOn": "2026-06-14" } })
}

/// The input with these fields set.
fn with(input: &Value, fields: &Value) -> Value {
    let mut input = input.clone();
    for (field, value) in fields.as_object().unwrap() {
        input[field] = value.clone();
    }
    input
}

#[tokio::test]
async fn a_goal_is_set_once_and_changed_from_what_was_seen() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let new = walk(&chosen(&app, Kind::Goal));
        let first = set(&own, new.clone()).await;
        assert_eq!((&first["goal"]["revision"], &first["goal"]["status"]), (&json!(1), &json!("ACTIVE")));
        assert_eq!(first["goal"]["current"], json!({ "value": 250.5, "measuredOn": "2026-06-14" }));
        assert_eq!(set(&own, new.clone()).await, first, "{stack:?}: a replay");
        refused(&set(&own, with(&new, &json!({ "text": "Walk to the church" }))).await, "CONFLICT");

        let met = with(
            &new,
            &json!({ "patientId": ada, "status": "MET", "expectedRevision": 1,
                "current": { "value": 1000, "measuredOn": "2026-06-15" } }),
        );
        let second = set(&therapist, met.clone()).await;
        assert_eq!((&second["goal"]["revision"], &second["goal"]["status"]), (&json!(2), &json!("MET")));
        assert!(second["goal"]["setBy"].is_string() && first["goal"]["setBy"].is_null());
        let values = json!([{ "value": 1000.0, "measuredOn": "2026-06-15" }, { "value": 250.5, "measuredOn": "2026-06-14" }]);
        assert_eq!(second["goal"]["values"], values, "the history stays");
        assert_eq!(set(&therapist, met.clone()).await, second, "a replay of the change");
        assert_eq!(set(&own, new.clone()).await, second, "a replay of the first answers what stands");
        for stale in [1, 3] {
            let late = json!({ "expectedRevision": stale, "text": "Walk farther" });
            refused(&set(&own, with(&new, &late)).await, "CONFLICT");
        }
        let mended =
            json!({ "expectedRevision": 2, "current": { "value": 990, "measuredOn": "2026-06-15" } });
        let mended = set(&own, with(&new, &mended)).await;
        assert_eq!(mended["goal"]["values"][0]["value"], 990.0, "one value a day: {mended}");
        assert_eq!(mended["goal"]["values"].as_array().unwrap().len(), 2);

        let all = own.ask("{ goals { id revision } }", json!({})).await["goals"].clone();
        assert_eq!(all, json!([{ "id": new["id"], "revision": 3 }]));
        let seen = "query($id: ID!) { patient(id: $id) { goals { id text } } }";
        let seen = therapist.ask(seen, json!({ "id": ada })).await;
        assert_eq!(seen["patient"]["goals"][0]["text"], "Walk to the market");
        app.stop().await;
    }
}

#[tokio::test]
async fn two_who_change_the_same_revision_do_not_overwrite_each_other() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let new = walk(&chosen(&app, Kind::Goal));
        set(&own, new.clone()).await;
        let of = |text: &str| with(&new, &json!({ "expectedRevision": 1, "text": text }));
        let by_therapist = with(&of("Walk two miles"), &json!({ "patientId": ada }));
        let (one, other) = tokio::join!(set(&own, of("Walk a mile")), set(&therapist, by_therapist));
        let lost: Vec<_> =
            [&one, &other].iter().filter(|answer| answer["goal"].is_null()).map(|it| (*it).clone()).collect();
        assert_eq!(lost.len(), 1, "{stack:?}: {one} {other}");
        refused(&lost[0], "CONFLICT");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_wrong_has_its_place_and_strangers_set_nothing() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ben = app.clinic.patient("ben").await;
        let [own, therapist, other, other_patient] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
            app.sign_in("ben@patient.example").await,
        ];
        let wrong = json!({ "kind": "FUNCTION", "text": " ", "targetOn": "2026-06-15",
            "measure": { "name": "Distance", "unit": "m", "baseline": 5, "target": 5 },
            "current": { "value": 1, "measuredOn": "2026-06-16" } });
        let answer = set(&own, wrong).await;
        let paths: Vec<_> =
            answer["userErrors"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
        assert_eq!(
            paths,
            [
                json!(["text"]),
                json!(["targetOn"]),
                json!(["current", "measuredOn"]),
                json!(["measure", "target"])
            ]
        );
        let mine = json!({ "patientId": ada, "kind": "POSTURE", "text": "Sit upright" });
        refused(&set(&other, mine.clone()).await, "NOT_FOUND");
        refused(&set(&other_patient, mine.clone()).await, "FORBIDDEN");
        refused(&set(&therapist, json!({ "kind": "POSTURE", "text": "Sit upright" })).await, "FORBIDDEN");
        let goal = set(&therapist, mine).await["goal"]["id"].clone();
        assert!(goal.is_string(), "{stack:?}");
        let taken = json!({ "id": goal, "kind": "POSTURE", "text": "Sit upright" });
        refused(&set(&other_patient, taken).await, "CONFLICT");
        let unknown = json!({ "id": chosen(&app, Kind::Goal), "kind": "POSTURE", "text": "Sit", "expectedRevision": 1 });
        refused(&set(&own, unknown).await, "NOT_FOUND");
        let moved = json!({ "id": goal, "patientId": Kind::Patient.encode(ben.id), "kind": "POSTURE",
            "text": "Sit upright", "expectedRevision": 1 });
        refused(&set(&therapist, moved).await, "NOT_FOUND");
        let node = "query($id: ID!) { node(id: $id) { ... on Goal { text } } }";
        let seen = other_patient.ask(node, json!({ "id": goal })).await;
        assert_eq!(seen["node"], Value::Null);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_goal_that_the_care_team_sets_is_told_to_the_app() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let own = app.clinic.as_patient("ada").await;
        let before = care::sync::changed_since(&own, ada.id, None).await.unwrap().place;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let input =
            json!({ "patientId": Kind::Patient.encode(ada.id), "kind": "POSTURE", "text": "Sit upright" });
        let goal = set(&therapist, input).await["goal"]["id"].clone();
        own.finish().await;
        let changed = care::sync::changed_since(&own, ada.id, Some(before)).await.unwrap();
        let named: Vec<_> = changed.entities.iter().map(|(kind, id)| kind.encode(*id)).collect();
        assert_eq!(json!(named), json!([goal]), "{stack:?}");
        own.finish().await;
        app.stop().await;
    }
}
