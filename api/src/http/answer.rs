//! What the executor answers, as clients get it: coded errors, few and short, and no word of
//! their causes.

use super::refusal::Refusal;
use async_graphql::{Response as Answer, ServerError, Value};
use serde::Serialize;

/// Errors told of one operation.
const MOST_ERRORS: usize = 20;
/// Characters of an error's message.
const MESSAGE: usize = 300;

/// An answer on its way out.
pub(crate) struct Told {
    /// `errors` and `data` as JSON, fields in the order in which they were asked for.
    pub(crate) body: String,
    /// The errors by themselves.
    pub(crate) errors: Vec<ServerError>,
    /// Whether nothing ran: a request error, without `data`.
    pub(crate) refused: bool,
    /// Whether something that it needs does not answer.
    pub(crate) unavailable: bool,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
}

/// Gives every error its code, and caps their number and length.
pub(crate) fn tell(mut answer: Answer, request_id: &str) -> Told {
    answer.errors.truncate(MOST_ERRORS);
    for error in &mut answer.errors {
        encode(error, request_id);
    }
    let refused = answer.data == Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    let unavailable = answer.errors.iter().any(|error| code_of(error) == Some("UNAVAILABLE"));
    let body = Body { errors: &answer.errors, data: (!refused).then_some(&answer.data) };
    let body = serde_json::to_string(&body).unwrap_or_else(|error| {
        tracing::error!(request_id, %error, "an answer cannot be written");
        Refusal::internal().body(request_id)
    });
    Told { body, errors: answer.errors, refused, unavailable }
}

fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// An error without a code is the executor's own. Before anything ran, the document is at fault.
/// Later only we can be: values have been held against their types before.
fn encode(error: &mut ServerError, request_id: &str) {
    if code_of(error).is_none() {
        if error.path.is_empty() {
            error.extensions.get_or_insert_default().set("code", "GRAPHQL_VALIDATION_FAILED");
        } else {
            tracing::error!(request_id, "the executor failed in a field");
            "Something went wrong on our side.".clone_into(&mut error.message);
            error.extensions.get_or_insert_default().set("code", "INTERNAL_SERVER_ERROR");
        }
    }
    if code_of(error) == Some("INTERNAL_SERVER_ERROR") {
        error.extensions.get_or_insert_default().set("requestId", request_id);
    }
    if let Some((end, _)) = error.message.char_indices().nth(MESSAGE) {
        error.message.truncate(end);
        error.message.push('…');
    }
}
