//! `plumbline reminders`.

mod dead;
mod explain;
mod retry;
mod since;

use super::Sources;
use crate::failure::Failure;
use care::id::Kind;
use clap::{Args, Subcommand};
use std::process::ExitCode;
use uuid::Uuid;

/// See which reminders never got through and why, and put them back
#[derive(Debug, Args)]
#[command(long_about = "\
See which reminders never got through and why, and put them back.

A delivery is dead when no provider took it for any device of the patient before it was too late, or when
providers refused it. A reminder is set aside when the worker cannot decide about it, for example because its
row is damaged. Ids are all that is shown: no names, no titles.

Example:
  plumbline reminders dead --since 24h
  plumbline reminders explain reminder_01h455vb4pex5vsknk084sn02q
  plumbline reminders retry --all --since 1h")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dead(dead::Arguments),
    Retry(retry::Arguments),
    Explain(explain::Arguments),
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<ExitCode, Failure> {
    match &arguments.command {
        Command::Dead(arguments) => dead::run(arguments, sources).await,
        Command::Retry(arguments) => return retry::run(arguments, sources).await,
        Command::Explain(arguments) => explain::run(arguments, sources).await,
    }
    .map(|()| ExitCode::SUCCESS)
}

/// The id of a reminder or of a delivery.
fn named(text: &str) -> Result<(Kind, Uuid), String> {
    match care::id::parse(text) {
        Some((kind @ (Kind::Reminder | Kind::Delivery), id)) => Ok((kind, id)),
        _ => Err("give an id of the form reminder_… or delivery_…".to_owned()),
    }
}

/// The id of a clinic.
fn clinic(text: &str) -> Result<Uuid, String> {
    Kind::Clinic.decode(text).ok_or_else(|| "give an id of the form clinic_…".to_owned())
}
