//! Telling the results of pushes.

use super::DeliveryStatus;
use super::outbound::{lock, publish, raise};
use super::table::reminder_delivery::{Answered, Column, Entity, Model};
use crate::access::Worker;
use crate::account;
use crate::clock::Instant;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What the gateways answered for a delivery, all its devices taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    /// A provider took it for a device at least.
    Sent,
    /// None took it; try again at this instant.
    Retry(Instant),
    /// No device is left that takes pushes.
    NoDevice,
    /// It can never be sent.
    Failed,
}

/// The result of a delivery.
#[derive(Debug, Clone)]
pub struct Finished {
    /// The delivery.
    pub delivery_id: Uuid,
    /// The patient's clinic.
    pub clinic_id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// What became of it.
    pub outcome: PushOutcome,
    /// Whether a provider was asked at all; else this was no attempt.
    pub attempted: bool,
    /// What the providers said, a device each.
    pub answers: Vec<DeviceAnswer>,
}

/// What a provider said to a push to one device.
#[derive(Debug, Clone)]
pub struct DeviceAnswer {
    /// The device.
    pub device_id: Uuid,
    /// What the provider said, for those who look after the installation.
    pub code: String,
    /// Its token is dead, unless the device has registered since this instant.
    pub dead_since: Option<Instant>,
}

/// So many answers are kept of a delivery, the newest.
const ANSWERS: usize = 20;

/// Records the results of pushes. A late result of a delivery that the patient has dealt with
/// meanwhile changes nothing of it.
pub async fn finish(worker: &Worker, results: &[Finished], now: Instant) -> Result<()> {
    if results.is_empty() {
        return Ok(());
    }
    let tx = worker.write().await?;
    let by_id: HashMap<_, _> = results.iter().map(|result| (result.delivery_id, result)).collect();
    let keys: Vec<_> = results.iter().map(|result| (result.clinic_id, result.patient_id)).collect();
    let changes = lock(&tx, &keys).await?;
    // Read under the patients' locks: what a patient has just done is not written over.
    let mut rows = Entity::find().filter(Column::Id.is_in(by_id.keys().copied())).all(&tx).await?;
    for row in &mut rows {
        let Some(result) = by_id.get(&row.id) else { continue };
        row.change = changes.get(&(row.clinic_id, row.patient_id)).map_or(0, |change| change + 1);
        note(row, result, now);
    }
    let keys: Vec<_> = rows.iter().map(|row| (row.clinic_id, row.patient_id)).collect();
    tx.update_all(
        rows,
        &[
            Column::Status,
            Column::Attempts,
            Column::NextTryAt,
            Column::SentAt,
            Column::Answers,
            Column::Change,
        ],
    )
    .await?;
    raise(&tx, &keys).await?;
    retire(&tx, results, now).await?;
    tx.commit().await?;
    publish(worker, changes.into_iter().map(|(key, change)| (key, change + 1)));
    Ok(())
}

/// Notes a result with its delivery.
fn note(row: &mut Model, result: &Finished, now: Instant) {
    let answered = result.answers.iter().map(|answer| Answered {
        at: now,
        device: answer.device_id,
        code: answer.code.clone(),
    });
    let answers = &mut row.answers.0;
    answers.extend(answered);
    answers.drain(..answers.len().saturating_sub(ANSWERS));
    if row.status != DeliveryStatus::Pending {
        return;
    }
    if !result.attempted {
        row.attempts -= 1;
    }
    (row.status, row.next_try_at) = match result.outcome {
        PushOutcome::Sent => (DeliveryStatus::Sent, None),
        PushOutcome::Retry(at) if at < row.expires_at => (DeliveryStatus::Pending, Some(at)),
        PushOutcome::Retry(_) | PushOutcome::Failed => (DeliveryStatus::Failed, None),
        PushOutcome::NoDevice => (DeliveryStatus::NoDevice, None),
    };
    if row.status == DeliveryStatus::Sent {
        row.sent_at = Some(now);
    }
}

/// Retires the devices whose tokens are dead, in one order for all workers, so that no two wait for each other
/// in a circle.
async fn retire(tx: &Tx, results: &[Finished], now: Instant) -> Result<()> {
    let answers = results.iter().flat_map(|result| &result.answers);
    let dead: BTreeMap<_, _> =
        answers.filter_map(|answer| Some((answer.device_id, (answer.dead_since?, &answer.code)))).collect();
    for (device_id, (since, code)) in dead {
        account::retire_device(tx, device_id, since, now, code).await?;
    }
    Ok(())
}
