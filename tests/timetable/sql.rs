//! The SQL timetable passes the same checks as the one in Redis.

use crate::step;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use reminders::timetable::conformance::{IDS, checks, follows_the_model, id};
use reminders::timetable::sql::SqlTimetable;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tests::{Clinic, Stack, at};

/// A clinic with a paused reminder for every id of the checks, so that only the timetable's own
/// columns say when one fires.
async fn timetable(stack: Stack) -> (Clinic, SqlTimetable, DatabaseConnection) {
    let clinic = Clinic::open(stack).await;
    let patient = clinic.patient("ada").await;
    let connection = clinic.database.connect().await;
    let insert = "INSERT INTO reminder (clinic_id, id, patient_id, kind, rule, zone_mode, time_zone, \
        quiet_policy, only_if_not_done, late_limit_minutes, status, version, fingerprint, created_at, change)";
    let backend = connection.get_database_backend();
    let ids: Vec<_> = (0..IDS).map(id).collect();
    for ids in ids.chunks(500) {
        let row = |id: &uuid::Uuid| {
            let (clinic_id, id, patient_id) = match stack {
                Stack::Embedded => (
                    "(SELECT clinic_id FROM patient LIMIT 1)".to_owned(),
                    format!("x'{}'", id.simple()),
                    format!("x'{}'", patient.id.simple()),
                ),
                Stack::Full => (
                    "(SELECT clinic_id FROM patient LIMIT 1)".to_owned(),
                    format!("'{id}'::uuid"),
                    format!("'{}'::uuid", patient.id),
                ),
            };
            let empty = if stack == Stack::Full { "'\\x00'" } else { "x'00'" };
            format!(
                "({clinic_id}, {id}, {patient_id}, 'OTHER', '{{}}', 'FIXED', 'UTC', 'DROP', \
                 FALSE, 60, 'PAUSED', 1, {empty}, 0, 0)"
            )
        };
        let rows: Vec<_> = ids.iter().map(row).collect();
        let sql = format!("{insert} VALUES {}", rows.join(", "));
        connection.execute_raw(Statement::from_string(backend, sql)).await.unwrap();
    }
    let timetable = SqlTimetable::new(clinic.worker());
    (clinic, timetable, connection)
}

async fn clear(connection: &DatabaseConnection) {
    for sql in ["UPDATE reminder SET fire_at = NULL WHERE fire_at IS NOT NULL", "DELETE FROM reminder_batch"]
    {
        connection.execute_unprepared(sql).await.unwrap();
    }
}

#[tokio::test]
async fn passes_the_conformance_checks() {
    for stack in Stack::BOTH {
        let (_clinic, timetable, connection) = timetable(stack).await;
        for (name, check) in checks() {
            clear(&connection).await;
            if let Err(failure) = check(&timetable, at("2026-06-15T08:00:00Z").0).await {
                panic!("{stack:?} {name}: {failure}");
            }
        }
    }
}

#[tokio::test]
async fn follows_the_model_through_any_steps() {
    let mut runner = TestRunner::new(Config::default());
    for stack in Stack::BOTH {
        let (_clinic, timetable, connection) = timetable(stack).await;
        for _ in 0..tests::cases(15, 500) {
            let steps = prop::collection::vec(step(), 1..40).new_tree(&mut runner).unwrap().current();
            clear(&connection).await;
            if let Err(failure) = follows_the_model(&timetable, at("2026-06-15T08:00:00Z").0, &steps).await {
                panic!("{stack:?}: {failure}\n{steps:?}");
            }
        }
    }
}
