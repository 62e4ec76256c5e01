//! The log: lines on standard error.

use crate::configuration::{Log, LogFormat};
use std::io::stderr;
use tracing_subscriber::EnvFilter;

/// Starts logging, once in a process. A panic is logged by its place alone: its message may hold
/// what a request said.
pub fn start(log: &Log) {
    // What a migration does, its command says.
    let filter = EnvFilter::try_new(format!("sea_orm_migration=warn,{}", log.level))
        .unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    let started = match log.format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    if started.is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(%place, "a panic");
        }));
    }
}
