//! The command line: one file a command.

mod audit;
mod clinic;
mod demo;
mod doctor;
mod documents;
mod keys;
mod measures;
mod migrate;
mod rebuild;
mod reminders;
mod schema;
mod seed;
mod serve;
mod worker;

use crate::configuration::{self, Configuration};
use crate::failure::Failure;
use crate::wiring::{self, App, Ports};
use care::clock::{Clock, SystemClock};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// The self-hosted backend of spine physical therapy.
///
/// Plumbline is one GraphQL API behind the patients' apps (today's program, progress log,
/// reminders) and the therapists' dashboard (caseload, adherence, pain).
#[derive(Debug, Parser)]
#[command(name = "plumbline", version, after_help = FIRST_STEPS)]
pub struct Cli {
    /// A TOML file with settings; the variable `PLUMBLINE_CONFIG` names one too. The environment wins over it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

const FIRST_STEPS: &str = "\
First steps:
  plumbline demo      try it: a clinic with fictional patients, in one folder, no servers needed
  plumbline doctor    begin for real: what is still missing, and how to mend it

`plumbline help COMMAND` explains a command, with an example.";

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Serve(serve::Arguments),
    Worker(worker::Arguments),
    Migrate(migrate::Arguments),
    Seed(seed::Arguments),
    Clinic(clinic::Arguments),
    Audit(audit::Arguments),
    Keys(keys::Arguments),
    Measures(measures::Arguments),
    Rebuild(rebuild::Arguments),
    Reminders(reminders::Arguments),
    Schema(schema::Arguments),
    Documents(documents::Arguments),
    Doctor(doctor::Arguments),
}

/// Where settings and time come from.
struct Sources {
    machine: Arc<dyn Clock>,
    file: Option<PathBuf>,
    environment: Vec<(String, String)>,
}

impl Sources {
    /// The settings, in form but not yet checked against each other.
    fn load(&self) -> Result<Configuration, Failure> {
        Ok(configuration::load(self.file.as_deref(), &self.environment)?)
    }

    /// The settings, checked; logging has started and dangerous ones are warned of.
    fn configuration(&self) -> Result<Configuration, Failure> {
        let configuration = self.load()?;
        let faults = configuration.faults();
        if !faults.is_empty() {
            return Err(faults.into());
        }
        wiring::start_logging(&configuration.log);
        for warning in configuration.warnings() {
            tracing::warn!("{warning}");
        }
        Ok(configuration)
    }

    /// The program wired by the settings, to do something at once: it sends nothing.
    async fn app(&self) -> Result<App, Failure> {
        self.app_with(|_| {}).await
    }

    /// The program with these settings changed.
    async fn app_with(&self, change: impl FnOnce(&mut Configuration)) -> Result<App, Failure> {
        let mut configuration = self.configuration()?;
        change(&mut configuration);
        App::build(configuration, Ports::silent(&self.machine)).await
    }
}

/// The program: does what its command line asks, with the settings of its environment, and says on standard error
/// what failed.
pub async fn main() -> ExitCode {
    main_by(Arc::new(SystemClock)).await
}

/// [`main`] on a machine whose clock is this one.
pub async fn main_by(machine: Arc<dyn Clock>) -> ExitCode {
    match run(Cli::parse(), configuration::environment(), machine).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("plumbline: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the command line asks, with the settings of `environment`.
async fn run(
    cli: Cli,
    environment: Vec<(String, String)>,
    machine: Arc<dyn Clock>,
) -> Result<ExitCode, Failure> {
    let file = cli.config.or_else(|| configuration::file_of(&environment));
    let sources = Sources { machine, file, environment };
    match cli.command {
        Command::Demo(arguments) => Box::pin(demo::run(&arguments, &sources)).await?,
        Command::Serve(arguments) => serve::run(&arguments, &sources).await?,
        Command::Worker(arguments) => worker::run(&arguments, &sources).await?,
        Command::Migrate(arguments) => migrate::run(&arguments, &sources).await?,
        Command::Seed(arguments) => Box::pin(seed::run(&arguments, &sources)).await?,
        Command::Clinic(arguments) => clinic::run(&arguments, &sources).await?,
        Command::Audit(arguments) => return audit::run(&arguments, &sources).await,
        Command::Keys(arguments) => return keys::run(&arguments, &sources).await,
        Command::Measures(arguments) => measures::run(&arguments, &sources).await?,
        Command::Rebuild(arguments) => rebuild::run(&arguments, &sources).await?,
        Command::Reminders(arguments) => return reminders::run(&arguments, &sources).await,
        Command::Schema(arguments) => schema::run(&arguments)?,
        Command::Documents(arguments) => documents::run(&arguments)?,
        Command::Doctor(arguments) => return doctor::run(&arguments, &sources).await,
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints `text` to standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new(format!("Standard output does not take what is printed: {error}.")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_shows_the_first_steps_and_every_command_an_example() {
        let help = Cli::command().render_long_help().to_string();
        assert!(help.contains("plumbline demo") && help.contains("plumbline doctor"), "{help}");
        for command in Cli::command().get_subcommands_mut() {
            let name = command.get_name().to_owned();
            let long = command.render_long_help().to_string();
            assert!(long.contains(&format!("plumbline {name}")), "no example of {name}: {long}");
        }
    }

    #[test]
    fn arguments_are_taken_as_the_pages_say() {
        for line in [
            "plumbline demo --listen 127.0.0.1:0 --data x --patients 3 --fresh",
            "plumbline serve --config x.toml",
            "plumbline --config x.toml worker",
            "plumbline migrate",
            "plumbline clinic create --name A --time-zone Europe/Berlin --admin-email a@clinic.example",
            "plumbline audit verify --clinic clinic_01h455vb4pex5vsknk084sn02q",
            "plumbline keys status",
            "plumbline keys rotate",
            "plumbline measures import odi.toml --clinic clinic_01h455vb4pex5vsknk084sn02q",
            "plumbline rebuild",
            "plumbline rebuild --clinic clinic_01h455vb4pex5vsknk084sn02q",
            "plumbline reminders dead --clinic clinic_01h455vb4pex5vsknk084sn02q --since 24h --json",
            "plumbline reminders retry reminder_01h455vb4pex5vsknk084sn02q delivery_01h455vb4pex5vsknk084sn02q",
            "plumbline reminders retry --all --since 1h",
            "plumbline reminders explain delivery_01h455vb4pex5vsknk084sn02q",
            "plumbline schema",
            "plumbline documents --operations a --out b",
            "plumbline doctor",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_ok(), "{line}");
        }
        for line in [
            "plumbline",
            "plumbline demo --patients 0",
            "plumbline clinic create --name A",
            "plumbline reminders retry",
            "plumbline reminders retry --all reminder_01h455vb4pex5vsknk084sn02q",
            "plumbline reminders retry --since 1h reminder_01h455vb4pex5vsknk084sn02q",
            "plumbline reminders explain patient_01h455vb4pex5vsknk084sn02q",
            "plumbline reminders dead --since yesterday",
            "plumbline x",
        ] {
            assert!(Cli::try_parse_from(line.split(' ')).is_err(), "{line}");
        }
    }
}
