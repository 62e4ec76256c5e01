//! Replacing the installation's key: every key that the one before has wrapped is wrapped by the new
//! one. Each has a transaction of its own, and those that are done are known by what opens them, so
//! that it may be broken off anywhere and begun again.

use super::table::installation_key;
use crate::access::{Services, Worker};
use crate::audit::table::audit_key;
use crate::clinic::table::clinic;
use crate::error::{Error, Result};
use crate::sealed::{Place, Sealed};
use crate::store::Tx;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

/// How many keys are wrapped by what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Status {
    /// By the installation's key of today.
    pub current: usize,
    /// By the one before it.
    pub previous: usize,
    /// By neither: what they seal cannot be read.
    pub lost: usize,
}

/// What a wrapped key seals.
#[derive(Debug, Clone, Copy)]
enum Holder {
    Installation,
    Clinic(Uuid),
    AuditChain(Uuid),
}

impl Holder {
    fn place(self) -> Place {
        match self {
            Self::Installation => super::place(),
            Self::Clinic(id) => clinic::Model::key_place(id),
            Self::AuditChain(clinic_id) => audit_key::Model::key_place(clinic_id),
        }
    }

    /// Puts `new` in the place of `old`, unless somebody else has.
    async fn replace(self, tx: &Tx, old: Sealed, new: Sealed) -> Result<()> {
        match self {
            Self::Installation => {
                use installation_key::{ActiveModel, Column, Entity};
                let update = ActiveModel { data_key: Set(new), ..Default::default() };
                Entity::update_many().set(update).filter(Column::DataKey.eq(old)).exec(tx).await?
            }
            Self::Clinic(id) => {
                use clinic::{ActiveModel, Column, Entity};
                let update = ActiveModel { data_key: Set(new), ..Default::default() };
                let its = Column::Id.eq(id).and(Column::DataKey.eq(old));
                Entity::update_many().set(update).filter(its).exec(tx).await?
            }
            Self::AuditChain(clinic_id) => {
                use audit_key::{ActiveModel, Column, Entity};
                let update = ActiveModel { chain_key: Set(new), ..Default::default() };
                let its = Column::ClinicId.eq(clinic_id).and(Column::ChainKey.eq(old));
                Entity::update_many().set(update).filter(its).exec(tx).await?
            }
        };
        Ok(())
    }
}

/// How many keys are wrapped by the installation's key of today, and by the one before it.
pub async fn status(worker: &Worker) -> Result<Status> {
    let keys = wrapped(worker).await?;
    let mut status = Status::default();
    for (holder, key) in &keys {
        *match state(worker.services(), *holder, key) {
            State::Current => &mut status.current,
            State::Previous => &mut status.previous,
            State::Lost => &mut status.lost,
        } += 1;
    }
    Ok(status)
}

/// Wraps every key by the installation's key of today; tells after each how it stands. It may be
/// broken off and begun again, and servers may go on working meanwhile.
pub async fn rotate(worker: &Worker, mut told: impl FnMut(Status)) -> Result<Status> {
    let services = worker.services();
    let mut status = status(worker).await?;
    for (holder, old) in wrapped(worker).await? {
        if state(services, holder, &old) != State::Previous {
            continue;
        }
        let new = services.keys.wrapping.rewrap(services.random.as_ref(), holder.place(), &old)?;
        let tx = worker.write().await?;
        holder.replace(&tx, old, new).await?;
        tx.commit().await?;
        status.current += 1;
        status.previous = status.previous.saturating_sub(1);
        told(status);
    }
    self::status(worker).await
}

#[derive(PartialEq, Eq)]
enum State {
    Current,
    Previous,
    Lost,
}

fn state(services: &Services, holder: Holder, key: &Sealed) -> State {
    let wrapping = &services.keys.wrapping;
    match (wrapping.is_current(holder.place(), key), wrapping.opens(holder.place(), key)) {
        (true, _) => State::Current,
        (false, true) => State::Previous,
        (false, false) => State::Lost,
    }
}

/// All keys that are wrapped by the installation's.
async fn wrapped(worker: &Worker) -> Result<Vec<(Holder, Sealed)>> {
    let tx = worker.read().await?;
    let installation = installation_key::Entity::find().one(&tx).await?.ok_or(Error::Internal)?;
    let mut keys = vec![(Holder::Installation, installation.data_key)];
    let clinics = clinic::Entity::find().all(&tx).await?;
    keys.extend(clinics.into_iter().map(|row| (Holder::Clinic(row.id), row.data_key)));
    let chains = audit_key::Entity::find().all(&tx).await?;
    keys.extend(chains.into_iter().map(|row| (Holder::AuditChain(row.clinic_id), row.chain_key)));
    tx.commit().await?;
    Ok(keys)
}
