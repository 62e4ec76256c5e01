//! Acting on what was seen of a patient, in a transaction of its own.

use crate::access::{By, Worker};
use crate::alert::table::Model as Alert;
use crate::alert::{Closed, Found, add, close};
use crate::error::Result;
use crate::live::Change;
use crate::patient::raise_unchanged;
use crate::patient::table::patient;

/// What is to be done.
pub(super) enum Step {
    /// Raise this, or add it to the alert that stands.
    Raise(Option<Alert>, Found),
    /// Close this alert.
    Close(Alert, Closed),
}

/// Does it, unless anything of the patient has been written since `seen` was read: then what was seen may be no
/// more, and the next sweep looks again. Answers whether it was done.
pub(super) async fn act(worker: &Worker, seen: &patient::Model, step: Step) -> Result<bool> {
    let tx = worker.write().await?;
    let Some(change) = raise_unchanged(&tx, seen).await? else { return Ok(false) };
    let by = By::Worker(worker);
    match step {
        Step::Raise(standing, found) => add(&tx, by, seen.key(), (standing, found), change).await?,
        Step::Close(row, because) => close(&tx, by, row, because, change).await?,
    }
    tx.commit().await?;
    let (clinic_id, patient_id) = seen.key();
    worker.live().publish(Change::Patient { clinic_id, patient_id, change });
    Ok(true)
}
