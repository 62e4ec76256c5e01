//! The suggestions for many patients in one read.

use care::access::Scope;
use care::error::{Error, Result};
use care::suggestion::{Suggestion, of};
use std::collections::{BTreeSet, HashMap};
use std::sync::PoisonError;
use tokio::sync::Mutex;
use uuid::Uuid;

/// What one request has asked for and read. The executor asks for all patients of a list before it waits for one
/// of them, so that they are read together.
#[derive(Debug, Default)]
pub(crate) struct SuggestionBatch {
    wanted: std::sync::Mutex<BTreeSet<Uuid>>,
    read: Mutex<HashMap<Uuid, Vec<Suggestion>>>,
}

impl SuggestionBatch {
    /// What is suggested for this patient. It is handed out once: after a change it is read anew.
    pub(super) async fn of(&self, scope: &Scope, patient_id: Uuid) -> Result<Vec<Suggestion>> {
        self.want(patient_id);
        // Lets those beside this one say what they want.
        tokio::task::yield_now().await;
        let mut read = self.read.lock().await;
        if let Some(known) = read.remove(&patient_id) {
            return Ok(known);
        }
        // Whoever was before may have failed with what was wanted then.
        self.want(patient_id);
        let wanted = std::mem::take(&mut *self.wanted.lock().unwrap_or_else(PoisonError::into_inner));
        let wanted: Vec<_> = wanted.into_iter().collect();
        read.extend(of(scope, &wanted).await?);
        read.remove(&patient_id).ok_or(Error::NotFound)
    }

    fn want(&self, patient_id: Uuid) {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner).insert(patient_id);
    }
}
