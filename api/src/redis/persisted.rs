//! Persisted queries shared between processes.

use crate::http::Shared;
use async_trait::async_trait;
use redis::aio::ConnectionManager;
use redis::{RedisError, cmd};
use std::fmt;
use std::time::Duration;
use tokio::time::timeout;

/// How long a text is kept after it was last sent, in seconds: a week.
const KEPT: u32 = 7 * 24 * 60 * 60;
/// A client sends its text again rather than wait longer.
const PATIENCE: Duration = Duration::from_millis(250);

/// Persisted queries as plain keys that expire.
pub struct RedisPersisted {
    connection: ConnectionManager,
    prefix: String,
}

impl fmt::Debug for RedisPersisted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisPersisted").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

impl RedisPersisted {
    /// Keys begin with `prefix`.
    pub fn new(connection: ConnectionManager, prefix: &str) -> Self {
        Self { connection, prefix: prefix.to_owned() }
    }

    fn key(&self, hash: &str) -> String {
        format!("{}:document:{hash}", self.prefix)
    }
}

#[async_trait]
impl Shared for RedisPersisted {
    async fn get(&self, hash: &str) -> Option<String> {
        let (get, mut connection) = (cmd("GET").arg(self.key(hash)).to_owned(), self.connection.clone());
        let got = timeout(PATIENCE, get.query_async(&mut connection)).await;
        got.ok()?.unwrap_or_else(|error: RedisError| {
            tracing::debug!(%error, "a persisted query could not be read");
            None
        })
    }

    async fn put(&self, hash: &str, text: &str) {
        let (key, mut connection) = (self.key(hash), self.connection.clone());
        let set = cmd("SET").arg(key).arg(text).arg("EX").arg(KEPT).to_owned();
        let put: Result<Result<(), RedisError>, _> =
            timeout(PATIENCE, set.query_async(&mut connection)).await;
        if let Ok(Err(error)) = put {
            tracing::debug!(%error, "a persisted query could not be shared");
        }
    }
}
