//! The patients of a person's care teams, longest without activity first.

use super::chart::visible_to;
use super::table::patient::{Column, Entity};
use super::{Chart, cared_for_by};
use crate::access::Scope;
use crate::error::Result;
use crate::page::{Cursor, Page, Window};
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, Order, PaginatorTrait, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// One page of the patients of the care teams who are not discharged: by last activity, oldest first, then id.
pub(crate) async fn by_activity(tx: &Tx, scope: &Scope, window: &Window) -> Result<Page<Chart>> {
    let visible = Entity::find().filter(cared_for_by(scope)).filter(Column::DischargedAt.is_null());
    let total = visible.clone().count(tx).await?;
    let rows = window.select(visible, (Column::LastActivityAt, Column::Id), &Order::Asc).all(tx).await?;
    let charts = rows
        .into_iter()
        .map(|row| {
            let cursor = Cursor { key: row.last_activity_at.0, id: row.id };
            Ok((cursor, Chart::of(scope, row)?))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(window, charts, Some(total)))
}

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
