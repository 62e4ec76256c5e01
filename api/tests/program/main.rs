//! The program as people start it: `doctor` tells each fault with its mend, and the README's tour
//! answers as it says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod keys;
mod measures;
mod reminders;

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

fn plumbline(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plumbline"));
    command.args(arguments).env_clear();
    for (key, value) in settings {
        command.env(format!("PLUMBLINE_{key}"), value);
    }
    command.output().unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn sqlite(directory: &Path) -> String {
    format!("sqlite://{}/clinic.sqlite3?mode=rwc", directory.display())
}

#[test]
fn help_teaches_every_command() {
    let help = plumbline(&["--help"], &[]);
    assert!(help.status.success());
    let commands = [
        "demo",
        "serve",
        "worker",
        "migrate",
        "seed",
        "clinic",
        "keys",
        "measures",
        "reminders",
        "schema",
        "documents",
        "doctor",
    ];
    for command in commands {
        assert!(text(&help).contains(command), "{command}");
        let help = plumbline(&[command, "--help"], &[]);
        assert!(help.status.success() && text(&help).len() > 200, "{command}");
    }
}

#[test]
fn doctor_tells_each_fault_with_its_mend() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let good = [("DATABASE__URL", url.as_str()), ("KEYS__INSTALLATION_KEY", KEY)];
    assert!(plumbline(&["migrate"], &good).status.success());
    let healthy = plumbline(&["doctor"], &good);
    assert!(healthy.status.success(), "{}", text(&healthy));

    let elsewhere = tempfile::tempdir().unwrap();
    let empty = sqlite(elsewhere.path());
    for (settings, words) in [
        (
            vec![("DATABASE__URL", "postgres://u:hunter2@127.0.0.1:1/x"), good[1]],
            ["database.url", "127.0.0.1:1"],
        ),
        (vec![("DATABASE__URL", "mysql://x"), good[1]], ["database.url", "postgres://"]),
        (vec![("DATABASE__URL", empty.as_str()), good[1]], ["migration", "plumbline migrate"]),
        (vec![good[0], good[1], ("REDIS__URL", "redis://127.0.0.1:1")], ["redis", "127.0.0.1:1"]),
        (vec![good[0], good[1], ("MEDIA__DIRECTORY", "/proc")], ["media.directory", "/proc"]),
        (
            vec![
                good[0],
                good[1],
                ("MEDIA__BUCKET", "clinic-media"),
                ("MEDIA__ENDPOINT", "http://127.0.0.1:1"),
                ("MEDIA__ACCESS_KEY_ID", "key"),
                ("MEDIA__SECRET_ACCESS_KEY", "hunter2"),
            ],
            ["media.bucket", "clinic-media"],
        ),
        (
            vec![
                good[0],
                good[1],
                ("MAIL__URL", "smtp://u:hunter2@127.0.0.1:1"),
                ("MAIL__FROM", "a@mail.example"),
            ],
            ["mail.url", "127.0.0.1:1"],
        ),
        (
            vec![
                good[0],
                good[1],
                ("REMINDERS__LEASE_SECONDS", "10"),
                ("REMINDERS__PUSH_TIMEOUT_SECONDS", "10"),
            ],
            ["reminders.lease_seconds", "push"],
        ),
        (vec![good[0], ("KEYS__INSTALLATION_KEY", "short")], ["keys.installation_key", "openssl rand"]),
        (vec![good[0], good[1], ("DATABASE__ULR", "x")], ["PLUMBLINE_DATABASE__ULR", "nearest"]),
    ] {
        let sick = plumbline(&["doctor"], &settings);
        let told = text(&sick);
        assert_eq!(sick.status.code(), Some(1), "{settings:?}: {told}");
        for word in words {
            assert!(told.contains(word), "{settings:?}: {word} is not in: {told}");
        }
        assert!(!told.contains("hunter2"), "a password is shown: {told}");
    }
}

#[test]
fn serve_refuses_a_database_with_pending_migrations_and_names_the_command() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let refused = plumbline(&["serve"], &[("DATABASE__URL", &url), ("KEYS__INSTALLATION_KEY", KEY)]);
    assert!(!refused.status.success());
    assert!(text(&refused).contains("plumbline migrate"), "{}", text(&refused));
}

#[test]
fn a_real_clinic_begins_with_an_invitation() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let settings = [("DATABASE__URL", url.as_str()), ("KEYS__INSTALLATION_KEY", KEY)];
    assert!(plumbline(&["migrate"], &settings).status.success());
    let create = |zone: &str| {
        let arguments = [
            "clinic",
            "create",
            "--name",
            "Spine Clinic",
            "--time-zone",
            zone,
            "--admin-email",
            "a@b.example",
        ];
        plumbline(&arguments, &settings)
    };
    let created = create("Europe/Berlin");
    assert!(created.status.success(), "{}", text(&created));
    assert!(text(&created).contains("/invitation/"), "{}", text(&created));
    let refused = create("Mars/Base");
    assert!(!refused.status.success() && text(&refused).contains("Europe/Berlin"), "{}", text(&refused));
}

#[test]
fn only_who_sends_pushes_reads_the_keys_they_are_signed_by() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let settings = [
        ("DATABASE__URL", url.as_str()),
        ("KEYS__INSTALLATION_KEY", KEY),
        ("PUSH__GATEWAY", "providers"),
        ("PUSH__APNS__KEY_FILE", "/nowhere/AuthKey.p8"),
        ("PUSH__APNS__KEY_ID", "ABC123DEFG"),
        ("PUSH__APNS__TEAM_ID", "DEF123GHIJ"),
        ("PUSH__APNS__TOPIC", "example.clinic.app"),
        ("SERVER__LISTEN", "127.0.0.1:0"),
    ];
    let seed = ["seed", "--patients", "1"];
    for command in [&["migrate"][..], &seed, &["reminders", "dead"], &["keys", "status"]] {
        let done = plumbline(command, &settings);
        assert!(done.status.success(), "{command:?}: {}", text(&done));
    }
    for command in ["serve", "worker", "doctor"] {
        let refused = plumbline(&[command], &settings);
        assert!(!refused.status.success(), "{command}");
        assert!(text(&refused).contains("push.apns.key_file"), "{command}: {}", text(&refused));
    }
}

/// A demo that is stopped when dropped.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn manifests_are_built_from_a_folder_and_a_fault_names_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let operations = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schema/operations/patient");
    let out = directory.path().join("manifests");
    let arguments = |from: &Path| {
        let paths = [from.display().to_string(), out.display().to_string()];
        plumbline(&["documents", "--operations", &paths[0], "--out", &paths[1]], &[])
    };
    for operations in [operations.with_file_name("dashboard"), operations] {
        let built = arguments(&operations);
        assert!(built.status.success(), "{}", text(&built));
    }
    let read = |name: &str| -> serde_json::Value {
        serde_json::from_slice(&std::fs::read(out.join(name)).unwrap()).unwrap()
    };
    let (apollo, relay) = (read("apollo-manifest.json"), read("relay-manifest.json"));
    let documents = apollo["operations"].as_array().unwrap();
    assert!(documents.len() > 20);
    for document in documents {
        assert_eq!(relay[document["id"].as_str().unwrap()], document["body"]);
    }
    let broken = directory.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    assert!(text(&arguments(&broken)).contains("has no *.graphql file"));
    for (document, reason) in [
        ("query A { viewer { ", "A.graphql"),
        ("{ viewer { id } }", "one operation, and that has a name"),
        ("query A { viewer { ...F } } fragment F on Viewer { ...F }", "spreads itself"),
    ] {
        std::fs::write(broken.join("A.graphql"), document).unwrap();
        let refused = arguments(&broken);
        assert!(!refused.status.success() && text(&refused).contains(reason), "{}", text(&refused));
    }
    let alone = [
        ("DATABASE__URL", "sqlite://x"),
        ("KEYS__INSTALLATION_KEY", KEY),
        ("DOCUMENTS__ONLY_TRUSTED", "true"),
    ];
    let refused = plumbline(&["serve"], &alone);
    assert!(text(&refused).contains("documents.only_trusted"), "{}", text(&refused));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Starts a demo and answers once its lines end with the last one of its welcome.
fn demo(data: &Path, port: u16) -> (Demo, mpsc::Receiver<String>) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .args(["demo", "--patients", "4", "--listen", &format!("127.0.0.1:{port}")])
        .arg("--data")
        .arg(data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = process.stdout.take().unwrap();
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    let demo = Demo(process);
    wait_for(&lines, |line| line.contains("Stop with"), Duration::from_mins(2));
    (demo, lines)
}

/// The first line that is like this, within so long.
fn wait_for(lines: &mpsc::Receiver<String>, wanted: impl Fn(&str) -> bool, within: Duration) -> String {
    loop {
        let line = lines.recv_timeout(within).expect("the demo prints the line in time");
        if wanted(&line) {
            return line;
        }
    }
}

#[test]
fn the_tour_of_the_readme_answers_as_it_says() {
    let directory = tempfile::tempdir().unwrap();
    let port = free_port();
    let (_demo, lines) = demo(&directory.path().join("data"), port);
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let tour = readme.split("## A tour by curl").nth(1).unwrap().split("\n## ").next().unwrap();
    let script: String =
        tour.split("```").skip(1).step_by(2).map(|block| block.trim_start_matches("sh")).collect();
    let script = script.replace("127.0.0.1:8080", &format!("127.0.0.1:{port}"));
    let toured = Command::new("bash").args(["-c", &script]).output().expect("bash is installed");
    let answers = text(&toured);
    for word in [
        "\"timesDue\"",
        "ACCEPTED",
        "UNCHANGED",
        "GREEN",
        "nextDueAt",
        "totalCount\":",
        "ON_HOLD",
        "\"status\":\"ACTIVE\"",
    ] {
        assert!(answers.contains(word), "{word} is not in: {answers}");
    }
    assert!(!answers.contains("\"errors\""), "{answers}");
    // A reminder comes due within a minute of the start.
    let push = wait_for(&lines, |line| line.starts_with("push "), Duration::from_secs(75));
    assert!(push.contains("kind=Exercise"), "{push}");
}

#[test]
fn a_demo_goes_on_where_it_stopped() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let (first, _) = demo(&data, free_port());
    drop(first);
    let mut key = String::new();
    std::fs::File::open(data.join("installation.key")).unwrap().read_to_string(&mut key).unwrap();
    let (_second, lines) = demo(&data, free_port());
    let again = std::fs::read_to_string(data.join("installation.key")).unwrap();
    assert_eq!(key, again);
    assert!(!lines.try_iter().any(|line| line.contains("Making the clinic")));
}
