//! A push that is to go out, and what is read to decide about it.

use super::Kind;
use super::decide::Facts;
use super::follow::kinds;
use super::snooze::quiet_hours_of;
use super::table::reminder::Model;
use super::table::reminder_delivery;
use crate::access::Services;
use crate::account::table::device;
use crate::account::{self, Platform};
use crate::clock::Instant;
use crate::error::Result;
use crate::patient::table::patient;
use crate::program;
use crate::progress;
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Condition, Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, HashMap};
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

/// What was read about the patients of a batch, their rows locked.
pub(super) struct Read {
    pub(super) patients: HashMap<(Uuid, Uuid), patient::Model>,
    pub(super) devices: HashMap<Uuid, Vec<device::Model>>,
    pub(super) facts: HashMap<(Uuid, Uuid), Facts>,
}

/// Reads patients, devices and logged sessions of these reminders in four statements.
pub(super) async fn read(tx: &Tx, keys: &[(Uuid, Uuid)], now: Instant) -> Result<Read> {
    about(tx, patients(tx, keys).await?, now).await
}

/// Reads devices, holds and logged sessions of these patients in three statements.
pub(super) async fn about(
    tx: &Tx,
    patients: HashMap<(Uuid, Uuid), patient::Model>,
    now: Instant,
) -> Result<Read> {
    let keys: Vec<_> = patients.keys().copied().collect();
    let accounts = patients.values().filter_map(|patient| patient.account_id);
    let rows = device::Entity::find()
        .filter(device::Column::AccountId.is_in(accounts))
        .filter(device::Column::RetiredAt.is_null())
        .order_by_asc(device::Column::Id)
        .all(tx)
        .await?;
    let mut devices: HashMap<Uuid, Vec<device::Model>> = HashMap::new();
    for row in rows {
        devices.entry(row.account_id).or_default().push(row);
    }
    let today = now.date_in(&TimeZone::UTC);
    let held = program::held(tx, &keys).await?;
    let mut sessions = progress::session_days(tx, &keys, (today.plus(-2), today.plus(2))).await?;
    let facts = patients
        .iter()
        .map(|(key, patient)| {
            let facts = Facts {
                zone: patient.zone(),
                quiet: quiet_hours_of(patient.quiet_start.as_deref(), patient.quiet_end.as_deref()),
                sessions: sessions.remove(key).unwrap_or_default(),
                held: held.contains(key) || patient.danger_since.is_some(),
                muted: kinds(&patient.muted.0),
                discharged: patient.discharged_at.is_some(),
                reachable: patient.account_id.is_some_and(|account| devices.contains_key(&account)),
            };
            (*key, facts)
        })
        .collect();
    Ok(Read { patients, devices, facts })
}

/// The patients of these keys, locked in the order of their ids so that no two workers wait for
/// each other in a circle.
pub(super) async fn patients(
    tx: &Tx,
    keys: &[(Uuid, Uuid)],
) -> Result<HashMap<(Uuid, Uuid), patient::Model>> {
    let mut by_clinic: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (clinic_id, id) in keys {
        by_clinic.entry(*clinic_id).or_default().push(*id);
    }
    let mut wanted = Condition::any();
    for (clinic_id, ids) in by_clinic {
        let of_clinic = patient::Column::ClinicId.eq(clinic_id).and(patient::Column::Id.is_in(ids));
        wanted = wanted.add(of_clinic);
    }
    let find = patient::Entity::find()
        .filter(wanted)
        .order_by_asc(patient::Column::ClinicId)
        .order_by_asc(patient::Column::Id);
    Ok(tx.locking(find).all(tx).await?.into_iter().map(|row| ((row.clinic_id, row.id), row)).collect())
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
        let target = |device: &device::Model| {
            let token = account::open_token(services, device).ok()?;
            Some(Target { device_id: device.id, platform: device.platform, token })
        };
        let targets = devices.into_iter().flatten().filter_map(target).collect();
        Outbound {
            delivery_id: delivery.id,
            clinic_id: row.clinic_id,
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

/// Raises the change counters of these patients by one. What the engine writes gives no cause for a notice.
pub(super) async fn raise(tx: &Tx, keys: &[(Uuid, Uuid)]) -> Result<()> {
    let mut by_clinic: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (clinic_id, id) in keys {
        by_clinic.entry(*clinic_id).or_default().push(*id);
    }
    for (clinic_id, ids) in by_clinic {
        patient::Entity::update_many()
            .col_expr(patient::Column::Change, Expr::col(patient::Column::Change).add(1))
            .filter(patient::Column::ClinicId.eq(clinic_id))
            .filter(patient::Column::Id.is_in(ids))
            .exec(tx)
            .await?;
    }
    Ok(())
}
