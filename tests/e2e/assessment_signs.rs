//! Signs of danger in an assessment are heard whatever is wrong with the rest, and count from when they were asked.

use crate::assessments::{full, record};
use crate::{LOG, chosen};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Stack, TestApp};

#[tokio::test]
async fn signs_of_danger_are_heard_whatever_else_is_wrong() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let ada = Kind::Patient.encode(ada.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        let mut input = full(&ada, &chosen(&app, Kind::Assessment));
        input["redFlagSigns"] = json!(["saddle", "nonsense"]);
        input["note"] = "x".repeat(4_001).into();
        let heard = record(&therapist, input.clone()).await;
        let faults: Vec<_> =
            heard["userErrors"].as_array().unwrap().iter().map(|it| it["path"].clone()).collect();
        assert_eq!(faults, [json!(["note"]), json!(["redFlagSigns", "1"])], "{stack:?}: {heard}");
        assert_eq!(
            (&heard["assessment"], &heard["screen"]["signs"]),
            (&Value::Null, &json!(["age-over-45", "saddle"]))
        );
        assert_eq!(heard["screen"]["advice"]["level"], "EMERGENCY");
        let seen = "query($id: ID!) { patient(id: $id) { redFlagsSince openAlerts { evidence } program { status }
            assessments { nodes { id } } conditions { key } } redFlagScreens(patientId: $id) { nodes { id } } }";
        let seen = async || therapist.ask(seen, json!({ "id": ada })).await;
        let after = seen().await;
        assert!(after["patient"]["redFlagsSince"].is_string(), "{after}");
        assert_eq!(after["patient"]["program"]["status"], "ON_HOLD");
        assert_eq!(after["patient"]["assessments"]["nodes"], json!([]));
        assert_eq!(
            after["patient"]["conditions"],
            json!([{ "key": "chronic-low-back-pain" }]),
            "the rest was refused"
        );
        assert_eq!(record(&therapist, input.clone()).await, heard, "told again");

        input["redFlagSigns"] = json!(["saddle"]);
        input["note"] = "Sent to the hospital".into();
        let kept = record(&therapist, input.clone()).await;
        assert_eq!(
            (&kept["userErrors"], &kept["screen"]),
            (&json!([]), &heard["screen"]),
            "one screen: {kept}"
        );
        let (id, screen) = (&kept["assessment"]["id"], &heard["screen"]["id"]);
        let after = seen().await;
        assert_eq!(after["redFlagScreens"]["nodes"], json!([{ "id": screen }]));
        assert_eq!(after["patient"]["openAlerts"], json!([{ "evidence": [screen] }]));
        assert_eq!(after["patient"]["assessments"]["nodes"], json!([{ "id": id }]));

        // Another telling under the same id is refused, and its sign is heard.
        input["redFlagSigns"] = json!(["wound"]);
        let other = record(&therapist, input.clone()).await;
        assert_eq!(other["userErrors"], json!([{ "code": "CONFLICT", "path": ["id"] }]), "{other}");
        assert_eq!(other["screen"]["advice"]["level"], "URGENT");
        input["id"] = "nonsense".into();
        let unread = record(&therapist, input.clone()).await;
        assert_eq!(unread["userErrors"], json!([{ "code": "MALFORMED", "path": ["id"] }]), "{unread}");
        assert!(unread["screen"]["id"].is_string());
        // What points to nothing waits for the rest to be right.
        input["redFlagSigns"] = json!([]);
        assert_eq!(record(&therapist, input).await["screen"], Value::Null);
        app.stop().await;
    }
}

#[tokio::test]
async fn a_screen_of_an_earlier_day_was_asked_then() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let looked = json!({ "patientId": ada, "kind": "INITIAL", "assessedOn": "2026-06-13",
            "redFlagSigns": [] });
        record(&therapist, looked).await;
        let red = async |performed_at: &str| {
            let log = json!({ "id": chosen(&app, Kind::ProgressLog), "performedAt": performed_at,
                "painAfter": 8, "results": [] });
            own.ask(LOG, json!({ "input": { "logs": [log] } })).await;
            own.ask("{ today { redFlagScreenDue } }", json!({})).await["today"]["redFlagScreenDue"].clone()
        };
        assert_eq!(red("2026-06-12T12:00:00Z").await, Value::Null, "{stack:?}: asked on the day after");
        assert_eq!(
            red("2026-06-14T12:00:00Z").await,
            "2026-06-14T12:00:00Z",
            "told late, and not asked since"
        );
        let looked = json!({ "patientId": ada, "kind": "INITIAL", "redFlagSigns": [] });
        record(&therapist, looked).await;
        assert_eq!(red("2026-06-15T09:00:00Z").await, Value::Null, "asked after it, today");
        app.stop().await;
    }
}
