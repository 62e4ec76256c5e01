//! Server-sent events: the protocol of graphql-sse with a connection for each operation.

use super::{Event, signed_out, streamed, with_heartbeat};
use axum::response::Response;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::{Value, json};
use std::time::Duration;

const CONTENT_TYPE: &str = "text/event-stream; charset=utf-8";
/// Says that nothing else comes.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// The events of a subscription, each as one `next`, with a comment whenever nothing came for
/// `heartbeat`.
pub(in crate::http) fn response(events: BoxStream<'static, Event>, heartbeat: Duration) -> Response {
    let texts = events.map(|event| match event {
        Event::Next(answer) => next(&answer),
        Event::Failed(errors) => failed(&errors),
        Event::SignedOut => failed(&signed_out()),
    });
    let texts = with_heartbeat(texts.boxed(), heartbeat, || ":\n\n".to_owned());
    let begin = stream::once(async { ":\n\n".to_owned() });
    streamed(begin.chain(texts).chain(stream::once(async { COMPLETE.to_owned() })), CONTENT_TYPE)
}

/// A single answer in the form of a stream.
pub(in crate::http) fn single(answer: &str) -> Response {
    streamed(stream::iter([next(answer), COMPLETE.to_owned()]), CONTENT_TYPE)
}

fn failed(errors: &[Value]) -> String {
    next(&json!({ "errors": errors }).to_string())
}

fn next(answer: &str) -> String {
    format!("event: next\ndata: {answer}\n\n")
}
