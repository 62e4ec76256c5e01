//! A forgotten password: a link by mail sets a new one, once.

use super::guessing::forget;
use super::mail::{MailKind, queue, tell};
use super::provider::forget_providers;
use super::session::{revoke, token};
use super::sign_in::address_of;
use super::table::{account, challenge, password_reset, session};
use super::{Email, Target, attempt, password};
use crate::access::{Door, Services, membership};
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::sealed::digest;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use uuid::Uuid;

const MINUTE: i64 = 60_000;
/// How long a link works.
const LASTS: i64 = 30 * MINUTE;
/// Links that one account gets within an hour.
const MOST: u64 = 3;
const HOUR: i64 = 60 * MINUTE;

/// Asks for a link to the address, if it has an account. The work and the answer are the same where it
/// has none. `RateLimited` after a few within a short time.
pub async fn request_password_reset(door: &Door, email: &str) -> Result<()> {
    let services = door.services();
    let email = Email::parse("email", email)?;
    attempt(door, Target::Reset(&email)).await?;
    let tx = door.write().await?;
    let index = email.index(&services.keys.installation);
    queue(&tx, services, index, MailKind::ResetPassword).await?;
    tx.commit().await
}

/// Sets the password of the account to which the link with this token was sent, and ends its sessions and
/// linked providers.
/// `Credentials` where the link has been used, has ended or never was. `RateLimited` after failures.
pub async fn reset_password(door: &Door, token: &str, new: &str) -> Result<()> {
    let ended = || {
        let message = "This link has been used or has ended. Ask for a new one.";
        Error::field("token", Code::Credentials, message)
    };
    let services = door.services();
    password::check("newPassword", new)?;
    let attempt = attempt(door, Target::Link).await?;
    let tx = door.read().await?;
    let row = password_reset::Entity::find_by_id(digest(token.trim())).one(&tx).await?;
    let row = row.filter(|row| row.is_open(services.now())).ok_or_else(ended)?;
    tx.commit().await?;
    let hash = password::hash(services.random.as_ref(), new).await?;
    let tx = door.write().await?;
    let account = tx.locking(account::Entity::find_by_id(row.account_id)).one(&tx).await?;
    let account = account.filter(|account| account.disabled_at.is_none()).ok_or_else(ended)?;
    let (clinic_id, person) = membership(&tx, account.id).await?.ok_or_else(ended)?;
    let row = password_reset::Entity::find_by_id(row.token_hash).one(&tx).await?;
    row.filter(|row| row.is_open(services.now())).ok_or_else(ended)?;
    attempt.forgive(&tx).await?;
    forget(&tx, services, &address_of(services, &account)?, account.id).await?;
    account::ActiveModel { id: Set(account.id), password_hash: Set(hash), ..Default::default() }
        .update(&tx)
        .await?;
    end_all(&tx, account.id, services.now()).await?;
    tell(&tx, services, account.id, MailKind::PasswordChanged).await?;
    tx.enter(clinic_id).await?;
    let object = (Kind::Account, account.id);
    let entry = audit::Entry { action: "account.reset_password", patient_id: person.patient_id(), object };
    audit::record_at_door(&tx, door, clinic_id, account.id, entry).await?;
    tx.commit().await
}

impl password_reset::Model {
    fn is_open(&self, now: Instant) -> bool {
        self.used_at.is_none() && self.created_at.plus(LASTS) > now
    }
}

/// Ends what the old password has opened or may have, and the links that are still open.
async fn end_all(tx: &Tx, account_id: Uuid, now: Instant) -> Result<()> {
    revoke(tx, session::Column::AccountId.eq(account_id), now, "PASSWORD_RESET").await?;
    challenge::Entity::delete_many().filter(challenge::Column::AccountId.eq(account_id)).exec(tx).await?;
    // Whoever was in the account may have linked one of their own.
    forget_providers(tx, account_id).await?;
    password_reset::Entity::update_many()
        .col_expr(password_reset::Column::UsedAt, Expr::value(now))
        .filter(password_reset::Column::AccountId.eq(account_id))
        .filter(password_reset::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

/// A new link's token and its hash; none where the account has had its share of the hour.
pub(super) async fn issue(
    tx: &Tx,
    services: &Services,
    account_id: Uuid,
) -> Result<Option<(String, Vec<u8>)>> {
    let now = services.now();
    let of_account = password_reset::Entity::find().filter(password_reset::Column::AccountId.eq(account_id));
    let recent = of_account.filter(password_reset::Column::CreatedAt.gt(now.plus(-HOUR))).count(tx).await?;
    if recent >= MOST {
        return Ok(None);
    }
    let token = token(services);
    let row = password_reset::ActiveModel {
        token_hash: Set(digest(&token)),
        account_id: Set(account_id),
        created_at: Set(now),
        used_at: Set(None),
    };
    let row = row.insert(tx).await?;
    Ok(Some((token, row.token_hash)))
}

/// Forgets a link that was not sent.
pub(super) async fn take_back(tx: &Tx, hash: Vec<u8>) -> Result<()> {
    password_reset::Entity::delete_by_id(hash).exec(tx).await?;
    Ok(())
}

/// Deletes links that no longer count.
pub(super) async fn sweep_resets(tx: &Tx, now: Instant) -> Result<()> {
    let old = password_reset::Column::CreatedAt.lte(now.plus(-HOUR));
    password_reset::Entity::delete_many().filter(old).exec(tx).await?;
    Ok(())
}
