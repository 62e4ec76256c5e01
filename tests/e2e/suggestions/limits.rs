//! What forbids more, and what suggests that the program rests.

use super::Ward;
use crate::{TODAY, change, refused};
use care::id::Kind;
use care::library::exercise_id;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::Stack;

#[tokio::test]
async fn a_critical_alert_suggests_a_hold_and_nothing_else() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1]).await;
        ward.hurts().await;
        ward.hurts().await;
        let less = Ward::only(&ward.suggested().await, "REGRESS");
        change(&ward.ada, "reportSymptoms", "screen { id }", json!({ "signs": ["saddle"] })).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "{stack:?}: it rests already");
        refused(&ward.accept(&less, json!({})).await, "CONFLICT");
        // A critical alert of another rule, which no red flag ends.
        let connection = ward.app.clinic.database.connect().await;
        connection.execute_unprepared("UPDATE alert SET rule = 'another'").await.unwrap();
        connection.close().await.unwrap();
        let seen = json!({ "patientId": ward.id, "reason": "Seen at the hospital; nothing found." });
        change(&ward.therapist, "resolveRedFlags", "patient { id }", seen).await;
        let release = json!({ "programId": less["programId"] });
        change(&ward.therapist, "releaseProgram", "program { status }", release.clone()).await;

        let hold = Ward::only(&ward.suggested().await, "HOLD");
        assert_eq!((&hold["prescription"], &hold["suggestedDose"]), (&Value::Null, &Value::Null));
        assert_eq!(hold["reasons"][0]["code"], "CRITICAL_ALERT", "{hold}");
        let open = "query($id: ID!) { patient(id: $id) { openAlerts { id } } }";
        let open = ward.therapist.ask(open, json!({ "id": ward.id })).await;
        assert_eq!(hold["evidence"], json!([open["patient"]["openAlerts"][0]["id"]]));
        refused(&ward.accept(&hold, json!({ "effectiveFrom": "2026-06-20" })).await, "MISMATCH");
        let done = ward.accept(&hold, json!({})).await;
        assert_eq!(done["program"]["status"], "ON_HOLD", "{done}");
        let told = ward.ada.ask(TODAY, json!({})).await["today"]["hold"]["reason"].clone();
        assert!(told.as_str().unwrap().starts_with("Your clinic wants"), "{told}");
        assert_eq!(ward.accept(&hold, json!({})).await["program"], done["program"], "once is enough");
        assert_eq!(ward.suggested().await, [Value::Null; 0]);
        // Released in spite of the alert, less is suggested of what hurts, but no hold again.
        change(&ward.therapist, "releaseProgram", "program { status }", release).await;
        Ward::only(&ward.suggested().await, "REGRESS");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn a_finding_to_review_forbids_more_until_it_is_looked_at() {
    for stack in Stack::BOTH {
        let ward = Ward::open(stack, &[1]).await;
        ward.does_well(3).await;
        let more = Ward::only(&ward.suggested().await, "PROGRESS");
        change(&ward.ada, "reportSymptoms", "screen { id }", json!({ "signs": ["night-pain"] })).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "{stack:?}");
        refused(&ward.accept(&more, json!({})).await, "CONFLICT");
        let seen = json!({ "patientId": ward.id, "reason": "Seen and examined; the mattress." });
        change(&ward.therapist, "resolveRedFlags", "patient { id }", seen).await;
        assert_eq!(ward.suggested().await, std::slice::from_ref(&more));
        let hold = json!({ "programId": more["programId"], "reason": "On holiday" });
        change(&ward.therapist, "holdProgram", "program { id }", hold).await;
        assert_eq!(ward.suggested().await, [Value::Null; 0], "what rests goes no further");
        ward.app.stop().await;
    }
}

#[tokio::test]
async fn the_lift_limit_of_a_phase_forbids_a_heavier_load() {
    for (stack, limit, heavier) in
        Stack::BOTH.into_iter().flat_map(|stack| [(stack, 5.0, None), (stack, 6.0, Some(5.5))])
    {
        let ward = Ward::open(stack, &[]).await;
        let dose =
            json!({ "kind": "REPS", "sets": 2, "reps": 15, "load": { "unit": "KILOGRAMS", "value": 5.0 } });
        let input = json!({ "patientId": ward.id, "title": "Carrying",
            "phases": [{ "name": "First", "liftLimitKg": limit }],
            "prescriptions": [{ "exerciseId": Kind::Exercise.encode(exercise_id(1)), "dose": dose }] });
        let made = change(&ward.therapist, "createProgram", "program { id }", input).await;
        let id = json!({ "programId": made["program"]["id"] });
        change(&ward.therapist, "activateProgram", "program { id }", id).await;
        ward.does_well(3).await;
        let found = ward.suggested().await;
        let load = found.first().map(|more| more["suggestedDose"]["loadKg"].as_f64().unwrap());
        assert_eq!(load, heavier, "{stack:?} {limit}: {found:?}");
        ward.app.stop().await;
    }
}
