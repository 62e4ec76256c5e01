//! The audit trail: who did what to whom, by ids only. What is written is recorded in the transaction
//! of the write itself, what is read before the answer leaves.
//!
//! Offers [`events`], which lists them, [`seal`], which chains the events of each clinic,
//! [`newest`], its last seals, [`verify`] and [`verify_own`], which walk the chains,
//! [`record_reads`], and to the slices above `Entry`, `record`, `record_all`, `record_at_door`,
//! `record_by`, `record_by_worker`, `record_refusal`.

mod journal;
mod list;
mod seal;
pub(crate) mod table;
mod verify;

pub(crate) use journal::record_refusal;
pub use journal::{Journal, record_reads};
pub use list::{Event, Filter, events};
pub use seal::{Checkpoint, Search, newest, seal};
pub use verify::{Fault, Verdict, verify, verify_own};

use crate::access::{By, Door, Scope, Services};
use crate::error::Result;
use crate::id::Kind;
use crate::store::Tx;
use sea_orm::ActiveEnum;
use std::net::IpAddr;
use uuid::Uuid;

/// One thing done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    /// `object.verb`, for example `program.revise`.
    pub(crate) action: &'static str,
    /// The patient concerned, if any.
    pub(crate) patient_id: Option<Uuid>,
    /// What was acted on.
    pub(crate) object: (Kind, Uuid),
}

/// Records that the person of `scope` did this.
pub(crate) async fn record(tx: &Tx, scope: &Scope, entry: Entry) -> Result<()> {
    record_all(tx, scope, &[entry]).await
}

/// Records that the person of `scope` did all this, in one statement.
pub(crate) async fn record_all(tx: &Tx, scope: &Scope, entries: &[Entry]) -> Result<()> {
    insert(tx, scope.services(), &Who::of(scope), entries).await
}

/// Records what somebody did at `door`, where they came to stand for `account_id`.
pub(crate) async fn record_at_door(
    tx: &Tx,
    door: &Door,
    clinic_id: Uuid,
    account_id: Uuid,
    entry: Entry,
) -> Result<()> {
    let (clinic_id, account_id) = (Some(clinic_id), Some(account_id));
    let who = Who { clinic_id, account_id, address: door.address(), ..Who::nobody() };
    insert(tx, door.services(), &who, &[entry]).await
}

/// Records what nobody signed in for.
pub(crate) async fn record_by_worker(
    tx: &Tx,
    services: &Services,
    clinic_id: Uuid,
    entry: Entry,
) -> Result<()> {
    insert(tx, services, &Who { clinic_id: Some(clinic_id), ..Who::nobody() }, &[entry]).await
}

/// Records that who writes in this clinic did this.
pub(crate) async fn record_by(tx: &Tx, by: By<'_>, clinic_id: Uuid, entry: Entry) -> Result<()> {
    match by {
        By::Person(scope) => record(tx, scope, entry).await,
        By::Worker(worker) => record_by_worker(tx, worker.services(), clinic_id, entry).await,
    }
}

struct Who {
    clinic_id: Option<Uuid>,
    account_id: Option<Uuid>,
    role: String,
    request_id: Option<String>,
    address: Option<IpAddr>,
}

impl Who {
    fn of(scope: &Scope) -> Self {
        let actor = scope.actor();
        Self {
            clinic_id: Some(actor.clinic_id),
            account_id: Some(actor.account_id),
            role: actor.role.to_value(),
            request_id: Some(scope.request_id().to_owned()),
            address: scope.address(),
        }
    }

    /// Nobody who has signed in.
    fn nobody() -> Self {
        let role = "SYSTEM".to_owned();
        Self { clinic_id: None, account_id: None, role, request_id: None, address: None }
    }

    fn row(&self, services: &Services, entry: &Entry, outcome: &str) -> table::audit_event::Model {
        table::audit_event::Model {
            id: services.new_id(),
            clinic_id: self.clinic_id,
            at: services.now(),
            account_id: self.account_id,
            role: self.role.clone(),
            action: entry.action.to_owned(),
            patient_id: entry.patient_id,
            object_kind: entry.object.0.prefix().to_owned(),
            object_id: Some(entry.object.1),
            outcome: outcome.to_owned(),
            request_id: self.request_id.clone(),
            address: self.address.map(|address| address.to_string()),
        }
    }
}

async fn insert(tx: &Tx, services: &Services, who: &Who, entries: &[Entry]) -> Result<()> {
    tx.insert_all(entries.iter().map(|entry| who.row(services, entry, "DONE")).collect()).await
}
