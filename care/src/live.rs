//! The change feed: what a committed write tells whoever listens, in this process or another.
//!
//! Best effort by design: the truth and its order are in SQL, a listener that missed a
//! change finds it there.

use crate::clock::Instant;
use serde::{Deserialize, Serialize};
use std::fmt;
use tokio::sync::broadcast;
use uuid::Uuid;

/// Something has been committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// Rows of a patient have changed; their change counter now stands at `change`.
    Patient {
        /// The clinic.
        clinic_id: Uuid,
        /// The patient.
        patient_id: Uuid,
        /// The patient's change counter after the write.
        change: i64,
    },
    /// A reminder comes due at another time than before, or no more.
    Reminder {
        /// The reminder.
        id: Uuid,
        /// When it comes due; `None`: it does not.
        next_due_at: Option<Instant>,
    },
    /// The feed was cut for a while: anything may have changed.
    Missed,
}

/// Where changes are announced.
pub trait Live: Send + Sync + fmt::Debug {
    /// Tells all who listen. Never blocks and never fails.
    fn publish(&self, change: Change);
    /// Listens from now on. A listener that lags is told so and goes on.
    fn subscribe(&self) -> broadcast::Receiver<Change>;
}

/// The feed of a single process.
#[derive(Debug)]
pub struct InProcess(broadcast::Sender<Change>);

impl Default for InProcess {
    fn default() -> Self {
        Self(broadcast::Sender::new(4_096))
    }
}

impl Live for InProcess {
    fn publish(&self, change: Change) {
        // An error means that nobody listens, which is fine.
        let _ = self.0.send(change);
    }

    fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.subscribe()
    }
}
