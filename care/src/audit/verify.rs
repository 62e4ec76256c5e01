//! Verifying: the chain is walked from its beginning, and the first seal that does not hold is named.

use super::list::may_look;
use super::seal::{Checkpoint, LATE, open, unsealed};
use super::table::{audit_event, audit_key, audit_seal};
use crate::access::{Scope, Services, Worker};
use crate::clock::Instant;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Seals read at once.
const BATCH: u64 = 1_000;

/// What is wrong with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The seal of this number is not there, but a later one is.
    SealMissing,
    /// The event of this seal is not there.
    EventMissing,
    /// The event does not match its seal: one of them was edited, or events changed places.
    Changed,
    /// The chain ends before this number, which a checkpoint has seen.
    Truncated,
}

/// What verifying one clinic's chain found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The clinic.
    pub clinic_id: Uuid,
    /// How many seals hold, from the first.
    pub sound: i64,
    /// Events more than an hour old that have no seal: the sealer does not work, or they were put
    /// in beside it.
    pub unsealed: i64,
    /// The first number that does not hold, and why; none when all do.
    pub broken: Option<(i64, Fault)>,
}

/// Walks the chains of all clinics, or of one, in one snapshot. `checkpoints` are what was kept
/// outside the database: without them an end that was cut off is not missed.
pub async fn verify(
    worker: &Worker,
    clinic_id: Option<Uuid>,
    checkpoints: &[Checkpoint],
) -> Result<Vec<Verdict>> {
    let tx = worker.read().await?;
    let mut kept: BTreeMap<Uuid, BTreeMap<i64, &[u8]>> = BTreeMap::new();
    for checkpoint in checkpoints {
        // No number is given twice, unless the end was cut off between: the first holds.
        kept.entry(checkpoint.clinic_id).or_default().entry(checkpoint.sequence).or_insert(&checkpoint.mac);
    }
    let mut keys: BTreeMap<Uuid, Option<audit_key::Model>> =
        kept.keys().map(|clinic_id| (*clinic_id, None)).collect();
    keys.extend(audit_key::Entity::find().all(&tx).await?.into_iter().map(|row| (row.clinic_id, Some(row))));
    let unsealed = unsealed_by_clinic(&tx, worker.now()).await?;
    for clinic_id in unsealed.keys() {
        keys.entry(*clinic_id).or_insert(None);
    }
    keys.retain(|id, _| clinic_id.is_none_or(|wanted| wanted == *id));
    let mut verdicts = Vec::new();
    for (clinic_id, key) in keys {
        let kept = kept.remove(&clinic_id).unwrap_or_default();
        let (sound, broken) = match key {
            Some(key) => walk(&tx, worker.services(), &key, &kept).await?,
            // Nothing was ever sealed, unless a checkpoint says otherwise.
            None => (0, (!kept.is_empty()).then_some((1, Fault::Truncated))),
        };
        let unsealed = unsealed.get(&clinic_id).copied().unwrap_or_default();
        verdicts.push(Verdict { clinic_id, sound, unsealed, broken });
    }
    tx.commit().await?;
    Ok(verdicts)
}

/// Walks the chain of the clinic of who acts. Privacy officers and administrators only. It knows no
/// checkpoints, so an end that was cut off is found by [`verify`] alone.
pub async fn verify_own(scope: &Scope) -> Result<Verdict> {
    may_look(scope)?;
    let (tx, clinic_id) = (scope.read().await?, scope.clinic_id());
    let unsealed = unsealed_by_clinic(&tx, scope.services().now()).await?;
    let (sound, broken) = match audit_key::Entity::find_by_id(clinic_id).one(tx.as_ref()).await? {
        Some(key) => walk(&tx, scope.services(), &key, &BTreeMap::new()).await?,
        None => (0, None),
    };
    let unsealed = unsealed.get(&clinic_id).copied().unwrap_or_default();
    Ok(Verdict { clinic_id, sound, unsealed, broken })
}

async fn unsealed_by_clinic(tx: &Tx, now: Instant) -> Result<BTreeMap<Uuid, i64>> {
    let counts: Vec<(Uuid, i64)> = unsealed(Instant(i64::MIN))
        .filter(audit_event::Column::At.lt(now.plus(-LATE)))
        .select_only()
        .column(audit_event::Column::ClinicId)
        .column_as(audit_event::Column::Id.count(), "events")
        .group_by(audit_event::Column::ClinicId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(counts.into_iter().collect())
}

async fn walk(
    tx: &Tx,
    services: &Services,
    key: &audit_key::Model,
    kept: &BTreeMap<i64, &[u8]>,
) -> Result<(i64, Option<(i64, Fault)>)> {
    let chain = open(services, key)?;
    let (mut sound, mut mac) = (0, Vec::new());
    loop {
        let seals = audit_seal::Entity::find()
            .filter(audit_seal::Column::ClinicId.eq(key.clinic_id))
            .filter(audit_seal::Column::Sequence.gt(sound))
            .order_by_asc(audit_seal::Column::Sequence)
            .limit(BATCH)
            .all(tx)
            .await?;
        if seals.is_empty() {
            let cut = kept.keys().next_back().is_some_and(|last| *last > sound);
            return Ok((sound, cut.then_some((sound + 1, Fault::Truncated))));
        }
        let events = events(tx, key.clinic_id, &seals).await?;
        for seal in seals {
            let next = sound + 1;
            let fault = match events.get(&seal.event_id) {
                _ if seal.sequence != next => Some(Fault::SealMissing),
                None => Some(Fault::EventMissing),
                Some(event) => {
                    mac = event.mac(&chain, next, &mac);
                    let seen = kept.get(&next).is_none_or(|kept| *kept == mac);
                    (mac != seal.mac || !seen).then_some(Fault::Changed)
                }
            };
            if let Some(fault) = fault {
                return Ok((sound, Some((next, fault))));
            }
            sound = next;
        }
    }
}

async fn events(
    tx: &Tx,
    clinic_id: Uuid,
    seals: &[audit_seal::Model],
) -> Result<HashMap<Uuid, audit_event::Model>> {
    let events = audit_event::Entity::find()
        .filter(audit_event::Column::ClinicId.eq(clinic_id))
        .filter(audit_event::Column::Id.is_in(seals.iter().map(|seal| seal.event_id)))
        .all(tx)
        .await?;
    Ok(events.into_iter().map(|event| (event.id, event)).collect())
}
