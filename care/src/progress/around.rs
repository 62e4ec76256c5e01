//! What stands on and around the days that a write touches, read once for all that follows from it.

use super::record::Rows;
use super::sessions::standing;
use super::table::{pain_rating, progress_log};
use crate::clock::Day;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// How many days before a day pain may have been told that a light compares with: a flare shows within a
/// week, and dates of two offsets differ by one more.
const BEFORE: i32 = 9;

/// The logs and ratings that stand, by time.
pub(super) struct Around {
    pub(super) logs: Vec<progress_log::Model>,
    pub(super) ratings: Vec<pain_rating::Model>,
}

impl Around {
    /// Adds logs that were recorded since.
    pub(super) fn add(&mut self, fresh: &[Rows]) {
        self.logs.extend(fresh.iter().map(|rows| rows.log.clone()));
        self.logs.sort_by_key(|log| (log.performed_at, log.log_id));
    }
}

/// The logs and ratings of the patient (clinic, patient) on these days, between them, and shortly before,
/// in two statements.
pub(super) async fn around(
    tx: &Tx,
    (clinic_id, patient_id): (Uuid, Uuid),
    days: &BTreeSet<Day>,
) -> Result<Around> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Ok(Around { logs: Vec::new(), ratings: Vec::new() });
    };
    let span = (first.plus(-BEFORE), last.plus(1));
    let logs = progress_log::Entity::find()
        .filter(progress_log::Column::ClinicId.eq(clinic_id))
        .filter(progress_log::Column::PatientId.eq(patient_id))
        .filter(progress_log::Column::LocalDate.between(span.0, span.1))
        .filter(standing())
        .order_by_asc(progress_log::Column::PerformedAt)
        .order_by_asc(progress_log::Column::LogId)
        .all(tx)
        .await?;
    Ok(Around { logs, ratings: ratings(tx, clinic_id, &[patient_id], span).await? })
}

/// The ratings that stand of these patients on the local dates `from..=to`, by time.
pub(super) async fn ratings(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
    (from, to): (Day, Day),
) -> Result<Vec<pain_rating::Model>> {
    Ok(pain_rating::Entity::find()
        .filter(pain_rating::Column::ClinicId.eq(clinic_id))
        .filter(pain_rating::Column::PatientId.is_in(patient_ids.iter().copied()))
        .filter(pain_rating::Column::LocalDate.between(from, to))
        .filter(pain_rating::Column::VoidedAt.is_null())
        .order_by_asc(pain_rating::Column::RatedAt)
        .order_by_asc(pain_rating::Column::Id)
        .all(tx)
        .await?)
}

/// The same, by patient.
pub(crate) async fn ratings_of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
    dates: (Day, Day),
) -> Result<HashMap<Uuid, Vec<pain_rating::Model>>> {
    let mut by_patient: HashMap<Uuid, Vec<_>> = HashMap::new();
    for row in ratings(tx, clinic_id, patient_ids, dates).await? {
        by_patient.entry(row.patient_id).or_default().push(row);
    }
    Ok(by_patient)
}
