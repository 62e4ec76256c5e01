//! The audit trail: what is done is recorded, sealed in a chain, and any change of it is found.

use crate::log_one;
use api::checkpoints::Checkpoints;
use care::access::Role;
use care::audit::{Checkpoint, Fault, Search, newest, seal, verify};
use care::id::Kind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use serde_json::{Value, json};
use std::ops::Range;
use tests::{Clinic, Stack, TestApp};

const EVENTS: &str = "query($filter: AuditFilter, $first: Int, $after: String) {
  auditEvents(filter: $filter, first: $first, after: $after) {
    edges { node { at accountId role action patientId objectId outcome requestId } }
    pageInfo { hasNextPage endCursor } } }";

/// Seals all there is; answers the checkpoints that were made.
async fn seal_all(clinic: &Clinic) -> Vec<Checkpoint> {
    let mut checkpoints = Vec::new();
    loop {
        let made = seal(&clinic.worker(), Search::Recent).await.unwrap();
        if made.is_empty() {
            return checkpoints;
        }
        checkpoints.extend(made);
    }
}

/// A clinic whose trail of at least ten events is sealed, its checkpoints, and a way to spoil it.
async fn sealed(stack: Stack) -> (Clinic, Vec<Checkpoint>, DatabaseConnection) {
    let clinic = Clinic::open(stack).await;
    clinic.patient("ada").await;
    let checkpoints = seal_all(&clinic).await;
    assert!(checkpoints[0].sequence >= 10, "{checkpoints:?}");
    let connection = clinic.database.connect().await;
    (clinic, checkpoints, connection)
}

async fn broken(clinic: &Clinic, checkpoints: &[Checkpoint]) -> Option<(i64, Fault)> {
    let verdicts = verify(&clinic.worker(), None, checkpoints).await.unwrap();
    assert_eq!(verdicts.len(), 1);
    verdicts[0].broken
}

/// The event that this seal is of.
fn event(sequence: i64) -> String {
    format!("id = (SELECT event_id FROM audit_seal WHERE sequence = {sequence})")
}

#[tokio::test]
async fn edited_deleted_moved_and_cut_off_events_are_found_by_their_number() {
    let delete = |at: i64| format!("DELETE FROM audit_event WHERE {}", event(at));
    for stack in Stack::BOTH {
        for (spoil, found) in [
            (vec![format!("UPDATE audit_event SET action = 'x' WHERE {}", event(4))], (4, Fault::Changed)),
            (vec![format!("UPDATE audit_event SET at = at + 1 WHERE {}", event(1))], (1, Fault::Changed)),
            (
                vec![format!(
                    "UPDATE audit_event SET request_id = NULL, outcome = 'DONE ' WHERE {}",
                    event(9)
                )],
                (9, Fault::Changed),
            ),
            (vec![delete(1)], (1, Fault::EventMissing)),
            (vec![delete(7), delete(5)], (5, Fault::EventMissing)),
            (
                vec![delete(3), "DELETE FROM audit_seal WHERE sequence = 3".to_owned()],
                (3, Fault::SealMissing),
            ),
            (
                vec![
                    // Two events change places: a seal's number is unique, so by way of another.
                    "UPDATE audit_seal SET sequence = 1000 WHERE sequence = 6".to_owned(),
                    "UPDATE audit_seal SET sequence = 6 WHERE sequence = 8".to_owned(),
                    "UPDATE audit_seal SET sequence = 8 WHERE sequence = 1000".to_owned(),
                ],
                (6, Fault::Changed),
            ),
            (
                vec![delete(9), delete(10), "DELETE FROM audit_seal WHERE sequence >= 9".to_owned()],
                (9, Fault::Truncated),
            ),
            (
                vec![
                    "DELETE FROM audit_seal".to_owned(),
                    "DELETE FROM audit_key".to_owned(),
                    "DELETE FROM audit_event".to_owned(),
                ],
                (1, Fault::Truncated),
            ),
        ] {
            let (clinic, checkpoints, connection) = sealed(stack).await;
            assert_eq!(broken(&clinic, &checkpoints).await, None);
            for statement in &spoil {
                connection.execute_unprepared(statement).await.unwrap();
            }
            assert_eq!(broken(&clinic, &checkpoints).await, Some(found), "{spoil:?}");
            connection.close().await.unwrap();
            clinic.services.store.close().await;
        }
    }
}

#[tokio::test]
async fn a_chain_goes_on_where_it_was_and_two_sealers_make_one_chain() {
    for stack in Stack::BOTH {
        let (clinic, first, connection) = sealed(stack).await;
        assert_eq!(
            seal(&clinic.worker(), Search::Recent).await.unwrap(),
            Vec::new(),
            "nothing is sealed twice"
        );
        for name in ["ben", "cleo"] {
            clinic.patient(name).await;
        }
        // An event that was committed late, after newer ones were sealed, is sealed as well.
        connection
            .execute_unprepared(
                "UPDATE audit_event SET at = at - 1000 WHERE id = (SELECT id FROM audit_event
                WHERE id NOT IN (SELECT event_id FROM audit_seal) ORDER BY id LIMIT 1)",
            )
            .await
            .unwrap();
        let (one, other) = (clinic.worker(), clinic.worker());
        let (one, other) = tokio::join!(seal(&one, Search::Recent), seal(&other, Search::All));
        let newest = one.unwrap().into_iter().chain(other.unwrap()).max_by_key(|made| made.sequence).unwrap();
        let verdict =
            verify(&clinic.worker(), None, &[first[0].clone(), newest.clone()]).await.unwrap().remove(0);
        assert_eq!((verdict.broken, verdict.sound), (None, newest.sequence));
        let rows = connection.query_all_raw(sea_orm::Statement::from_string(
            connection.get_database_backend(),
            "SELECT id FROM audit_event",
        ));
        assert_eq!(i64::try_from(rows.await.unwrap().len()).unwrap(), newest.sequence, "all are sealed");
        let forged = Checkpoint { mac: vec![0; 32], ..first[0].clone() };
        assert_eq!(broken(&clinic, &[forged]).await, Some((first[0].sequence, Fault::Changed)));
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn an_end_that_was_cut_off_stays_missed_when_the_chain_goes_on() {
    for stack in Stack::BOTH {
        let (clinic, mut checkpoints, connection) = sealed(stack).await;
        let last = checkpoints[0].sequence;
        let cut = format!("DELETE FROM audit_event WHERE {}", event(last));
        connection.execute_unprepared(&cut).await.unwrap();
        connection
            .execute_unprepared(&format!("DELETE FROM audit_seal WHERE sequence = {last}"))
            .await
            .unwrap();
        assert_eq!(broken(&clinic, &checkpoints).await, Some((last, Fault::Truncated)));
        clinic.sign_in("admin@clinic.example").await;
        checkpoints.extend(seal_all(&clinic).await);
        checkpoints.extend(newest(&clinic.worker()).await.unwrap());
        assert_eq!(checkpoints[1].sequence, last, "the number is given again");
        assert_eq!(broken(&clinic, &checkpoints).await, Some((last, Fault::Changed)));
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn an_event_of_the_future_keeps_no_other_from_being_sealed() {
    for stack in Stack::BOTH {
        let (clinic, checkpoints, connection) = sealed(stack).await;
        let day = 24 * 60 * 60_000;
        clinic.clock.advance(day);
        clinic.sign_in("admin@clinic.example").await;
        clinic.clock.advance(-day);
        seal_all(&clinic).await;
        clinic.begin_another("Other Clinic", "admin@other.example").await;
        clinic.sign_in("admin@clinic.example").await;
        clinic.clock.advance(2 * day);
        let late = verify(&clinic.worker(), None, &checkpoints).await.unwrap();
        assert!(late.len() == 2 && late.iter().all(|verdict| verdict.unsealed > 0), "{late:?}");
        clinic.clock.advance(-2 * day);
        seal_all(&clinic).await;
        clinic.clock.advance(2 * day);
        let sealed = verify(&clinic.worker(), None, &checkpoints).await.unwrap();
        assert!(sealed.iter().all(|verdict| verdict.unsealed == 0 && verdict.broken.is_none()), "{sealed:?}");
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

/// A column of an event and what it may be set to.
fn edits() -> impl Strategy<Value = (i64, String)> {
    let places: Range<i64> = 1..10;
    let uuid = || any::<u128>().prop_map(|bits| uuid::Uuid::from_u128(bits).simple().to_string());
    let edit = prop_oneof![
        (prop::sample::select(vec!["role", "action", "object_kind", "outcome"]), "[a-z.]{0,12}")
            .prop_map(|(column, text)| format!("{column} = '{text}'")),
        (prop::sample::select(vec!["account_id", "patient_id", "object_id"]), uuid())
            .prop_map(|(column, id)| format!("{column} = x'{id}'")),
        prop::sample::select(vec!["account_id", "patient_id", "object_id", "request_id", "address"])
            .prop_map(|column| format!("{column} = NULL")),
        any::<i32>().prop_map(|at| format!("at = {at}")),
        "[a-z]{1,8}".prop_map(|text| format!("request_id = '{text}'")),
        "[0-9.]{1,8}".prop_map(|text| format!("address = '{text}'")),
    ];
    (places, edit)
}

#[tokio::test]
async fn any_edit_of_one_field_is_found() {
    let (clinic, checkpoints, connection) = sealed(Stack::Embedded).await;
    let mut runner = TestRunner::deterministic();
    for _ in 0..tests::cases(60, 2_000) {
        let (sequence, edit) = edits().new_tree(&mut runner).unwrap().current();
        let kept = format!("CREATE TABLE kept AS SELECT * FROM audit_event WHERE {}", event(sequence));
        connection.execute_unprepared(&kept).await.unwrap();
        connection
            .execute_unprepared(&format!("UPDATE audit_event SET {edit} WHERE {}", event(sequence)))
            .await
            .unwrap();
        let same = "SELECT 1 FROM (SELECT * FROM kept INTERSECT SELECT * FROM audit_event)";
        let same = sea_orm::Statement::from_string(connection.get_database_backend(), same);
        let unchanged = connection.query_one_raw(same).await.unwrap().is_some();
        let expected = (!unchanged).then_some((sequence, Fault::Changed));
        assert_eq!(broken(&clinic, &checkpoints).await, expected, "{edit} at {sequence}");
        let back = format!(
            "DELETE FROM audit_event WHERE {}; INSERT INTO audit_event SELECT * FROM kept; DROP TABLE kept",
            event(sequence)
        );
        connection.execute_unprepared(&back).await.unwrap();
    }
    connection.close().await.unwrap();
    clinic.services.store.close().await;
}

#[tokio::test]
async fn the_file_of_checkpoints_gives_back_what_was_added() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("checkpoints");
    let file = Checkpoints::new(path.clone());
    assert_eq!(file.read().unwrap(), Vec::new());
    let made: Vec<_> = (1..4)
        .map(|sequence| Checkpoint { clinic_id: uuid::Uuid::from_u128(7), sequence, mac: vec![9; 32] })
        .collect();
    file.append(&made[..2], tests::at(tests::MORNING)).unwrap();
    file.append(&made[2..], tests::at(tests::MORNING)).unwrap();
    assert_eq!(file.read().unwrap(), made);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("\"sequence\":2", "\"sequence\":\"2\"", 1)).unwrap();
    let told = file.read().unwrap_err().to_string();
    assert!(told.contains("line 2 is no checkpoint"), "{told}");
}

#[tokio::test]
async fn officers_and_administrators_read_the_trail_of_their_clinic() {
    for stack in Stack::BOTH {
        let app = TestApp::start(stack).await;
        let ada = app.clinic.patient("ada").await;
        app.clinic.program(&ada, &[1]).await;
        let patient = app.sign_in("ada@patient.example").await;
        log_one(&app, &patient).await;
        app.clinic.begin_another("Other Clinic", "admin@other.example").await;
        app.clinic.member("officer@clinic.example", Role::PrivacyOfficer).await;
        app.clinic.clock.advance(1_000);
        let [officer, stranger, therapist] = [
            app.sign_in("officer@clinic.example").await,
            app.sign_in("admin@other.example").await,
            app.sign_in("therapist@clinic.example").await,
        ];
        for who in [&therapist, &patient] {
            let answer = who.raw(EVENTS, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
            assert_eq!(answer["data"]["auditEvents"], Value::Null);
        }
        let id = Kind::Patient.encode(ada.id);
        let ask = async |filter: Value| {
            let answer = officer.ask(EVENTS, json!({ "filter": filter })).await;
            let edges = answer["auditEvents"]["edges"].as_array().unwrap().clone();
            edges.into_iter().map(|edge| edge["node"].clone()).collect::<Vec<_>>()
        };
        let logged = ask(json!({ "patientId": id, "action": "progress.log" })).await;
        assert_eq!(logged.len(), 1, "{logged:?}");
        assert_eq!((&logged[0]["role"], &logged[0]["outcome"]), (&json!("PATIENT"), &json!("DONE")));
        assert!(logged[0]["objectId"].as_str().unwrap().starts_with("log_"), "{logged:?}");
        assert!(logged[0]["accountId"].is_string() && logged[0]["requestId"].is_string(), "{logged:?}");
        assert_eq!(ask(json!({ "to": "2026-06-15T10:00:00Z" })).await, Vec::<Value>::new());
        assert!(!ask(json!({ "from": "2026-06-15T10:00:00Z" })).await.is_empty());

        let (mut seen, mut after) = (Vec::new(), Value::Null);
        loop {
            let page =
                officer.ask(EVENTS, json!({ "first": 3, "after": after })).await["auditEvents"].clone();
            seen.extend(page["edges"].as_array().unwrap().clone());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert!(seen.len() > 10);
        let times: Vec<_> = seen.iter().map(|edge| edge["node"]["at"].to_string()).collect();
        assert!(times.is_sorted_by(|newer, older| newer >= older), "the newest first: {times:?}");
        let theirs = stranger.ask(EVENTS, json!({ "first": 100 })).await;
        for edge in theirs["auditEvents"]["edges"].as_array().unwrap() {
            assert!(!seen.contains(edge), "{edge}");
        }
        app.stop().await;
    }
}
