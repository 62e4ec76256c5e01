//! Server-sent events: the protocol of graphql-sse with a connection for each operation.

use super::{Event, failure, signed_out};
use crate::http::answer::Told;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use std::convert::Infallible;
use std::time::Duration;

/// Says that nothing else comes.
const COMPLETE: &str = "event: complete\ndata:\n\n";

/// The events of a subscription, each as one `next`, with a comment whenever nothing came for
/// `heartbeat`.
pub(in crate::http) fn response(events: BoxStream<'static, Event>, heartbeat: Duration) -> Response {
    let texts = events.map(|event| match event {
        Event::Next(answer) => next(&answer),
        Event::Failed(errors) => next(&failure(&errors)),
        Event::SignedOut => next(&failure(&signed_out())),
    });
    let texts = super::multipart::with_heartbeat(texts.boxed(), heartbeat, || ":\n\n".to_owned());
    let begin = stream::once(async { ":\n\n".to_owned() });
    stream_of(begin.chain(texts).chain(stream::once(async { COMPLETE.to_owned() })))
}

/// A single answer in the form of a stream.
pub(in crate::http) fn single(told: &Told) -> Response {
    stream_of(stream::iter([next(&told.body), COMPLETE.to_owned()]))
}

fn next(answer: &str) -> String {
    format!("event: next\ndata: {answer}\n\n")
}

fn stream_of(texts: impl Stream<Item = String> + Send + 'static) -> Response {
    let body = Body::from_stream(texts.map(|text| Ok::<_, Infallible>(Bytes::from(text))));
    let content_type = HeaderValue::from_static("text/event-stream; charset=utf-8");
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}
