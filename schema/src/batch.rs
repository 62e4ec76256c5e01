//! What many fields of one request ask for, in one read.

use care::error::Result;
use care::library::Exercise;
use care::library::media::Media;
use care::progress::{LogKey, ProgressLog};
use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::hash::Hash;
use std::sync::PoisonError;
use tokio::sync::Mutex;
use uuid::Uuid;

/// The media of exercises.
pub(crate) type MediaBatch = Batch<Uuid, Vec<Media>>;
/// The exercises of prescriptions.
pub(crate) type ExerciseBatch = Batch<Uuid, Exercise>;
/// The versions of logs.
pub(crate) type VersionBatch = Batch<LogKey, Vec<ProgressLog>>;

/// What one request has asked for and read. The executor asks for all entries of a list before it waits for
/// one of them, so that they are read together.
#[derive(Debug)]
pub(crate) struct Batch<K, V> {
    wanted: std::sync::Mutex<BTreeSet<K>>,
    read: Mutex<HashMap<K, Option<V>>>,
}

impl<K, V> Default for Batch<K, V> {
    fn default() -> Self {
        Self { wanted: std::sync::Mutex::default(), read: Mutex::default() }
    }
}

impl<K: Ord + Hash + Copy, V: Clone> Batch<K, V> {
    /// What `read`, given all keys that are wanted by now, finds under this one.
    pub(crate) async fn of<F>(&self, key: K, read: impl FnOnce(Vec<K>) -> F) -> Result<Option<V>>
    where
        F: Future<Output = Result<HashMap<K, V>>>,
    {
        self.want(key);
        // Lets those beside this one say what they want.
        tokio::task::yield_now().await;
        let mut known = self.read.lock().await;
        if let Some(found) = known.get(&key) {
            return Ok(found.clone());
        }
        // Whoever was before may have failed with what was wanted then.
        self.want(key);
        let wanted = std::mem::take(&mut *self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut found = read(wanted.clone()).await?;
        known.extend(wanted.into_iter().map(|key| (key, found.remove(&key))));
        Ok(known.get(&key).cloned().flatten())
    }

    fn want(&self, key: K) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(key);
    }
}
