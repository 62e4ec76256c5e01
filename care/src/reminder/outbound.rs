//! A push that is to go out, and what is read to decide about it.

use super::Kind;
use super::decide::Facts;
use super::follow::kinds;
use super::snooze::quiet_hours_of;
use super::table::reminder::Model;
use super::table::reminder_delivery;
use crate::access::{Services, Worker};
use crate::account::table::device;
use crate::account::{self, Platform};
use crate::clock::Instant;
use crate::error::Result;
use crate::live::Change;
use crate::patient::table::patient;
use crate::program;
use crate::progress;
use crate::sealed::Sealed;
use crate::store::{Tx, among};
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DerivePartialModel, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use std::collections::HashMap;
use uuid::Uuid;

/// A device that the push goes to.
#[derive(Clone)]
pub struct Target {
    /// The device.
    pub device_id: Uuid,
    /// What carries the push.
    pub platform: Platform,
    /// The provider's token.
    pub token: String,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Target").field("device_id", &self.device_id).finish_non_exhaustive()
    }
}

/// A push that is to go out. It holds no word of the patient's and no name.
#[derive(Debug, Clone)]
pub struct Outbound {
    /// The delivery: the id of the push, the same in every repetition.
    pub delivery_id: Uuid,
    /// The patient's clinic.
    pub clinic_id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When it came due.
    pub due_at: Instant,
    /// After this it is of no use.
    pub expires_at: Instant,
    /// Where it goes.
    pub targets: Vec<Target>,
}

/// What of a patient's row counts for reminders: of thousands a second no more is read.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "patient::Entity")]
pub(super) struct Reminded {
    clinic_id: Uuid,
    id: Uuid,
    account_id: Option<Uuid>,
    time_zone: String,
    quiet_start: Option<String>,
    quiet_end: Option<String>,
    danger_since: Option<Instant>,
    discharged_at: Option<Instant>,
    muted: patient::Muted,
    change: i64,
}

impl Reminded {
    fn key(&self) -> (Uuid, Uuid) {
        (self.clinic_id, self.id)
    }
}

impl From<&patient::Model> for Reminded {
    fn from(row: &patient::Model) -> Self {
        Self {
            clinic_id: row.clinic_id,
            id: row.id,
            account_id: row.account_id,
            time_zone: row.time_zone.clone(),
            quiet_start: row.quiet_start.clone(),
            quiet_end: row.quiet_end.clone(),
            danger_since: row.danger_since,
            discharged_at: row.discharged_at,
            muted: row.muted.clone(),
            change: row.change,
        }
    }
}

/// A device that takes pushes.
#[derive(DerivePartialModel)]
#[sea_orm(entity = "device::Entity")]
struct Reachable {
    id: Uuid,
    account_id: Uuid,
    platform: Platform,
    token: Sealed,
}

/// What was read about the patients of a batch, their rows locked.
pub(super) struct Read {
    pub(super) facts: HashMap<(Uuid, Uuid), Facts>,
    patients: HashMap<(Uuid, Uuid), Reminded>,
    /// By account.
    devices: HashMap<Uuid, Vec<Reachable>>,
}

/// Reads patients, devices, holds and logged sessions of these reminders in four statements.
pub(super) async fn read(tx: &Tx, keys: &[(Uuid, Uuid)], now: Instant) -> Result<Read> {
    let patients = locked(tx, keys).into_partial_model::<Reminded>().all(tx).await?;
    about(tx, patients, now).await
}

/// Reads devices, holds and logged sessions of these patients in three statements.
pub(super) async fn about(tx: &Tx, patients: Vec<Reminded>, now: Instant) -> Result<Read> {
    let keys: Vec<_> = patients.iter().map(Reminded::key).collect();
    let accounts = patients.iter().filter_map(|patient| patient.account_id);
    let rows = device::Entity::find()
        .filter(device::Column::AccountId.is_in(accounts))
        .filter(device::Column::RetiredAt.is_null())
        .into_partial_model::<Reachable>()
        .all(tx)
        .await?;
    let mut devices: HashMap<Uuid, Vec<Reachable>> = HashMap::new();
    for row in rows {
        devices.entry(row.account_id).or_default().push(row);
    }
    let today = now.date_in(&TimeZone::UTC);
    let held = program::held(tx, &keys).await?;
    let mut sessions = progress::session_days(tx, &keys, (today.plus(-2), today.plus(2))).await?;
    let facts = patients
        .iter()
        .map(|patient| {
            let key = patient.key();
            let facts = Facts {
                zone: TimeZone::get(&patient.time_zone).unwrap_or(TimeZone::UTC),
                quiet: quiet_hours_of(patient.quiet_start.as_deref(), patient.quiet_end.as_deref()),
                sessions: sessions.remove(&key).unwrap_or_default(),
                held: held.contains(&key) || patient.danger_since.is_some(),
                muted: kinds(&patient.muted.0),
                discharged: patient.discharged_at.is_some(),
                reachable: patient.account_id.is_some_and(|account| devices.contains_key(&account)),
            };
            (key, facts)
        })
        .collect();
    let patients = patients.into_iter().map(|patient| (patient.key(), patient)).collect();
    Ok(Read { facts, patients, devices })
}

/// The patients of these keys, locked in the order of their ids so that no two workers wait for
/// each other in a circle.
pub(super) fn locked(tx: &Tx, keys: &[(Uuid, Uuid)]) -> Select<patient::Entity> {
    let find = patient::Entity::find()
        .filter(among((patient::Column::ClinicId, patient::Column::Id), keys))
        .order_by_asc(patient::Column::ClinicId)
        .order_by_asc(patient::Column::Id);
    tx.locking(find)
}

/// Locks these patients; answers the number of each one's last change.
pub(super) async fn lock(tx: &Tx, keys: &[(Uuid, Uuid)]) -> Result<HashMap<(Uuid, Uuid), i64>> {
    let columns = [patient::Column::ClinicId, patient::Column::Id, patient::Column::Change];
    let rows: Vec<(Uuid, Uuid, i64)> =
        locked(tx, keys).select_only().columns(columns).into_tuple().all(tx).await?;
    Ok(rows.into_iter().map(|(clinic_id, id, change)| ((clinic_id, id), change)).collect())
}

impl Read {
    /// The push of a delivery of `row`.
    pub(super) fn outbound(
        &self,
        services: &Services,
        row: &Model,
        delivery: &reminder_delivery::Model,
    ) -> Outbound {
        let patient = self.patients.get(&(row.clinic_id, row.patient_id));
        let devices = patient.and_then(|patient| self.devices.get(&patient.account_id?));
        let target = |device: &Reachable| {
            let token = account::open_token(services, device.id, &device.token).ok()?;
            Some(Target { device_id: device.id, platform: device.platform, token })
        };
        let targets = devices.into_iter().flatten().filter_map(target).collect();
        Outbound {
            delivery_id: delivery.id,
            clinic_id: row.clinic_id,
            patient_id: row.patient_id,
            kind: row.kind,
            attempt: u32::try_from(delivery.attempts).unwrap_or(1),
            due_at: delivery.due_at,
            expires_at: delivery.expires_at,
            targets,
        }
    }

    /// The change number that rows of this patient get in this transaction.
    pub(super) fn next_change(&self, key: (Uuid, Uuid)) -> i64 {
        self.patients.get(&key).map_or(0, |patient| patient.change + 1)
    }
}

/// Tells that what there is of these patients has changed, up to these numbers.
pub(super) fn publish(worker: &Worker, changes: impl Iterator<Item = ((Uuid, Uuid), i64)>) {
    for ((clinic_id, patient_id), change) in changes {
        worker.live().publish(Change::Patient { clinic_id, patient_id, change });
    }
}

/// Raises the change counters of these patients by one. What the engine writes gives no cause for a notice.
pub(super) async fn raise(tx: &Tx, keys: &[(Uuid, Uuid)]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    patient::Entity::update_many()
        .col_expr(patient::Column::Change, Expr::col(patient::Column::Change).add(1))
        .filter(among((patient::Column::ClinicId, patient::Column::Id), keys))
        .exec(tx)
        .await?;
    Ok(())
}
