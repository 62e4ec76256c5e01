//! Redis: whether it answers, and that it keeps what it is given.

use super::Report;
use crate::configuration::{Configuration, masked_url};
use crate::failure::Failure;
use redis::{Client, RedisResult, cmd};
use std::time::Duration;

const TIMEOUT: Duration = Duration::from_secs(5);

pub(super) async fn check(report: &mut Report, configuration: &Configuration) -> Result<(), Failure> {
    let url = &configuration.redis.url;
    if url.is_empty() {
        return report.ok("redis: none; the timetable of reminders is in the database");
    }
    let answer = tokio::time::timeout(TIMEOUT, memory(url)).await;
    let Ok(Ok(memory)) = answer else {
        return report.fail(&format!(
            "redis: {} does not answer. Start it, or correct or empty redis.url (PLUMBLINE_REDIS__URL).",
            masked_url(url)
        ));
    };
    report.ok(&format!("redis: {} answers", masked_url(url)))?;
    match policy(&memory) {
        Some("noeviction") => report.ok("redis maxmemory-policy: noeviction"),
        Some(policy) => report.fail(&format!(
            "redis maxmemory-policy: {policy}, so it may drop due reminders when memory is short. Run `redis-cli config set maxmemory-policy noeviction` and set it in redis.conf."
        )),
        None => report.warn("redis maxmemory-policy: cannot be read; it must be noeviction"),
    }
}

/// What the server tells of its memory.
async fn memory(url: &str) -> RedisResult<String> {
    let mut connection = Client::open(url)?.get_multiplexed_async_connection().await?;
    cmd("INFO").arg("memory").query_async(&mut connection).await
}

fn policy(memory: &str) -> Option<&str> {
    memory.lines().find_map(|line| line.trim().strip_prefix("maxmemory_policy:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_is_read() {
        assert_eq!(
            policy("# Memory\r\nused_memory:1\r\nmaxmemory_policy:allkeys-lru\r\n"),
            Some("allkeys-lru")
        );
        assert_eq!(policy("# Memory\r\n"), None);
    }
}
