//! What the worker has decided about a patient holds only while nothing of the patient has changed.

use super::table::patient::{Column, Entity, Model};
use crate::clock::Instant;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Locks the patient's row and raises its change counter, where nothing of the patient has been written since
/// `seen` was read; the counter's new value. None where something has: then nothing is changed.
pub(crate) async fn raise_unchanged(tx: &Tx, seen: &Model) -> Result<Option<i64>> {
    let change = seen.change + 1;
    let raised = Entity::update_many()
        .col_expr(Column::Change, Expr::value(change))
        .col_expr(Column::NoticesStaleAt, Expr::value(Instant::default()))
        .filter(Column::ClinicId.eq(seen.clinic_id))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Change.eq(seen.change))
        .exec(tx)
        .await?;
    Ok((raised.rows_affected == 1).then_some(change))
}
