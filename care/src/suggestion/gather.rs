//! All that suggestions are made of, for many patients in a fixed number of statements.

use super::decision;
use super::table;
use crate::access::Scope;
use crate::alert::{self, table::Model as Alert};
use crate::clinic::Settings;
use crate::clinic::table::clinic;
use crate::error::{Error, Result};
use crate::library::{self, Exercise};
use crate::patient::{Chart, condition_keys};
use crate::program::{self, History};
use crate::progress::table::pain_rating;
use crate::progress::{self, Logged};
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::EntityTrait;
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
    pub(super) ratings: HashMap<Uuid, Vec<pain_rating::Model>>,
    /// The alerts that are not resolved, the first raised first.
    pub(super) alerts: HashMap<Uuid, Vec<Alert>>,
    pub(super) decisions: HashMap<Uuid, Vec<table::Model>>,
    /// The keys of the conditions that have not ended.
    pub(super) conditions: HashMap<Uuid, Vec<String>>,
    /// Those of their current programs, by id.
    pub(super) exercises: HashMap<Uuid, Exercise>,
}

/// Reads it in twelve statements, however many patients there are.
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
    let span = (today.plus(-BACK), today.plus(1));
    let logged = progress::of_patients(tx, clinic_id, &ids, span).await?;
    let ratings = progress::ratings_of_patients(tx, clinic_id, &ids, span).await?;
    let current = histories.values().flatten().filter(|history| history.row.status.is_current());
    let newest = current.filter_map(|history| Some((history, history.revisions.last()?.id)));
    let mut wanted: Vec<Uuid> =
        newest.flat_map(|(history, id)| history.prescriptions_of(id).map(|row| row.exercise_id)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    Ok(Gathered {
        settings: clinic.settings,
        logged,
        ratings,
        alerts: alert::standing_of_patients(tx, clinic_id, &ids).await?,
        decisions: decision::of_patients(tx, clinic_id, &ids).await?,
        conditions: condition_keys(tx, clinic_id, &ids).await?,
        exercises: library::rows_by_ids(tx, clinic_id, &wanted).await?,
        histories,
    })
}
