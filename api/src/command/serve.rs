//! `plumbline serve`.

use super::Sources;
use crate::configuration::Role;
use crate::failure::Failure;
use crate::wiring::{App, Ports, listen, until_signal};
use clap::Args;

/// Answer requests and send reminders, as server.role says
#[derive(Debug, Args)]
#[command(long_about = "\
Answer requests and send reminders, as server.role says.

Serves the GraphQL API at /graphql on server.listen, and works on reminders in the same process.
With server.role = \"api\" it leaves them to `plumbline worker`. Refuses a database with pending
migrations. Ends on SIGTERM or ctrl-c when what has begun has finished.

Example:
  PLUMBLINE_DATABASE__URL=postgres://plumbline_app:…@localhost/plumbline \\
  PLUMBLINE_KEYS__INSTALLATION_KEY_FILE=/etc/plumbline/key \\
  plumbline serve")]
pub(super) struct Arguments {}

pub(super) async fn run(_: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let configuration = sources.configuration()?;
    let ports = Ports::of(&configuration, &sources.machine)?;
    let app = App::build(configuration, ports).await?;
    app.load_library().await?;
    let server = &app.configuration.server;
    let listener = match server.role {
        Role::Worker => None,
        Role::Api | Role::Both => Some(listen(server.listen).await?),
    };
    if let Some(address) = listener.as_ref().and_then(|listener| listener.local_addr().ok()) {
        tracing::info!(%address, "serving /graphql");
    }
    until_signal(|stop| app.serve(listener, stop)).await
}
