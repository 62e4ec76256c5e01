//! Proving again who one is, for what must not be done by whoever finds a screen unlocked.

use super::second_factor::{is_set_up, use_code};
use super::session::prove;
use super::table::account;
use super::{Target, attempt, password};
use crate::access::{FRESH, Scope};
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::EntityTrait;

const ACTION: &str = "session.step_up";

/// Proves by a code of the second factor who acts, or by the password where there is none. Answers
/// until when the proof counts as fresh. `RateLimited` after failures.
pub async fn step_up(scope: &Scope, password: Option<&str>, code: Option<&str>) -> Result<Instant> {
    let (services, actor) = (scope.services(), scope.actor());
    let attempt = attempt(&scope.door(), Target::Proof(actor.account_id)).await?;
    let by_code = is_set_up(scope.read_own().await?.as_ref(), actor.account_id).await?;
    if !by_code {
        let message = "Give your password.";
        let given = password.ok_or_else(|| Error::field("password", Code::Required, message))?;
        know_password(scope, "password", given, ACTION).await?;
    }
    let tx = scope.write_own().await?;
    if by_code {
        let message = "Give a code of your authenticator app, or a recovery code.";
        let code = code.ok_or_else(|| Error::field("code", Code::Required, message))?;
        use_code(&tx, services, actor.account_id, code).await.inspect_err(|error| {
            if matches!(error, Error::Invalid(_)) {
                scope.disprove(ACTION);
            }
        })?;
    }
    attempt.forgive(&tx).await?;
    prove(&tx, scope, by_code).await?;
    let object = (Kind::Session, actor.session_id);
    audit::record(&tx, scope, audit::Entry { action: ACTION, patient_id: None, object }).await?;
    tx.commit().await?;
    Ok(services.now().plus(FRESH))
}

/// The hash of the password of who acts, if `given` is that; for what it is asked stands in the audit trail
/// otherwise. It takes its time, so no transaction that
/// writes may be open.
pub(super) async fn know_password(
    scope: &Scope,
    field: &str,
    given: &str,
    action: &'static str,
) -> Result<String> {
    let tx = scope.read_own().await?;
    let row = account::Entity::find_by_id(scope.actor().account_id).one(tx.as_ref()).await?;
    drop(tx);
    scope.finish().await;
    let hash = row.ok_or(Error::Unauthenticated)?.password_hash;
    if password::verify(given, Some(hash.clone())).await? {
        return Ok(hash);
    }
    scope.disprove(action);
    Err(Error::field(field, Code::Credentials, "This password is wrong."))
}
