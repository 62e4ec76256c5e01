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
mod clinic;
mod database;
mod redis_server;

pub use app::{Client, TestApp, engine};
pub use clinic::{Clinic, MORNING, PASSWORD, at, prescriptions};
pub use database::{Database, Stack, postgres_server};
pub use redis_server::RedisServer;
