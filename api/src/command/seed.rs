//! `plumbline seed`.

use super::{Sources, print};
use crate::failure::Failure;
use crate::seed::{Seeds, is_seeded, seed};
use clap::Args;

/// Fill the configured database with the fictional data of the demo
#[derive(Debug, Args)]
#[command(long_about = "\
Fill the configured database with the fictional data of the demo.

For trying out PostgreSQL and Redis, never for a clinic: its accounts have a public password. Refuses
a database in which a clinic has begun.

Example:
  plumbline seed --patients 100")]
pub(super) struct Arguments {
    /// How many patients.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    patients: u32,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let app = sources.app().await?;
    if is_seeded(&app.services).await? {
        return Err(Failure::new(
            "A clinic has begun in this database. Fictional data go into an empty one only: choose another by database.url (PLUMBLINE_DATABASE__URL).",
        ));
    }
    app.load_library().await?;
    seed(&app.services, Seeds { patients: arguments.patients }).await?;
    app.services.store.close().await;
    print(&format!(
        "Seeded {} fictional patients. WARNING: patient@demo.example, therapist@demo.example and admin@demo.example have the public password plumbline-demo here; never use this database for a clinic.\n{}",
        arguments.patients,
        if app.configuration.accounts.require_second_factor {
            "The staff has no second factor yet: set it up at the first sign-in (enrollTotp), or set accounts.require_second_factor = false to look around without.\n"
        } else {
            ""
        }
    ))
}
