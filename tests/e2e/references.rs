//! No row can point into another clinic, whatever a query would write.

use migrations::{Migrator, MigratorTrait, known};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::collections::{BTreeMap, BTreeSet};
use tests::{Clinic, Stack};
use uuid::Uuid;

/// The columns of each table, and its references: the table referred to, and the columns that refer.
#[derive(Default)]
struct Shape {
    columns: BTreeMap<String, BTreeSet<String>>,
    references: BTreeMap<String, Vec<(String, BTreeSet<String>)>>,
}

async fn rows(connection: &DatabaseConnection, sql: &str) -> Vec<[String; 3]> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| ["a", "b", "c"].map(|name| row.try_get("", name).unwrap())).collect()
}

async fn shape(connection: &DatabaseConnection) -> Shape {
    let (columns, references) = match connection.get_database_backend() {
        DbBackend::Sqlite => (
            "SELECT m.name AS a, c.name AS b, '' AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
            "SELECT m.name || ' ' || f.id AS a, f.\"table\" AS b, f.\"from\" AS c FROM sqlite_master m
             JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'",
        ),
        _ => (
            "SELECT table_name::text AS a, column_name::text AS b, '' AS c FROM information_schema.columns WHERE table_schema = 'public'",
            "SELECT k.conrelid::regclass::text || ' ' || k.conname AS a, k.confrelid::regclass::text AS b, t.attname::text AS c
             FROM pg_constraint k JOIN pg_attribute t ON t.attrelid = k.conrelid AND t.attnum = ANY(k.conkey) WHERE k.contype = 'f'",
        ),
    };
    let mut shape = Shape::default();
    for [table, column, _] in rows(connection, columns).await {
        shape.columns.entry(table).or_default().insert(column);
    }
    let mut keys: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for [key, to, column] in rows(connection, references).await {
        keys.entry((key, to)).or_default().insert(column);
    }
    for ((key, to), columns) in keys {
        let table = key.split(' ').next().unwrap().to_owned();
        shape.references.entry(table).or_default().push((to, columns));
    }
    shape
}

#[tokio::test]
async fn every_reference_between_rows_of_clinics_names_the_clinic() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let connection = clinic.database.connect().await;
        let Shape { columns, references } = shape(&connection).await;
        let of_clinic = |table: &str| columns[table].contains("clinic_id");
        let mut checked = 0;
        for table in columns.keys().filter(|table| of_clinic(table)) {
            let references = references.get(table).cloned().unwrap_or_default();
            // An exercise may be shared, so that no key can name its clinic: triggers look at it, see below.
            for (to, by) in references.iter().filter(|(to, _)| of_clinic(to) && to != "exercise") {
                assert!(by.contains("clinic_id"), "{stack:?}: {table} refers to {to} by {by:?} alone");
            }
            // The trail outlives what it tells of.
            for column in ["patient_id", "member_id", "program_id"] {
                if columns[table].contains(column) && !table.starts_with("audit_") {
                    let held =
                        references.iter().any(|(_, by)| by.contains("clinic_id") && by.contains(column));
                    assert!(held, "{stack:?}: {table}.{column} may point anywhere");
                    checked += 1;
                }
            }
        }
        assert!(checked > 15, "{checked}");
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn a_session_and_an_invitation_are_of_people_of_their_own_clinic() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        clinic.patient("ada").await;
        let other = clinic.begin_another("Other Clinic", "boss@other.example").await;
        let connection = clinic.database.connect().await;
        let literal = match stack {
            Stack::Embedded => format!("x'{}'", other.simple()),
            Stack::Full => format!("'{other}'"),
        };
        for table in ["session", "invitation"] {
            let moved = format!("UPDATE {table} SET clinic_id = {literal} WHERE patient_id IS NOT NULL");
            let error = connection.execute_unprepared(&moved).await.unwrap_err().to_string();
            assert!(error.to_lowercase().contains("foreign key"), "{stack:?} {table}: {error}");
        }
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn every_table_that_refers_to_exercises_has_the_guard() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let connection = clinic.database.connect().await;
        let references = shape(&connection).await.references;
        let refer = references.iter().filter(|(_, to)| to.iter().any(|(to, _)| to == "exercise"));
        let refer: BTreeSet<_> = refer.map(|(table, _)| table.clone()).collect();
        assert!(refer.len() > 1, "{refer:?}");
        let (guards, each) = match stack {
            Stack::Embedded => (
                "SELECT tbl_name AS a, name AS b, '' AS c FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%foreign key of an exercise%'",
                2,
            ),
            Stack::Full => (
                "SELECT t.tgrelid::regclass::text AS a, t.tgname::text AS b, '' AS c FROM pg_trigger t
                 JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'prescription_exercise'",
                1,
            ),
        };
        let mut guarded: BTreeMap<_, usize> = BTreeMap::new();
        for [table, ..] in rows(&connection, guards).await {
            *guarded.entry(table).or_default() += 1;
        }
        let wanted = refer.into_iter().map(|table| (table, each)).collect();
        assert_eq!(guarded, wanted, "{stack:?}");
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn a_prescription_and_media_are_of_a_shared_exercise_or_one_of_its_own_clinic() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let ada = clinic.patient("ada").await;
        clinic.program(&ada, &[1]).await;
        let theirs = clinic.begin_another("Other Clinic", "admin@other.example").await;
        let connection = clinic.database.connect().await;
        let literal = |id: Uuid| match stack {
            Stack::Embedded => format!("x'{}'", id.simple()),
            Stack::Full => format!("'{id}'"),
        };
        let give = |to: &str| format!("UPDATE exercise SET clinic_id = {to} WHERE number = 2");
        let point =
            |table| format!("UPDATE {table} SET exercise_id = {}", literal(care::library::exercise_id(2)));
        let (prescribe, show) = (point("prescription"), point("media"));
        let add = |id: u128, number: i32| {
            format!(
                "INSERT INTO media SELECT m.clinic_id, {}, e.id, 'image/png', 1, 'READY', m.id, 1
                 FROM member m, exercise e, prescription p WHERE m.clinic_id = p.clinic_id AND e.number = {number} LIMIT 1",
                literal(Uuid::from_u128(id))
            )
        };
        connection.execute_unprepared(&add(1, 1)).await.unwrap();
        let copy = "INSERT INTO prescription SELECT p.clinic_id, r.id, p.patient_id, p.program_id, p.revision_id, p.origin_id, 9,
            e.id, p.dose, p.schedule, p.change, p.phases FROM prescription p, program_revision r, exercise e WHERE e.number = 2";
        connection.execute_unprepared(&give(&literal(theirs))).await.unwrap();
        for foreign in [&prescribe, copy, &show, &add(2, 2)] {
            let error = connection.execute_unprepared(foreign).await.unwrap_err().to_string();
            assert!(error.contains("foreign key of an exercise"), "{stack:?}: {error}");
        }
        let own = "(SELECT clinic_id FROM prescription)";
        for allowed in ["NULL", own] {
            connection.execute_unprepared(&give(allowed)).await.unwrap();
            connection.execute_unprepared(&prescribe).await.unwrap();
            connection.execute_unprepared(&show).await.unwrap();
        }
        connection.execute_unprepared(&add(2, 2)).await.unwrap();
        connection.execute_unprepared(copy).await.unwrap();
        connection.close().await.unwrap();
        clinic.services.store.close().await;
    }
}

#[tokio::test]
async fn sessions_and_invitations_of_before_are_kept() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}?mode=rwc", directory.path().join("before.sqlite3").display());
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.unwrap();
    let step = known().iter().position(|name| name == "m0021_within_clinic").unwrap();
    Migrator::up(&connection, Some(u32::try_from(step).unwrap())).await.unwrap();
    for sql in [
        "INSERT INTO account VALUES (x'01', x'02', x'03', 'hash', 1, NULL)",
        "INSERT INTO clinic (id, name, time_zone, data_key, settings, created_at) VALUES (x'04', 'c', 'UTC', x'05', '{}', 1)",
        "INSERT INTO member VALUES (x'04', x'06', x'01', 'THERAPIST', x'07', 1, NULL)",
        "INSERT INTO session VALUES (x'08', x'01', x'04', x'06', NULL, 1, 2, 3, 'SIGNED_OUT', 4, 5)",
        "INSERT INTO session_token VALUES (x'09', x'08', 1, x'0a', x'0b', 2, 3, 4, 5)",
        "INSERT INTO invitation VALUES (x'0c', x'04', 'THERAPIST', NULL, x'0d', x'0e', x'0f', 2, x'06', 1, 2, 3)",
    ] {
        connection.execute_unprepared(sql).await.unwrap();
    }
    let all = async || {
        let mut all = Vec::new();
        for (table, columns) in [
            (
                "session",
                "hex(id) || hex(account_id) || hex(clinic_id) || hex(member_id) || expires_at || revoked_reason || proved_at || second_factor_at",
            ),
            (
                "session_token",
                "hex(id) || hex(session_id) || generation || hex(access_hash) || hex(refresh_hash) || consumed_at",
            ),
            (
                "invitation",
                "hex(id) || hex(clinic_id) || role || hex(email) || hex(code_hash) || tries || hex(created_by) || used_at",
            ),
        ] {
            all.extend(
                rows(&connection, &format!("SELECT '{table}' AS a, {columns} AS b, '' AS c FROM {table}"))
                    .await,
            );
        }
        all
    };
    let before = all().await;
    assert_eq!(before.len(), 3);
    Migrator::up(&connection, None).await.unwrap();
    assert_eq!(all().await, before);
    let waiting =
        rows(&connection, "SELECT name AS a, '' AS b, '' AS c FROM sqlite_master WHERE name LIKE 'waiting%'")
            .await;
    assert_eq!(waiting, Vec::<[String; 3]>::new());
    connection.close().await.unwrap();
}
