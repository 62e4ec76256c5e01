//! What carries the mail that `care` writes.

mod console;
mod smtp;

pub use console::Console;
pub use smtp::{BadAddress, Smtp};
