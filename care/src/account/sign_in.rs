//! Signing in with e-mail and password.

use super::table::account;
use super::{Challenge, Email, Target, Tokens, attempt, challenge, password, second_factor, session};
use crate::access::{Door, Services, membership};
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::sealed::Place;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

/// What signing in answers.
#[derive(Debug, Clone)]
pub enum SignedIn {
    /// A session.
    In(Tokens),
    /// The account has a second factor: [`super::verify_second_factor`] goes on.
    Challenged(Challenge),
}

/// Signs in. A wrong address, a wrong password and a disabled account answer alike, in equal time.
/// `RateLimited` after failures.
pub async fn sign_in(door: &Door, email: &str, password: &str) -> Result<SignedIn> {
    let refused = || Error::field("password", Code::Credentials, "E-mail or password is wrong.");
    let services = door.services();
    let email = Email::parse("email", email)?;
    if password.len() > 4_096 {
        return Err(refused());
    }
    let attempt = attempt(door, Target::Password(&email)).await?;
    let tx = door.read().await?;
    let known = find_by_email(&tx, services, &email).await?;
    let account_id = known.as_ref().map(|account| account.id);
    let stands_for = membership(&tx, account_id.unwrap_or_default()).await?;
    tx.commit().await?;
    let account = known.filter(|account| account.disabled_at.is_none());
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let right = password::verify(password, hash).await?;
    let Some(account) = account.filter(|_| right && stands_for.is_some()) else {
        audit::record_refusal(door, "session.open", account_id, stands_for).await?;
        return Err(refused());
    };
    let renewed = renewed(services, &account.password_hash, password).await?;
    let tx = door.write().await?;
    // It may have been changed, or the account closed, while the password was looked at.
    let now = tx.locking(account::Entity::find_by_id(account.id)).one(&tx).await?;
    now.filter(|now| now.password_hash == account.password_hash && now.disabled_at.is_none())
        .ok_or_else(refused)?;
    attempt.forgive(&tx).await?;
    if let Some(hash) = renewed {
        let row =
            account::ActiveModel { id: Set(account.id), password_hash: Set(hash), ..Default::default() };
        row.update(&tx).await?;
    }
    let signed_in = admit(&tx, door, account.id).await?.ok_or_else(refused)?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Opens a session for an account whose secret was right, or asks for its second factor; none where it
/// stands for nobody any more.
pub(super) async fn admit(tx: &Tx, door: &Door, account_id: Uuid) -> Result<Option<SignedIn>> {
    let Some(member_of) = membership(tx, account_id).await? else { return Ok(None) };
    if second_factor::is_set_up(tx, account_id).await? {
        return Ok(Some(SignedIn::Challenged(challenge::issue(tx, door.services(), account_id).await?)));
    }
    tx.enter(member_of.0).await?;
    Ok(Some(SignedIn::In(session::open(tx, door, account_id, member_of, false).await?)))
}

/// The hash that a right password gets, where its own was made by parameters of earlier days.
async fn renewed(services: &Services, hash: &str, password: &str) -> Result<Option<String>> {
    if !password::is_outdated(hash) {
        return Ok(None);
    }
    password::hash(services.random.as_ref(), password).await.map(Some)
}

/// The account of this address.
pub(crate) async fn find_by_email(
    tx: &Tx,
    services: &Services,
    email: &Email,
) -> Result<Option<account::Model>> {
    let index = email.index(&services.keys.installation);
    Ok(account::Entity::find().filter(account::Column::EmailIndex.eq(index)).one(tx).await?)
}

/// Creates an account. `Invalid` when the password is weak; the address must be free.
pub(crate) async fn create(
    tx: &Tx,
    services: &Services,
    email: &Email,
    password_hash: String,
) -> Result<Uuid> {
    let id = services.new_id();
    let place = email_place(id);
    let key = &services.keys.installation;
    account::ActiveModel {
        id: Set(id),
        email_index: Set(email.index(key)),
        email: Set(key.seal(services.random.as_ref(), place, email.as_str())?),
        password_hash: Set(password_hash),
        created_at: Set(services.now()),
        disabled_at: Set(None),
    }
    .insert(tx)
    .await?;
    Ok(id)
}

fn email_place(account_id: Uuid) -> Place {
    Place::new("account.email", Uuid::nil(), account_id)
}

/// The address of an account.
pub(crate) async fn email_of(tx: &Tx, services: &Services, account_id: Uuid) -> Result<Email> {
    let row = account::Entity::find_by_id(account_id).one(tx).await?.ok_or(Error::Unauthenticated)?;
    address_of(services, &row)
}

/// The address in the row of an account.
pub(super) fn address_of(services: &Services, row: &account::Model) -> Result<Email> {
    let text = services.keys.installation.open(email_place(row.id), &row.email)?;
    Ok(Email::parse("email", &text)?)
}
