//! Push gateways: what carries a push to a device.
//!
//! A push names a kind of reminder and an opaque delivery id. It has no field for a patient's
//! words, so none can be passed.

pub mod apns;
mod breaker;
mod bucket;
mod client;
pub mod console;
mod delay;
pub mod fcm;
mod meaning;
mod pool;
pub mod providers;
pub mod recording;
mod words;

use async_trait::async_trait;
use care::clock::{Clock, Instant, Random};
use care::reminder::{Kind, Target};
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// A push to one device.
#[derive(Debug, Clone)]
pub struct Push {
    /// The delivery's id, the same in every repetition: providers and devices collapse copies by it.
    pub id: Uuid,
    /// The patient's clinic, whose credentials it goes by.
    pub clinic_id: Uuid,
    /// What the reminder is about; the app has the words for it.
    pub kind: Kind,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When the reminder came due.
    pub due_at: Instant,
    /// After this the push is of no use.
    pub expires_at: Instant,
    /// Where it goes.
    pub target: Target,
}

/// What came of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What is to be done.
    pub verdict: Verdict,
    /// What the provider said, such as `200`, `410 Unregistered` or `timeout`: for those who look after the
    /// installation. It holds no token and nothing of a patient.
    pub code: Cow<'static, str>,
}

/// What is to be done about a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing: it will be delivered.
    Taken,
    /// Try again after so many milliseconds; the provider was asked and could not, or did not answer.
    Later {
        /// Milliseconds to wait.
        after_ms: i64,
    },
    /// Try again after so many milliseconds; the provider was not asked, so this is no attempt.
    Held {
        /// Milliseconds to wait.
        after_ms: i64,
    },
    /// Retire the device's token: it is dead.
    DeadToken {
        /// Since when, where the provider says so: a device that registered later stays.
        since: Option<Instant>,
    },
    /// Give up: it will never be taken.
    Refused,
}

impl Answer {
    /// This verdict, for this code.
    pub fn new(verdict: Verdict, code: impl Into<Cow<'static, str>>) -> Self {
        Self { verdict, code: code.into() }
    }

    /// The provider took it.
    pub fn taken() -> Self {
        Self::new(Verdict::Taken, "200")
    }

    /// The provider is to be asked again after so many milliseconds, for this reason.
    pub fn later(after_ms: i64, code: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Verdict::Later { after_ms }, code)
    }
}

/// Carries pushes.
#[async_trait]
pub trait PushGateway: Send + Sync + std::fmt::Debug {
    /// Carries one push. Repeating it with the same id shows it once.
    async fn push(&self, push: &Push) -> Answer;
}

/// Where a gateway has time and randomness from.
#[derive(Debug, Clone)]
pub struct Ports {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Spreads what would otherwise come all at once.
    pub random: Arc<dyn Random>,
}

/// Why credentials cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// The address.
    #[error("the address is not of the form https://host:port")]
    Address,
    /// The key of Apple's.
    #[error("the key is no private key of Apple's (.p8: PKCS #8, P-256)")]
    Key,
    /// The topic.
    #[error("the topic is no bundle id")]
    Topic,
    /// The service account of Google's.
    #[error(
        "the file is no key of a service account (JSON with project_id, client_email, private_key, token_uri)"
    )]
    Account,
    /// Whom TLS should trust.
    #[error("the file of authorities holds no certificate, or this machine has none to trust")]
    Authorities,
}
