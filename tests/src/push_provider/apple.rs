//! Apple's push service: `POST /3/device/<token>`, its checks and answers.
//!
//! Reasons and limits are those of Apple's "Handling notification responses from APNs" and "Sending notification
//! requests to APNs". Where Apple takes what no device could show, the simulator refuses it.

use super::apple_token::ProviderTokens;
use super::script::Reply;
use super::{Arrival, Asked, Judged, Provider, Simulator};
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, header};
use care::clock::Instant;
use serde_json::Value;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// The app of the simulator, as Apple names it.
const TOPIC: &str = "example.plumbline.patient";
const PAYLOAD_LIMIT: usize = 4096;
const COLLAPSE_ID_LIMIT: usize = 64;
const PUSH_TYPES: [&str; 9] =
    ["alert", "background", "complication", "controls", "fileprovider", "location", "mdm", "voip", "widgets"];

/// What a developer gets from Apple, for the settings of a client.
#[derive(Debug, Clone)]
pub struct AppleKey {
    /// The signing key, as in Apple's `.p8` file.
    pub key_pem: String,
    /// The key's id.
    pub key_id: String,
    /// The team's id.
    pub team_id: String,
    /// The app's bundle id.
    pub topic: String,
}

/// Apple's side.
pub struct Apple {
    tokens: ProviderTokens,
    pushes: AtomicU64,
}

impl Apple {
    pub(super) fn new() -> Self {
        Self { tokens: ProviderTokens::new(), pushes: AtomicU64::new(0) }
    }

    /// What a client needs to be known here.
    pub fn key(&self) -> AppleKey {
        AppleKey {
            key_pem: self.tokens.key_pem.clone(),
            key_id: super::apple_token::KEY_ID.to_owned(),
            team_id: super::apple_token::TEAM_ID.to_owned(),
            topic: TOPIC.to_owned(),
        }
    }

    /// How many provider tokens were accepted.
    pub fn tokens_seen(&self) -> usize {
        self.tokens.seen()
    }

    /// An id for a push that came without one; not random, so that runs repeat.
    fn new_id(&self) -> Uuid {
        let number = self.pushes.fetch_add(1, Ordering::Relaxed);
        Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_be_bytes())
    }
}

impl Simulator<Apple> {
    /// The app is gone from the device of this token since then: `Unregistered`.
    pub fn uninstall(&self, token: &str, since: Instant) {
        let gone = Reply::apple_gone("Unregistered", since.0);
        self.act_for(token, Some(super::Act::Answer(gone)));
    }
}

impl Provider for Apple {
    const PROTOCOLS: &[&[u8]] = &[b"h2"];
    const FIRST_STREAMS: Option<u16> = Some(1);

    fn judge(&self, head: &Parts, body: &Bytes, now: Instant) -> Judged {
        let token = head.uri.path().strip_prefix("/3/device/").unwrap_or_default().to_owned();
        let given = text(head, "apns-id").and_then(|id| Uuid::try_parse(id).ok());
        let id = given.unwrap_or_else(|| self.new_id());
        let (result, proved) = match address(head).and_then(|()| self.tokens.check(authorization(head), now))
        {
            Err(refusal) => (Err(refusal), false),
            Ok(()) => (arrival(head, &token, body, now), true),
        };
        let (reply, arrival) = match result {
            Ok(arrival) => (Reply::bare(200), Some(arrival)),
            Err(refusal) => (refusal, None),
        };
        // The id is given back as it came.
        let told = text(head, "apns-id").map_or_else(|| id.hyphenated().to_string(), str::to_owned);
        Judged { reply: reply.with("apns-id", told), proved, asked: Asked::Push(token, id, arrival) }
    }
}

fn address(head: &Parts) -> Result<(), Reply> {
    match head.uri.path().strip_prefix("/3/device/") {
        None => Err(Reply::apple(404, "BadPath")),
        _ if head.method != Method::POST => Err(Reply::apple(405, "MethodNotAllowed")),
        Some("") => Err(Reply::apple(400, "MissingDeviceToken")),
        Some(_) => Ok(()),
    }
}

fn text<'a>(head: &'a Parts, name: &str) -> Option<&'a str> {
    head.headers.get(name).and_then(|value| value.to_str().ok())
}

fn authorization(head: &Parts) -> Option<&str> {
    let (scheme, token) = text(head, header::AUTHORIZATION.as_str())?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// What arrives at the device, if headers and payload are right.
fn arrival(head: &Parts, token: &str, body: &Bytes, now: Instant) -> Result<Arrival, Reply> {
    let bad = |reason| Err(Reply::apple(400, reason));
    let is_apns = |name: &&HeaderName| name.as_str().starts_with("apns-");
    if head.headers.keys().filter(is_apns).any(|name| head.headers.get_all(name).iter().count() > 1) {
        return bad("DuplicateHeaders");
    }
    if token.len() < 64 || token.len() % 2 == 1 || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return bad("BadDeviceToken");
    }
    if text(head, "apns-id").is_some_and(|id| id.len() != 36 || Uuid::try_parse(id).is_err()) {
        return bad("BadMessageId");
    }
    match text(head, "apns-topic") {
        None => return bad("MissingTopic"),
        Some(TOPIC) => {}
        Some(_) => return bad("TopicDisallowed"),
    }
    let Some(push_type) = text(head, "apns-push-type").filter(|kind| PUSH_TYPES.contains(kind)) else {
        return bad("InvalidPushType");
    };
    match text(head, "apns-priority") {
        Some("1" | "5") => {}
        None | Some("10") if push_type != "background" => {}
        _ => return bad("BadPriority"),
    }
    let until = match text(head, "apns-expiration").map(str::parse::<i64>) {
        None => None,
        Some(Ok(0)) => Some(now),
        Some(Ok(seconds)) if seconds > 0 => Some(Instant(seconds.saturating_mul(1000))),
        Some(_) => return bad("BadExpirationDate"),
    };
    let collapse_id = text(head, "apns-collapse-id");
    if collapse_id.is_some_and(|id| id.len() > COLLAPSE_ID_LIMIT) {
        return bad("BadCollapseId");
    }
    let visible = payload(body)? && push_type == "alert";
    Ok(Arrival {
        replaces: collapse_id.map(Into::into),
        // Apple keeps one push for an app whose device is off.
        waits_as: ("".into(), 1),
        visible,
        until,
        payload: body.clone(),
    })
}

/// Checks the payload. Answers whether it has something to show.
fn payload(body: &Bytes) -> Result<bool, Reply> {
    if body.len() > PAYLOAD_LIMIT {
        return Err(Reply::apple(413, "PayloadTooLarge"));
    }
    // Apple takes what is no JSON or has no `aps`, and no device shows it.
    let payload: Option<Value> = serde_json::from_slice(body).ok();
    let Some(aps) = payload.as_ref().and_then(|payload| payload.get("aps")).and_then(Value::as_object) else {
        return Err(Reply::apple(400, "PayloadEmpty"));
    };
    Ok(aps.contains_key("alert"))
}
