//! Telling the results of pushes.

use super::DeliveryStatus;
use super::outbound::{raise, read};
use super::table::reminder_delivery::{Column, Entity};
use crate::access::Worker;
use crate::account;
use crate::clock::Instant;
use crate::error::Result;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
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
    /// What became of it.
    pub outcome: PushOutcome,
    /// When the push set out.
    pub began_at: Instant,
    /// Devices whose token is dead, each with the provider's reason.
    pub retired: Vec<(Uuid, String)>,
}

/// Records the results of pushes. A late result of a delivery that the patient has dealt with
/// meanwhile changes nothing of it.
pub async fn finish(worker: &Worker, results: &[Finished], now: Instant) -> Result<()> {
    if results.is_empty() {
        return Ok(());
    }
    let tx = worker.write().await?;
    let by_id: HashMap<_, _> = results.iter().map(|result| (result.delivery_id, result)).collect();
    let keys: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::ClinicId, Column::PatientId])
        .filter(Column::Id.is_in(by_id.keys().copied()))
        .into_tuple()
        .all(&tx)
        .await?;
    let read = read(&tx, &keys, now).await?;
    // Read under the patients' locks: what a patient has just done is not written over.
    let rows = Entity::find()
        .filter(Column::Id.is_in(by_id.keys().copied()))
        .filter(Column::Status.eq(DeliveryStatus::Pending))
        .all(&tx)
        .await?;
    let keys: Vec<_> = rows.iter().map(|row| (row.clinic_id, row.patient_id)).collect();
    for mut row in rows {
        let Some(result) = by_id.get(&row.id) else { continue };
        (row.status, row.next_try_at) = match result.outcome {
            PushOutcome::Sent => (DeliveryStatus::Sent, None),
            PushOutcome::Retry(at) if at < row.expires_at => (DeliveryStatus::Pending, Some(at)),
            PushOutcome::Retry(_) | PushOutcome::Failed => (DeliveryStatus::Failed, None),
            PushOutcome::NoDevice => (DeliveryStatus::NoDevice, None),
        };
        if row.status == DeliveryStatus::Sent {
            row.sent_at = Some(now);
        }
        row.change = read.next_change((row.clinic_id, row.patient_id));
        row.into_active_model().reset_all().update(&tx).await?;
    }
    raise(&tx, &keys).await?;
    let retired = results.iter().flat_map(|result| result.retired.iter().map(move |device| (device, result)));
    // In one order for all workers, so that no two wait for each other in a circle.
    let retired: BTreeMap<_, _> =
        retired.map(|((id, reason), result)| (*id, (result.began_at, reason))).collect();
    for (device_id, (began_at, reason)) in retired {
        account::retire_device(&tx, device_id, began_at, now, reason).await?;
    }
    tx.commit().await
}
