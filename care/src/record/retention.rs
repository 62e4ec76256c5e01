//! Records that have outlived the years for which their clinic keeps them.

use super::{erase, hold};
use crate::access::Worker;
use crate::audit;
use crate::clinic::table::clinic;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::table::patient::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// A year that is never too short, in milliseconds.
const YEAR: i64 = 366 * 24 * 60 * 60 * 1_000;

/// Erases the records of patients who were discharged longer ago than their clinic keeps them, up to
/// `most` of each clinic, each in a transaction of its own; answers how many. Where a legal hold
/// stands, the record stays.
pub async fn erase_outlived(worker: &Worker, most: u64) -> Result<u64> {
    let tx = worker.read().await?;
    let clinics = clinic::Entity::find().all(&tx).await?;
    let mut outlived = Vec::new();
    for row in clinics {
        let Some(years) = row.settings.retention_years else { continue };
        let until = worker.now().plus(-i64::from(years) * YEAR);
        let find = Entity::find().filter(Column::ClinicId.eq(row.id)).filter(Column::DischargedAt.lte(until));
        let free = find.filter(Column::Id.not_in_subquery(hold::held(row.id)));
        let found = free.order_by_asc(Column::DischargedAt).limit(most).all(&tx).await?;
        outlived.extend(found.into_iter().map(|row| (row, until)));
    }
    tx.commit().await?;
    let mut erased = 0;
    for (row, until) in outlived {
        erased += u64::from(erase_one(worker, &row, until).await?);
    }
    Ok(erased)
}

/// Whether the record was erased: it is looked at again under its lock.
async fn erase_one(worker: &Worker, found: &Model, until: Instant) -> Result<bool> {
    let services = worker.services();
    let tx = worker.write().await?;
    let key = (found.clinic_id, found.id);
    let row = tx.locking(Entity::find_by_id(key)).one(&tx).await?;
    let Some(row) = row.filter(|row| row.discharged_at.is_some_and(|at| at <= until)) else {
        return Ok(false);
    };
    if hold::standing(&tx, key).await?.is_some() {
        return Ok(false);
    }
    erase::rows(&tx, services, &row).await?;
    let object = (Kind::Patient, row.id);
    let entry = audit::Entry { action: "patient.erase", patient_id: Some(row.id), object };
    audit::record_by_worker(&tx, services, row.clinic_id, entry).await?;
    tx.commit().await?;
    Ok(true)
}
