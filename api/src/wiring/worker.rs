//! The reminder engine in this process.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::worker;
use reminders::engine::{Engine, Settings};
use reminders::timetable::Timetable;
use reminders::timetable::failover::Failover;
use reminders::timetable::redis::{RedisTimetable, connect};
use reminders::timetable::sql::SqlTimetable;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Works until `stop` turns true. A process that only answers requests hands changes of
/// reminders to the timetable and leaves the rest to the workers.
pub async fn run_worker(app: &App, stop: watch::Receiver<bool>) -> Result<(), Failure> {
    let engine = engine(app)?;
    match app.configuration.server.role {
        Role::Api => engine.run_nudges(stop).await,
        Role::Both | Role::Worker => engine.run(stop).await,
    }
    Ok(())
}

fn engine(app: &App) -> Result<Engine, Failure> {
    let (redis, reminders) = (&app.configuration.redis, &app.configuration.reminders);
    let sql = SqlTimetable::new(worker(&app.services));
    let timetable: Arc<dyn Timetable> = if redis.url.is_empty() {
        Arc::new(sql)
    } else {
        let connection = connect(&redis.url).map_err(|_| {
            Failure::new("redis.url: This is not the address of a Redis. Give redis://host:6379/0.")
        })?;
        Arc::new(Failover::new(RedisTimetable::new(connection, &redis.prefix), sql))
    };
    let settings = Settings {
        batch: reminders.batch,
        lease_ms: i64::try_from(reminders.lease_seconds.saturating_mul(1_000)).unwrap_or(i64::MAX),
        push_timeout: Duration::from_secs(reminders.push_timeout_seconds),
        poll: Duration::from_millis(reminders.poll_milliseconds),
        own_clock: true,
    };
    Ok(Engine::new(worker(&app.services), timetable, Arc::clone(&app.gateway), settings))
}
