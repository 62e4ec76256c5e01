//! What a rule has found stands as one alert per patient and rule until a therapist has dealt with it.

use crate::{change, refused};
use care::id::Kind;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};

const ALERT: &str = "id patient { id name } rule text basis source severity status openedAt newestAt evidence
    acknowledgedBy acknowledgedAt snoozedUntil resolvedBy resolvedAt resolution";

async fn report(client: &Client, signs: &[&str]) -> Value {
    change(client, "reportSymptoms", "screen { id }", json!({ "signs": signs })).await["screen"]["id"].clone()
}

async fn alerts(client: &Client, filter: &str) -> Vec<Value> {
    let query = format!("{{ alerts(first: 50{filter}) {{ nodes {{ {ALERT} }} }} }}");
    client.ask(&query, json!({})).await["alerts"]["nodes"].as_array().unwrap().clone()
}

/// What standing alerts would be, were they of another rule.
async fn of_another_rule(app: &TestApp) {
    let connection = app.clinic.database.connect().await;
    connection.execute_unprepared("UPDATE alert SET rule = 'another'").await.unwrap();
    connection.close().await.unwrap();
}

async fn act(client: &Client, mutation: &str, input: Value) -> Value {
    change(client, mutation, &format!("alert {{ {ALERT} }}"), input).await
}

#[tokio::test]
async fn signs_of_danger_raise_one_alert_and_are_resolved_with_it() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        report(&own, &["night-pain"]).await;
        assert_eq!(alerts(&therapist, "").await, [Value::Null; 0], "{stack:?}: a review raises none");
        let first = report(&own, &["wound"]).await;
        let alert = alerts(&therapist, "").await[0].clone();
        assert_eq!((&alert["severity"], &alert["status"]), (&json!("HIGH"), &json!("OPEN")), "{alert}");
        assert_eq!((&alert["rule"], &alert["patient"]["name"]), (&json!("red-flag"), &json!("ada")));
        assert!(alert["text"].as_str().unwrap().ends_with('.') && alert["source"].is_string());
        assert_eq!(alert["evidence"], json!([first]));

        let evidence = "query($id: ID!) { node(id: $id) { ... on RedFlagScreen { signs } } }";
        let evidence = therapist.ask(evidence, json!({ "id": first })).await;
        assert_eq!(
            evidence["node"]["signs"],
            json!(["age-over-45", "wound"]),
            "what raised it can be opened"
        );

        let input = json!({ "alertId": alert["id"] });
        let taken = act(&therapist, "acknowledgeAlert", input.clone()).await;
        assert_eq!(taken["alert"]["status"], "ACKNOWLEDGED");
        assert_eq!(act(&therapist, "acknowledgeAlert", input.clone()).await, taken, "once is enough");
        let mut snooze = input.clone();
        snooze["until"] = "2026-06-16T10:00:00Z".into();
        refused(&act(&therapist, "snoozeAlert", snooze).await, "NOT_ALLOWED");
        app.clinic.clock.advance(1_000);
        let second = report(&own, &["wound"]).await;
        let again = alerts(&therapist, ", severity: HIGH, status: OPEN").await;
        assert_eq!(again[0]["acknowledgedBy"], Value::Null, "{stack:?}: told again, open again");
        act(&therapist, "acknowledgeAlert", input.clone()).await;
        app.clinic.clock.advance(1_000);
        let third = report(&own, &["saddle"]).await;
        let graver = alerts(&therapist, ", severity: CRITICAL, status: OPEN").await;
        assert_eq!(graver.len(), 1, "{stack:?}: it became graver, and is open again");
        assert_eq!(
            (&graver[0]["id"], &graver[0]["evidence"]),
            (&alert["id"], &json!([first, second, third]))
        );
        assert_ne!(graver[0]["openedAt"], graver[0]["newestAt"]);
        let mut resolve = input.clone();
        resolve["reason"] = "Seen at the hospital today.".into();
        refused(&act(&therapist, "resolveAlert", resolve).await, "NOT_ALLOWED");
        let seen =
            json!({ "patientId": ada, "reason": "Seen at the hospital; nothing of the cauda equina." });
        let open = "patient { openAlerts { id } redFlagsSince }";
        let resolved = change(&therapist, "resolveRedFlags", open, seen).await;
        assert_eq!(resolved["patient"], json!({ "openAlerts": [], "redFlagsSince": null }), "{resolved}");
        let done = alerts(&therapist, ", status: RESOLVED").await[0].clone();
        assert_eq!(done["resolution"], "Seen at the hospital; nothing of the cauda equina.");
        assert!(done["resolvedBy"].is_string() && done["resolvedAt"].is_string(), "{done}");
        refused(&act(&therapist, "acknowledgeAlert", input).await, "NOT_ALLOWED");

        app.clinic.clock.advance(1_000);
        report(&own, &["wound"]).await;
        let all = alerts(&therapist, &format!(", patientId: \"{ada}\"")).await;
        assert_eq!(all.len(), 2, "{stack:?}: what comes later is another");
        assert!(all[0]["status"] == "OPEN" && all[1]["status"] == "RESOLVED", "the newest first");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_is_put_off_comes_back_by_itself() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        report(&own, &["wound"]).await;
        of_another_rule(&app).await;
        let alert = alerts(&therapist, "").await[0]["id"].clone();
        let snooze = async |until: &str| {
            act(&therapist, "snoozeAlert", json!({ "alertId": alert, "until": until })).await
        };
        for wrong in ["2026-06-15T10:00:00Z", "2026-06-29T10:00:00.001Z", "2020-01-01T00:00:00Z"] {
            refused(&snooze(wrong).await, "OUT_OF_RANGE");
        }
        assert_eq!(snooze("2026-06-16T10:00:00Z").await["alert"]["status"], "SNOOZED");
        assert_eq!(alerts(&therapist, ", status: OPEN").await, [Value::Null; 0]);
        assert_eq!(alerts(&therapist, ", status: SNOOZED").await.len(), 1, "{stack:?}");
        app.clinic.clock.set(at("2026-06-16T10:00:00Z"));
        let therapist = app.sign_in("therapist@clinic.example").await;
        assert_eq!(alerts(&therapist, ", status: OPEN").await[0]["status"], "OPEN", "its time has come");
        assert_eq!(alerts(&therapist, ", status: SNOOZED").await, [Value::Null; 0]);
        app.stop().await;
    }
}

#[tokio::test]
async fn an_alert_of_danger_that_stands_alone_can_be_resolved() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        report(&own, &["wound"]).await;
        let connection = app.clinic.database.connect().await;
        let forgotten = "UPDATE patient SET danger_since = NULL, review_since = NULL";
        connection.execute_unprepared(forgotten).await.unwrap();
        connection.close().await.unwrap();
        let seen = json!({ "patientId": ada, "reason": "Seen; the wound is dry and closed." });
        let resolve = async || {
            change(&therapist, "resolveRedFlags", "patient { openAlerts { id } }", seen.clone()).await
        };
        assert_eq!(resolve().await["patient"]["openAlerts"], json!([]), "{stack:?}");
        refused(&resolve().await, "NOT_ALLOWED");
        app.stop().await;
    }
}

#[tokio::test]
async fn alerts_are_for_the_care_team_alone() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let [own, therapist, other] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("other@clinic.example").await,
        ];
        report(&own, &["wound"]).await;
        let id = alerts(&therapist, "").await[0]["id"].clone();
        let node = "query($id: ID!) { node(id: $id) { ... on Alert { status } } }";
        let seen =
            async |client: &Client| client.ask(node, json!({ "id": id })).await["node"]["status"].clone();
        assert_eq!(
            (seen(&therapist).await, seen(&other).await, seen(&own).await),
            (json!("OPEN"), Value::Null, Value::Null)
        );
        assert_eq!(alerts(&other, "").await, [Value::Null; 0], "{stack:?}");
        let open = "query($id: ID!) { patient(id: $id) { name openAlerts { id } } }";
        let answer = own.raw(open, json!({ "id": ada })).await;
        assert_eq!(answer["data"]["patient"], json!({ "name": "ada", "openAlerts": null }), "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
        for mutation in ["acknowledgeAlert", "snoozeAlert", "resolveAlert"] {
            let mut input = json!({ "alertId": id });
            match mutation {
                "snoozeAlert" => input["until"] = "2026-06-16T10:00:00Z".into(),
                "resolveAlert" => input["reason"] = "Seen and examined.".into(),
                _ => {}
            }
            refused(&act(&other, mutation, input.clone()).await, "NOT_FOUND");
            refused(&act(&own, mutation, input).await, "FORBIDDEN");
        }
        app.stop().await;
    }
}

#[tokio::test]
async fn reports_at_the_same_moment_share_one_alert() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let [own, again, therapist] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
        ];
        tokio::join!(report(&own, &["wound"]), report(&again, &["wound"]), report(&own, &["saddle"]));
        let all = alerts(&therapist, "").await;
        assert_eq!(all.len(), 1, "{stack:?}: {all:?}");
        assert_eq!(all[0]["evidence"].as_array().unwrap().len(), 3);
        assert_eq!(all[0]["severity"], "CRITICAL");
        app.stop().await;
    }
}
