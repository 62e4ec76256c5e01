//! The program `plumbline` with places at which a test ends it.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    api::command::main().await
}
