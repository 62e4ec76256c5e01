//! Documents that the server knows: trusted ones from the manifests of the apps, and automatic
//! persisted queries, which clients teach it.

use super::parameters::Parameters;
use super::refusal::Refusal;
use async_trait::async_trait;
use axum::http::StatusCode;
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fmt::{self, Write};
use std::sync::Arc;

/// What the texts kept in this process may hold together, in bytes.
const KEPT: u64 = 16 * 1_024 * 1_024;

/// Where persisted queries are shared between the processes of an installation. Best effort: a
/// miss costs one more request.
#[async_trait]
pub trait Shared: Send + Sync + fmt::Debug {
    /// The text of this hash.
    async fn get(&self, hash: &str) -> Option<String>;
    /// Keeps a text.
    async fn put(&self, hash: &str, text: &str);
}

/// The documents that the server knows.
#[derive(Debug)]
pub struct Documents {
    /// By id, and each by the SHA-256 of its text, too.
    trusted: HashMap<String, Arc<str>>,
    only_trusted: bool,
    kept: Cache<String, Arc<str>>,
    shared: Option<Arc<dyn Shared>>,
}

impl Default for Documents {
    fn default() -> Self {
        Self::new(HashMap::new(), false, None)
    }
}

impl Documents {
    /// With these `trusted` documents, by id; with `only_trusted` nothing else runs. Persisted
    /// queries are `shared` there.
    pub fn new(
        mut trusted: HashMap<String, Arc<str>>,
        only_trusted: bool,
        shared: Option<Arc<dyn Shared>>,
    ) -> Self {
        let weight = |_: &String, text: &Arc<str>| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let by_hash: Vec<_> = trusted.values().map(|text| (digest(text.trim()), Arc::clone(text))).collect();
        trusted.extend(by_hash);
        let kept = Cache::builder().max_capacity(KEPT).weigher(weight).build();
        Self { trusted, only_trusted, kept, shared }
    }

    /// The text that the parameters name, and its hash where it is to be kept once it has been
    /// found to be good.
    pub(super) async fn text(
        &self,
        parameters: &mut Parameters,
    ) -> Result<(Arc<str>, Option<String>), Refusal> {
        let hash = parameters.persisted_hash()?.map(str::to_ascii_lowercase);
        let text = parameters.query.take().filter(|text| !text.is_empty());
        if let Some(id) = parameters.document_id.as_ref() {
            let known = self.trusted.get(id).cloned();
            return known.map(|text| (text, None)).ok_or_else(missing);
        }
        if let Some(known) = hash.as_ref().and_then(|hash| self.trusted.get(hash)) {
            return Ok((Arc::clone(known), None));
        }
        if self.only_trusted {
            // Some clients send the text of a subscription whatever they do elsewhere.
            if let Some(known) = text.as_deref().and_then(|text| self.trusted.get(&digest(text.trim()))) {
                return Ok((Arc::clone(known), None));
            }
            // The message is the one that clients compare with.
            let (code, message) = ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
            return Err(Refusal::new(StatusCode::BAD_REQUEST, code, message));
        }
        match (hash, text) {
            (None, Some(text)) => Ok((text.into(), None)),
            (None, None) => Err(Refusal::malformed("Send a query, or the documentId of a trusted one.")),
            (Some(hash), None) => self.find(&hash).await.map(|text| (text, None)).ok_or_else(missing),
            (Some(hash), Some(text)) if digest(&text) == hash => Ok((text.into(), Some(hash))),
            (Some(_), Some(_)) => {
                Err(Refusal::malformed("extensions.persistedQuery.sha256Hash is not the hash of this query."))
            }
        }
    }

    async fn find(&self, hash: &str) -> Option<Arc<str>> {
        if let Some(text) = self.kept.get(hash) {
            return Some(text);
        }
        // Believed only if it has the hash: what is shared may have been tampered with.
        let text = self.shared.as_ref()?.get(hash).await.filter(|text| digest(text) == hash)?;
        let text: Arc<str> = text.into();
        self.keep(hash, &text);
        Some(text)
    }

    /// Keeps the text of a persisted query in this process.
    pub(super) fn keep(&self, hash: &str, text: &Arc<str>) {
        self.kept.insert(hash.to_owned(), Arc::clone(text));
    }

    /// Shares the text of a persisted query with the other processes. Only for people who are
    /// signed in: strangers could fill what is shared.
    pub(super) async fn share(&self, hash: &str, text: &str) {
        if let Some(shared) = &self.shared {
            shared.put(hash, text).await;
        }
    }
}

/// The client is to send the text; the message is the one that Apollo's clients look for.
fn missing() -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound")
}

/// The SHA-256 of a text in hexadecimal digits, as clients name documents.
pub fn digest(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::with_capacity(64), |mut digits, byte| {
        // Writing to a String cannot fail.
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// A manifest of trusted documents: Apollo's, or Relay's map of ids to texts.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Manifest {
    /// `apollo-persisted-query-manifest`.
    Apollo {
        /// The documents.
        operations: Vec<ApolloOperation>,
    },
    /// Relay's.
    Relay(HashMap<String, String>),
}

/// A document of Apollo's manifest.
#[derive(Debug, Deserialize)]
pub struct ApolloOperation {
    /// Its id: the SHA-256 of its body.
    pub id: String,
    /// Its text.
    pub body: String,
}

impl Manifest {
    /// The documents by id.
    pub fn documents(self) -> HashMap<String, Arc<str>> {
        match self {
            Self::Apollo { operations } => {
                operations.into_iter().map(|operation| (operation.id, operation.body.into())).collect()
            }
            Self::Relay(documents) => documents.into_iter().map(|(id, text)| (id, text.into())).collect(),
        }
    }
}
