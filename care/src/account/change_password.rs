//! Changing one's password.

use super::mail::{MailKind, tell};
use super::session::end_others;
use super::step_up::know_password;
use super::table::account;
use super::{Target, attempt, password};
use crate::access::Scope;
use crate::audit;
use crate::error::{Error, Result};
use crate::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

const ACTION: &str = "account.change_password";

/// Changes the password of who acts, who knows the present one; the account's other sessions end,
/// and a mail says so.
/// `RateLimited` after failures.
pub async fn change_password(scope: &Scope, current: &str, new: &str) -> Result<()> {
    let (services, account_id) = (scope.services(), scope.actor().account_id);
    password::check("newPassword", new)?;
    let attempt = attempt(&scope.door(), Target::Proof(account_id)).await?;
    let before = know_password(scope, "currentPassword", current, ACTION).await?;
    let hash = password::hash(services.random.as_ref(), new).await?;
    let tx = scope.write_own().await?;
    let changed = account::Entity::update_many()
        .col_expr(account::Column::PasswordHash, Expr::value(hash))
        .filter(account::Column::Id.eq(account_id))
        .filter(account::Column::PasswordHash.eq(before))
        .exec(&tx)
        .await?;
    if changed.rows_affected == 0 {
        return Err(Error::Conflict("the password has been changed meanwhile"));
    }
    attempt.forgive(&tx).await?;
    end_others(&tx, scope, "PASSWORD_CHANGED").await?;
    tell(&tx, services, account_id, MailKind::PasswordChanged).await?;
    let object = (Kind::Account, account_id);
    let entry = audit::Entry { action: ACTION, patient_id: None, object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await
}
