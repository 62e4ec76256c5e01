//! The program `plumbline` with places at which a test ends it.

use api::command::{Cli, run};
use api::configuration::environment;
use clap::Parser;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse(), environment()).await {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("plumbline: {failure}");
            ExitCode::FAILURE
        }
    }
}
