//! The second step of signing in: the right password has a challenge, a code makes it a session.

use super::table::{account, challenge};
use super::{Target, Tokens, attempt, second_factor, session};
use crate::access::{Door, Services, membership};
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::sealed::digest;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

/// Five minutes.
const LASTS: i64 = 5 * 60_000;

/// A sign-in that waits for its second factor.
#[derive(Clone)]
pub struct Challenge {
    /// What [`verify_second_factor`] takes, once.
    pub token: String,
    /// When it ends.
    pub expires_at: Instant,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Challenge")
    }
}

/// Challenges the account, whose password was right. Challenges of it that have ended go.
pub(super) async fn issue(tx: &Tx, services: &Services, account_id: Uuid) -> Result<Challenge> {
    let now = services.now();
    challenge::Entity::delete_many()
        .filter(challenge::Column::AccountId.eq(account_id))
        .filter(challenge::Column::ExpiresAt.lte(now))
        .exec(tx)
        .await?;
    let (token, expires_at) = (session::token(services), now.plus(LASTS));
    challenge::ActiveModel {
        token_hash: Set(digest(&token)),
        account_id: Set(account_id),
        expires_at: Set(expires_at),
    }
    .insert(tx)
    .await?;
    Ok(Challenge { token, expires_at })
}

/// Signs in by a challenge and a code of the authenticator app or a recovery code. A wrong code
/// leaves the challenge open. `RateLimited` after failures.
pub async fn verify_second_factor(door: &Door, token: &str, code: &str) -> Result<Tokens> {
    let ended = || Error::field("challenge", Code::Credentials, "This sign-in has ended. Sign in again.");
    let services = door.services();
    let tx = door.read().await?;
    let found = challenge::Entity::find_by_id(digest(token)).one(&tx).await?;
    let open = found.filter(|row| row.expires_at > services.now()).ok_or_else(ended)?;
    tx.commit().await?;
    let account_id = open.account_id;
    let attempt = attempt(door, Target::Proof(account_id)).await?;
    let tx = door.write().await?;
    // First, as everywhere else: two that take locks in another order would wait for each other.
    let account = tx.locking(account::Entity::find_by_id(account_id)).one(&tx).await?;
    account.filter(|account| account.disabled_at.is_none()).ok_or_else(ended)?;
    let member_of = membership(&tx, account_id).await?.ok_or_else(ended)?;
    match second_factor::use_code(&tx, services, account_id, code).await {
        Err(error @ Error::Invalid(_)) => {
            drop(tx);
            audit::record_refusal(door, "session.open", Some(account_id), Some(member_of)).await?;
            return Err(error);
        }
        used => used?,
    }
    if challenge::Entity::delete_by_id(open.token_hash).exec(&tx).await?.rows_affected == 0 {
        return Err(ended());
    }
    attempt.forgive(&tx).await?;
    tx.enter(member_of.0).await?;
    let tokens = session::open(&tx, door, account_id, member_of, true).await?;
    tx.commit().await?;
    Ok(tokens)
}
