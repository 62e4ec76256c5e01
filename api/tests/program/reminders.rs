//! `plumbline reminders` shows what is dead and mends it, and a server tells Prometheus.

use super::{Demo, KEY, free_port, plumbline, sqlite, text, wait_for};
use sea_orm::{ConnectionTrait, Database};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

#[test]
fn what_is_dead_is_listed_explained_and_put_back() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let settings = [("DATABASE__URL", url.as_str()), ("KEYS__INSTALLATION_KEY", KEY)];
    let run = |line: &str| {
        let arguments: Vec<_> = ["reminders"].into_iter().chain(line.split(' ')).collect();
        let done = plumbline(&arguments, &settings);
        (done.status.code(), text(&done))
    };
    assert!(plumbline(&["migrate"], &settings).status.success());
    let (code, told) = run("dead");
    assert!(code == Some(0) && told.contains("Nothing is dead"), "{told}");
    assert!(plumbline(&["seed", "--patients", "1"], &settings).status.success());
    let spoil = async |sql: &str| {
        let database = Database::connect(&url).await.unwrap();
        database.execute_unprepared(sql).await.unwrap();
        database.close().await.unwrap();
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(spoil(
        "UPDATE reminder SET set_aside_at = 1780000000000, fire_at = NULL WHERE id IN (SELECT id FROM reminder LIMIT 1)",
    ));

    let (_, told) = run("dead");
    assert!(told.contains("SET ASIDE 2026-05-28T"), "{told}");
    let (code, json) = run("dead --json");
    let found: serde_json::Value = serde_json::from_str(&json).unwrap();
    let id = found["reminders"][0]["id"].as_str().unwrap();
    assert!(code == Some(0) && found["deliveries"].as_array().unwrap().is_empty(), "{json}");
    let (code, told) = run(&format!("explain {id}"));
    for words in [id, "Rule:      every", "Status:    set aside since 2026-05-28T", "No occurrence of it"] {
        assert!(code == Some(0) && told.contains(words), "{words} is not in {told}");
    }
    let (code, told) = run(&format!("retry {id}"));
    assert!(code == Some(0) && told.contains("1 put back, 0 not."), "{told}");
    let (code, told) = run(&format!("retry {id}"));
    assert!(code == Some(1) && told.contains("it is not dead: ACTIVE"), "{told}");
    let (code, told) = run("retry --all --since 24h");
    assert!(code == Some(0) && told.contains("0 put back, 0 not."), "{told}");
    let (code, told) = run("explain reminder_01h455vb4pex5vsknk084sn02q");
    assert!(code == Some(1) && told.contains("There is no reminder_01h455vb4pex5vsknk084sn02q"), "{told}");
    for (line, reason) in [
        ("dead --since soon", "such as 24h"),
        ("dead --clinic x", "clinic_…"),
        ("explain patient_01h455vb4pex5vsknk084sn02q", "reminder_… or delivery_…"),
        ("retry", "<ID>"),
    ] {
        let (code, told) = run(line);
        assert!(code == Some(2) && told.contains(reason), "{told}");
    }
}

#[test]
fn a_server_tells_prometheus_where_its_settings_say() {
    let directory = tempfile::tempdir().unwrap();
    let url = sqlite(directory.path());
    let metrics = format!("127.0.0.1:{}", free_port());
    let settings = [("DATABASE__URL", url.as_str()), ("KEYS__INSTALLATION_KEY", KEY)];
    assert!(plumbline(&["migrate"], &settings).status.success());
    let mut process = Command::new(env!("CARGO_BIN_EXE_plumbline"))
        .arg("serve")
        .env_clear()
        .env("PLUMBLINE_DATABASE__URL", &url)
        .env("PLUMBLINE_KEYS__INSTALLATION_KEY", KEY)
        .env("PLUMBLINE_SERVER__LISTEN", "127.0.0.1:0")
        .env("PLUMBLINE_SERVER__METRICS_LISTEN", &metrics)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (sender, lines) = mpsc::channel();
    let outputs: [Box<dyn Read + Send>; 2] =
        [Box::new(process.stdout.take().unwrap()), Box::new(process.stderr.take().unwrap())];
    for output in outputs {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
    }
    let _server = Demo(process);
    wait_for(&lines, |line| line.contains("serving /metrics"), Duration::from_mins(1));
    let mut connection = TcpStream::connect(&metrics).unwrap();
    let request = format!("GET /metrics HTTP/1.1\r\nhost: {metrics}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    connection.read_to_string(&mut page).unwrap();
    for words in
        ["200 OK", "text/plain", "plumbline_build_info{version=", "plumbline_reminder_rounds_total 0"]
    {
        assert!(page.contains(words), "{words} is not in {page}");
    }
    let taken =
        [settings[0], settings[1], ("SERVER__LISTEN", "127.0.0.1:0"), ("SERVER__METRICS_LISTEN", &metrics)];
    let refused = plumbline(&["serve"], &taken);
    assert!(
        !refused.status.success() && text(&refused).contains("server.metrics_listen"),
        "{}",
        text(&refused)
    );
}
