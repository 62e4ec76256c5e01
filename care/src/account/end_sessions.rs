//! Ending the sessions of somebody who has no access any more.

use super::table::session;
use crate::access::Person;
use crate::clock::Instant;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Ends every session of `person` in the clinic. Their tokens are refused from the next request on.
pub(crate) async fn end_sessions(
    tx: &Tx,
    clinic_id: Uuid,
    person: Person,
    now: Instant,
    reason: &str,
) -> Result<()> {
    let whose = match person {
        Person::Member(id) => session::Column::MemberId.eq(id),
        Person::Patient(id) => session::Column::PatientId.eq(id),
    };
    session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .col_expr(session::Column::RevokedReason, Expr::value(reason))
        .filter(session::Column::ClinicId.eq(clinic_id))
        .filter(whose)
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}
