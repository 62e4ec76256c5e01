//! `plumbline worker`.

use super::Sources;
use crate::configuration::Role;
use crate::failure::Failure;
use crate::wiring::{App, Ports, until_signal};
use clap::Args;

/// Send reminders only, beside processes that answer requests
#[derive(Debug, Args)]
#[command(long_about = "\
Send reminders only, beside processes that answer requests.

Any number of workers share one database and one Redis; each reminder is pushed by one of them.
The settings are those of `serve`; server.role is \"worker\" whatever they say.

Example:
  plumbline worker --config /etc/plumbline.toml")]
pub(super) struct Arguments {}

pub(super) async fn run(_: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let mut configuration = sources.configuration()?;
    configuration.server.role = Role::Worker;
    let ports = Ports::of(&configuration, &sources.machine)?;
    let app = App::build(configuration, ports).await?;
    tracing::info!("working on reminders");
    until_signal(|stop| app.serve(None, stop)).await
}
