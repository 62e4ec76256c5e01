//! `plumbline migrate`.

use super::{Sources, print};
use crate::failure::Failure;
use crate::wiring;
use clap::Args;
use std::time::Duration;

/// Bring the tables of the database up to date
#[derive(Debug, Args)]
#[command(long_about = "\
Bring the tables of the database up to date.

Needs the database alone: database.migration_url, the address as the owner of the tables, or
database.url where that is the same. Doing it twice changes nothing. Servers of the previous release
go on working meanwhile.

Example:
  PLUMBLINE_DATABASE__MIGRATION_URL=postgres://plumbline_owner:…@localhost/plumbline plumbline migrate")]
pub(super) struct Arguments {}

pub(super) async fn run(_: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let configuration = sources.configuration()?;
    let own = configuration.database.migration_url.is_empty();
    let key = if own { "database.url" } else { "database.migration_url" };
    let timeout = Duration::from_secs(configuration.database.acquire_timeout_seconds);
    let taken = wiring::migrate(key, configuration.migration_url()?, timeout).await?;
    if taken.is_empty() {
        return print("The database is up to date.\n");
    }
    print(&format!("{} migrations done:\n  {}\n", taken.len(), taken.join("\n  ")))
}
