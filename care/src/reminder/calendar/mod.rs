//! A patient's reminders and visits as a calendar that other programs read (RFC 5545), by a secret link.
//!
//! Offers [`create`], [`revoke`] and [`get`] to the patient, and to whoever has the link [`read`].

#[cfg(test)]
mod calendar_tests;
mod event;
mod feed;
mod lines;
mod read;
mod zone;

pub use feed::{Feed, create, get, revoke};
pub use read::{Calendar, read};

use crate::library::{Language, Translations, translations};
use std::collections::HashMap;
use std::sync::LazyLock;

static WORDS: LazyLock<Translations<HashMap<String, String>>> = LazyLock::new(|| translations!("calendar"));

/// The word of this key; the key itself where there is none, which a test rules out.
fn word(language: Language, key: &str) -> &str {
    WORDS.of(language).get(key).map_or(key, String::as_str)
}
