//! `plumbline rebuild`.

use super::{Sources, print};
use crate::failure::Failure;
use care::caseload;
use care::id::Kind;
use care::progress::{Rebuilt, rebuild};
use clap::Args;

/// Patients after which the progress is told.
const TOLD_EVERY: usize = 100;

/// Make the totals of days and the personal bests anew from the progress logs
#[derive(Debug, Args)]
#[command(long_about = "\
Make the totals of days and the personal bests anew from the progress logs.

What each log and rating of pain adds to its day, and the most that was done of each exercise, is kept beside
the logs, so that trends over years are read at once. Every write keeps it up, so there is nothing to rebuild
in the ordinary course of things. Run this once

  - after an update from a release that did not keep them yet: trends begin with what is kept,
  - after rows of progress_log, progress_result or pain_rating were changed in the database by hand.

Each patient is a transaction of its own. Servers go on working meanwhile, and it may be broken off and begun
again.

Example:
  plumbline rebuild
  plumbline rebuild --clinic clinic_01h455vb4pex5vsknk084sn02q")]
pub(super) struct Arguments {
    /// Only the clinic of this id.
    #[arg(long, value_name = "ID")]
    clinic: Option<String>,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let clinic_id = arguments
        .clinic
        .as_ref()
        .map(|text| {
            let named = Kind::Clinic.decode(text);
            named.ok_or_else(|| Failure::new(format!("--clinic: {text} is no id of the form clinic_…")))
        })
        .transpose()?;
    let app = sources.app().await?;
    let told = |so_far: Rebuilt| {
        if so_far.patients.is_multiple_of(TOLD_EVERY) && so_far.patients < so_far.of {
            // A progress that cannot be shown stops nothing.
            let _ = print(&format!("{} of {} patients\n", so_far.patients, so_far.of));
        }
    };
    let worker = care::access::worker(&app.services);
    let rebuilt = rebuild(&worker, clinic_id, told).await?;
    // It stands on the same logs, which may have been changed by hand.
    caseload::forget(&worker, clinic_id).await?;
    app.services.store.close().await;
    print(&format!("The totals and personal bests of {} patients are as their logs say.\n", rebuilt.patients))
}
