//! Persisted queries shared between processes.

use crate::http::Shared;
use async_trait::async_trait;
use redis::aio::ConnectionManager;
use redis::cmd;
use std::fmt;

/// How long a text is kept after it was last sent, in seconds: 30 days.
const KEPT: u32 = 30 * 24 * 60 * 60;

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
        let got: Result<Option<String>, _> =
            cmd("GET").arg(self.key(hash)).query_async(&mut self.connection.clone()).await;
        got.unwrap_or_else(|error| {
            tracing::debug!(%error, "a persisted query could not be read");
            None
        })
    }

    async fn put(&self, hash: &str, text: &str) {
        let put: Result<(), _> = cmd("SET")
            .arg(self.key(hash))
            .arg(text)
            .arg("EX")
            .arg(KEPT)
            .query_async(&mut self.connection.clone())
            .await;
        if let Err(error) = put {
            tracing::debug!(%error, "a persisted query could not be shared");
        }
    }
}
