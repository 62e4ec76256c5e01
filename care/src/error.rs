//! What can go wrong in `care`: one closed enum, and the field errors inside it.

use std::fmt;

/// Why a use case did not do what it was asked.
///
/// Nothing here carries a driver's text: the cause of an [`Error::Internal`] or
/// [`Error::Unavailable`] is logged where it happens, in words of our own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No session, or one that has ended.
    #[error("not signed in")]
    Unauthenticated,
    /// The object does not exist *or* the caller may not see it: the two look the same.
    #[error("not found")]
    NotFound,
    /// The id is taken by other content, or the object has changed meanwhile.
    #[error("conflict: {0}")]
    Conflict(&'static str),
    /// The input breaks a rule; each error names its field.
    #[error("invalid input: {0:?}")]
    Invalid(Vec<FieldError>),
    /// The caller's role may never do this.
    #[error("forbidden")]
    Forbidden,
    /// Staff must set up a second factor before they reach anything of the clinic.
    #[error("a second factor is required")]
    SecondFactorRequired,
    /// Who acts must prove again who they are before they do this.
    #[error("a fresh proof is required")]
    StepUpRequired,
    /// Too many attempts; try again after so many seconds.
    #[error("rate limited, retry after {retry_after_seconds} s")]
    RateLimited {
        /// Seconds until the next attempt is taken.
        retry_after_seconds: u32,
    },
    /// A dependency is down; the same request may succeed later.
    #[error("unavailable")]
    Unavailable,
    /// A fault of ours. The request id leads to the log line.
    #[error("internal error")]
    Internal,
}

/// The answer of everything in `care`.
pub type Result<T> = std::result::Result<T, Error>;

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// A value is needed and missing or empty.
    Required,
    /// A number, date or instant lies outside its range.
    OutOfRange,
    /// A text has more characters than allowed.
    TooLong,
    /// A list has more entries than allowed.
    TooMany,
    /// The named object does not exist or is not visible to the caller.
    NotFound,
    /// Two entries of the input are the same where they must differ.
    Duplicate,
    /// Fields that exclude each other, or a field that does not fit the kind.
    Mismatch,
    /// The value does not have the form it needs.
    Malformed,
    /// The id or the address is taken by something else.
    Conflict,
    /// The state of the object does not allow this.
    NotAllowed,
    /// E-mail, password, link or code is wrong.
    Credentials,
    /// A rule warns of this: it needs a reason.
    Caution,
}

/// One fault of the input: where it is, its kind, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Steps into the input: field names in camelCase, list positions in decimal.
    pub path: Vec<String>,
    /// The kind of fault.
    pub code: Code,
    /// One sentence that says what would be right.
    pub message: String,
}

impl FieldError {
    /// A fault at `field` (one step).
    pub fn new(field: &str, code: Code, message: impl Into<String>) -> Self {
        Self { path: vec![field.to_owned()], code, message: message.into() }
    }

    /// The same fault seen from outside: `step` comes first.
    #[must_use]
    pub fn under(mut self, step: impl fmt::Display) -> Self {
        self.path.insert(0, step.to_string());
        self
    }
}

/// Whether a text that is stored as it is holds a letter that no screen shows; databases refuse some.
pub(crate) fn has_control(text: &str) -> bool {
    text.chars().any(char::is_control)
}

impl From<FieldError> for Error {
    fn from(fault: FieldError) -> Self {
        Self::Invalid(vec![fault])
    }
}

impl Error {
    /// An error for one field.
    pub fn field(field: &str, code: Code, message: impl Into<String>) -> Self {
        FieldError::new(field, code, message).into()
    }
}
