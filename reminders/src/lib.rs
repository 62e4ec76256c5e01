//! The reminder engine: a timetable says what is due, the dispatcher decides and records with
//! `care`, a gateway carries the push.
//!
//! SQL holds the truth; the timetable (in Redis, or in SQL itself) only makes it punctual. Every
//! loop of the [`engine`] is an idempotent tick at a given time.

pub mod engine;
pub mod gateway;
mod kill;
pub mod timetable;
