//! The keys that a provider publishes, kept for an hour.

use care::clock::Instant;
use care::error::{Error, Result};
use jsonwebtoken::Algorithm;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long fetched keys count, in milliseconds.
const FRESH: i64 = 60 * 60 * 1_000;
/// How long they go on counting while the provider is not to be had.
const STALE: i64 = 24 * FRESH;
/// The least time between two requests to a provider, whatever keys tokens name.
const COOL_DOWN: i64 = 30 * 1_000;
/// How long a provider may take.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The largest document of keys, in bytes.
const LARGEST: usize = 256 * 1024;

/// The published keys of one provider.
#[derive(Debug)]
pub(super) struct Keys {
    url: String,
    client: Client,
    kept: Mutex<Kept>,
    /// Held by who fetches: others who need what comes wait for it.
    fetching: tokio::sync::Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct Kept {
    keys: Arc<Vec<Jwk>>,
    fetched_at: Option<Instant>,
    tried_at: Option<Instant>,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl Keys {
    pub(super) fn of(url: &str, client: Client) -> Self {
        Self { url: url.to_owned(), client, kept: Mutex::default(), fetching: tokio::sync::Mutex::default() }
    }

    /// The key of this id, or the only one that fits where a token names none. `Unavailable` where the
    /// provider's keys are not to be had.
    pub(super) async fn find(
        &self,
        id: Option<&str>,
        algorithm: Algorithm,
        now: Instant,
    ) -> Result<Option<Jwk>> {
        let known = |kept: &Kept| {
            let found = choose(&kept.keys, id, algorithm);
            (kept.age(now) < FRESH && found.is_some()).then_some(found)
        };
        if let Some(found) = known(&self.kept()) {
            return Ok(found);
        }
        let _turn = self.fetching.lock().await;
        let kept = self.kept().clone();
        if let Some(found) = known(&kept) {
            return Ok(found);
        }
        if kept.tried_at.is_none_or(|at| now.0.saturating_sub(at.0) >= COOL_DOWN) {
            self.kept().tried_at = Some(now);
            if let Some(keys) = fetch(&self.client, &self.url).await {
                let mut kept = self.kept();
                (kept.keys, kept.fetched_at) = (Arc::new(keys), Some(now));
            }
        }
        let kept = self.kept();
        if kept.age(now) < STALE { Ok(choose(&kept.keys, id, algorithm)) } else { Err(Error::Unavailable) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn age(&self, now: Instant) -> i64 {
        self.fetched_at.map_or(i64::MAX, |at| now.0.saturating_sub(at.0))
    }
}

/// The key that is meant. One that is for encryption, for another algorithm, or shared is never.
fn choose(keys: &[Jwk], id: Option<&str>, algorithm: Algorithm) -> Option<Jwk> {
    let mut fitting = keys.iter().filter(|key| {
        let signs =
            key.common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        let named = key.common.key_algorithm;
        let fits = named.is_none_or(|named| format!("{named:?}") == format!("{algorithm:?}"));
        let shared = matches!(key.algorithm, AlgorithmParameters::OctetKey(_));
        signs && fits && !shared && id.is_none_or(|id| key.common.key_id.as_deref() == Some(id))
    });
    let first = fitting.next()?;
    (id.is_some() || fitting.next().is_none()).then(|| first.clone())
}

/// The keys at `url`; those of kinds that are not known are left out.
async fn fetch(client: &Client, url: &str) -> Option<Vec<Jwk>> {
    let fetched = tokio::time::timeout(TIMEOUT, read(client, url)).await;
    let document = fetched.ok().flatten().and_then(|body| serde_json::from_slice::<Document>(&body).ok());
    if document.is_none() {
        tracing::warn!(url, "the keys of an identity provider are not to be had");
    }
    let keys = document?.keys.into_iter();
    Some(keys.filter_map(|key| serde_json::from_value(key).ok()).collect())
}

async fn read(client: &Client, url: &str) -> Option<Vec<u8>> {
    let mut answer = client.get(url).send().await.ok()?.error_for_status().ok()?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return None;
        }
    }
    Some(body)
}
