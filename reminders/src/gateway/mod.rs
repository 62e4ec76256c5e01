//! Push gateways: what carries a push to a device.
//!
//! A push names a kind of reminder and an opaque delivery id. It has no field for a patient's
//! words, so none can be passed.

pub mod console;
pub mod recording;

use async_trait::async_trait;
use care::clock::Instant;
use care::reminder::{Kind, Target};
use uuid::Uuid;

/// A push to one device.
#[derive(Debug, Clone)]
pub struct Push {
    /// The delivery's id, the same in every repetition: providers and devices collapse copies by it.
    pub id: Uuid,
    /// What the reminder is about; the app has the words for it.
    pub kind: Kind,
    /// When the reminder came due.
    pub due_at: Instant,
    /// After this the push is of no use.
    pub expires_at: Instant,
    /// Where it goes.
    pub target: Target,
}

/// What a provider says to a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It will be delivered.
    Taken,
    /// Not now; try again after so many milliseconds.
    Later {
        /// Milliseconds to wait.
        after_ms: i64,
    },
    /// The device's token is dead; the reason is kept with the device.
    DeadToken(String),
    /// It will never be taken.
    Refused,
}

/// Carries pushes.
#[async_trait]
pub trait PushGateway: Send + Sync + std::fmt::Debug {
    /// Carries one push. Repeating it with the same id shows it once.
    async fn push(&self, push: &Push) -> Answer;
}
