//! `plumbline demo`.

mod folder;
mod welcome;

use super::{Sources, print};
use crate::configuration::{self, Configuration, Secret};
use crate::failure::Failure;
use crate::seed::{Seeds, schedule_demo_reminder, seed};
use crate::wiring::{self, App, Ports, listen, until_signal};
use clap::Args;
use folder::Folder;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Try it: a clinic with fictional patients, in one folder
#[derive(Debug, Args)]
#[command(long_about = "\
Try it: a clinic with fictional patients, in one folder, with no server beside it.

The first start makes the folder with a SQLite database, a key and the data; later ones go on with
them. Pushes are printed as lines that begin with `push`. Settings of a real installation are not
used, but for those of [log]. It is no place for real patients: its passwords are public.

Example:
  plumbline demo --data /tmp/clinic --patients 100")]
pub(super) struct Arguments {
    /// The address and port to serve on.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// The folder of the data.
    #[arg(long, default_value = "plumbline-data", value_name = "DIR")]
    data: PathBuf,
    /// How many patients the first start makes.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    patients: u32,
    /// Remove what an earlier demo made in the folder, and begin anew.
    #[arg(long)]
    fresh: bool,
}

const TIMEOUT: Duration = Duration::from_secs(10);

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let log = sources.load()?.log;
    wiring::start_logging(&log);
    // Before the folder is touched: another demo that runs here has the port.
    let listener = listen(arguments.listen).await?;
    let address = listener.local_addr().unwrap_or(arguments.listen);
    let folder = Folder::open(&arguments.data, arguments.fresh)?;
    let key = folder.key()?;
    let settings = |database: &Path| settings(address, database, &key, &log);
    if !folder.database().exists() {
        print("Making the clinic and its fictional patients; this happens once …\n")?;
        let unfinished = folder.begin()?;
        make(settings(&unfinished)?, sources, arguments.patients).await?;
        folder.finish()?;
    }
    let app = migrated(settings(&folder.database())?, sources).await?;
    // Who has tried out a second factor or another password goes on without it.
    if let Err(error) = schedule_demo_reminder(&app.services).await {
        tracing::warn!(%error, "no reminder is scheduled for the demo's patient");
    }
    print(&welcome::text(address, folder.path()))?;
    until_signal(|stop| app.serve(Some(listener), stop)).await
}

/// The settings of the demo on `database`.
fn settings(
    address: SocketAddr,
    database: &Path,
    key: &str,
    log: &configuration::Log,
) -> Result<Configuration, Failure> {
    let mut settings = configuration::load(None, &[])?;
    settings.server.listen = address;
    settings.server.public_url = format!("http://{address}");
    settings.server.graphiql = true;
    settings.server.introspection = true;
    settings.database.url = folder::sqlite_url(database);
    settings.media.directory = database.with_file_name(folder::MEDIA);
    settings.keys.installation_key = Secret::new(key);
    settings.accounts.require_second_factor = false;
    settings.log = log.clone();
    Ok(settings)
}

/// The program on the demo's database, with its tables and library up to date.
async fn migrated(settings: Configuration, sources: &Sources) -> Result<App, Failure> {
    wiring::migrate("--data", settings.database_url()?, TIMEOUT).await?;
    let ports = Ports::of(&settings, &sources.machine)?;
    let app = App::build(settings, ports).await?;
    app.load_library().await?;
    Ok(app)
}

async fn make(settings: Configuration, sources: &Sources, patients: u32) -> Result<(), Failure> {
    let app = migrated(settings, sources).await?;
    seed(&app.services, Seeds { patients, years: 0 }, &|_| {}).await?;
    app.services.store.close().await;
    Ok(())
}
