//! `plumbline keys`.

use super::{Sources, print};
use crate::failure::Failure;
use care::keys::{Status, rotate, status};
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Replace the installation's key
#[derive(Debug, Args)]
#[command(long_about = "\
Replace the installation's key: it wraps a key for accounts and two for each clinic, and a clinic's key
wraps one for each patient. Those stay, and are wrapped anew, so nothing is sealed a second time and it
takes seconds.

  1. Make a key:  openssl rand -base64 32
  2. Set it as keys.installation_key, and the one before as keys.previous_installation_key, for every
     process, and restart them together: a process that has not the new key cannot read what others
     have begun with it.
  3. plumbline keys rotate
  4. Once `plumbline keys status` says so, take keys.previous_installation_key out and restart.

Backups from before need the key from before: keep it as long as them.

Example:
  plumbline keys status")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Status(Nothing),
    Rotate(Rotate),
}

/// Tell how many keys the installation's key wraps, and how many the one before it
#[derive(Debug, Args)]
#[command(long_about = "\
Tell how many keys the installation's key wraps, and how many the one before it. Changes nothing. The
exit status is 1 where a key opens by neither.

Example:
  plumbline keys status")]
struct Nothing {}

/// Wrap every key by the installation's key of today
#[derive(Debug, Args)]
#[command(long_about = "\
Wrap every key by the installation's key of today. Servers go on working meanwhile. It may be broken
off at any moment and begun again: what is done stays done.

Example:
  plumbline keys rotate")]
struct Rotate {}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<ExitCode, Failure> {
    let app = sources.app().await?;
    let (worker, replaces) = (care::access::worker(&app.services), app.configuration.replaces_its_key());
    let found = match arguments.command {
        Command::Status(_) => status(&worker).await?,
        Command::Rotate(_) if !replaces => {
            return Err(Failure::new(
                "keys.previous_installation_key is not set: there is nothing to change over from. `plumbline keys --help` tells the steps.",
            ));
        }
        Command::Rotate(_) => {
            rotate(&worker, |so_far| {
                // A progress that cannot be shown stops nothing.
                let _ = print(&format!("{} of {} keys\n", so_far.current, total(so_far)));
            })
            .await?
        }
    };
    app.services.store.close().await;
    print(&told(found, replaces))?;
    Ok(if found.lost == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn total(status: Status) -> usize {
    status.current + status.previous + status.lost
}

fn told(status: Status, replaces: bool) -> String {
    let Status { current, previous, lost } = status;
    let now = format!("{current} of {} keys are wrapped by keys.installation_key.\n", total(status));
    let before = match previous {
        0 if replaces && lost == 0 => {
            "keys.previous_installation_key can be taken out of the settings.\n".to_owned()
        }
        0 => String::new(),
        _ => format!("{previous} by keys.previous_installation_key: run `plumbline keys rotate`.\n"),
    };
    let neither = match lost {
        0 => String::new(),
        _ => format!(
            "{lost} by NEITHER: what they seal cannot be read. Set the key that wrapped them as keys.previous_installation_key.\n"
        ),
    };
    now + &before + &neither
}
