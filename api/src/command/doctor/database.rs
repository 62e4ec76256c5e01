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
    let store = Store::connect(&Options::single(url, timeout)).await?;
    if migrations(report, &store).await? {
        key(report, configuration, &store).await?;
    }
    store.close().await;
    if connection.is_postgres() {
        walls(report, &connection).await?;
        clock(report, &connection).await?;
    }
    connection.close().await;
    Ok(())
}

/// Whether none is pending.
async fn migrations(report: &mut Report, store: &Store) -> Result<bool, Failure> {
    let steps = pending(store).await;
    let up_to_date = matches!(&steps, Ok(steps) if steps.is_empty());
    match steps {
        Ok(_) if up_to_date => report.ok("migrations: none pending")?,
        Ok(steps) => report.fail(&format!(
            "migrations: {} pending ({}). Run `plumbline migrate`.",
            steps.len(),
            steps.join(", ")
        ))?,
        Err(failure) => report.fail(&format!("migrations: {failure}"))?,
    }
    Ok(up_to_date)
}

async fn key(report: &mut Report, configuration: &Configuration, store: &Store) -> Result<(), Failure> {
    // What is wrong with the settings themselves has been told.
    let Ok(wrapping) = configuration.wrapping() else { return Ok(()) };
    if care::keys::fits(store, &wrapping).await? {
        return report.ok("keys.installation_key: the one of this database");
    }
    report.fail(&wiring::wrong_key().to_string())
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
