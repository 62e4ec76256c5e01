//! `plumbline doctor`.

mod database;
mod mail;
mod media;
mod push;
mod redis;

use super::{Sources, print};
use crate::configuration::Configuration;
use crate::failure::Failure;
use clap::Args;
use std::process::ExitCode;

/// Check every part, and say how to mend what is wrong
#[derive(Debug, Args)]
#[command(long_about = "\
Check every part, and say how to mend what is wrong: settings, key, database, its migrations and role,
Redis, mail server, storage of media, credentials of pushes. Changes nothing. Exits with 1 if a check fails.

Example:
  plumbline doctor --config /etc/plumbline.toml")]
pub(super) struct Arguments {}

/// What the checks found, printed as they go.
#[derive(Debug, Default)]
pub(super) struct Report {
    failed: u32,
}

impl Report {
    /// A check that found nothing wrong.
    #[allow(clippy::unused_self, reason = "what is printed is the report")]
    fn ok(&mut self, words: &str) -> Result<(), Failure> {
        line("ok", words)
    }

    /// What works but should be otherwise.
    #[allow(clippy::unused_self, reason = "what is printed is the report")]
    fn warn(&mut self, words: &str) -> Result<(), Failure> {
        line("warning", words)
    }

    /// What must be mended.
    fn fail(&mut self, words: &str) -> Result<(), Failure> {
        self.failed += 1;
        line("FAIL", words)
    }
}

fn line(verdict: &str, words: &str) -> Result<(), Failure> {
    let words = words.replace('\n', "\n         ");
    print(&format!("{verdict:<8} {words}\n"))
}

pub(super) async fn run(_: &Arguments, sources: &Sources) -> Result<ExitCode, Failure> {
    let mut report = Report::default();
    match sources.load() {
        Err(failure) => report.fail(&format!("configuration: {failure}"))?,
        Ok(configuration) => {
            settings(&mut report, &configuration, sources)?;
            database::check(&mut report, &configuration).await?;
            redis::check(&mut report, &configuration).await?;
            mail::check(&mut report, &configuration).await?;
            media::check(&mut report, &configuration).await?;
            push::check(&mut report, &configuration, &sources.machine)?;
        }
    }
    match report.failed {
        0 => print("Nothing fails.\n")?,
        1 => print("1 check fails.\n")?,
        count => print(&format!("{count} checks fail.\n"))?,
    }
    Ok(if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn settings(report: &mut Report, configuration: &Configuration, sources: &Sources) -> Result<(), Failure> {
    let faults = configuration.faults();
    for fault in &faults {
        report.fail(&fault.to_string())?;
    }
    if faults.is_empty() {
        let file = sources.file.as_ref().map_or("no file".to_owned(), |file| file.display().to_string());
        report.ok(&format!("configuration: {file}, {} PLUMBLINE_ variables", sources.environment.len()))?;
        let reminders = &configuration.reminders;
        report.ok(&format!(
            "reminders.lease_seconds: {} s, longer than a push ({} s)",
            reminders.lease_seconds, reminders.push_timeout_seconds
        ))?;
    }
    for warning in configuration.warnings() {
        report.warn(&warning.to_string())?;
    }
    match configuration.wrapping() {
        Ok(_) => report.ok("keys.installation_key: 32 bytes"),
        Err(fault) => report.fail(&fault.to_string()),
    }
}
