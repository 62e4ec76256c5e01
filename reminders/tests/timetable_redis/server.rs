//! A Redis of our own for each test, stopped when it is dropped.

use redis::aio::ConnectionManager;
use reminders::timetable::Timetable;
use reminders::timetable::redis::{RedisTimetable, connect};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub(crate) struct Server {
    port: u16,
    directory: TempDir,
    process: Child,
}

impl Server {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Another process may take the port before the server does: then the next one.
        for _ in 0..10 {
            let port = free_port();
            if let Some(process) = spawn(port, &directory) {
                return Self { port, directory, process };
            }
        }
        panic!("redis-server does not start");
    }

    /// Kills the server and starts an empty one in its place.
    pub(crate) fn restart_empty(&mut self) {
        self.kill();
        self.process = spawn(self.port, &self.directory).expect("the port is free again");
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) fn connect(&self) -> ConnectionManager {
        connect(&format!("redis://127.0.0.1:{}", self.port)).unwrap()
    }

    /// An empty timetable that is whole.
    pub(crate) async fn timetable(&self, prefix: &str) -> RedisTimetable {
        let timetable = RedisTimetable::new(self.connect(), prefix);
        rebuild(&timetable).await;
        timetable
    }

    /// Runs a command given as its words and gives its answer as text.
    pub(crate) async fn command(&self, words: &str) -> String {
        let mut words = words.split(' ');
        let mut command = redis::cmd(words.next().unwrap());
        for word in words {
            command.arg(word);
        }
        let answer: redis::Value = command.query_async(&mut self.connect()).await.unwrap();
        match answer {
            redis::Value::BulkString(text) => String::from_utf8(text).unwrap(),
            redis::Value::VerbatimString { text, .. } => text,
            redis::Value::Int(number) => number.to_string(),
            other => format!("{other:?}"),
        }
    }

    /// Bytes in use for data and buffers.
    pub(crate) async fn used_memory(&self) -> u64 {
        let info = self.command("INFO memory").await;
        let line = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
        line.unwrap().trim().parse().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Marks the index as whole, with nothing to fill in.
pub(crate) async fn rebuild(timetable: &RedisTimetable) {
    let rebuild = timetable.rebuild_begin(1_000).await.unwrap().expect("a lost index");
    assert!(timetable.rebuild_finish(&rebuild).await.unwrap());
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The server once it takes connections; `None` if it ended before.
fn spawn(port: u16, directory: &TempDir) -> Option<Child> {
    let mut process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-server is installed");
    let mut log = BufReader::new(process.stdout.as_mut().unwrap());
    let mut line = String::new();
    while log.read_line(&mut line).unwrap() > 0 {
        if line.contains("Ready to accept connections") {
            return Some(process);
        }
        line.clear();
    }
    process.wait().unwrap();
    None
}
