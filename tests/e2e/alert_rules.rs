//! Pain raises alerts by the clinic's numbers, and settles them.

use crate::{LOG, change, chosen, refused};
use care::id::Kind;
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp};

const ALERT: &str =
    "id rule severity status evidence newestAt closedBecause resolvedBy resolvedAt resolution";

/// Logs a rating of pain; answers the id of the log.
async fn tell(app: &TestApp, own: &Client, performed_at: &str, pain: i32) -> Value {
    let id = chosen(app, Kind::ProgressLog);
    let log = json!({ "id": id, "performedAt": performed_at, "painBefore": pain, "results": [] });
    let answer = own.ask(LOG, json!({ "input": { "logs": [log] } })).await;
    assert_eq!(answer["logProgress"]["results"][0]["status"], "ACCEPTED", "{answer}");
    app.clinic.clock.advance(1_000);
    id.into()
}

async fn alerts(client: &Client) -> Vec<Value> {
    let query = format!("{{ alerts(first: 50) {{ nodes {{ {ALERT} }} }} }}");
    client.ask(&query, json!({})).await["alerts"]["nodes"].as_array().unwrap().clone()
}

async fn act(client: &Client, mutation: &str, input: Value) -> Value {
    change(client, mutation, &format!("alert {{ {ALERT} }}"), input).await
}

#[tokio::test]
async fn pain_raises_one_alert_that_settles_unless_it_is_critical() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        tell(&app, &own, "2026-06-07T09:00:00Z", 9).await;
        tell(&app, &own, "2026-06-15T01:00:00Z", 4).await;
        assert_eq!(alerts(&therapist).await, [Value::Null; 0], "{stack:?}: old, or low");
        let rising = tell(&app, &own, "2026-06-15T02:00:00Z", 5).await;
        let low = alerts(&therapist).await;
        assert_eq!((&low[0]["rule"], &low[0]["severity"]), (&json!("pain"), &json!("LOW")), "{stack:?}");
        assert_eq!(low[0]["evidence"], json!([rising]));
        tell(&app, &own, "2026-06-15T03:00:00Z", 3).await;
        assert_eq!(alerts(&therapist).await, low, "{stack:?}: one low report settles nothing");
        tell(&app, &own, "2026-06-15T03:10:00Z", 3).await;
        let settled = alerts(&therapist).await[0].clone();
        assert_eq!((&settled["status"], &settled["closedBecause"]), (&json!("RESOLVED"), &json!("SETTLED")));
        assert!(settled["resolvedBy"].is_null() && settled["resolvedAt"].is_string(), "{settled}");

        let steep = tell(&app, &own, "2026-06-15T04:00:00Z", 5).await;
        let high = alerts(&therapist).await[0].clone();
        assert_eq!((&high["severity"], &high["evidence"]), (&json!("HIGH"), &json!([steep])));
        assert_ne!(high["id"], low[0]["id"], "{stack:?}: what comes after is another");
        let severe = tell(&app, &own, "2026-06-15T05:00:00Z", 7).await;
        let critical = alerts(&therapist).await[0].clone();
        assert_eq!((&critical["severity"], &critical["id"]), (&json!("CRITICAL"), &high["id"]));
        assert_eq!(critical["evidence"], json!([steep, severe]));
        for minute in ["06:00", "06:10", "06:20"] {
            tell(&app, &own, &format!("2026-06-15T{minute}:00Z"), 1).await;
        }
        assert_eq!(alerts(&therapist).await[0], critical, "{stack:?}: a clinician has to look at it");

        let reason = "Called; a bad night, better since.";
        let mut input =
            json!({ "alertId": critical["id"], "reason": reason, "seenNewestAt": high["newestAt"] });
        refused(&act(&therapist, "resolveAlert", input.clone()).await, "CONFLICT");
        input["seenNewestAt"] = critical["newestAt"].clone();
        let resolved = act(&therapist, "resolveAlert", input).await["alert"].clone();
        assert_eq!(
            (&resolved["closedBecause"], &resolved["resolution"]),
            (&json!("RESOLVED"), &json!(reason))
        );
        assert!(resolved["resolvedBy"].is_string());
        app.stop().await;
    }
}

#[tokio::test]
async fn an_amended_log_raises_and_a_voided_one_takes_nothing_back() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        let id = tell(&app, &own, "2026-06-15T02:00:00Z", 2).await;
        let amend =
            "mutation($input: ProgressLogInput!) { amendProgressLog(input: $input) { userErrors { code } } }";
        let log = json!({ "id": id, "performedAt": "2026-06-15T02:00:00Z", "painAfter": 8, "results": [] });
        own.ask(amend, json!({ "input": log })).await;
        let raised = alerts(&therapist).await;
        assert_eq!(raised[0]["severity"], "CRITICAL", "{stack:?}");
        assert_eq!(raised[0]["evidence"], json!([id]));
        change(&own, "voidProgressLog", "__typename", json!({ "id": id })).await;
        assert_eq!(alerts(&therapist).await, raised, "{stack:?}: a rule only raises concern");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_batch_raises_one_alert_with_all_that_speaks_and_so_do_many_at_once() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = app.clinic.program(&ada, &[1]).await;
        let [own, again, therapist] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
        ];
        let prescription = Kind::Prescription.encode(program.revision.prescriptions[0].id);
        let log = |minute: &str, during: i32| {
            let result =
                json!({ "prescriptionId": prescription, "sets": [{ "reps": 5 }], "painDuring": during });
            json!({ "id": chosen(&app, Kind::ProgressLog), "performedAt": format!("2026-06-15T01:{minute}:00Z"),
                "painBefore": 1, "painAfter": 1, "results": [result] })
        };
        let logs = [log("00", 2), log("20", 3), log("10", 5)];
        own.ask(LOG, json!({ "input": { "logs": logs } })).await;
        let raised = alerts(&therapist).await;
        assert_eq!(raised.len(), 1, "{stack:?}");
        assert_eq!(
            (&raised[0]["severity"], &raised[0]["evidence"]),
            (&json!("HIGH"), &json!([logs[2]["id"]]))
        );

        let late = [log("30", 8), log("40", 9), log("50", 8)];
        let send = async |client: &Client, log: &Value| {
            client.ask(LOG, json!({ "input": { "logs": [log] } })).await;
        };
        tokio::join!(send(&own, &late[0]), send(&again, &late[1]), send(&own, &late[2]));
        let raised = alerts(&therapist).await;
        assert_eq!((raised.len(), &raised[0]["severity"]), (1, &json!("CRITICAL")), "{stack:?}: {raised:?}");
        assert_eq!(raised[0]["evidence"].as_array().unwrap().len(), 4);
        send(&own, &late[0]).await;
        assert_eq!(alerts(&therapist).await, raised, "{stack:?}: a replay tells nothing new");
        app.stop().await;
    }
}

#[tokio::test]
async fn who_acknowledges_has_seen_what_was_told_last_and_graver_pain_wakes_what_sleeps() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let [own, therapist] =
            [app.sign_in("ada@patient.example").await, app.sign_in("therapist@clinic.example").await];
        tell(&app, &own, "2026-06-15T01:00:00Z", 3).await;
        tell(&app, &own, "2026-06-15T02:00:00Z", 5).await;
        let seen = alerts(&therapist).await[0].clone();
        tell(&app, &own, "2026-06-15T03:00:00Z", 6).await;
        let acknowledge = async |newest: &Value| {
            act(&therapist, "acknowledgeAlert", json!({ "alertId": seen["id"], "seenNewestAt": newest }))
                .await
        };
        refused(&acknowledge(&seen["newestAt"]).await, "CONFLICT");
        let now = alerts(&therapist).await[0].clone();
        assert_eq!((&now["status"], now["evidence"].as_array().unwrap().len()), (&json!("OPEN"), 2));
        assert_eq!(acknowledge(&now["newestAt"]).await["alert"]["status"], "ACKNOWLEDGED", "{stack:?}");
        let put_off = json!({ "alertId": seen["id"], "until": "2026-06-16T10:00:00Z" });
        assert_eq!(act(&therapist, "snoozeAlert", put_off).await["alert"]["status"], "SNOOZED");
        tell(&app, &own, "2026-06-15T04:00:00Z", 6).await;
        assert_eq!(alerts(&therapist).await[0]["status"], "SNOOZED", "{stack:?}: no worse");
        tell(&app, &own, "2026-06-15T05:00:00Z", 7).await;
        let woken = alerts(&therapist).await[0].clone();
        assert_eq!((&woken["status"], &woken["severity"]), (&json!("OPEN"), &json!("CRITICAL")), "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn the_numbers_of_the_rules_are_the_clinics() {
    const NUMBERS: &str = "clinic { retentionYears painThresholds { greenMax amberMax worseBy flareHours }
        alertThresholds { silentHours awayDays droppedOutDays painFrom painRise painSteepRise painCriticalFrom
            painRecentDays painSettledReports } }";
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let [own, therapist, admin] = [
            app.sign_in("ada@patient.example").await,
            app.sign_in("therapist@clinic.example").await,
            app.sign_in("admin@clinic.example").await,
        ];
        let update =
            async |client: &Client, input: Value| change(client, "updateClinic", NUMBERS, input).await;
        let before =
            therapist.ask(&format!("{{ viewer {{ {NUMBERS} }} }}"), json!({})).await["viewer"].clone();
        assert_eq!(before["clinic"]["alertThresholds"]["silentHours"], 49, "{stack:?}");
        refused(&update(&therapist, json!({ "alertThresholds": { "painFrom": 3 } })).await, "FORBIDDEN");
        for (input, path) in [
            (json!({ "alertThresholds": { "painFrom": 11 } }), ["alertThresholds", "painFrom"]),
            (json!({ "alertThresholds": { "painFrom": -1 } }), ["alertThresholds", "painFrom"]),
            (json!({ "alertThresholds": { "awayDays": 21 } }), ["alertThresholds", "droppedOutDays"]),
            (json!({ "alertThresholds": { "silentHours": 70_000 } }), ["alertThresholds", "silentHours"]),
            (
                json!({ "painThresholds": { "amberMax": 2 }, "retentionYears": 7 }),
                ["painThresholds", "amberMax"],
            ),
        ] {
            let answer = update(&admin, input).await;
            refused(&answer, "OUT_OF_RANGE");
            assert_eq!(answer["userErrors"][0]["path"], json!(path));
        }
        let now = admin.ask(&format!("{{ viewer {{ {NUMBERS} }} }}"), json!({})).await["viewer"].clone();
        assert_eq!(now, before, "{stack:?}: what is refused changes nothing");
        let numbers = json!({ "alertThresholds": { "painFrom": 2, "painCriticalFrom": 3 },
            "painThresholds": { "greenMax": 1 } });
        let set = update(&admin, numbers).await["clinic"].clone();
        assert_eq!(
            (&set["alertThresholds"]["painFrom"], &set["painThresholds"]["greenMax"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(set["alertThresholds"]["awayDays"], 14, "what is missing stays");
        tell(&app, &own, "2026-06-15T02:00:00Z", 3).await;
        assert_eq!(alerts(&therapist).await[0]["severity"], "CRITICAL", "{stack:?}: by the clinic's number");
        app.clinic.clock.advance(6 * 60_000);
        refused(&update(&admin, json!({ "alertThresholds": { "painFrom": 3 } })).await, "STEP_UP_REQUIRED");
        app.stop().await;
    }
}
