//! The media of many exercises in one read.

use care::access::Scope;
use care::error::Result;
use care::library::media::{Media, of_exercises};
use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;
use tokio::sync::Mutex;
use uuid::Uuid;

/// What one request has asked for and read. The executor asks for all exercises of a list before it waits
/// for one of them, so that they are read together.
#[derive(Debug, Default)]
pub(crate) struct MediaBatch {
    wanted: std::sync::Mutex<BTreeSet<Uuid>>,
    read: Mutex<HashMap<Uuid, Vec<Media>>>,
}

impl MediaBatch {
    /// The media of this exercise.
    pub(super) async fn of(&self, scope: &Scope, exercise_id: Uuid) -> Result<Vec<Media>> {
        self.want(exercise_id);
        // Lets those beside this one say what they want.
        tokio::task::yield_now().await;
        let mut read = self.read.lock().await;
        if let Some(known) = read.get(&exercise_id) {
            return Ok(known.clone());
        }
        // Whoever was before may have failed with what was wanted then.
        self.want(exercise_id);
        let wanted = std::mem::take(&mut *self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        let wanted: Vec<_> = wanted.into_iter().collect();
        let mut found = of_exercises(scope, &wanted).await?;
        read.extend(wanted.into_iter().map(|id| (id, found.remove(&id).unwrap_or_default())));
        Ok(read.get(&exercise_id).cloned().unwrap_or_default())
    }

    fn want(&self, exercise_id: Uuid) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(exercise_id);
    }
}
