//! Two walls stand around a clinic's rows: what queries ask for, and row-level security. Either is
//! taken away here, and the other still gives nothing.

use crate::library::own_exercise;
use crate::own_exercises::invisible;
use crate::{CASELOAD, TODAY, log_one};
use api::wiring::{Connection, broken_wall};
use care::access::Role;
use care::id::Kind;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Clinic, Stack, TestApp};

const TABLES: &str =
    "SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    AND a.attname = 'clinic_id' WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1";

fn sql(text: impl Into<String>) -> Statement {
    Statement::from_string(DbBackend::Postgres, text)
}

async fn tables(connection: &DatabaseConnection) -> Vec<String> {
    let rows = connection.query_all_raw(sql(TABLES)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}

async fn number(connection: &impl ConnectionTrait, query: String) -> i64 {
    connection.query_one_raw(sql(query)).await.unwrap().unwrap().try_get("", "n").unwrap()
}

const OWN_EXERCISE: &str = "mutation($input: CreateExerciseInput!) { createExercise(input: $input) {
    exercise { id } userErrors { code } } }";

/// A server with a clinic that has rows of many kinds, and one that begins beside it.
async fn two_clinics() -> (TestApp, String, String) {
    let app = TestApp::start(Stack::Full).await;
    let ada = app.clinic.patient("ada").await;
    app.clinic.program(&ada, &[1]).await;
    let patient = app.sign_in("ada@patient.example").await;
    log_one(&app, &patient).await;
    let remind =
        "mutation { createReminder(input: { kind: EXERCISE, times: [\"18:00\"] }) { userErrors { code } } }";
    patient.ask(remind, json!({})).await;
    let therapist = app.sign_in("therapist@clinic.example").await;
    let own = json!({ "input": own_exercise(&[("ENGLISH", "Wall hold")]) });
    let made = therapist.ask(OWN_EXERCISE, own).await;
    assert!(made["createExercise"]["exercise"]["id"].is_string(), "{made}");
    let theirs = app.clinic.therapist().await.actor().clinic_id;
    let ours = app.clinic.begin_another("Other Clinic", "admin@other.example").await;
    (app, theirs.to_string(), ours.to_string())
}

#[tokio::test]
async fn without_a_filter_row_level_security_yields_nothing() {
    let (app, theirs, ours) = two_clinics().await;
    let all = app.clinic.database.connect().await;
    let server = app.clinic.database.connect_as_server().await;
    let mut full = 0;
    for table in tables(&all).await {
        // Exercises that belong to no clinic are everybody's to read, and nobody's to change.
        let shared = if table == "exercise" { " WHERE clinic_id IS NOT NULL" } else { "" };
        let foreign = format!("FROM {table} WHERE clinic_id = '{theirs}'");
        let there = number(&all, format!("SELECT count(*) AS n {foreign}")).await;
        full += i64::from(there > 0);
        assert_eq!(
            number(&server, format!("SELECT count(*) AS n FROM {table}{shared}")).await,
            0,
            "{table}, no clinic"
        );
        server.execute_unprepared("BEGIN").await.unwrap();
        server
            .execute_unprepared(&format!("SELECT set_config('plumbline.clinic_id', '{ours}', true)"))
            .await
            .unwrap();
        assert_eq!(number(&server, format!("SELECT count(*) AS n {foreign}")).await, 0, "{table} is read");
        let changed = server.execute_raw(sql(format!("DELETE {foreign}"))).await.unwrap();
        assert_eq!(changed.rows_affected(), 0, "{table} is emptied");
        let moved = format!("UPDATE {table} SET clinic_id = '{ours}' WHERE clinic_id = '{theirs}'");
        assert_eq!(server.execute_raw(sql(moved)).await.unwrap().rows_affected(), 0, "{table} is robbed");
        if table == "exercise" {
            let changed = server.execute_raw(sql("UPDATE exercise SET key = 'x' || key")).await.unwrap();
            assert_eq!(changed.rows_affected(), 0, "shared exercises are changed");
            let emptied = server.execute_raw(sql("DELETE FROM exercise")).await.unwrap();
            assert_eq!(emptied.rows_affected(), 0, "shared exercises are deleted");
        }
        let given = format!("UPDATE {table} SET clinic_id = '{theirs}'");
        let given = server.execute_raw(sql(given)).await;
        assert!(given.map_or(true, |given| given.rows_affected() == 0), "{table} is given away");
        server.execute_unprepared("ROLLBACK").await.unwrap();
        assert_eq!(number(&all, format!("SELECT count(*) AS n {foreign}")).await, there, "{table}");
    }
    assert!(full >= 13, "only {full} tables have rows to protect");
    let publish = "UPDATE exercise SET clinic_id = NULL WHERE clinic_id IS NOT NULL";
    let share = "INSERT INTO exercise (id, key, number, categories, tags, default_dose, default_schedule, change)
        SELECT gen_random_uuid(), 'shared', number, categories, tags, default_dose, default_schedule, change FROM exercise LIMIT 1";
    for change in [publish, share] {
        server.execute_unprepared("BEGIN").await.unwrap();
        let enter = format!("SELECT set_config('plumbline.clinic_id', '{theirs}', true)");
        server.execute_unprepared(&enter).await.unwrap();
        let refused = server.execute_raw(sql(change)).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{change}: {refused}");
        server.execute_unprepared("ROLLBACK").await.unwrap();
    }
    server.close().await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn the_audit_trail_is_added_to_and_never_changed() {
    let (app, theirs, _) = two_clinics().await;
    let server = app.clinic.database.connect_as_server().await;
    for role in ["", "SET LOCAL ROLE plumbline_worker"] {
        for change in ["DELETE FROM audit_event", "UPDATE audit_event SET action = 'x'"] {
            server.execute_unprepared("BEGIN").await.unwrap();
            server
                .execute_unprepared(&format!(
                    "SELECT set_config('plumbline.clinic_id', '{theirs}', true); {role}"
                ))
                .await
                .unwrap();
            assert!(number(&server, "SELECT count(*) AS n FROM audit_event".to_owned()).await > 0);
            assert_eq!(server.execute_raw(sql(change)).await.unwrap().rows_affected(), 0, "{change} {role}");
            server.execute_unprepared("ROLLBACK").await.unwrap();
        }
    }
    let emptied = server.execute_unprepared("TRUNCATE audit_event").await;
    assert!(matches!(emptied, Err(DbErr::Exec(_))), "{emptied:?}");
    server.close().await.unwrap();
    app.stop().await;
}

#[tokio::test]
async fn without_row_level_security_the_filters_yield_nothing() {
    let (app, ..) = two_clinics().await;
    let all = app.clinic.database.connect().await;
    for table in tables(&all).await.into_iter().chain(["clinic".to_owned()]) {
        let open = format!(
            "ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"
        );
        all.execute_unprepared(&open).await.unwrap();
    }
    let server = app.clinic.database.connect_as_server().await;
    assert!(number(&server, "SELECT count(*) AS n FROM patient".to_owned()).await > 0, "the wall is gone");
    server.close().await.unwrap();
    let ada = number(&all, "SELECT count(*) AS n FROM patient".to_owned()).await;
    assert_eq!(ada, 1);
    let row = all.query_one_raw(sql("SELECT id FROM patient")).await.unwrap().unwrap();
    let id = Kind::Patient.encode(row.try_get("", "id").unwrap());
    let stranger = app.sign_in("admin@other.example").await;
    let query = "query($id: ID!) { patient(id: $id) { id name } node(id: $id) { id } }";
    let answer = stranger.raw(query, json!({ "id": id })).await;
    assert_eq!(answer["data"], json!({ "patient": null, "node": null }), "{answer}");
    assert_eq!(stranger.ask(CASELOAD, json!({})).await["caseload"]["totalCount"], 0);
    let invite = "mutation($input: InvitePatientInput!) { invitePatient(input: $input) { invitation { code } userErrors { code } } }";
    let invited = stranger.ask(invite, json!({ "input": { "patientId": id } })).await;
    assert_eq!(invited["invitePatient"]["invitation"], Value::Null);
    foreign_exercise_is_none(&app, &all).await;
    let patient = app.sign_in("ada@patient.example").await;
    assert_eq!(patient.ask(TODAY, json!({})).await["today"]["items"].as_array().unwrap().len(), 1);
    app.stop().await;
}

/// A therapist of the other clinic comes to nothing of the first one's own exercise.
async fn foreign_exercise_is_none(app: &TestApp, all: &DatabaseConnection) {
    app.clinic.member_of("admin@other.example", "foreign@other.example", Role::Therapist).await;
    let stranger = app.sign_in("foreign@other.example").await;
    let row = all.query_one_raw(sql("SELECT id FROM exercise WHERE clinic_id IS NOT NULL")).await.unwrap();
    let id = Kind::Exercise.encode(row.unwrap().try_get("", "id").unwrap());
    invisible(&stranger, &id).await;
}

#[tokio::test]
async fn the_server_does_not_start_past_row_level_security() {
    let clinic = Clinic::open(Stack::Full).await;
    let wall = async |url: &str| {
        let connection = Connection::open("database.url", url, Duration::from_secs(10)).await.unwrap();
        let broken = broken_wall(&connection).await;
        connection.close().await;
        broken
    };
    assert_eq!(wall(&clinic.database.url).await, None);
    let told = wall(&clinic.database.owner_url).await.unwrap();
    assert!(told.contains("postgres is a superuser") && told.contains("roles.sh"), "{told}");
    let owner = clinic.database.connect().await;
    owner.execute_unprepared("ALTER TABLE program NO FORCE ROW LEVEL SECURITY").await.unwrap();
    let told = wall(&clinic.database.url).await.unwrap();
    assert!(told.contains("program is open"), "{told}");
    owner
        .execute_unprepared(
            "ALTER TABLE program FORCE ROW LEVEL SECURITY; ALTER TABLE program_hold OWNER TO plumbline_app",
        )
        .await
        .unwrap();
    let told = wall(&clinic.database.url).await.unwrap();
    assert!(told.contains("plumbline_app owns the tables"), "{told}");
    clinic.services.store.close().await;
}
