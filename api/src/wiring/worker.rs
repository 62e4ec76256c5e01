//! The reminder engine in this process.

use super::App;
use crate::configuration::Role;
use crate::failure::Failure;
use care::access::worker;
use reminders::engine::{Engine, Settings};
use reminders::timetable::failover::Failover;
use reminders::timetable::redis::Held;
use reminders::timetable::sql::SqlTimetable;
use reminders::timetable::{Timetable, TimetableError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Works until `stop` turns true. A process that only answers requests hands changes of
/// reminders to the timetable and leaves the rest to the workers.
pub async fn run_worker(app: &App, stop: watch::Receiver<bool>) -> Result<(), Failure> {
    let engine = engine(app);
    match app.configuration.server.role {
        Role::Api => engine.run_nudges(stop).await,
        Role::Both | Role::Worker => engine.run(stop).await,
    }
    Ok(())
}

impl App {
    /// Where Redis has the reminder of this id; `None` where there is no Redis.
    pub async fn look_up(&self, id: Uuid) -> Option<Result<Held, TimetableError>> {
        let redis = self.redis.as_ref()?;
        Some(redis.timetable().look_up(id).await)
    }
}

fn engine(app: &App) -> Engine {
    let reminders = &app.configuration.reminders;
    let sql = SqlTimetable::new(worker(&app.services));
    let timetable: Arc<dyn Timetable> = match &app.redis {
        None => Arc::new(sql),
        Some(redis) => Arc::new(Failover::new(redis.timetable(), sql)),
    };
    let settings = Settings {
        batch: reminders.batch,
        lease_ms: i64::try_from(reminders.lease_seconds.saturating_mul(1_000)).unwrap_or(i64::MAX),
        smear_seconds: reminders.smear_seconds,
        in_flight: reminders.pushes_in_flight,
        push_timeout: Duration::from_secs(reminders.push_timeout_seconds),
        poll: Duration::from_millis(reminders.poll_milliseconds),
        own_clock: true,
    };
    Engine::new(worker(&app.services), timetable, Arc::clone(&app.gateway), settings)
}
