//! Voiding a mistaken entry.

use super::table::monitoring_entry::{ActiveModel, Entity};
use super::{Entry, clinician_id};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use uuid::Uuid;

/// Voids an entry, for a reason of 1 to 500 characters: it counts no more, and stays to be seen. Therapists and
/// assistants of the care team. The same again changes nothing.
pub async fn void(scope: &Scope, entry_id: Uuid, reason: &str) -> Result<Entry> {
    let (member_id, reason) = (clinician_id(scope)?, reason.trim());
    if !(1..=500).contains(&reason.chars().count()) {
        return Err(Error::field("reason", Code::OutOfRange, "Give the reason in 1 to 500 characters."));
    }
    let tx = scope.write().await?;
    let find = || Entity::find_by_id((scope.clinic_id(), entry_id));
    let row = find().one(&tx).await?.ok_or(Error::NotFound)?;
    let mut chart = Chart::open_to_write(&tx, scope, row.patient_id).await?;
    let row = find().one(&tx).await?.ok_or(Error::NotFound)?;
    if row.voided_at.is_some() {
        return Entry::of(&chart, &row);
    }
    let change = chart.raise(&tx, None).await?;
    let mut voided = ActiveModel::from(row);
    voided.voided_by = Set(Some(member_id));
    voided.voided_at = Set(Some(scope.services().now()));
    voided.void_reason = Set(Some(chart.seal(scope, "monitoring_entry.void_reason", entry_id, reason)?));
    let row = voided.update(&tx).await?;
    let object = (Kind::MonitoringEntry, entry_id);
    let entry = audit::Entry { action: "monitoring.void", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Entry::of(&chart, &row)
}
