//! Sealing: each event gets a number in its clinic's chain and a MAC over all of it and the seal
//! before it.

use super::table::{audit_event, audit_key, audit_seal};
use crate::access::{Services, Worker};
use crate::clock::Instant;
use crate::error::Result;
use crate::sealed::DataKey;
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set};
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Events sealed at once.
const BATCH: u64 = 500;
/// How much later than it says of itself an event may be committed: an hour, where an operation
/// takes seconds.
pub(super) const LATE: i64 = 60 * 60 * 1_000;

/// The newest seal of a clinic, to be kept where the database cannot be made to forget it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The clinic.
    pub clinic_id: Uuid,
    /// The number of the seal, from 1.
    pub sequence: i64,
    /// The MAC of the seal.
    pub mac: Vec<u8>,
}

/// Where unsealed events are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Search {
    /// In the whole trail: at the start, and now and then.
    All,
    /// From an hour before the newest sealed event on.
    Recent,
}

/// Seals up to 500 events, oldest first; answers the newest seal of each clinic that got one.
/// Nothing is answered when nothing was left to seal. Any number of sealers may work at once. A
/// clinic whose chain cannot go on holds up no other.
pub async fn seal(worker: &Worker, search: Search) -> Result<Vec<Checkpoint>> {
    let reading = worker.read().await?;
    let mut by_clinic: BTreeMap<Uuid, Vec<audit_event::Model>> = BTreeMap::new();
    let since = match search {
        Search::All => Instant(i64::MIN),
        Search::Recent => recent(&reading, worker.now()).await?,
    };
    for event in unsealed(since)
        .order_by_asc(audit_event::Column::At)
        .order_by_asc(audit_event::Column::Id)
        .limit(BATCH)
        .all(&reading)
        .await?
    {
        if let Some(clinic_id) = event.clinic_id {
            by_clinic.entry(clinic_id).or_default().push(event);
        }
    }
    reading.commit().await?;
    let (mut checkpoints, mut failure) = (Vec::new(), None);
    for (clinic_id, events) in by_clinic {
        match extend(worker, clinic_id, events).await {
            Ok(checkpoint) => checkpoints.extend(checkpoint),
            Err(error) => {
                tracing::error!(clinic = %clinic_id, %error, "the audit trail of a clinic is not sealed");
                failure = Some(error);
            }
        }
    }
    failure.filter(|_| checkpoints.is_empty()).map_or(Ok(checkpoints), Err)
}

/// The newest seal of each clinic.
pub async fn newest(worker: &Worker) -> Result<Vec<Checkpoint>> {
    let tx = worker.read().await?;
    let mut checkpoints = Vec::new();
    for key in audit_key::Entity::find().all(&tx).await? {
        let seal = last(&tx, key.clinic_id).await?;
        checkpoints.extend(seal.map(|seal| Checkpoint {
            clinic_id: seal.clinic_id,
            sequence: seal.sequence,
            mac: seal.mac,
        }));
    }
    tx.commit().await?;
    Ok(checkpoints)
}

/// An hour before the newest sealed event. What claims to be of the future does not move it.
async fn recent(tx: &Tx, now: Instant) -> Result<Instant> {
    let newest: Option<Option<i64>> = audit_seal::Entity::find()
        .select_only()
        .column_as(audit_seal::Column::EventAt.max(), "event_at")
        .filter(audit_seal::Column::EventAt.lte(now))
        .into_tuple()
        .one(tx)
        .await?;
    Ok(newest.flatten().map_or(Instant(i64::MIN), |at| Instant(at).plus(-LATE)))
}

/// The events of clinics at `since` or later that have no seal.
pub(super) fn unsealed(since: Instant) -> Select<audit_event::Entity> {
    let seal = Query::select()
        .expr(Expr::value(1))
        .from(audit_seal::Entity)
        .and_where(
            Expr::col((audit_seal::Entity, audit_seal::Column::EventId))
                .equals((audit_event::Entity, audit_event::Column::Id)),
        )
        .to_owned();
    audit_event::Entity::find()
        .filter(audit_event::Column::ClinicId.is_not_null())
        .filter(audit_event::Column::At.gte(since))
        .filter(Expr::exists(seal).not())
}

async fn last(tx: &Tx, clinic_id: Uuid) -> Result<Option<audit_seal::Model>> {
    Ok(audit_seal::Entity::find()
        .filter(audit_seal::Column::ClinicId.eq(clinic_id))
        .order_by_desc(audit_seal::Column::Sequence)
        .one(tx)
        .await?)
}

/// Adds the events to the clinic's chain, but for those that another sealer has added meanwhile.
async fn extend(
    worker: &Worker,
    clinic_id: Uuid,
    events: Vec<audit_event::Model>,
) -> Result<Option<Checkpoint>> {
    let services = worker.services();
    let tx = worker.write().await?;
    let key = chain_key(&tx, services, clinic_id).await?;
    let sealed: HashSet<Uuid> = audit_seal::Entity::find()
        .select_only()
        .column(audit_seal::Column::EventId)
        .filter(audit_seal::Column::EventId.is_in(events.iter().map(|event| event.id)))
        .into_tuple()
        .all(&tx)
        .await?
        .into_iter()
        .collect();
    let (mut sequence, mut mac) =
        last(&tx, clinic_id).await?.map_or((0, Vec::new()), |seal| (seal.sequence, seal.mac));
    let mut seals = Vec::new();
    for event in events.iter().filter(|event| !sealed.contains(&event.id)) {
        sequence += 1;
        mac = event.mac(&key, sequence, &mac);
        seals.push(audit_seal::ActiveModel {
            clinic_id: Set(clinic_id),
            sequence: Set(sequence),
            event_id: Set(event.id),
            event_at: Set(event.at),
            mac: Set(mac.clone()),
            sealed_at: Set(services.now()),
        });
    }
    if seals.is_empty() {
        return Ok(None);
    }
    audit_seal::Entity::insert_many(seals).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(Some(Checkpoint { clinic_id, sequence, mac }))
}

/// The key of the clinic's chain, made when first needed. Its row is locked: one sealer at a time.
async fn chain_key(tx: &Tx, services: &Services, clinic_id: Uuid) -> Result<DataKey> {
    let find = || tx.locking(audit_key::Entity::find_by_id(clinic_id)).one(tx);
    if let Some(row) = find().await? {
        return open(services, &row);
    }
    let (_, wrapped) =
        services.keys.wrapping.issue(services.random.as_ref(), audit_key::Model::key_place(clinic_id))?;
    let fresh = audit_key::ActiveModel { clinic_id: Set(clinic_id), chain_key: Set(wrapped) };
    audit_key::Entity::insert(fresh)
        .on_conflict(OnConflict::column(audit_key::Column::ClinicId).do_nothing().to_owned())
        .exec_without_returning(tx)
        .await?;
    open(services, &find().await?.ok_or(crate::error::Error::Internal)?)
}

/// The key in this row.
pub(super) fn open(services: &Services, row: &audit_key::Model) -> Result<DataKey> {
    services.keys.wrapping.unwrap_key(audit_key::Model::key_place(row.clinic_id), &row.chain_key)
}

impl audit_event::Model {
    /// The MAC of this event as number `sequence` after the seal with the MAC `previous`.
    pub(super) fn mac(&self, key: &DataKey, sequence: i64, previous: &[u8]) -> Vec<u8> {
        let uuid = |id: Option<Uuid>| id.map(|id| id.as_bytes().to_vec());
        let text = |text: &str| Some(text.as_bytes().to_vec());
        let mut fields = vec![
            Some(previous.to_vec()),
            Some(sequence.to_be_bytes().to_vec()),
            uuid(Some(self.id)),
            uuid(self.clinic_id),
            Some(self.at.0.to_be_bytes().to_vec()),
            uuid(self.account_id),
            text(&self.role),
            text(&self.action),
            uuid(self.patient_id),
            text(&self.object_kind),
            uuid(self.object_id),
            text(&self.outcome),
            self.request_id.as_deref().and_then(text),
        ];
        // Events of earlier versions have no address, and no place for one in their MAC.
        fields.extend(self.address.as_deref().map(text));
        // Each field says whether it is there and how long it is: no two events read the same.
        let mut message = Vec::new();
        for field in &fields {
            let length = field.as_ref().map_or(-1, |bytes| i64::try_from(bytes.len()).unwrap_or(i64::MAX));
            message.extend_from_slice(&length.to_be_bytes());
            message.extend_from_slice(field.as_deref().unwrap_or_default());
        }
        key.index("audit.seal", &message)
    }
}
