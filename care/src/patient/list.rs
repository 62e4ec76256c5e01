//! Several patients of a person's care teams at once.

use super::chart::visible_to;
use super::table::patient::{Column, Entity};
use super::{Chart, cared_for_by};
use crate::access::Scope;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// The charts of those of `ids` whom who acts cares for.
pub(crate) async fn charts(tx: &Tx, scope: &Scope, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Chart>> {
    let rows = Entity::find().filter(cared_for_by(scope)).filter(Column::Id.is_in(ids)).all(tx).await?;
    rows.into_iter().map(|row| Ok((row.id, Chart::of(scope, row)?))).collect()
}

/// The charts of those of `ids` whom who acts may see.
pub(crate) async fn visible_charts(tx: &Tx, scope: &Scope, ids: &[Uuid]) -> Result<Vec<Chart>> {
    let asked = Column::Id.is_in(ids.iter().copied());
    let rows = Entity::find().filter(visible_to(scope)).filter(asked).all(tx).await?;
    rows.into_iter().map(|row| Chart::of(scope, row)).collect()
}
