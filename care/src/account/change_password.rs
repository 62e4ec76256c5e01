//! Changing one's password.

use super::session::end_others;
use super::table::account;
use super::{Target, attempt, password};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

/// Changes the password of who acts, who knows the present one; the account's other sessions end.
/// `RateLimited` after failures.
pub async fn change_password(scope: &Scope, current: &str, new: &str) -> Result<()> {
    let (services, account_id) = (scope.services(), scope.actor().account_id);
    password::check("newPassword", new)?;
    let attempt = attempt(&scope.door(), Target::Proof(account_id)).await?;
    let hash = password::hash(services.random.as_ref(), new).await?;
    let tx = scope.write_own().await?;
    let row = account::Entity::find_by_id(account_id).one(&tx).await?.ok_or(Error::Unauthenticated)?;
    if !password::verify(current, Some(row.password_hash.clone())).await? {
        return Err(Error::field("currentPassword", Code::Credentials, "This password is wrong."));
    }
    let mut row = row.into_active_model();
    row.password_hash = Set(hash);
    row.update(&tx).await?;
    attempt.forgive(&tx).await?;
    end_others(&tx, scope, "PASSWORD_CHANGED").await?;
    let object = (Kind::Account, account_id);
    let entry = audit::Entry { action: "account.change_password", patient_id: None, object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await
}
