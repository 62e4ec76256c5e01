//! Who logs nothing is noticed by the passing of time alone.

use crate::{LOG, change, chosen};
use care::clock::Instant;
use care::id::Kind;
use care::library::schedule::{Frequency, Schedule};
use care::patient::Patient;
use care::program::{Activate, CreateProgram, NewPrescription, activate, create, hold};
use care::sweep::{Swept, tick};
use serde_json::{Value, json};
use tests::{Client, Stack, TestApp, at};
use uuid::Uuid;

const HOUR: i64 = 60 * 60_000;
const DAY: i64 = 24 * HOUR;

/// Gives the patient an active program of one exercise with this schedule.
async fn program(app: &TestApp, patient: &Patient, frequency: Frequency) -> Uuid {
    let therapist = app.clinic.therapist().await;
    let schedule = Schedule { frequency, times_per_day: 1 };
    let prescription = NewPrescription {
        exercise_id: care::library::exercise_id(1),
        schedule: Some(schedule),
        ..NewPrescription::default()
    };
    let input = CreateProgram {
        id: None,
        patient_id: patient.id,
        source: None,
        title: "Back basics".to_owned(),
        starts_on: None,
        ends_on: None,
        phases: Vec::new(),
        prescriptions: vec![prescription],
        note: None,
    };
    let program_id = create(&therapist, input).await.unwrap().program.id;
    let activation = Activate {
        program_id,
        override_reason: Some("Known from the clinic for years.".to_owned()),
        ..Activate::default()
    };
    activate(&therapist, activation).await.unwrap().program.id
}

async fn sweep(app: &TestApp) -> Swept {
    tick(&app.clinic.worker(), 2).await.unwrap()
}

fn swept(raised: u64, dropped_out: u64, settled: u64) -> Swept {
    Swept { raised, dropped_out, settled }
}

async fn alerts(app: &TestApp) -> Vec<Value> {
    let therapist = app.sign_in("therapist@clinic.example").await;
    let query = "{ alerts(first: 100) { nodes { id rule severity status patient { name } openedAt evidence
        closedBecause resolvedBy } } }";
    therapist.ask(query, json!({})).await["alerts"]["nodes"].as_array().unwrap().clone()
}

async fn log(app: &TestApp, client: &Client, performed_at: Instant) {
    let log = json!({ "id": chosen(app, Kind::ProgressLog), "performedAt": performed_at.to_string(),
        "painAfter": 1, "results": [] });
    client.ask(LOG, json!({ "input": { "logs": [log] } })).await;
}

#[tokio::test]
async fn silence_is_noticed_grows_grave_and_ends_as_dropped_out() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        let program = program(&app, &ada, Frequency::Daily).await;
        let begun = app.clinic.services.now();
        let after = async |millis: i64| {
            app.clinic.clock.set(begun.plus(millis));
            sweep(&app).await
        };
        assert_eq!(after(49 * HOUR - 1).await, swept(0, 0, 0), "{stack:?}");
        assert_eq!(after(49 * HOUR).await, swept(1, 0, 0), "{stack:?}");
        assert_eq!(sweep(&app).await, swept(0, 0, 0), "{stack:?}: once is enough");
        let low = alerts(&app).await;
        assert_eq!((&low[0]["rule"], &low[0]["severity"]), (&json!("engagement"), &json!("LOW")), "{low:?}");
        assert_eq!(low[0]["evidence"], json!([Kind::Program.encode(program)]));
        let therapist = app.sign_in("therapist@clinic.example").await;
        let put_off = json!({ "alertId": low[0]["id"], "until": begun.plus(15 * DAY).to_string() });
        change(&therapist, "snoozeAlert", "alert { status }", put_off).await;
        assert_eq!(after(14 * DAY).await, swept(0, 0, 0), "{stack:?}");
        assert_eq!(after(14 * DAY + 1).await, swept(1, 0, 0), "{stack:?}");
        let high = alerts(&app).await;
        assert_eq!(
            (high.len(), &high[0]["severity"], &high[0]["status"]),
            (1, &json!("HIGH"), &json!("OPEN"))
        );
        assert_eq!(after(21 * DAY - 1).await, swept(0, 0, 0), "{stack:?}");
        assert_eq!(after(21 * DAY).await, swept(0, 1, 0), "{stack:?}");
        let gone = alerts(&app).await;
        assert_eq!((gone.len(), &gone[0]["status"]), (1, &json!("RESOLVED")));
        assert_eq!(
            (&gone[0]["closedBecause"], &gone[0]["resolvedBy"]),
            (&json!("DROPPED_OUT"), &Value::Null)
        );
        assert_eq!(after(60 * DAY).await, swept(0, 0, 0), "{stack:?}: nobody is told again of who is gone");

        let own = app.sign_in("ada@patient.example").await;
        log(&app, &own, begun.plus(60 * DAY)).await;
        assert_eq!(after(62 * DAY).await, swept(0, 0, 0), "{stack:?}");
        assert_eq!(after(60 * DAY + 49 * HOUR).await, swept(1, 0, 0), "{stack:?}: until they log again");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_log_ends_the_silence_at_once_unless_it_is_too_old() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        program(&app, &ada, Frequency::Daily).await;
        let begun = app.clinic.services.now();
        app.clinic.clock.set(begun.plus(3 * DAY));
        assert_eq!(sweep(&app).await, swept(1, 0, 0), "{stack:?}");
        let own = app.sign_in("ada@patient.example").await;
        log(&app, &own, begun.plus(HOUR)).await;
        assert_eq!(alerts(&app).await[0]["status"], "OPEN", "{stack:?}: that was before it");
        log(&app, &own, begun.plus(3 * DAY - HOUR)).await;
        let settled = alerts(&app).await[0].clone();
        assert_eq!((&settled["status"], &settled["closedBecause"]), (&json!("RESOLVED"), &json!("SETTLED")));

        app.clinic.clock.set(begun.plus(3 * DAY + 48 * HOUR));
        assert_eq!(sweep(&app).await, swept(1, 0, 0), "{stack:?}: silent again");
        let own = app.sign_in("ada@patient.example").await;
        change(&own, "reportSymptoms", "screen { id }", json!({ "signs": [] })).await;
        assert_eq!(sweep(&app).await, swept(0, 0, 1), "{stack:?}: who tells of symptoms is not silent");
        app.stop().await;
    }
}

#[tokio::test]
async fn who_is_asked_for_nothing_is_not_silent() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let mut patients = Vec::new();
        for name in ["held", "resting", "gone", "private", "danger", "idle", "weekly"] {
            patients.push(app.clinic.patient(name).await);
        }
        for (at, frequency) in [
            (0, Frequency::Daily),
            (1, Frequency::EveryDays { days: 7 }),
            (2, Frequency::Daily),
            (3, Frequency::Daily),
            (4, Frequency::Daily),
            (6, Frequency::TimesPerWeek { times: 2 }),
        ] {
            let id = program(&app, &patients[at], frequency).await;
            if at == 0 {
                hold(&app.clinic.therapist().await, id, "Away").await.unwrap();
            }
        }
        let therapist = app.sign_in("therapist@clinic.example").await;
        let gone = json!({ "patientId": Kind::Patient.encode(patients[2].id) });
        change(&therapist, "dischargePatient", "patient { id }", gone).await;
        let private = app.sign_in("private@patient.example").await;
        change(&private, "withdrawConsent", "consent { granted }", json!({ "kind": "CARE_TEAM" })).await;
        let danger = app.sign_in("danger@patient.example").await;
        change(&danger, "reportSymptoms", "screen { id }", json!({ "signs": ["saddle"] })).await;
        app.clinic.clock.advance(4 * DAY);
        assert_eq!(sweep(&app).await, swept(0, 0, 0), "{stack:?}");
        // On Sunday two times a week can no longer be made up; the Monday after, one more rest is over.
        app.clinic.clock.set(at("2026-06-21T16:00:00Z"));
        assert_eq!(sweep(&app).await, swept(1, 0, 0), "{stack:?}");
        app.clinic.clock.set(at("2026-06-23T16:00:00Z"));
        assert_eq!(sweep(&app).await, swept(1, 0, 0), "{stack:?}");
        let raised: Vec<_> = alerts(&app)
            .await
            .into_iter()
            .filter(|alert| alert["rule"] == "engagement")
            .map(|alert| alert["patient"]["name"].clone())
            .collect();
        assert_eq!(raised, [json!("resting"), json!("weekly")], "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn what_was_dealt_with_is_quiet_for_a_while_and_no_two_workers_raise_the_same() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        for name in ["ada", "ben", "cleo"] {
            let patient = app.clinic.patient(name).await;
            program(&app, &patient, Frequency::Daily).await;
        }
        let begun = app.clinic.services.now();
        app.clinic.clock.set(begun.plus(3 * DAY));
        let (one, other) = tokio::join!(sweep(&app), sweep(&app));
        assert_eq!(one.raised + other.raised, 3, "{stack:?}");
        let raised = alerts(&app).await;
        assert_eq!(raised.len(), 3, "{stack:?}");
        let therapist = app.sign_in("therapist@clinic.example").await;
        let called = json!({ "alertId": raised[0]["id"], "reason": "Called; back from a trip on Friday." });
        change(&therapist, "resolveAlert", "alert { status }", called).await;
        app.clinic.clock.set(begun.plus(3 * DAY + 49 * HOUR - 1));
        assert_eq!(sweep(&app).await, swept(0, 0, 0), "{stack:?}");
        app.clinic.clock.set(begun.plus(3 * DAY + 49 * HOUR));
        assert_eq!(sweep(&app).await, swept(1, 0, 0), "{stack:?}");
        app.stop().await;
    }
}

#[tokio::test]
async fn a_sweep_takes_as_many_statements_however_many_patients_it_looks_at() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let mut counts = Vec::new();
        for round in 0..2 {
            for number in 0..2 {
                let patient = app.clinic.patient(&format!("p{round}x{number}")).await;
                program(&app, &patient, Frequency::Daily).await;
            }
            app.clinic.clock.advance(3 * DAY);
            tick(&app.clinic.worker(), 100).await.unwrap();
            let before = app.clinic.services.store.statements();
            assert_eq!(tick(&app.clinic.worker(), 100).await.unwrap(), swept(0, 0, 0), "{stack:?}");
            counts.push(app.clinic.services.store.statements() - before);
        }
        assert!(counts[0] == counts[1] && counts[0] <= 15, "{stack:?}: {counts:?}");
        app.stop().await;
    }
}
