//! `plumbline seed`.

use super::{Sources, print};
use crate::failure::Failure;
use crate::seed::{Progress, Seeds, is_seeded, seed};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

/// Fill the configured database with the fictional data of the demo
#[derive(Debug, Args)]
#[command(long_about = "\
Fill the configured database with the fictional data of the demo, or with years of it.

For trying out PostgreSQL and Redis, never for a clinic: its accounts have a public password. Refuses
a database in which a clinic has begun.

Example:
  plumbline seed --patients 100
  plumbline seed --patients 1000 --years 2")]
pub(super) struct Arguments {
    /// How many patients.
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    patients: u32,
    /// Years of logs; 0 for eight weeks.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10))]
    years: u32,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    // Tables that grow this fast leave plans behind within seconds.
    let app = sources.app_with(|settings| settings.database.connection_lifetime_seconds = 3).await?;
    if is_seeded(&app.services).await? {
        return Err(Failure::new(
            "A clinic has begun in this database. Fictional data go into an empty one only: choose another by database.url (PLUMBLINE_DATABASE__URL).",
        ));
    }
    app.load_library().await?;
    let bar = bar();
    let started = app.services.now();
    let seeds = Seeds { patients: arguments.patients, years: arguments.years };
    let seeded = seed(&app.services, seeds, &|progress| told(&bar, seeds, progress)).await;
    bar.finish_and_clear();
    let seeded = seeded?;
    let seconds = (app.services.now().0 - started.0) / 1_000;
    let rate = i64::try_from(seeded.logs).unwrap_or(i64::MAX) * 1_000 / seeded.logging_ms.max(1);
    app.services.store.close().await;
    print(&format!(
        "Seeded {} fictional patients with {} logged sessions in {seconds} s, {rate} sessions a second once they were enrolled. WARNING: patient@demo.example, therapist@demo.example and admin@demo.example have the public password plumbline-demo here; never use this database for a clinic.\n{}",
        seeded.patients,
        seeded.logs,
        if app.configuration.accounts.require_second_factor {
            "The staff has no second factor yet: set it up at the first sign-in (enrollTotp), or set accounts.require_second_factor = false to look around without.\n"
        } else {
            ""
        }
    ))
}

/// What is shown of the work on a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent} % {msg} ({eta} to go)");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Shows how far it has come. A patient counts as much as a day of the clinic.
fn told(bar: &ProgressBar, seeds: Seeds, progress: Progress) {
    bar.set_length(u64::from(seeds.patients) + progress.all_days.unsigned_abs());
    bar.set_position(progress.patients as u64 + progress.days.unsigned_abs());
    bar.set_message(format!("{} patients, {} sessions", progress.patients, progress.logs));
}
