//! A refusal before anything ran: a request error in the words of the GraphQL specification.

use super::negotiation::Media;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// Why an operation is not run.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    /// The value of `extensions.code`.
    pub(crate) code: &'static str,
    /// What is wrong, and how to mend it.
    pub(crate) message: String,
    /// What `extensions` has beside the code.
    pub(crate) details: Map<String, Value>,
    /// The status where the media type tells request errors by it.
    pub(crate) status: StatusCode,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: Map::new(), status }
    }

    /// The request itself is not well formed.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    }

    /// The document breaks a rule of GraphQL.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "GRAPHQL_VALIDATION_FAILED", message)
    }

    /// The document would cost more than it may.
    pub(crate) fn too_complex(budget: &'static str, cost: u64, limit: u64) -> Self {
        let message = format!("This document's {budget} would be {cost}; at most {limit} are allowed.");
        Self::new(StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX", message)
            .with("budget", budget)
            .with("cost", cost)
            .with("limit", limit)
    }

    /// Nobody is signed in, or no more.
    pub(crate) fn signed_out() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "Sign in first.")
    }

    /// What it needs does not answer at the moment.
    pub(crate) fn unavailable() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "Try again in a moment.")
    }

    /// A fault of ours; the log line has the request id.
    pub(crate) fn internal() -> Self {
        let message = "Something went wrong on our side.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", message)
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.insert(name.to_owned(), value.into());
        self
    }

    /// Whether the request is well formed and only its document is at fault: then the status is
    /// 200 in `application/json`.
    pub(crate) fn is_of_document(&self) -> bool {
        self.status == StatusCode::BAD_REQUEST && self.code != "BAD_USER_INPUT"
            || self.details.contains_key("variable")
    }

    /// Whether the client is to send the text of a persisted query.
    pub(crate) fn is_persisted_miss(&self) -> bool {
        self.code == "PERSISTED_QUERY_NOT_FOUND"
    }

    /// The error as GraphQL tells it.
    pub(crate) fn error(&self, request_id: &str) -> Value {
        let mut extensions = self.details.clone();
        extensions.insert("code".to_owned(), self.code.into());
        if self.code == "INTERNAL_SERVER_ERROR" {
            extensions.insert("requestId".to_owned(), request_id.into());
        }
        json!({ "message": self.message, "extensions": extensions })
    }

    /// An answer that has this error and nothing else, in JSON.
    pub(crate) fn body(&self, request_id: &str) -> String {
        json!({ "errors": [self.error(request_id)] }).to_string()
    }

    /// That answer, with the status that this refusal has.
    pub(crate) fn response(&self, media: Media, request_id: &str) -> Response {
        (self.status, [(header::CONTENT_TYPE, media.content_type())], self.body(request_id)).into_response()
    }
}
