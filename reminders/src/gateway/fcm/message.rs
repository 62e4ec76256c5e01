//! What is told to an Android phone: keys to words that the app has, and an opaque id.

use super::super::Push;
use super::super::words;
use care::clock::Instant;
use care::id;
use care::reminder::Kind;
use serde::Serialize;

/// The channel of the app's that reminders come by.
const CHANNEL: &str = "reminders";

#[derive(Serialize)]
struct Body<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    token: &'a str,
    data: Data,
    android: Android<'a>,
}

#[derive(Serialize)]
struct Data {
    delivery: String,
    kind: Kind,
}

#[derive(Serialize)]
struct Android<'a> {
    priority: &'static str,
    ttl: String,
    collapse_key: &'a str,
    notification: Notification<'a>,
}

#[derive(Serialize)]
struct Notification<'a> {
    tag: &'a str,
    channel_id: &'static str,
    visibility: &'static str,
    title_loc_key: String,
    body_loc_key: String,
}

/// The message of a push, as JSON.
pub(super) fn message(push: &Push, now: Instant) -> Vec<u8> {
    let words = words::of(push.kind);
    let id = push.id.hyphenated().to_string();
    // What is left of grace; zero would mean: now or never.
    let left = push.expires_at.0.saturating_sub(now.0).div_euclid(1_000).max(1);
    let notification = Notification {
        tag: &id,
        channel_id: CHANNEL,
        visibility: "PRIVATE",
        title_loc_key: words.title,
        body_loc_key: words.body,
    };
    let android = Android { priority: "high", ttl: format!("{left}s"), collapse_key: &id, notification };
    let data = Data { delivery: id::Kind::Delivery.encode(push.id), kind: push.kind };
    let message = Message { token: &push.target.token, data, android };
    serde_json::to_vec(&Body { message }).unwrap_or_default()
}
