//! Taking back a rating of pain: it counts no longer, and is kept in the record.

use super::around::around;
use super::day_total;
use super::table::pain_rating::{Column, Entity};
use crate::access::Scope;
use crate::audit;
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Takes back a rating of the patient who acts. Voiding twice changes nothing. A screen for signs of danger
/// that it made due stays so.
pub async fn void_rating(scope: &Scope, id: Uuid) -> Result<()> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let key = (chart.clinic_id(), chart.id());
    let row = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await?;
    let row = row.filter(|row| row.patient_id == chart.id()).ok_or(Error::NotFound)?;
    if row.voided_at.is_some() {
        return Ok(());
    }
    let change = chart.raise(&tx, None).await?;
    Entity::update_many()
        .col_expr(Column::VoidedAt, Expr::value(scope.services().now()))
        .col_expr(Column::Change, Expr::value(change))
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::Id.eq(id))
        .exec(&tx)
        .await?;
    let days = BTreeSet::from([row.local_date]);
    day_total::keep(&tx, key, &days, &around(&tx, key, &days).await?, &[]).await?;
    let object = (Kind::PainRating, id);
    let entry = audit::Entry { action: "pain.void", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(())
}
