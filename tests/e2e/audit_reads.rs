//! Who reads of patients is recorded before the answer leaves, and so is what was refused.

use crate::{CASELOAD, TODAY};
use care::access::{authenticate, door};
use care::audit::{Search, record_reads, seal};
use care::id::Kind;
use futures::future::join_all;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tests::{Clinic, Stack, TestApp};

const PATIENT: &str = "query($id: ID!) { patient(id: $id) { name } }";

/// The newest events of reading and of refusals: action, role, patient, outcome, address.
async fn recorded(app: &TestApp) -> Vec<[Value; 5]> {
    let admin = app.sign_in("admin@clinic.example").await;
    let query = "{ auditEvents(first: 100) { nodes { action role patientId outcome address } } }";
    let nodes = admin.ask(query, json!({})).await["auditEvents"]["nodes"].as_array().unwrap().clone();
    let of =
        |node: &Value| ["action", "role", "patientId", "outcome", "address"].map(|key| node[key].clone());
    let wanted = |event: &[Value; 5]| event[0] == "patient.read" || event[0] == "role.exceed";
    nodes.iter().map(of).filter(wanted).collect()
}

#[tokio::test]
async fn reading_is_recorded_with_who_whom_and_where_from() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let ben = Kind::Patient.encode(app.clinic.patient("ben").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        assert_eq!(recorded(&app).await, Vec::<[Value; 5]>::new());
        let read = |role: &str, id: &str, outcome: &str| {
            ["patient.read", role, id, outcome, "127.0.0.1"].map(|text| json!(text))
        };
        therapist.ask(PATIENT, json!({ "id": ada })).await;
        assert_eq!(recorded(&app).await, [read("THERAPIST", &ada, "DONE")]);
        app.clinic.clock.advance(1);
        therapist.ask(CASELOAD, json!({})).await;
        let mut both = recorded(&app).await[..2].to_vec();
        both.sort_by_key(|event| event[2] != json!(ada));
        assert_eq!(both, [read("THERAPIST", &ada, "DONE"), read("THERAPIST", &ben, "DONE")]);

        app.clinic.clock.advance(1);
        let other = app.sign_in("other@clinic.example").await;
        other.raw(PATIENT, json!({ "id": ada })).await;
        assert_eq!(recorded(&app).await[0], read("THERAPIST", &ada, "REFUSED"));
        app.clinic.clock.advance(1);
        let patient = app.sign_in("ada@patient.example").await;
        patient.raw(CASELOAD, json!({})).await;
        let exceeded = ["role.exceed", "PATIENT", "", "REFUSED", "127.0.0.1"].map(|text| json!(text));
        let told = recorded(&app).await[0].clone();
        assert_eq!((&told[0], &told[1], &told[3]), (&exceeded[0], &exceeded[1], &exceeded[3]));
        app.stop().await;
    }
}

#[tokio::test]
async fn a_patients_own_reading_is_recorded_once_in_a_session_and_day() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let count = async || recorded(&app).await.len();
        let patient = app.sign_in("ada@patient.example").await;
        for _ in 0..3 {
            patient.ask(TODAY, json!({})).await;
            patient.ask("{ program { id } programs { id } }", json!({})).await;
        }
        assert_eq!(count().await, 1);
        app.sign_in("ada@patient.example").await.ask(TODAY, json!({})).await;
        assert_eq!(count().await, 2, "another session");
        app.clinic.clock.advance(24 * 60 * 60_000);
        app.sign_in("ada@patient.example").await.ask(TODAY, json!({})).await;
        assert_eq!(count().await, 3);
        app.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_be_recorded_is_not_served() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = Kind::Patient.encode(app.clinic.patient("ada").await.id);
        let therapist = app.sign_in("therapist@clinic.example").await;
        therapist.ask("{ viewer { role } }", json!({})).await;
        let owner = app.clinic.database.connect().await;
        owner.execute_unprepared("ALTER TABLE audit_event RENAME TO away").await.unwrap();
        for (query, variables) in [(PATIENT, json!({ "id": ada })), (CASELOAD, json!({}))] {
            let answer = therapist.raw(query, variables).await;
            assert!(answer.get("data").is_none_or(Value::is_null), "{answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL_SERVER_ERROR", "{answer}");
            assert!(!answer.to_string().contains("\"ada"), "{answer}");
        }
        therapist.ask("{ serverInfo { version } }", json!({})).await;
        owner.execute_unprepared("ALTER TABLE away RENAME TO audit_event").await.unwrap();
        assert_eq!(therapist.ask(PATIENT, json!({ "id": ada })).await["patient"]["name"], "ada");
        owner.close().await.unwrap();
        app.stop().await;
    }
}

#[tokio::test]
async fn many_at_once_share_a_commit() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let ada = clinic.patient("ada").await;
        let (door, tokens) = (door(&clinic.services), clinic.tokens("therapist@clinic.example").await);
        let mut scopes = Vec::new();
        for number in 0..50 {
            let scope = authenticate(&door, &tokens.access, format!("request {number}")).await.unwrap();
            care::patient::get(&scope, ada.id).await.unwrap();
            scope.finish().await;
            scopes.push(scope);
        }
        let before = clinic.services.store.statements();
        for recorded in join_all(scopes.iter().map(record_reads)).await {
            recorded.unwrap();
        }
        let statements = clinic.services.store.statements() - before;
        assert!(statements <= 3, "{stack:?}: {statements} statements for 50 readers");
        let connection = clinic.database.connect().await;
        let count = "SELECT count(*) AS n FROM audit_event WHERE action = 'patient.read'";
        let count = sea_orm::Statement::from_string(connection.get_database_backend(), count);
        let row = connection.query_one_raw(count).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), 50, "and none is missing");
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn an_officer_verifies_the_clinics_own_chain() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        while !seal(&app.clinic.worker(), Search::Recent).await.unwrap().is_empty() {}
        let verify = "{ verifyAudit { sound unsealed brokenAt fault } }";
        let admin = app.sign_in("admin@clinic.example").await;
        let verdict = admin.ask(verify, json!({})).await["verifyAudit"].clone();
        assert!(verdict["sound"].as_i64().unwrap() > 5, "{verdict}");
        assert_eq!((&verdict["unsealed"], &verdict["brokenAt"]), (&json!(0), &Value::Null));
        let therapist = app.sign_in("therapist@clinic.example").await.raw(verify, json!({})).await;
        assert_eq!(therapist["errors"][0]["extensions"]["code"], "FORBIDDEN");
        let owner = app.clinic.database.connect().await;
        let edit = "UPDATE audit_event SET role = 'NOBODY' WHERE id = (SELECT event_id FROM audit_seal WHERE sequence = 3)";
        owner.execute_unprepared(edit).await.unwrap();
        let verdict = admin.ask(verify, json!({})).await["verifyAudit"].clone();
        assert_eq!((&verdict["brokenAt"], &verdict["fault"]), (&json!(3), &json!("CHANGED")));
        owner.close().await.unwrap();
        app.stop().await;
    }
}

#[tokio::test]
async fn wrong_secrets_are_recorded_and_unknown_accounts_cost_the_same() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        app.clinic.patient("ada").await;
        let ada = app.sign_in("ada@patient.example").await;
        let mut costs = Vec::new();
        for email in ["ada@patient.example", "nobody@patient.example", "therapist@clinic.example"] {
            let before = app.clinic.services.store.statements();
            let refused = app.try_sign_in(email, "not the password").await;
            assert_eq!(refused["signIn"]["userErrors"][0]["code"], "CREDENTIALS");
            costs.push(app.clinic.services.store.statements() - before);
        }
        assert!(costs.iter().all(|cost| *cost == costs[0]), "{stack:?} {costs:?}");
        app.clinic.clock.advance(60_000);
        let step_up =
            "mutation { stepUp(input: { password: \"not the password\" }) { userErrors { code } } }";
        ada.ask(step_up, json!({})).await;
        let admin = app.sign_in("admin@clinic.example").await;
        let query = "{ auditEvents(first: 100) { nodes { action accountId objectId outcome address } } }";
        let nodes = admin.ask(query, json!({})).await["auditEvents"]["nodes"].clone();
        let refused: Vec<_> =
            nodes.as_array().unwrap().iter().filter(|node| node["outcome"] == "REFUSED").collect();
        let viewer = ada.ask("{ viewer { id } }", json!({})).await["viewer"]["id"].clone();
        assert_eq!(refused.len(), 3, "{stack:?} {refused:?}");
        let sign_in = refused.iter().find(|node| node["objectId"] == viewer && node["accountId"].is_null());
        let (proof, sign_in) = (refused[0], sign_in.unwrap());
        assert_eq!((&proof["action"], &proof["accountId"]), (&json!("session.step_up"), &viewer));
        assert_eq!((&sign_in["action"], &sign_in["objectId"]), (&json!("session.open"), &viewer));
        assert_eq!((&sign_in["accountId"], &sign_in["address"]), (&Value::Null, &json!("127.0.0.1")));
        while !seal(&app.clinic.worker(), Search::Recent).await.unwrap().is_empty() {}
        let verdict = admin.ask("{ verifyAudit { unsealed brokenAt } }", json!({})).await;
        assert_eq!(verdict["verifyAudit"]["brokenAt"], Value::Null, "{verdict}");
        app.stop().await;
    }
}
