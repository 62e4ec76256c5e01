//! `plumbline audit`.

use super::{Sources, print};
use crate::failure::Failure;
use care::audit::{Fault, Verdict, verify};
use care::id::Kind;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Verify the audit trail
#[derive(Debug, Args)]
#[command(long_about = "\
Verify the audit trail.

Example:
  plumbline audit verify")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Verify(Verify),
}

/// Walk the chain of seals from its beginning and name the first that does not hold
#[derive(Debug, Args)]
#[command(long_about = "\
Walk the chain of seals of each clinic from its beginning and name the first that does not hold: after
an event was edited, deleted or moved. That the end was cut off only the checkpoints tell, which the
worker keeps in the file audit.checkpoints (PLUMBLINE_AUDIT__CHECKPOINTS).

One line a clinic; the exit status is 1 when a chain is broken or events wait too long for a seal.
Servers go on working meanwhile.

Example:
  plumbline audit verify --clinic clinic_01h455vb4pex5vsknk084sn02q")]
struct Verify {
    /// Only the clinic of this id.
    #[arg(long, value_name = "ID")]
    clinic: Option<String>,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<ExitCode, Failure> {
    let Command::Verify(arguments) = &arguments.command;
    let clinic_id = arguments
        .clinic
        .as_ref()
        .map(|text| {
            let named = Kind::Clinic.decode(text);
            named.ok_or_else(|| Failure::new(format!("--clinic: {text} is no id of the form clinic_…")))
        })
        .transpose()?;
    let app = sources.app().await?;
    let kept = app.configuration.checkpoints().map(|file| file.read()).transpose()?;
    if kept.is_none() {
        tracing::warn!("without audit.checkpoints an end that was cut off is not missed");
    }
    let verdicts = verify(&care::access::worker(&app.services), clinic_id, &kept.unwrap_or_default()).await?;
    app.services.store.close().await;
    if verdicts.is_empty() {
        print("No audit trail has been sealed yet.\n")?;
    }
    for verdict in &verdicts {
        print(&line(verdict))?;
    }
    let broken = verdicts.iter().any(|verdict| verdict.broken.is_some() || verdict.unsealed > 0);
    Ok(if broken { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(verdict: &Verdict) -> String {
    let clinic = Kind::Clinic.encode(verdict.clinic_id);
    let Some((sequence, fault)) = verdict.broken else {
        return match verdict.unsealed {
            0 => format!("{clinic}  sound, {} events\n", verdict.sound),
            waiting => format!(
                "{clinic}  sound, {} events, but {waiting} more than an hour old are NOT SEALED: does a worker run?\n",
                verdict.sound
            ),
        };
    };
    let what = match fault {
        Fault::SealMissing => "the seal is missing",
        Fault::EventMissing => "the event is missing",
        Fault::Changed => "the event does not match its seal: edited, or moved",
        Fault::Truncated => "the end was cut off here, as the checkpoints tell",
    };
    format!("{clinic}  BROKEN at {sequence}: {what}\n")
}
