//! Apollo's multipart protocol for subscriptions over HTTP.

use super::{Event, signed_out, streamed, with_heartbeat};
use axum::response::Response;
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::json;
use std::time::Duration;

const CONTENT_TYPE: &str = "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0";

/// The events of a subscription, each as one part, with an empty part whenever nothing came for
/// `heartbeat`. Each part is followed by the delimiter, so that no client waits for the next one
/// to read it.
pub(in crate::http) fn response(events: BoxStream<'static, Event>, heartbeat: Duration) -> Response {
    let parts = events.map(|event| match event {
        Event::Next(answer) => part(&format!("{{\"payload\":{answer}}}")),
        Event::Failed(errors) => part(&json!({ "payload": { "errors": errors } }).to_string()),
        // Beside the payload stands what ends the connection itself.
        Event::SignedOut => part(&json!({ "payload": null, "errors": signed_out() }).to_string()),
    });
    let parts = with_heartbeat(parts.boxed(), heartbeat, || part("{}"));
    let begin = stream::once(async { "\r\n--graphql".to_owned() });
    let texts = begin.chain(parts).chain(stream::once(async { "--\r\n".to_owned() }));
    streamed(texts, CONTENT_TYPE)
}

fn part(content: &str) -> String {
    format!("\r\ncontent-type: application/json\r\n\r\n{content}\r\n--graphql")
}
