//! A device: what the person who holds it sees.

use axum::body::Bytes;
use care::clock::Instant;
use std::sync::Arc;
use uuid::Uuid;

/// A push that was taken for a device.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// What it replaces on the screen: everything with the same text. `None` replaces nothing.
    pub replaces: Option<Box<str>>,
    /// What it replaces among those that wait for a device that is off, and how many may wait.
    pub waits_as: (Box<str>, usize),
    /// Whether the system shows it; the app alone gets it otherwise.
    pub visible: bool,
    /// Until when it is shown. Every push that is not worth waiting for is given the instant it came.
    pub until: Option<Instant>,
    /// What was sent.
    pub payload: Bytes,
}

/// A notification on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The id of the newest push that it shows.
    pub id: Uuid,
    /// When that came.
    pub at: Instant,
    /// How many pushes it took the place of, itself included.
    pub pushes: u32,
    /// The payload of the newest; empty where payloads are not kept.
    pub payload: Bytes,
    replaces: Option<Box<str>>,
}

pub(super) struct Device {
    pub(super) token: Arc<str>,
    off: bool,
    waiting: Vec<(Uuid, Arrival)>,
    shown: Vec<Shown>,
}

impl Device {
    pub(super) fn new(token: Arc<str>) -> Self {
        Self { token, off: false, waiting: Vec::new(), shown: Vec::new() }
    }

    pub(super) fn shown(&self) -> &[Shown] {
        &self.shown
    }

    pub(super) fn switch_off(&mut self) {
        self.off = true;
    }

    /// It gets what waits and is still worth showing.
    pub(super) fn switch_on(&mut self, now: Instant) {
        self.off = false;
        for (id, arrival) in std::mem::take(&mut self.waiting) {
            self.take(id, arrival, now);
        }
    }

    pub(super) fn take(&mut self, id: Uuid, arrival: Arrival, now: Instant) {
        if arrival.until.is_some_and(|until| until < now) {
            return;
        }
        if !self.off {
            self.show(id, arrival, now);
        } else if arrival.until.is_none_or(|until| until > now) {
            let (key, most) = arrival.waits_as.clone();
            self.waiting.retain(|(_, other)| other.waits_as.0 != key);
            self.waiting.push((id, arrival));
            let excess = self.waiting.len().saturating_sub(most);
            self.waiting.drain(..excess);
        }
    }

    fn show(&mut self, id: Uuid, arrival: Arrival, now: Instant) {
        if !arrival.visible {
            return;
        }
        let Arrival { replaces, payload, .. } = arrival;
        let same = |shown: &&mut Shown| replaces.is_some() && shown.replaces == replaces;
        if let Some(shown) = self.shown.iter_mut().find(same) {
            *shown = Shown { id, at: now, pushes: shown.pushes + 1, payload, replaces };
        } else {
            // A million devices show one each.
            self.shown.reserve_exact(1);
            self.shown.push(Shown { id, at: now, pushes: 1, payload, replaces });
        }
    }
}
