//! Google's push service: `POST /v1/projects/<project>/messages:send`, and the endpoint for access tokens.
//!
//! Statuses and error codes are those of the reference of FCM's HTTP v1 API.

use super::google_message::{self, Message};
use super::google_token::AccessTokens;
use super::script::Reply;
use super::{Act, Arrival, Asked, Judged, Provider, Simulator};
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{Method, header};
use care::clock::Instant;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

/// The project of the simulator.
const PROJECT: &str = "plumbline-example";
/// How many collapse keys may wait for a device that is off.
const COLLAPSE_KEYS: usize = 4;

/// Google's side.
pub struct Google {
    tokens: AccessTokens,
    messages: AtomicU64,
}

impl Google {
    pub(super) fn new(port: u16) -> Self {
        Self { tokens: AccessTokens::new(port), messages: AtomicU64::new(0) }
    }

    /// The key file of a service account, as a client reads it: its `token_uri` leads here.
    pub fn service_account(&self) -> Value {
        self.tokens.service_account(PROJECT)
    }

    /// The project that messages are sent for.
    pub fn project(&self) -> &'static str {
        PROJECT
    }

    /// How long access tokens last from now on, in seconds; 3599 at first.
    pub fn set_token_life(&self, seconds: i64) {
        self.tokens.set_life(seconds);
    }

    /// Accepts none of the access tokens that are out.
    pub fn revoke_tokens(&self) {
        self.tokens.revoke();
    }

    /// How many access tokens were given out.
    pub fn tokens_given(&self) -> usize {
        self.tokens.given()
    }

    fn send(&self, head: &Parts, body: &Bytes, now: Instant) -> (Reply, bool, Option<Message>) {
        let bearer = head.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if !bearer
            .and_then(|text| text.strip_prefix("Bearer "))
            .is_some_and(|token| self.tokens.knows(token, now))
        {
            let message = "Request had invalid authentication credentials. Expected OAuth 2 access token.";
            return (Reply::google(401, "UNAUTHENTICATED", None, message), false, None);
        }
        if project(head) != Some(PROJECT) {
            let message = "Permission 'cloudmessaging.messages.create' denied on resource.";
            return (Reply::google(403, "PERMISSION_DENIED", None, message), true, None);
        }
        match google_message::read(body) {
            Err(refusal) => (refusal, true, None),
            Ok(message) => {
                let number = self.messages.fetch_add(1, Ordering::Relaxed);
                let name = format!("projects/{PROJECT}/messages/0:{}%{number:016x}", now.0);
                (Reply::json(200, &json!({ "name": name })), true, Some(message))
            }
        }
    }
}

impl Simulator<Google> {
    /// What happens to so many who ask for an access token and are right.
    pub fn act_next_sign_in(&self, count: usize, act: Act) {
        self.state.script.lock().unwrap().next_sign_in(count, act);
    }
}

impl Provider for Google {
    const PROTOCOLS: &[&[u8]] = &[b"h2", b"http/1.1"];
    const FIRST_STREAMS: Option<u16> = None;

    fn judge(&self, head: &Parts, body: &Bytes, now: Instant) -> Judged {
        let unknown = || Reply::google(404, "NOT_FOUND", None, "There is nothing at this address.");
        match head.uri.path() {
            _ if head.method != Method::POST => {
                Judged { reply: unknown(), proved: false, asked: Asked::SignIn }
            }
            // The address of the key file, and that of Google's libraries from before it had one.
            "/token" | "/oauth2/v4/token" => {
                let reply = self.tokens.give(body, now);
                Judged { reply, proved: false, asked: Asked::SignIn }
            }
            _ if project(head).is_none() => Judged { reply: unknown(), proved: false, asked: Asked::SignIn },
            _ => {
                let (reply, proved, message) = self.send(head, body, now);
                let (token, id, arrival) = match message {
                    None => (google_message::token(body), Uuid::nil(), None),
                    Some(message) => {
                        let id = id(message.tag.as_deref().or(message.collapse_key.as_deref()));
                        (message.token.clone(), id, Some(arrival(message, body, now)))
                    }
                };
                Judged { reply, proved, asked: Asked::Push(token, id, arrival) }
            }
        }
    }
}

fn project(head: &Parts) -> Option<&str> {
    head.uri.path().strip_prefix("/v1/projects/")?.strip_suffix("/messages:send")
}

/// The id that a text stands for.
fn id(text: Option<&str>) -> Uuid {
    let Some(text) = text else { return Uuid::nil() };
    let known = Uuid::try_parse(text).ok().or_else(|| care::id::parse(text).map(|(_, id)| id));
    known.unwrap_or_else(|| Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes()))
}

fn arrival(message: Message, body: &Bytes, now: Instant) -> Arrival {
    // All notifications without a key of their own share that of the app.
    let collapse_key = message.collapse_key.unwrap_or_default();
    Arrival {
        replaces: message.tag.map(Into::into),
        waits_as: (collapse_key.into(), COLLAPSE_KEYS),
        visible: message.visible,
        until: Some(now.plus(message.ttl_ms)),
        payload: body.clone(),
    }
}
