//! The harness of the tests that cross rooms: the production wiring with its ports swapped, on
//! servers of its own.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a test fails by panicking"
)]

mod app;
mod bucket;
pub mod canary;
mod clinic;
mod crowd;
mod cut;
mod database;
pub mod issuer;
mod mailbox;
mod postgres_server;
pub mod push_provider;
mod redis_server;

pub use app::{Client, TestApp, engine};
pub use bucket::Bucket;
pub use clinic::{Clinic, INSTALLATION_KEY, MORNING, PASSWORD, at, prescriptions, register_device};
pub use crowd::{Crowd, Outcome};
pub use cut::Cut;
pub use database::{Database, Stack, postgres_server};
pub use mailbox::{Arrived, Mailbox, Postmaster};
pub use postgres_server::PostgresServer;
pub use redis_server::RedisServer;

/// How many cases a long test takes: `long` with `tests/run --long`, else `short`.
#[allow(clippy::disallowed_methods, reason = "tests/run tells by the environment")]
pub fn cases(short: u32, long: u32) -> u32 {
    if std::env::var("PLUMBLINE_TEST_LONG").is_ok() { long } else { short }
}
