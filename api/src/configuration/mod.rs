//! Settings: defaults, then a TOML file, then the environment; checked before anything starts.
//!
//! [`load`] puts the layers together and refuses what it does not know; [`Configuration::faults`]
//! and [`Configuration::warnings`] look at the result. A [`Fault`] names the key and its mend.

mod check;
mod load;
mod media;
mod metrics;
mod push;
mod secret;
mod sections;

pub use load::{file_of, load};
pub use push::{Apns, Environment, Fcm, Gateway, Push, PushOfClinic, unusable as unusable_push};
pub use secret::{Secret, masked_url};
pub use sections::{
    Configuration, Database, Issuer, Keys, Log, LogFormat, Mail, Media, Redis, Reminders, Role, Server,
};

use std::fmt;

/// The settings and their defaults, commented.
pub const DEFAULT: &str = include_str!("default.toml");

/// What all settings in the environment begin with.
const PREFIX: &str = "PLUMBLINE_";

/// What is wrong with a setting, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The setting, for example `server.listen`.
    pub key: String,
    /// What is wrong, as a sentence.
    pub what: String,
    /// What to do, as a sentence.
    pub mend: String,
}

impl Fault {
    /// A fault of `key`, whose mend goes on with where to set it.
    pub fn new(key: &str, what: impl Into<String>, mend: impl fmt::Display) -> Self {
        Self { key: key.to_owned(), what: what.into(), mend: format!("{mend} {}", places(key)) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} {}", self.key, self.what, self.mend)
    }
}

impl std::error::Error for Fault {}

/// The name of `key` in the environment.
pub fn environment_name(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "__").to_uppercase())
}

/// Where `key` can be set.
fn places(key: &str) -> String {
    let name = environment_name(key);
    match key.rsplit_once('.') {
        Some((section, setting)) => format!("({name} in the environment, or `{setting}` of [{section}].)"),
        None => format!("({name} in the environment.)"),
    }
}

/// The environment of this process: the one place where it is read.
pub fn environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect()
}

#[cfg(test)]
mod tests;
