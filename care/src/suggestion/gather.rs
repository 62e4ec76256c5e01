//! All that suggestions are made of, for many patients in a fixed number of statements.

use super::decision;
use super::table;
use crate::access::Scope;
use crate::alert::table as alert;
use crate::clinic::Settings;
use crate::clinic::table::clinic;
use crate::error::{Error, Result};
use crate::library::{self, Exercise};
use crate::patient::{Chart, condition_keys};
use crate::program::{self, History};
use crate::progress::{self, Logged};
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// How far back sessions are looked at, in days: three of an exercise that is done every second week.
const BACK: i32 = 56;

/// What is known of many patients, by patient.
pub(super) struct Gathered {
    pub(super) settings: Settings,
    /// The programs, newest first.
    pub(super) histories: HashMap<Uuid, Vec<History>>,
    pub(super) logged: HashMap<Uuid, Logged>,
    /// The alerts that are not resolved, the first raised first.
    pub(super) alerts: HashMap<Uuid, Vec<alert::Model>>,
    pub(super) decisions: HashMap<Uuid, Vec<table::Model>>,
    /// The keys of the conditions that have not ended.
    pub(super) conditions: HashMap<Uuid, Vec<String>>,
    /// Those of their current programs, by id.
    pub(super) exercises: HashMap<Uuid, Exercise>,
}

/// Reads it in eleven statements, however many patients there are.
pub(super) async fn gather(tx: &Tx, scope: &Scope, charts: &[Chart]) -> Result<Gathered> {
    let (clinic_id, now) = (scope.clinic_id(), scope.services().now());
    let ids: Vec<Uuid> = charts.iter().map(Chart::id).collect();
    let clinic = clinic::Entity::find_by_id(clinic_id).one(tx).await?.ok_or(Error::NotFound)?;
    let mut histories: HashMap<Uuid, Vec<History>> = HashMap::new();
    for history in program::of_patients(tx, scope, &ids).await? {
        histories.entry(history.row.patient_id).or_default().push(history);
    }
    // Patients live in several zones: a day more holds all their todays.
    let today = now.date_in(&TimeZone::UTC);
    let logged = progress::of_patients(tx, clinic_id, &ids, (today.plus(-BACK), today.plus(1))).await?;
    let current = histories.values().flatten().filter(|history| history.row.status.is_current());
    let newest = current.filter_map(|history| Some((history, history.revisions.last()?.id)));
    let mut wanted: Vec<Uuid> =
        newest.flat_map(|(history, id)| history.prescriptions_of(id).map(|row| row.exercise_id)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(Gathered {
        settings: clinic.settings,
        logged,
        alerts: alerts(tx, clinic_id, &ids).await?,
        decisions: decision::of_patients(tx, clinic_id, &ids).await?,
        conditions: condition_keys(tx, clinic_id, &ids).await?,
        exercises: library::rows_by_ids(tx, clinic_id, &wanted).await?,
        histories,
    })
}

async fn alerts(tx: &Tx, clinic_id: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<alert::Model>>> {
    let rows = alert::Entity::find()
        .filter(alert::Column::ClinicId.eq(clinic_id))
        .filter(alert::Column::PatientId.is_in(ids.iter().copied()))
        .filter(alert::Column::ResolvedAt.is_null())
        .order_by_asc(alert::Column::OpenedAt)
        .order_by_asc(alert::Column::Id)
        .all(tx)
        .await?;
    let mut alerts: HashMap<Uuid, Vec<alert::Model>> = HashMap::new();
    for row in rows {
        alerts.entry(row.patient_id).or_default().push(row);
    }
    Ok(alerts)
}
