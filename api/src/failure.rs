//! Why the program ended without doing what it was asked.

use crate::configuration::Fault;
use care::error::Error;
use std::fmt;

/// What the person at the terminal is told: what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure(String);

impl Failure {
    /// A failure in these words.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self(fault.to_string())
    }
}

impl From<Vec<Fault>> for Failure {
    fn from(faults: Vec<Fault>) -> Self {
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        Self(lines.join("\n"))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self(match error {
            Error::Invalid(faults) => {
                let lines: Vec<_> = faults
                    .iter()
                    .map(|fault| format!("{}: {}", fault.path.join("."), fault.message))
                    .collect();
                lines.join("\n")
            }
            Error::Unavailable => {
                "The database does not answer. `plumbline doctor` tells what is wrong.".to_owned()
            }
            Error::Internal => "Something went wrong inside; the log above says where.".to_owned(),
            error => format!("{error}."),
        })
    }
}
