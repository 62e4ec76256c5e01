//! A Redis for each test, with a timetable in it.

use redis::aio::ConnectionManager;
use reminders::timetable::Timetable;
use reminders::timetable::redis::{RedisTimetable, connect};
use tests::RedisServer;

pub(crate) struct Server(RedisServer);

impl Server {
    pub(crate) fn start() -> Self {
        Self(RedisServer::start())
    }

    /// Kills the server and starts an empty one in its place.
    pub(crate) fn restart_empty(&mut self) {
        self.0.restart();
    }

    pub(crate) fn kill(&mut self) {
        self.0.stop();
    }

    pub(crate) fn connect(&self) -> ConnectionManager {
        connect(&self.0.url()).unwrap()
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

/// Marks the index as whole, with nothing to fill in.
pub(crate) async fn rebuild(timetable: &RedisTimetable) {
    let rebuild = timetable.rebuild_begin(1_000).await.unwrap().expect("a lost index");
    assert!(timetable.rebuild_finish(&rebuild).await.unwrap());
}
