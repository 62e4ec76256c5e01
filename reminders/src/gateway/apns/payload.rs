//! What is told to an iPhone: keys to words that the app has, and an opaque id.

use super::super::words::{self, CATEGORY};
use care::id;
use care::reminder::Kind;
use serde::Serialize;
use uuid::Uuid;

#[derive(Serialize)]
struct Payload {
    aps: Aps,
    delivery: String,
    kind: Kind,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Aps {
    alert: Alert,
    sound: &'static str,
    category: &'static str,
    thread_id: &'static str,
    interruption_level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Alert {
    title_loc_key: String,
    loc_key: String,
}

/// The payload of a push: at most 4,096 bytes.
pub(super) fn payload(delivery_id: Uuid, kind: Kind) -> Vec<u8> {
    let words = words::of(kind);
    let aps = Aps {
        alert: Alert { title_loc_key: words.title, loc_key: words.body },
        sound: "default",
        category: CATEGORY,
        thread_id: CATEGORY,
        interruption_level: "time-sensitive",
    };
    let payload = Payload { aps, delivery: id::Kind::Delivery.encode(delivery_id), kind };
    serde_json::to_vec(&payload).unwrap_or_default()
}
