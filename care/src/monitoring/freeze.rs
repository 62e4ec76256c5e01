//! Freezing the numbers of the months that are over.

use super::count::rules;
use super::figures::{Figures, Span};
use super::source::{Counted, counted};
use super::table::monitoring_month;
use crate::access::Worker;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::patient::table::patient;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Freezes the numbers of the months that are over on the clock of their patient and are not frozen yet: from the
/// first month with anything that counts, those with nothing too, to the one in which the care ended. At most
/// `most` patients of one clinic are locked and looked at; answers how many, 0 when none is left. It may be run
/// at any time, by any number of workers.
pub async fn freeze(worker: &Worker, most: u64) -> Result<usize> {
    let rules = rules().ok_or(Error::Internal)?;
    let now = worker.now();
    let tx = worker.write().await?;
    let due = patient::Entity::find()
        .filter(patient::Column::MonthsCloseAt.lte(now))
        .order_by_asc(patient::Column::ClinicId)
        .order_by_asc(patient::Column::Id)
        .limit(most);
    let mut patients = tx.locking(due).all(&tx).await?;
    let Some(clinic_id) = patients.first().map(|row| row.clinic_id) else { return Ok(0) };
    patients.retain(|row| row.clinic_id == clinic_id);
    let all = counted(&tx, clinic_id, &patients).await?;
    let frozen = frozen(&tx, clinic_id, &patients).await?;
    let mut rows = Vec::new();
    for patient in &patients {
        let Some(counted) = all.get(&patient.id) else { continue };
        let open = over(patient, counted, now).into_iter();
        rows.extend(open.filter(|span| !frozen.contains(&(patient.id, span.from))).map(|span| {
            let (figures, patient_id) = (Figures::of(rules, counted, &span), patient.id);
            monitoring_month::Model { clinic_id, patient_id, month: span.from, figures, frozen_at: now }
        }));
    }
    tx.insert_all(rows).await?;
    look_again(&tx, clinic_id, &patients, now).await?;
    tx.commit().await?;
    Ok(patients.len())
}

/// The months that are over.
fn over(patient: &patient::Model, counted: &Counted, now: Instant) -> Vec<Span> {
    let zone = patient.zone();
    let day = counted.days.keys().next().copied();
    let entry = counted.entries.first().map(|entry| entry.started_at.date_in(&zone));
    let Some(first) = day.into_iter().chain(entry).min() else { return Vec::new() };
    let last = patient.discharged_at.map_or(now, |at| at.min(now)).date_in(&zone);
    let months = std::iter::successors(Some(Span::of(first, &zone)), |span| Some(Span::of(span.end, &zone)));
    months.take_while(|span| span.from <= last && span.ends_at <= now).collect()
}

/// The months of these patients that are frozen.
async fn frozen(tx: &Tx, clinic_id: Uuid, patients: &[patient::Model]) -> Result<HashSet<(Uuid, Day)>> {
    use monitoring_month::{Column, Entity};
    let rows: Vec<(Uuid, Day)> = Entity::find()
        .select_only()
        .columns([Column::PatientId, Column::Month])
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(patients.iter().map(|row| row.id)))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Notes when the month of each patient ends that now is: one statement for each zone among them.
async fn look_again(tx: &Tx, clinic_id: Uuid, patients: &[patient::Model], now: Instant) -> Result<()> {
    let mut ends: BTreeMap<Instant, Vec<Uuid>> = BTreeMap::new();
    for patient in patients {
        let zone = patient.zone();
        ends.entry(Span::of(now.date_in(&zone), &zone).ends_at).or_default().push(patient.id);
    }
    for (ends_at, ids) in ends {
        patient::Entity::update_many()
            .col_expr(patient::Column::MonthsCloseAt, Expr::value(ends_at))
            .filter(patient::Column::ClinicId.eq(clinic_id))
            .filter(patient::Column::Id.is_in(ids))
            .exec(tx)
            .await?;
    }
    Ok(())
}
