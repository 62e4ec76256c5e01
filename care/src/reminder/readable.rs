//! A reminder that cannot be read keeps no other from its patient.

use super::table::reminder::{Column, Entity, Model};
use crate::error::{Error, Result};
use crate::store::Tx;
use sea_orm::{EntityTrait, QuerySelect, Select};
use uuid::Uuid;

/// The rows of `find`; where one of them cannot be read, the others, each by itself.
pub(super) async fn readable(tx: &Tx, find: Select<Entity>) -> Result<Vec<Model>> {
    match find.clone().all(tx).await.map_err(Error::from) {
        Err(Error::Internal) => {}
        rows => return rows,
    }
    let columns = [Column::ClinicId, Column::Id];
    let keys: Vec<(Uuid, Uuid)> = find.select_only().columns(columns).into_tuple().all(tx).await?;
    let mut rows = Vec::new();
    for key in keys {
        // Why one cannot be read was logged with the first try.
        rows.extend(Entity::find_by_id(key).one(tx).await.ok().flatten());
    }
    Ok(rows)
}
