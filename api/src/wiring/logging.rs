//! The log: lines on standard error.

use crate::configuration::{Log, LogFormat};
use std::io::stderr;
use tracing_subscriber::EnvFilter;

/// Libraries that log what passes through them, at their finer levels: messages, heads, parameters.
const TALKATIVE: [&str; 9] =
    ["h2", "hyper", "hyper_util", "redis", "rustls", "sea_orm", "sqlx", "tokio_tungstenite", "tungstenite"];

/// What is logged at `level`: a level, or directives. Whatever it says, no library tells what people sent.
pub fn filter(level: &str) -> EnvFilter {
    let quiet = TALKATIVE.map(|library| format!("{library}=info")).join(",");
    // What a migration does, its command says.
    EnvFilter::try_new(format!("{level},{quiet},sea_orm_migration=warn"))
        .unwrap_or_else(|_| EnvFilter::new("info"))
}

/// Starts logging, once in a process. A panic is logged by its place alone: its message may hold
/// what a request said.
pub fn start(log: &Log) {
    let builder = tracing_subscriber::fmt().with_env_filter(filter(&log.level)).with_writer(stderr);
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
