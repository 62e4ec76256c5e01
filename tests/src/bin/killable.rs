//! The program `plumbline` with places at which a test ends it, on a machine whose clock a test sets.

use care::clock::{Clock, Instant, SystemClock};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// This machine's clock, ahead by as many milliseconds as stand in a file at the moment.
#[derive(Debug)]
struct SetClock(PathBuf);

impl Clock for SetClock {
    fn now(&self) -> Instant {
        let text = std::fs::read_to_string(&self.0).unwrap_or_default();
        SystemClock.now().plus(text.parse().unwrap_or(0))
    }
}

#[tokio::main]
#[allow(clippy::disallowed_methods, reason = "the test tells by the environment where it sets the clock")]
async fn main() -> ExitCode {
    let machine: Arc<dyn Clock> = match std::env::var("CLOCK_AHEAD") {
        Ok(file) => Arc::new(SetClock(file.into())),
        Err(_) => Arc::new(SystemClock),
    };
    api::command::main_by(machine).await
}
