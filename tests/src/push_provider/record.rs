//! What the simulator remembers: one short line for every request, the newest requests whole, and devices.

use super::Arrival;
use super::device::{Device, Shown};
use axum::body::Bytes;
use axum::http::request::Parts;
use care::clock::Instant;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

/// How many requests are kept whole.
const WHOLE: usize = 256;

/// A request to push, as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logged {
    /// The device's token; empty where the request named none.
    pub token: String,
    /// At Apple the `apns-id`, at Google the tag: a UUID, an id of ours, or what is made of another text.
    pub id: Uuid,
    /// When it arrived.
    pub at: Instant,
    /// The status that was answered; 0 for none.
    pub status: u16,
    /// Whether the push was taken, answered or not.
    pub taken: bool,
}

struct Entry {
    id: Uuid,
    at: Instant,
    device: u32,
    status: u16,
    taken: bool,
}

struct Whole {
    head: Parts,
    body: Bytes,
    status: u16,
    answer: String,
}

/// What is remembered.
pub(super) struct Records {
    pub(super) keeps_payloads: bool,
    numbers: HashMap<Arc<str>, u32>,
    devices: Vec<Device>,
    log: Vec<Entry>,
    whole: VecDeque<Whole>,
}

impl Records {
    pub(super) fn new() -> Self {
        Self {
            keeps_payloads: true,
            numbers: HashMap::new(),
            devices: Vec::new(),
            log: Vec::new(),
            whole: VecDeque::with_capacity(WHOLE),
        }
    }

    /// The device of this token, which comes into being by being asked for.
    pub(super) fn device(&mut self, token: &str) -> &mut Device {
        let number = self.number(token);
        &mut self.devices[number as usize]
    }

    fn number(&mut self, token: &str) -> u32 {
        if let Some(number) = self.numbers.get(token) {
            return *number;
        }
        let (token, number) = (Arc::<str>::from(token), u32::try_from(self.devices.len()).unwrap());
        self.devices.push(Device::new(Arc::clone(&token)));
        self.numbers.insert(token, number);
        number
    }

    /// Enters a request to push, which the device gets if it was taken.
    pub(super) fn push(&mut self, token: &str, id: Uuid, at: Instant, status: u16, arrival: Option<Arrival>) {
        let device = self.number(token);
        self.log.push(Entry { id, at, device, status, taken: arrival.is_some() });
        if let Some(mut arrival) = arrival {
            if !self.keeps_payloads {
                arrival.payload = Bytes::new();
            }
            self.devices[device as usize].take(id, arrival, at);
        }
    }

    /// Keeps a request whole.
    pub(super) fn whole(&mut self, head: Parts, body: Bytes, status: u16, answer: String) {
        if self.whole.len() == WHOLE {
            self.whole.pop_front();
        }
        self.whole.push_back(Whole { head, body, status, answer });
    }

    pub(super) fn count(&self) -> usize {
        self.log.len()
    }

    pub(super) fn log(&self) -> Vec<Logged> {
        let line = |entry: &Entry| Logged {
            token: self.devices[entry.device as usize].token.to_string(),
            id: entry.id,
            at: entry.at,
            status: entry.status,
            taken: entry.taken,
        };
        self.log.iter().map(line).collect()
    }

    /// How many pushes were taken, and how many different ones these were.
    pub(super) fn taken(&self) -> (usize, usize) {
        let taken = self.log.iter().filter(|entry| entry.taken);
        let different: HashSet<_> = taken.clone().map(|entry| (entry.device, entry.id)).collect();
        (taken.count(), different.len())
    }

    pub(super) fn shown(&self, token: &str) -> Vec<Shown> {
        let device = self.numbers.get(token).map(|number| &self.devices[*number as usize]);
        device.map(|device| device.shown().to_vec()).unwrap_or_default()
    }

    pub(super) fn received(&self) -> Vec<Value> {
        self.whole.iter().map(Whole::told).collect()
    }

    pub(super) fn forget(&mut self) {
        *self = Self { keeps_payloads: self.keeps_payloads, ..Self::new() };
    }
}

impl Whole {
    fn told(&self) -> Value {
        let text = |bytes: &[u8]| Value::from(String::from_utf8_lossy(bytes));
        let headers: Map<String, Value> = self
            .head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect();
        json!({
            "method": self.head.method.as_str(),
            "path": self.head.uri.path(),
            "headers": headers,
            "payload": serde_json::from_slice(&self.body).unwrap_or_else(|_| text(&self.body)),
            "status": self.status,
            "answer": serde_json::from_str(&self.answer).unwrap_or_else(|_| Value::from(&*self.answer)),
        })
    }
}
