//! Signing in by an identity provider instead of a password. Who the token is about says the provider;
//! what they are, and where, say our tables alone.

use super::SignedIn;
use super::mail::{MailKind, tell};
use super::session::keep_open;
use super::sign_in::admit;
use super::table::{account, identity, spent_token};
use crate::access::{Door, Scope, Services};
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::sealed::digest;
use crate::store::Tx;
use async_trait::async_trait;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use std::fmt::Debug;
use uuid::Uuid;

/// Whom a provider's token is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider.
    pub issuer: String,
    /// The person, as the provider calls them.
    pub subject: String,
    /// When the token ends.
    pub ends_at: Instant,
}

impl Debug for Identity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Identity")
    }
}

/// The identity providers whose tokens count.
#[async_trait]
pub trait Providers: Send + Sync + Debug {
    /// Whom the token, of whatever length, is about; none where it does not count. `Unavailable` where that cannot be found
    /// out now.
    async fn identify(&self, token: &str, now: Instant) -> Result<Option<Identity>>;
}

/// An identity by which an account signs in.
#[derive(Debug, Clone)]
pub struct LinkedProvider {
    /// The provider.
    pub issuer: String,
    /// Since when.
    pub linked_at: Instant,
}

/// What every failure answers.
fn refused() -> Error {
    let message = "This sign-in is not valid here. Sign in with your password, and link the provider then.";
    Error::field("idToken", Code::Credentials, message)
}

/// Signs in by the token of a provider that has been linked. Each token works once. `Credentials` where
/// the token does not count or its identity is linked to no account; `Unavailable` where the provider's
/// keys are not to be had.
pub async fn sign_in_with_provider(door: &Door, token: &str) -> Result<SignedIn> {
    let services = door.services();
    let identity = identify(services, token).await?;
    let tx = door.write().await?;
    let find = || identity::Entity::find_by_id(index(services, &identity)).one(&tx);
    let row = find().await?.ok_or_else(refused)?;
    let account = tx.locking(account::Entity::find_by_id(row.account_id)).one(&tx).await?;
    account.filter(|account| account.disabled_at.is_none()).ok_or_else(refused)?;
    // Again: it may have been unlinked before the account was locked.
    find().await?.ok_or_else(refused)?;
    spend(&tx, token, &identity).await?;
    let signed_in = admit(&tx, door, row.account_id).await?.ok_or_else(refused)?;
    tx.commit().await?;
    Ok(signed_in)
}

/// Lets who acts sign in by the provider of this token from now on. `StepUpRequired` when the last proof is
/// older than five minutes; `Conflict` where the identity is another account's.
pub async fn link_provider(scope: &Scope, token: &str) -> Result<LinkedProvider> {
    scope.freshly_proved()?;
    let (services, account_id) = (scope.services(), scope.actor().account_id);
    let identity = identify(services, token).await?;
    let tx = scope.write_own().await?;
    keep_open(&tx, scope).await?;
    spend(&tx, token, &identity).await?;
    let (id, issuer, linked_at) = (index(services, &identity), identity.issuer, services.now());
    let row = identity::ActiveModel {
        identity_index: Set(id.clone()),
        account_id: Set(account_id),
        issuer: Set(issuer),
        linked_at: Set(linked_at),
    };
    let free = OnConflict::column(identity::Column::IdentityIndex).do_nothing().to_owned();
    identity::Entity::insert(row).on_conflict(free).exec_without_returning(&tx).await?;
    let kept = identity::Entity::find_by_id(id).one(&tx).await?.ok_or(Error::Internal)?;
    if kept.account_id != account_id {
        let message = "This identity signs another account in already.";
        return Err(Error::field("idToken", Code::Conflict, message));
    }
    tell(&tx, services, account_id, MailKind::ProviderLinked).await?;
    note(&tx, scope, "provider.link").await?;
    tx.commit().await?;
    Ok(kept.into())
}

/// Lets nobody sign in to the account of who acts by this provider any more. `StepUpRequired` when the last
/// proof is older than five minutes; `NotFound` where it is not linked.
pub async fn unlink_provider(scope: &Scope, issuer: &str) -> Result<()> {
    scope.freshly_proved()?;
    let tx = scope.write_own().await?;
    let deleted = of_account(scope.actor().account_id).filter(identity::Column::Issuer.eq(issuer));
    if deleted.exec(&tx).await?.rows_affected == 0 {
        return Err(Error::NotFound);
    }
    note(&tx, scope, "provider.unlink").await?;
    tx.commit().await
}

/// The providers by which who acts can sign in, in the order in which they were linked.
pub async fn linked_providers(scope: &Scope) -> Result<Vec<LinkedProvider>> {
    let tx = scope.read_own().await?;
    let find = identity::Entity::find().filter(identity::Column::AccountId.eq(scope.actor().account_id));
    let rows = find.order_by_asc(identity::Column::LinkedAt).all(tx.as_ref()).await?;
    Ok(rows.into_iter().map(LinkedProvider::from).collect())
}

impl From<identity::Model> for LinkedProvider {
    fn from(row: identity::Model) -> Self {
        Self { issuer: row.issuer, linked_at: row.linked_at }
    }
}

/// Forgets by which providers an account signs in.
pub(super) async fn forget_providers(tx: &Tx, account_id: Uuid) -> Result<()> {
    of_account(account_id).exec(tx).await?;
    Ok(())
}

/// Deletes what is kept of tokens that have ended.
pub(super) async fn sweep_tokens(tx: &Tx, now: Instant) -> Result<()> {
    spent_token::Entity::delete_many().filter(spent_token::Column::EndsAt.lte(now)).exec(tx).await?;
    Ok(())
}

fn of_account(account_id: Uuid) -> sea_orm::DeleteMany<identity::Entity> {
    identity::Entity::delete_many().filter(identity::Column::AccountId.eq(account_id))
}

async fn identify(services: &Services, token: &str) -> Result<Identity> {
    services.providers.identify(token, services.now()).await?.ok_or_else(refused)
}

/// By what an identity is found. The provider's name for a person is not kept.
fn index(services: &Services, identity: &Identity) -> Vec<u8> {
    let text = format!("{}\0{}", identity.issuer, identity.subject);
    services.keys.installation.index("identity", text.as_bytes())
}

/// Uses the token up. What is signed counts, not the signature, which may have more than one form.
async fn spend(tx: &Tx, token: &str, identity: &Identity) -> Result<()> {
    let signed = token.rsplit_once('.').map_or(token, |(signed, _)| signed);
    let row = spent_token::ActiveModel { token_hash: Set(digest(signed)), ends_at: Set(identity.ends_at) };
    let once = OnConflict::column(spent_token::Column::TokenHash).do_nothing().to_owned();
    let spent = spent_token::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    if spent == 1 { Ok(()) } else { Err(refused()) }
}

async fn note(tx: &Tx, scope: &Scope, action: &'static str) -> Result<()> {
    let object = (Kind::Account, scope.actor().account_id);
    audit::record(tx, scope, audit::Entry { action, patient_id: None, object }).await
}
