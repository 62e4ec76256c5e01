//! The one place where errors of `care` become codes.
//!
//! What a client can mend is data in the payload of a mutation ([`UserError`]); everything else
//! is a GraphQL error with `extensions.code`.

use async_graphql::{Enum, ErrorExtensions, SimpleObject};
use care::error::{Code, Error, FieldError};

/// What is wrong with the input.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UserErrorCode {
    /// A value is needed.
    Required,
    /// A number, date or instant lies outside its range.
    OutOfRange,
    /// A text has too many characters.
    TooLong,
    /// A list has too many entries.
    TooMany,
    /// Two entries are the same where they must differ.
    Duplicate,
    /// Fields exclude each other, or do not fit together.
    Mismatch,
    /// The value does not have the form it needs.
    Malformed,
    /// It does not exist, or is not visible to you.
    NotFound,
    /// The id or address is taken, or the object has changed meanwhile: read it and try again.
    Conflict,
    /// The state of the object does not allow this.
    NotAllowed,
    /// E-mail, password, link or code is wrong.
    Credentials,
    /// A rule warns of this. It can be done with a reason.
    Caution,
    /// Your role may never do this.
    Forbidden,
    /// The password is right; `verifySecondFactor` goes on with the challenge and a code.
    SecondFactorRequired,
    /// Prove again who you are by `stepUp`, then repeat this within five minutes.
    StepUpRequired,
}

/// A fault of the input that the client can mend. Nothing was changed.
#[derive(SimpleObject, Debug, Clone, PartialEq, Eq)]
pub(crate) struct UserError {
    /// The kind of fault.
    pub(crate) code: UserErrorCode,
    /// One sentence, in English, that says what would be right.
    pub(crate) message: String,
    /// Steps into the input: field names, and list positions from 0. Empty: the input as a whole.
    pub(crate) path: Vec<String>,
}

impl From<FieldError> for UserError {
    fn from(fault: FieldError) -> Self {
        let code = match fault.code {
            Code::Required => UserErrorCode::Required,
            Code::OutOfRange => UserErrorCode::OutOfRange,
            Code::TooLong => UserErrorCode::TooLong,
            Code::TooMany => UserErrorCode::TooMany,
            Code::NotFound => UserErrorCode::NotFound,
            Code::Duplicate => UserErrorCode::Duplicate,
            Code::Mismatch => UserErrorCode::Mismatch,
            Code::Malformed => UserErrorCode::Malformed,
            Code::Conflict => UserErrorCode::Conflict,
            Code::NotAllowed => UserErrorCode::NotAllowed,
            Code::Credentials => UserErrorCode::Credentials,
            Code::Caution => UserErrorCode::Caution,
        };
        Self { code, message: fault.message, path: fault.path }
    }
}

pub(crate) fn whole(code: UserErrorCode, message: &str) -> Vec<UserError> {
    vec![UserError { code, message: message.to_owned(), path: Vec::new() }]
}

const STEP_UP: &str = "Prove again who you are by stepUp, then repeat this within five minutes.";

/// The answer of a mutation: what it changed, or the faults of its input. What a client cannot
/// mend is a GraphQL error.
pub(crate) fn settle<T>(
    result: care::error::Result<T>,
) -> async_graphql::Result<(Option<T>, Vec<UserError>)> {
    let faults = match result {
        Ok(changed) => return Ok((Some(changed), Vec::new())),
        Err(Error::Invalid(faults)) => faults.into_iter().map(UserError::from).collect(),
        Err(Error::NotFound) => {
            whole(UserErrorCode::NotFound, "This does not exist, or is not visible to you.")
        }
        Err(Error::Conflict(_)) => {
            whole(UserErrorCode::Conflict, "This id has other content, or the object has changed meanwhile.")
        }
        Err(Error::Forbidden) => whole(UserErrorCode::Forbidden, "Your role may not do this."),
        Err(Error::StepUpRequired) => whole(UserErrorCode::StepUpRequired, STEP_UP),
        Err(error) => return Err(raise(error)),
    };
    Ok((None, faults))
}

/// The payload of a mutation: what it changed beside `userErrors`, and `of`, which makes it from
/// the answer of a use case.
macro_rules! payload {
    ($(#[$about:meta])* $name:ident { $(#[$field_about:meta])* $field:ident: $type:ty }) => {
        $(#[$about])*
        #[derive(async_graphql::SimpleObject)]
        pub(crate) struct $name {
            $(#[$field_about])*
            $field: Option<$type>,
            /// What is wrong with the input; empty when it was done.
            user_errors: Vec<$crate::error::UserError>,
        }

        impl $name {
            fn of<T: Into<$type>>(result: care::error::Result<T>) -> async_graphql::Result<Self> {
                let (changed, user_errors) = $crate::error::settle(result)?;
                Ok(Self { $field: changed.map(Into::into), user_errors })
            }
        }
    };
}
pub(crate) use payload;

/// The GraphQL error of `error`: its code, and no word of its cause.
#[allow(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
pub(crate) fn raise(error: Error) -> async_graphql::Error {
    let (code, message) = match &error {
        Error::Unauthenticated => ("UNAUTHENTICATED", "Sign in first.".to_owned()),
        Error::NotFound => ("NOT_FOUND", "This does not exist, or is not visible to you.".to_owned()),
        Error::Conflict(_) => ("CONFLICT", "This has changed meanwhile.".to_owned()),
        Error::Invalid(faults) => {
            let message = faults.iter().map(|fault| format!("{}: {}", fault.path.join("."), fault.message));
            ("BAD_USER_INPUT", message.collect::<Vec<_>>().join(" "))
        }
        Error::Forbidden => ("FORBIDDEN", "Your role may not do this.".to_owned()),
        Error::SecondFactorRequired => {
            ("MFA_REQUIRED", "Set up a second factor first, by enrollTotp and confirmTotp.".to_owned())
        }
        Error::StepUpRequired => ("FORBIDDEN", STEP_UP.to_owned()),
        Error::RateLimited { .. } => ("RATE_LIMITED", "Too many attempts.".to_owned()),
        Error::Unavailable => ("UNAVAILABLE", "Try again in a moment.".to_owned()),
        Error::Internal => ("INTERNAL_SERVER_ERROR", "Something went wrong on our side.".to_owned()),
    };
    async_graphql::Error::new(message).extend_with(|_, extensions| {
        extensions.set("code", code);
        if let Error::RateLimited { retry_after_seconds } = error {
            extensions.set("retryAfterSeconds", retry_after_seconds);
        }
    })
}
