//! The sessions of an account, for its owner to look at and to end.

use super::session::revoke;
use super::table::{session, session_token};
use crate::access::Scope;
use crate::audit;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Kind;
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The most sessions that are listed.
const MOST: u64 = 50;

/// A session that has not ended.
#[derive(Debug, Clone, Copy)]
pub struct OpenSession {
    /// The session.
    pub id: Uuid,
    /// When it was opened.
    pub created_at: Instant,
    /// When its tokens were last exchanged or first used.
    pub last_used_at: Instant,
    /// When it ends unless it is used before.
    pub expires_at: Instant,
    /// Whether it was opened or confirmed by a second factor.
    pub second_factor: bool,
    /// Whether this operation belongs to it.
    pub current: bool,
}

/// The sessions of who acts in this clinic that could still be used, newest first, at most
/// fifty.
pub async fn sessions(scope: &Scope) -> Result<Vec<OpenSession>> {
    let (tx, now) = (scope.read_own().await?, scope.services().now());
    let rows = session::Entity::find()
        .filter(session::Column::AccountId.eq(scope.actor().account_id))
        .filter(session::Column::ClinicId.eq(scope.clinic_id()))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::CreatedAt)
        .order_by_desc(session::Column::Id)
        .limit(MOST)
        .all(tx.as_ref())
        .await?;
    let pairs: Vec<(Uuid, Option<Instant>, Instant)> = session_token::Entity::find()
        .select_only()
        .column(session_token::Column::SessionId)
        .column_as(session_token::Column::UsedAt.max(), "used")
        .column_as(session_token::Column::RefreshExpiresAt.max(), "ends")
        .filter(session_token::Column::SessionId.is_in(rows.iter().map(|row| row.id)))
        .group_by(session_token::Column::SessionId)
        .into_tuple()
        .all(tx.as_ref())
        .await?;
    let pairs: HashMap<_, _> = pairs.into_iter().map(|(id, used, ends)| (id, (used, ends))).collect();
    let open = |row: session::Model| {
        let (used, ends) = pairs.get(&row.id).copied()?;
        (ends > now).then(|| OpenSession {
            id: row.id,
            created_at: row.created_at,
            last_used_at: used.unwrap_or(row.created_at),
            expires_at: ends,
            second_factor: row.second_factor_at.is_some(),
            current: row.id == scope.actor().session_id,
        })
    };
    Ok(rows.into_iter().filter_map(open).collect())
}

/// Ends a session of the account of who acts; its tokens are refused from now on. `NotFound` when it
/// is none of theirs, or has ended.
pub async fn revoke_session(scope: &Scope, id: Uuid) -> Result<()> {
    let tx = scope.write_own().await?;
    let own = session::Column::AccountId.eq(scope.actor().account_id).and(session::Column::Id.eq(id));
    if revoke(&tx, own, scope.services().now(), "REVOKED").await? == 0 {
        return Err(Error::NotFound);
    }
    let object = (Kind::Session, id);
    audit::record(&tx, scope, audit::Entry { action: "session.revoke", patient_id: None, object }).await?;
    tx.commit().await
}
