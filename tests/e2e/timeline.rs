//! All that happened with a patient: each thing once, in order, in pages of as many statements.

use crate::budgets::statements;
use crate::records::rejected;
use crate::{change, log_one, rate};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const TIMELINE: &str = "query($id: ID!, $kinds: [TimelineKind!], $first: Int, $after: String, $last: Int, $before: String) {
  patient(id: $id) { timeline(kinds: $kinds, first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { at kind entityId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }";

/// Much of Ada's, most of it at one instant.
async fn eventful(app: &TestApp, id: &str, program: &str) {
    let therapist = app.sign_in("therapist@clinic.example").await;
    let patient = app.sign_in("ada@patient.example").await;
    for number in 0..4 {
        log_one(app, &patient).await;
        let message = json!({ "text": number.to_string() });
        change(&patient, "sendMessage", "message { id }", message).await;
        let goal = json!({ "kind": "FUNCTION", "text": "Walk" });
        change(&patient, "setGoal", "goal { id }", goal).await;
        change(&patient, "reportSymptoms", "screen { id }", json!({ "signs": ["night-pain"] })).await;
        let visit = json!({ "patientId": id, "startedAt": format!("2026-06-{}T08:00:00Z", 10 + number),
            "durationMinutes": 30, "treatments": [{ "treatment": "balance", "minutes": 9, "bodyRegion": "LEG" }] });
        change(&therapist, "recordVisit", "visit { id }", visit).await;
        let assessment = json!({ "patientId": id, "kind": "REASSESSMENT", "note": "As before" });
        change(&therapist, "recordAssessment", "assessment { id }", assessment).await;
    }
    let draft = json!({ "patientId": id, "title": "Next",
        "prescriptions": [{ "exerciseId": Kind::Exercise.encode(care::library::exercise_id(2)) }] });
    change(&therapist, "createProgram", "program { id }", draft).await;
    let hold = json!({ "programId": program, "reason": "Wait" });
    change(&therapist, "holdProgram", "program { id }", hold).await;
    change(&therapist, "releaseProgram", "program { id }", json!({ "programId": program })).await;
    change(
        &therapist,
        "recordRedFlagScreen",
        "screen { id }",
        json!({ "patientId": id, "signs": ["saddle"] }),
    )
    .await;
    let seen = json!({ "patientId": id, "reason": "Seen at the hospital; nothing found." });
    change(&therapist, "resolveRedFlags", "patient { id }", seen).await;
}

async fn page(client: &Client, id: &str, mut variables: Value) -> Value {
    variables["id"] = json!(id);
    client.ask(TIMELINE, variables).await["patient"]["timeline"].clone()
}

fn edges(page: &Value) -> Vec<Value> {
    page["edges"].as_array().unwrap().clone()
}

#[tokio::test]
async fn pages_have_everything_once_in_order() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = Kind::Program.encode(app.clinic.program(&ada, &[1]).await.id);
        let id = Kind::Patient.encode(ada.id);
        eventful(&app, &id, &program).await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let all = edges(&page(&therapist, &id, json!({ "first": 100 })).await);
        let kinds = |kind: &str| all.iter().filter(|edge| edge["node"]["kind"] == kind).count();
        for (kind, many) in [
            ("SESSION_PERFORMED", 4),
            ("MESSAGE_SENT", 4),
            ("GOAL_SET", 4),
            ("SCREEN_ANSWERED", 5),
            ("VISIT_DONE", 4),
            ("ASSESSMENT_RECORDED", 4),
            ("ALERT_RAISED", 1),
            ("ALERT_RESOLVED", 1),
            ("PROGRAM_CREATED", 2),
        ] {
            assert_eq!(kinds(kind), many, "{stack:?}: {kind} in {all:?}");
        }
        assert!(kinds("PROGRAM_HELD") >= 1 && kinds("PROGRAM_RELEASED") >= 1);
        // As instants, not as texts: a whole second has no fraction.
        let told = |edge: &Value| at(edge["node"]["at"].as_str().unwrap());
        assert!(all.windows(2).all(|two| told(&two[0]) >= told(&two[1])), "{stack:?}: {all:?}");
        for size in [1, 3, 7] {
            let (mut read, mut after) = (Vec::new(), Value::Null);
            loop {
                let page = page(&therapist, &id, json!({ "first": size, "after": after })).await;
                read.extend(edges(&page));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            assert_eq!(read, all, "{stack:?}: forward by {size}");
            let (mut read, mut before) = (Vec::new(), Value::Null);
            loop {
                let page = page(&therapist, &id, json!({ "last": size, "before": before })).await;
                read.splice(0..0, edges(&page));
                before = page["pageInfo"]["startCursor"].clone();
                if page["pageInfo"]["hasPreviousPage"] == false {
                    break;
                }
            }
            assert_eq!(read, all, "{stack:?}: backward by {size}");
        }
        let some = edges(&page(&therapist, &id, json!({ "kinds": ["GOAL_SET", "PROGRAM_HELD"] })).await);
        assert_eq!(some.len(), 4 + kinds("PROGRAM_HELD"));

        let patient = app.sign_in("ada@patient.example").await;
        let own = edges(&page(&patient, &id, json!({ "first": 100 })).await);
        let hidden = ["ASSESSMENT_RECORDED", "ALERT_RAISED", "ALERT_RESOLVED"];
        let drafts = 1;
        let shown =
            all.iter().filter(|edge| !hidden.contains(&edge["node"]["kind"].as_str().unwrap())).count();
        assert_eq!(own.len(), shown - drafts, "{stack:?}: neither assessments nor alerts nor drafts");
        let query = "query($id: ID!) { patient(id: $id) { timeline(first: 100) { nodes { entityId node { id } } } } }";
        for client in [&patient, &therapist] {
            let nodes = client.ask(query, json!({ "id": id })).await["patient"]["timeline"]["nodes"].clone();
            let odd = nodes.as_array().unwrap().iter().find(|entry| entry["entityId"] != entry["node"]["id"]);
            assert!(odd.is_none(), "{stack:?}: {odd:?}");
        }

        let before = statements(&app, &therapist, TIMELINE, json!({ "id": id, "first": 50 })).await;
        eventful(&app, &id, &program).await;
        let now = statements(&app, &therapist, TIMELINE, json!({ "id": id, "first": 50 })).await;
        assert_eq!(before, now, "{stack:?}: more happened, no more statements");
        assert!(now <= 21, "{stack:?}: {now}");
        app.stop().await;
    }
}

#[tokio::test]
async fn pain_outcomes_falls_and_decisions_are_told_while_they_stand() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1, 2]).await;
        let id = Kind::Patient.encode(ada.id);
        let patient = app.sign_in("ada@patient.example").await;
        let therapist = app.sign_in("therapist@clinic.example").await;
        let (pain, taken_back) = (rate(&app, &patient).await, rate(&app, &patient).await);
        change(&patient, "voidPainRating", "painRatingId", json!({ "id": taken_back })).await;
        rejected(&app, (&patient, &therapist), &id).await;
        let answered = json!({ "measure": "psfs", "answeredAt": "2026-06-14T10:00:00Z",
            "answers": [{ "item": "1", "value": 2 }], "activities": ["Walk", "Lift", "Sleep"] });
        let answered = change(&patient, "submitOutcome", "outcome { id }", answered).await;
        let fall = json!({ "kind": "NEAR_FALL", "happenedAt": "2026-06-13T08:00:00Z" });
        let fall = change(&patient, "reportFall", "fallReport { id }", fall).await;
        let kinds =
            json!({ "kinds": ["PAIN_RATED", "OUTCOME_ANSWERED", "FALL_REPORTED", "SUGGESTION_DECIDED"] });
        let told = |page: &Value| -> Vec<_> {
            let told = |edge: &Value| (edge["node"]["kind"].clone(), edge["node"]["entityId"].clone());
            edges(page).iter().map(told).collect()
        };
        let own = [
            (json!("PAIN_RATED"), json!(pain)),
            (json!("OUTCOME_ANSWERED"), answered["outcome"]["id"].clone()),
            (json!("FALL_REPORTED"), fall["fallReport"]["id"].clone()),
        ];
        assert_eq!(told(&page(&patient, &id, kinds.clone()).await), own, "{stack:?}");
        let all = told(&page(&therapist, &id, kinds).await);
        assert_eq!((&all[0].0, &all[1..]), (&json!("SUGGESTION_DECIDED"), &own[..]), "{stack:?}");
        app.stop().await;
    }
}
