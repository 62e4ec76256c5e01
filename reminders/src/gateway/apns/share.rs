//! One provider token for all workers: Apple refuses those who change theirs too often.

use async_trait::async_trait;
use redis::Script;
use redis::aio::ConnectionManager;
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;

/// Where workers agree on a token.
#[async_trait]
pub trait TokenShare: Send + Sync + fmt::Debug {
    /// The token that all are to use under `name`: the one that stands, unless there is none or it is `spent`;
    /// then `candidate`, which stands for `lifetime`. `None` where nobody can be asked.
    async fn agree(
        &self,
        name: &str,
        spent: Option<&str>,
        candidate: &str,
        lifetime: Duration,
    ) -> Option<String>;
}

/// Nobody to share with: each uses its own.
#[derive(Debug, Clone, Copy)]
pub struct Alone;

#[async_trait]
impl TokenShare for Alone {
    async fn agree(&self, _: &str, _: Option<&str>, _: &str, _: Duration) -> Option<String> {
        None
    }
}

/// Keys: the token's. Arguments: the spent one or nothing, the candidate, its lifetime in ms. Answers the token
/// that stands. O(1).
const AGREE: &str = "
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return held end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return ARGV[2]";

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::new(AGREE));

/// Workers that share a Redis.
#[derive(Clone)]
pub struct RedisShare {
    connection: ConnectionManager,
    prefix: String,
}

impl RedisShare {
    /// The tokens under keys that begin with `prefix`.
    pub fn new(connection: ConnectionManager, prefix: &str) -> Self {
        Self { connection, prefix: prefix.to_owned() }
    }
}

impl fmt::Debug for RedisShare {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RedisShare").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenShare for RedisShare {
    async fn agree(
        &self,
        name: &str,
        spent: Option<&str>,
        candidate: &str,
        lifetime: Duration,
    ) -> Option<String> {
        let lifetime = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        let mut script = SCRIPT.key(format!("{}{{push}}:{name}", self.prefix));
        script.arg(spent.unwrap_or_default()).arg(candidate).arg(lifetime);
        let agreed = script.invoke_async(&mut self.connection.clone()).await;
        agreed
            .inspect_err(
                |error| tracing::warn!(%error, "the push token is not shared: redis does not answer"),
            )
            .ok()
    }
}
