//! The audit trail: who did what to whom, by ids only, in the transaction of the write itself.
//!
//! Offers [`events`], which lists them, [`seal`], which chains the events of each clinic,
//! [`newest`], its last seals, [`verify`], which walks the chains, and to the slices above `Entry`, `record`, `record_all`, `record_without_scope`.

mod list;
mod seal;
pub(crate) mod table;
mod verify;

pub use list::{Event, Filter, events};
pub use seal::{Checkpoint, Search, newest, seal};
pub use verify::{Fault, Verdict, verify};

use crate::access::{Scope, Services};
use crate::error::Result;
use crate::id::Kind;
use crate::store::Tx;
use sea_orm::{ActiveEnum, EntityTrait, Set};
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
    let actor = scope.actor();
    let who = Who {
        clinic_id: actor.clinic_id,
        account_id: Some(actor.account_id),
        role: actor.role.to_value(),
        request_id: Some(scope.request_id().to_owned()),
    };
    insert(tx, scope.services(), &who, entries).await
}

/// Records what was done before or without sign-in.
pub(crate) async fn record_without_scope(
    tx: &Tx,
    services: &Services,
    clinic_id: Uuid,
    entry: Entry,
) -> Result<()> {
    let who = Who { clinic_id, account_id: None, role: "SYSTEM".to_owned(), request_id: None };
    insert(tx, services, &who, &[entry]).await
}

struct Who {
    clinic_id: Uuid,
    account_id: Option<Uuid>,
    role: String,
    request_id: Option<String>,
}

async fn insert(tx: &Tx, services: &Services, who: &Who, entries: &[Entry]) -> Result<()> {
    let row = |entry: &Entry| table::audit_event::ActiveModel {
        id: Set(services.new_id()),
        clinic_id: Set(Some(who.clinic_id)),
        at: Set(services.now()),
        account_id: Set(who.account_id),
        role: Set(who.role.clone()),
        action: Set(entry.action.to_owned()),
        patient_id: Set(entry.patient_id),
        object_kind: Set(entry.object.0.prefix().to_owned()),
        object_id: Set(Some(entry.object.1)),
        outcome: Set("DONE".to_owned()),
        request_id: Set(who.request_id.clone()),
    };
    table::audit_event::Entity::insert_many(entries.iter().map(row)).exec_without_returning(tx).await?;
    Ok(())
}
