//! Replacing the installation's key: broken off anywhere, nothing is lost and it goes on.

use super::{plumbline, sqlite, text};
use api::wiring::{App, Ports};
use care::clock::SystemClock;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;

const OLD: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";
const NEW: &str = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
const CLINICS: usize = 200;

/// The address of a fresh migrated database, whatever keeps it, on SQLite and on PostgreSQL.
fn databases() -> [(String, Option<tempfile::TempDir>); 2] {
    let directory = tempfile::tempdir().unwrap();
    let embedded = sqlite(directory.path());
    let (owner, server) = postgres();
    for (url, owner_url) in [(&embedded, &embedded), (&server, &owner)] {
        let settings = [("DATABASE__URL", url.as_str()), ("DATABASE__MIGRATION_URL", owner_url.as_str())];
        let migrated = plumbline(&["migrate"], &settings);
        assert!(migrated.status.success(), "{}", text(&migrated));
    }
    [(embedded, Some(directory)), (server, None)]
}

/// An empty PostgreSQL database: its address as its owner, and as the server's role.
#[allow(clippy::disallowed_methods, reason = "tests/run tells by the environment what it has started")]
fn postgres() -> (String, String) {
    let control = std::env::var("PLUMBLINE_TEST_POSTGRES").expect("tests/run names a PostgreSQL server");
    let name =
        format!("test_{}", care::id::new(&care::clock::SystemClock, &care::clock::SystemRandom).simple());
    let psql = |database: &str, sql: &str| {
        let url = format!("{control}/{database}");
        let output = Command::new("psql").args(["-qXd", &url, "-v", "ON_ERROR_STOP=1", "-c", sql]).output();
        let output = output.expect("psql comes with PostgreSQL");
        assert!(output.status.success(), "{}", text(&output));
    };
    psql("postgres", &format!("CREATE DATABASE {name}"));
    // A role of its own: other tests make theirs at the same time.
    let roles = format!(
        "SELECT pg_advisory_lock(7062);
        DO $$ BEGIN CREATE ROLE plumbline_worker NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN END $$;
        CREATE ROLE {name} LOGIN NOINHERIT IN ROLE plumbline_worker;
        GRANT USAGE ON SCHEMA public TO {name}, plumbline_worker;
        ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name}"
    );
    psql(&name, &roles);
    let server = control.replace("postgres://postgres@", &format!("postgres://{name}@"));
    (format!("{control}/{name}"), format!("{server}/{name}"))
}

fn begin_clinics(url: &str) {
    let environment = [("PLUMBLINE_DATABASE__URL", url), ("PLUMBLINE_KEYS__INSTALLATION_KEY", OLD)];
    let environment: Vec<_> = environment.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let configuration = api::configuration::load(None, &environment).unwrap();
        let ports = Ports::of(&configuration, &(Arc::new(SystemClock) as _)).unwrap();
        let app = App::build(configuration, ports).await.unwrap();
        let worker = care::access::worker(&app.services);
        for number in 0..CLINICS {
            let address = format!("admin{number}@clinic.example");
            care::clinic::create(&worker, "Spine Clinic", "Europe/Berlin", &address).await.unwrap();
        }
        app.services.store.close().await;
    });
}

/// Begins to rotate and kills the program, without warning, once it has told of so many keys.
fn rotate_and_kill(settings: &[(&str, &str)], after: usize) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline"));
    command.args(["keys", "rotate"]).env_clear().stdout(Stdio::piped()).stderr(Stdio::null());
    for (key, value) in settings {
        command.env(format!("PLUMBLINE_{key}"), value);
    }
    let mut process = command.spawn().unwrap();
    let told = BufReader::new(process.stdout.take().unwrap()).lines().take(after).count();
    assert_eq!(told, after);
    process.kill().unwrap();
    process.wait().unwrap();
}

/// How many keys the installation's key of today wraps, how many the one before, as `status` tells.
fn status(settings: &[(&str, &str)]) -> (usize, usize) {
    let output = plumbline(&["keys", "status"], settings);
    let told = text(&output);
    assert!(output.status.success() && !told.contains("NEITHER"), "{told}");
    let number = |line: Option<&str>| line.map_or(0, |line| line.split(' ').next().unwrap().parse().unwrap());
    let previous = told.lines().find(|line| line.contains("by keys.previous_installation_key:"));
    (number(told.lines().next()), number(previous))
}

#[test]
fn a_rotation_that_is_killed_loses_nothing_and_goes_on() {
    for (url, _directory) in databases() {
        begin_clinics(&url);
        let old = [("DATABASE__URL", url.as_str()), ("KEYS__INSTALLATION_KEY", OLD)];
        let both = [old[0], ("KEYS__INSTALLATION_KEY", NEW), ("KEYS__PREVIOUS_INSTALLATION_KEY", OLD)];
        assert_eq!(status(&old), (CLINICS + 1, 0));
        assert_eq!(status(&both), (0, CLINICS + 1));
        let mut done = 0;
        for after in [1, 20, 3] {
            rotate_and_kill(&both, after);
            let (current, previous) = status(&both);
            assert_eq!(current + previous, CLINICS + 1);
            assert!(current >= done + after, "what was done stays done: {done} + {after}, {current}");
            done = current;
        }
        assert!(done <= CLINICS, "it was broken off: {done}");
        let doctor = plumbline(&["doctor"], &both);
        assert!(doctor.status.success(), "{}", text(&doctor));
        let rotated = plumbline(&["keys", "rotate"], &both);
        assert!(text(&rotated).contains("can be taken out of the settings"), "{}", text(&rotated));

        let new = [old[0], both[1]];
        assert_eq!(status(&new), (CLINICS + 1, 0));
        for arguments in [&["keys", "status"][..], &["doctor"], &["serve"]] {
            let refused = plumbline(arguments, &old);
            assert!(!refused.status.success(), "{arguments:?}");
            assert!(text(&refused).contains("not the key that the database"), "{}", text(&refused));
        }
        let nothing = plumbline(&["keys", "rotate"], &new);
        assert!(!nothing.status.success() && text(&nothing).contains("is not set"), "{}", text(&nothing));
    }
}
