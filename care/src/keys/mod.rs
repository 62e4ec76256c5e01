//! The keys of the installation: opened at the start, and wrapped anew when the installation's key is
//! replaced.
//!
//! Offers [`fits`], [`open`], [`rotate`], [`status`].

mod rotate;
mod table;

pub use rotate::{Status, rotate, status};

use crate::account::table::account;
use crate::clinic::table::clinic;
use crate::clock::Random;
use crate::error::{Error, Result};
use crate::sealed::{Keyring, Place, Wrapping};
use crate::store::{Reach, Store};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};
use table::installation_key::{ActiveModel, Column, Entity, Model};
use uuid::Uuid;

/// Whether the installation's key in `wrapping` is the one of this database. Any is, before the first
/// start.
pub async fn fits(store: &Store, wrapping: &Wrapping) -> Result<bool> {
    let tx = store.read(Reach::Worker).await?;
    let clinic = clinic::Entity::find().one(&tx).await?;
    let own = Entity::find_by_id(Uuid::nil()).one(&tx).await?;
    tx.commit().await?;
    let clinic = clinic.is_none_or(|row| wrapping.opens(clinic::Model::key_place(row.id), &row.data_key));
    Ok(clinic && own.is_none_or(|row| wrapping.opens(place(), &row.data_key)))
}

/// The keys of the installation, made at its first start. None where the installation's key in
/// `wrapping` is not the one of this database.
pub async fn open(store: &Store, wrapping: Wrapping, random: &dyn Random) -> Result<Option<Keyring>> {
    if !fits(store, &wrapping).await? {
        return Ok(None);
    }
    let tx = store.read(Reach::Worker).await?;
    let found = Entity::find_by_id(Uuid::nil()).one(&tx).await?;
    tx.commit().await?;
    let row = match found {
        Some(row) => row,
        None => begin(store, &wrapping, random).await?,
    };
    let installation = wrapping.unwrap_key(place(), &row.data_key)?;
    Ok(Some(Keyring { wrapping, installation }))
}

/// Keeps the key that seals accounts: a fresh one, or where there are accounts already, the one that
/// earlier versions derived from the installation's key.
async fn begin(store: &Store, wrapping: &Wrapping, random: &dyn Random) -> Result<Model> {
    let tx = store.write(Reach::Worker).await?;
    let data_key = match account::Entity::find().one(&tx).await? {
        None => wrapping.issue(random, place())?.1,
        Some(_) => wrapping.keep_derived(random, place())?,
    };
    Entity::insert(ActiveModel { id: Set(Uuid::nil()), data_key: Set(data_key) })
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(&tx)
        .await?;
    // Another process may have been faster.
    let row = Entity::find_by_id(Uuid::nil()).one(&tx).await?.ok_or(Error::Internal)?;
    tx.commit().await?;
    Ok(row)
}

fn place() -> Place {
    Place::new("installation_key.data_key", Uuid::nil(), Uuid::nil())
}
