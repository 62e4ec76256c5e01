//! The patients of a person's care teams, longest without activity first.

use super::table::patient::{Column, Entity};
use super::{Chart, visible_to};
use crate::access::Scope;
use crate::error::Result;
use crate::page::{Cursor, Page, Window};
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, Order, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// One page of the visible patients who are not discharged: by last activity, oldest first, then id.
pub(crate) async fn by_activity(tx: &Tx, scope: &Scope, window: &Window) -> Result<Page<Chart>> {
    let visible = Entity::find().filter(visible_to(scope)).filter(Column::DischargedAt.is_null());
    let total = visible.clone().count(tx).await?;
    let order = if window.backward { Order::Desc } else { Order::Asc };
    let mut find = visible;
    if let Some(after) = window.after {
        find = find.filter(beyond(after, true));
    }
    if let Some(before) = window.before {
        find = find.filter(beyond(before, false));
    }
    let rows = find
        .order_by(Column::LastActivityAt, order.clone())
        .order_by(Column::Id, order)
        .limit(u64::from(window.limit) + 1)
        .all(tx)
        .await?;
    let charts = rows
        .into_iter()
        .map(|row| {
            let cursor = Cursor { key: row.last_activity_at.0, id: row.id };
            Ok((cursor, Chart::of(scope, row)?))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(window, charts, Some(total)))
}

fn beyond(place: Cursor, later: bool) -> Condition {
    let (key, id) = (Expr::col(Column::LastActivityAt), Expr::col(Column::Id));
    let (past_key, past_id) = if later {
        (key.clone().gt(place.key), id.gt(place.id))
    } else {
        (key.clone().lt(place.key), id.lt(place.id))
    };
    Condition::any().add(past_key).add(Condition::all().add(key.eq(place.key)).add(past_id))
}
