//! What a test wants to happen to requests that are right.

use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status of HTTP.
    pub status: u16,
    /// Headers beside those of the transport.
    pub headers: Vec<(&'static str, String)>,
    /// The body; empty for none.
    pub body: String,
}

impl Reply {
    /// This status and nothing else.
    pub fn bare(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }

    /// This status and JSON.
    pub fn json(status: u16, body: &Value) -> Self {
        Self::bare(status).with("content-type", "application/json; charset=UTF-8").with_body(body.to_string())
    }

    /// Apple's refusal for this reason.
    pub fn apple(status: u16, reason: &str) -> Self {
        Self::bare(status).with_body(json!({ "reason": reason }).to_string())
    }

    /// Apple's answer that the app is gone from the device since this time: `Unregistered` or `ExpiredToken`.
    pub fn apple_gone(reason: &str, since_ms: i64) -> Self {
        Self::bare(410).with_body(json!({ "reason": reason, "timestamp": since_ms }).to_string())
    }

    /// Google's refusal with this canonical code and, where there is one, the code of its push service.
    pub fn google(status: u16, canonical: &str, code: Option<&str>, message: &str) -> Self {
        let detail = |code| json!({ "@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": code });
        let details: Vec<Value> = code.map(detail).into_iter().collect();
        let error = json!({ "code": status, "message": message, "status": canonical, "details": details });
        Self::json(status, &json!({ "error": error }))
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn with_body(mut self, body: String) -> Self {
        self.body = body;
        self
    }
}

/// What happens to a request that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// It is answered with this; with 200 the push is taken.
    Answer(Reply),
    /// Its stream is reset.
    Reset {
        /// Whether the push is taken before.
        taken: bool,
    },
    /// It is never answered.
    Silence {
        /// Whether the push is taken.
        taken: bool,
    },
}

/// Acts to come.
#[derive(Debug, Default)]
pub(super) struct Script {
    next: VecDeque<(usize, Act)>,
    sign_ins: VecDeque<(usize, Act)>,
    devices: HashMap<String, Act>,
    storm: Option<(u64, Act)>,
    pushes: u64,
}

impl Script {
    pub(super) fn next(&mut self, count: usize, act: Act) {
        self.next.push_back((count, act));
    }

    pub(super) fn next_sign_in(&mut self, count: usize, act: Act) {
        self.sign_ins.push_back((count, act));
    }

    pub(super) fn device(&mut self, token: &str, act: Option<Act>) {
        match act {
            Some(act) => self.devices.insert(token.to_owned(), act),
            None => self.devices.remove(token),
        };
    }

    pub(super) fn storm(&mut self, storm: Option<(u64, Act)>) {
        (self.storm, self.pushes) = (storm, 0);
    }

    /// What is to happen to a push to this device.
    pub(super) fn push(&mut self, token: &str) -> Option<Act> {
        self.pushes += 1;
        if let Some(act) = self.devices.get(token) {
            return Some(act.clone());
        }
        pop(&mut self.next).or_else(|| {
            let (every, act) = self.storm.as_ref()?;
            self.pushes.is_multiple_of(*every).then(|| act.clone())
        })
    }

    /// What is to happen to somebody who asks for an access token.
    pub(super) fn sign_in(&mut self) -> Option<Act> {
        pop(&mut self.sign_ins)
    }
}

fn pop(acts: &mut VecDeque<(usize, Act)>) -> Option<Act> {
    while let Some((count, act)) = acts.front_mut() {
        if *count > 0 {
            *count -= 1;
            return Some(act.clone());
        }
        acts.pop_front();
    }
    None
}
