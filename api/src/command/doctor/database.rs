//! The database: whether it answers, its migrations, its role, its clock.

use super::Report;
use crate::configuration::{Configuration, masked_url};
use crate::failure::Failure;
use crate::wiring::{Connection, pending};
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
        role(report, &connection).await?;
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

async fn role(report: &mut Report, connection: &Connection) -> Result<(), Failure> {
    let row = connection
        .row(
            "SELECT current_user::text AS name, r.rolsuper OR r.rolbypassrls AS powerful, \
             EXISTS (SELECT 1 FROM pg_catalog.pg_tables t WHERE t.schemaname = current_schema() \
             AND t.tableowner = current_user) AS owner FROM pg_catalog.pg_roles r WHERE r.rolname = current_user",
        )
        .await;
    let Some(row) = row else { return report.warn("database role: cannot be read") };
    let name: String = row.try_get("", "name").unwrap_or_default();
    let powerful = row.try_get("", "powerful").unwrap_or(true);
    let owner = row.try_get("", "owner").unwrap_or(true);
    let mend = "Let the server work as a role of its own: deploy/postgres/roles.sh makes one; its address goes into database.url (PLUMBLINE_DATABASE__URL), the owner's into database.migration_url.";
    match (powerful, owner) {
        (true, _) => report
            .warn(&format!("database role: {name} is a superuser or bypasses row-level security. {mend}")),
        (false, true) => report.warn(&format!("database role: {name} owns the tables. {mend}")),
        (false, false) => report.ok(&format!("database role: {name}, neither owner nor superuser")),
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
