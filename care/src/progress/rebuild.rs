//! Making the kept totals and bests anew from the logs and ratings that stand.

use super::around::ratings;
use super::record::Rows;
use super::sessions::of_patients;
use super::table::pain_rating;
use super::{day_total, personal_best};
use crate::access::Worker;
use crate::clock::Day;
use crate::error::Result;
use crate::patient::table::patient;
use crate::store::Tx;
use jiff::civil::Date;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How far a rebuild has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// Patients whose totals and bests have been made anew.
    pub patients: usize,
    /// Patients in all.
    pub of: usize,
}

/// Makes the totals of days and the personal bests anew, for one clinic or for all; tells after each patient
/// how far it has come. Each patient is one transaction under the patient's lock, so that servers go on
/// working meanwhile, and it may be broken off anywhere and begun again.
pub async fn rebuild(
    worker: &Worker,
    clinic_id: Option<Uuid>,
    mut told: impl FnMut(Rebuilt),
) -> Result<Rebuilt> {
    let tx = worker.read().await?;
    let mut find =
        patient::Entity::find().select_only().columns([patient::Column::ClinicId, patient::Column::Id]);
    if let Some(clinic_id) = clinic_id {
        find = find.filter(patient::Column::ClinicId.eq(clinic_id));
    }
    let find = find.order_by_asc(patient::Column::ClinicId).order_by_asc(patient::Column::Id);
    let patients: Vec<(Uuid, Uuid)> = find.into_tuple().all(&tx).await?;
    tx.commit().await?;
    let mut rebuilt = Rebuilt { patients: 0, of: patients.len() };
    for key in patients {
        let tx = worker.write().await?;
        // One that was erased meanwhile has nothing to rebuild.
        if tx.locking(patient::Entity::find_by_id(key)).one(&tx).await?.is_some() {
            anew(&tx, key).await?;
            tx.commit().await?;
        }
        rebuilt.patients += 1;
        told(rebuilt);
    }
    Ok(rebuilt)
}

async fn anew(tx: &Tx, key: (Uuid, Uuid)) -> Result<()> {
    let (clinic_id, patient_id) = key;
    let ever = (Day(Date::new(0, 1, 1).unwrap_or(Date::MIN)), Day(Date::MAX));
    let logs = of_patients(tx, clinic_id, &[patient_id], ever).await?.remove(&patient_id).unwrap_or_default();
    let ratings = ratings(tx, clinic_id, &[patient_id], ever).await?;
    let mut days: BTreeMap<Day, (Vec<&Rows>, Vec<&pain_rating::Model>)> = BTreeMap::new();
    for rows in &logs {
        days.entry(rows.log.local_date).or_default().0.push(rows);
    }
    for row in &ratings {
        days.entry(row.local_date).or_default().1.push(row);
    }
    let total = |(day, (logs, ratings)): (&Day, &(Vec<&Rows>, Vec<&pain_rating::Model>))| {
        day_total::total(key, *day, logs, ratings)
    };
    let totals: Vec<_> = days.iter().filter_map(total).collect();
    day_total::of_patient(key).exec(tx).await?;
    tx.put_all(totals).await?;
    personal_best::reckon(tx, key, None).await
}
