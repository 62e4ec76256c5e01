//! The program `plumbline`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    api::command::main().await
}
