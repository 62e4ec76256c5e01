//! A Redis of its own for one test, stopped by its pid when dropped.

use crate::canary;
use redis::aio::MultiplexedConnection;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A private Redis server.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    directory: TempDir,
    process: Option<Child>,
}

impl RedisServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        // Another process may take the port before the server does: then the next one.
        for _ in 0..10 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            if let Some(process) = spawn(port, &directory) {
                return Self { port, directory, process: Some(process) };
            }
        }
        panic!("redis-server does not start");
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Stops it at once, as if its machine had lost power.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts it again on the same port, empty.
    pub fn restart(&mut self) {
        self.stop();
        self.process = spawn(self.port, &self.directory);
        assert!(self.process.is_some(), "redis-server starts again");
    }

    async fn connection(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// The bytes that it has in use.
    pub async fn used_memory(&self) -> u32 {
        let mut connection = self.connection().await;
        let text: String = redis::cmd("INFO").arg("memory").query_async(&mut connection).await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("used_memory:")).unwrap();
        line.trim().parse().unwrap()
    }

    /// Lets it have so many bytes of memory, and refuse what needs more; 0: all it wants.
    pub async fn limit_memory(&self, bytes: u64) {
        let mut connection = self.connection().await;
        for (setting, value) in [("maxmemory-policy", "noeviction"), ("maxmemory", &bytes.to_string())] {
            let set = redis::cmd("CONFIG").arg("SET").arg(setting).arg(value).to_owned();
            let () = set.query_async(&mut connection).await.unwrap();
        }
    }

    /// Knows these scripts already, as after a longer time.
    pub async fn load_script(&self, text: &str) {
        let mut connection = self.connection().await;
        let () = redis::cmd("SCRIPT").arg("LOAD").arg(text).query_async(&mut connection).await.unwrap();
    }

    /// How many members all sorted sets of this pattern have together.
    pub async fn count_members(&self, pattern: &str) -> usize {
        let mut connection = self.connection().await;
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
        let mut count = 0;
        for key in keys {
            let members: usize = redis::cmd("ZCARD").arg(key).query_async(&mut connection).await.unwrap();
            count += members;
        }
        count
    }

    /// Forgets one key of this pattern, if there is one.
    pub async fn delete_one(&self, pattern: &str) {
        let mut connection = self.connection().await;
        let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
        if let Some(key) = keys.first() {
            let () = redis::cmd("DEL").arg(key).query_async(&mut connection).await.unwrap();
        }
    }

    /// Forgets everything.
    pub async fn flush(&self) {
        let mut connection = self.connection().await;
        let () = redis::cmd("FLUSHALL").query_async(&mut connection).await.unwrap();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The server program: as `tests/run` has found it, else by its name.
#[allow(clippy::disallowed_methods, reason = "tests/run tells by the environment what it has found")]
fn program() -> String {
    std::env::var("PLUMBLINE_TEST_REDIS_SERVER").unwrap_or_else(|_| "redis-server".to_owned())
}

/// Listens to every command that the server takes, until it ends: none may hold a canary.
fn listen(port: u16) {
    let mut monitor = TcpStream::connect(("127.0.0.1", port)).unwrap();
    monitor.write_all(b"MONITOR\r\n").unwrap();
    let mut commands = BufReader::new(monitor).lines();
    assert_eq!(commands.next().unwrap().unwrap(), "+OK");
    std::thread::spawn(move || {
        for command in commands.map_while(Result::ok) {
            canary::hear("Redis", &command);
        }
    });
}

/// The server once it takes connections; `None` if it ended before.
fn spawn(port: u16, directory: &TempDir) -> Option<Child> {
    let mut process = Command::new(program())
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args(["--save", "", "--appendonly", "no"])
        .arg("--dir")
        .arg(directory.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("redis-server is installed: run the tests by tests/run, which installs it");
    let mut log = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    while log.read_line(&mut line).unwrap() > 0 {
        if line.contains("Ready to accept connections") {
            // Nobody reads on; the server's log is short and its writes may fail.
            if canary::listens() {
                listen(port);
            }
            return Some(process);
        }
        line.clear();
    }
    process.wait().unwrap();
    None
}
