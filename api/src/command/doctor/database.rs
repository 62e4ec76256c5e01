//! The database: whether it answers, its migrations, its row-level security, its clock.

use super::Report;
use crate::configuration::{Configuration, masked_url};
use crate::failure::Failure;
use crate::wiring::{self, Connection, pending};
use care::clock::{Clock, SystemClock};
use care::store::{Options, Store};
use std::time::Duration;

/// Clocks may differ by so many milliseconds.
const CLOCKS: i64 = 5_000;

pub(super) async fn check(report: &mut Report, configuration: &Configuration) -> Result<(), Failure> {
    let url = match configuration.database_url() {
        Ok(url) => url,
        Err(fault) => return report.fail(&fault.to_string()),
    };
    let timeout = Duration::from_secs(configuration.database.acquire_timeout_seconds.clamp(1, 60));
    let connection = match Connection::open("database.url", url, timeout).await {
        Ok(connection) => connection,
        Err(failure) => return report.fail(&format!("database: {failure}")),
    };
    report.ok(&format!("database: {} answers", masked_url(url)))?;
    migrations(report, url, timeout).await?;
    if connection.is_postgres() {
        walls(report, &connection).await?;
        clock(report, &connection).await?;
    }
    connection.close().await;
    Ok(())
}

async fn migrations(report: &mut Report, url: &str, timeout: Duration) -> Result<(), Failure> {
    let store = Store::connect(&Options::single(url, timeout)).await?;
    let steps = pending(&store).await;
    store.close().await;
    match steps {
        Ok(steps) if steps.is_empty() => report.ok("migrations: none pending"),
        Ok(steps) => report.fail(&format!(
            "migrations: {} pending ({}). Run `plumbline migrate`.",
            steps.len(),
            steps.join(", ")
        )),
        Err(failure) => report.fail(&format!("migrations: {failure}")),
    }
}

async fn walls(report: &mut Report, connection: &Connection) -> Result<(), Failure> {
    match wiring::broken_wall(connection).await {
        None => {
            report.ok("row-level security: every table of a clinic is closed, and the role is bound by it")
        }
        Some(words) => report.fail(&words),
    }
}

async fn clock(report: &mut Report, connection: &Connection) -> Result<(), Failure> {
    let row = connection.row("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS at").await;
    let Some(at) = row.and_then(|row| row.try_get::<i64>("", "at").ok()) else {
        return report.warn("clock: the database's cannot be read");
    };
    let ahead = SystemClock.now().0.saturating_sub(at);
    if ahead.abs() <= CLOCKS {
        return report.ok("clock: agrees with the database's");
    }
    report.warn(&format!("clock: {ahead} ms ahead of the database's. Let both machines keep time by NTP."))
}
