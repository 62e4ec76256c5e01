//! The second factor of an account: an authenticator app, and recovery codes for the day the phone
//! is lost.

use super::mail::{MailKind, tell};
use super::session::{end_others, keep_open, prove};
use super::sign_in::email_of;
use super::table::{recovery_code, second_factor};
use super::{Target, attempt, invitation, totp};
use crate::access::{Scope, Services};
use crate::audit;
use crate::clock::{Instant, random_bytes};
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::sealed::{Place, Sealed};
use crate::store::Tx;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, Set,
};
use totp_rs::TOTP;
use uuid::Uuid;

/// How many recovery codes there are at first.
const CODES: usize = 10;

/// What an authenticator app needs to know. It is shown once.
#[derive(Clone)]
pub struct Enrollment {
    /// The secret in base32, to type.
    pub secret: String,
    /// The secret as an `otpauth:` link, to show as a QR code.
    pub link: String,
}

impl std::fmt::Debug for Enrollment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Enrollment")
    }
}

/// What is known of the second factor of who acts.
#[derive(Debug, Clone, Copy)]
pub struct SecondFactor {
    /// Since when there is one.
    pub confirmed_at: Option<Instant>,
    /// Recovery codes that have not been used.
    pub recovery_codes_left: u64,
    /// Whether who acts reaches nothing of the clinic before they have set one up.
    pub required: bool,
}

/// The second factor of who acts.
pub async fn second_factor(scope: &Scope) -> Result<SecondFactor> {
    let tx = scope.read_own().await?;
    let account_id = scope.actor().account_id;
    let row = second_factor::Entity::find_by_id(account_id).one(tx.as_ref()).await?;
    let left = recovery_code::Entity::find()
        .filter(recovery_code::Column::AccountId.eq(account_id))
        .filter(recovery_code::Column::UsedAt.is_null())
        .count(tx.as_ref())
        .await?;
    Ok(SecondFactor {
        confirmed_at: row.and_then(|row| row.confirmed_at),
        recovery_codes_left: left,
        required: scope.needs_second_factor(),
    })
}

/// Begins to set up an authenticator app; one that is in use stays so until [`confirm`].
/// `StepUpRequired` when the last proof is older than five minutes, or was not by the factor that is
/// to be replaced.
pub async fn enroll(scope: &Scope) -> Result<Enrollment> {
    scope.freshly_proved()?;
    let (services, account_id) = (scope.services(), scope.actor().account_id);
    let secret = random_bytes::<{ totp::SECRET }>(services.random.as_ref());
    let (key, text) = (&services.keys.installation, BASE64_STANDARD.encode(secret));
    let sealed = key.seal(services.random.as_ref(), place(account_id), &text)?;
    let tx = scope.write_own().await?;
    if is_set_up(&tx, account_id).await? && !scope.actor().second_factor {
        return Err(Error::StepUpRequired);
    }
    let rule = totp::rule(secret.to_vec(), email_of(&tx, services, account_id).await?.as_str())?;
    let row = second_factor::ActiveModel {
        account_id: Set(account_id),
        secret: Set(None),
        pending: Set(Some(sealed)),
        last_step: Set(0),
        confirmed_at: Set(None),
    };
    let pending = OnConflict::column(second_factor::Column::AccountId)
        .update_column(second_factor::Column::Pending)
        .to_owned();
    second_factor::Entity::insert(row).on_conflict(pending).exec_without_returning(&tx).await?;
    tx.commit().await?;
    Ok(Enrollment { secret: rule.get_secret_base32(), link: rule.get_url() })
}

/// Puts the app that was set up in force by a code of it, and answers the new recovery codes, which
/// are shown once. This session has its second factor then; the account's others end.
pub async fn confirm(scope: &Scope, code: &str) -> Result<Vec<String>> {
    scope.freshly_proved()?;
    let (services, account_id, now) = (scope.services(), scope.actor().account_id, scope.services().now());
    let attempt = attempt(&scope.door(), Target::Proof(account_id)).await?;
    let tx = scope.write_own().await?;
    keep_open(&tx, scope).await?;
    let find = second_factor::Entity::find_by_id(account_id);
    let row = tx.locking(find).one(&tx).await?;
    let begun = row.and_then(|row| row.pending.clone().map(|pending| (row, pending)));
    let (row, pending) =
        begun.ok_or_else(|| Error::field("code", Code::NotAllowed, "Begin with enrollTotp."))?;
    let rule = rule(services, account_id, &pending)?;
    let step = digits(code).and_then(|digits| totp::step(&rule, &digits, now, 0));
    let step = step.ok_or_else(|| {
        scope.disprove("second_factor.confirm");
        wrong()
    })?;
    let mut row = row.into_active_model();
    (row.secret, row.pending) = (Set(Some(pending)), Set(None));
    (row.last_step, row.confirmed_at) = (Set(step), Set(Some(now)));
    row.update(&tx).await?;
    let codes = replace_recovery_codes(&tx, services, account_id).await?;
    attempt.forgive(&tx).await?;
    end_others(&tx, scope, "SECOND_FACTOR_CHANGED").await?;
    tell(&tx, services, account_id, MailKind::SecondFactorChanged).await?;
    prove(&tx, scope, true).await?;
    let object = (Kind::Account, account_id);
    let entry = audit::Entry { action: "second_factor.confirm", patient_id: None, object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    Ok(codes)
}

/// Whether the account has a second factor.
pub(crate) async fn is_set_up(tx: &Tx, account_id: Uuid) -> Result<bool> {
    let row = second_factor::Entity::find_by_id(account_id).one(tx).await?;
    Ok(row.is_some_and(|row| row.secret.is_some()))
}

/// Uses up a code of the app or a recovery code; an error when it is wrong or has been used.
pub(crate) async fn use_code(tx: &Tx, services: &Services, account_id: Uuid, code: &str) -> Result<()> {
    if let Some(digits) = digits(code) {
        let find = second_factor::Entity::find_by_id(account_id);
        let row = tx.locking(find).one(tx).await?.ok_or_else(wrong)?;
        let rule = rule(services, account_id, row.secret.as_ref().ok_or_else(wrong)?)?;
        let step = totp::step(&rule, &digits, services.now(), row.last_step).ok_or_else(wrong)?;
        let mut row = row.into_active_model();
        row.last_step = Set(step);
        row.update(tx).await?;
        return Ok(());
    }
    let used = recovery_code::Entity::update_many()
        .col_expr(recovery_code::Column::UsedAt, Expr::value(services.now()))
        .filter(recovery_code::Column::CodeHash.eq(recovery_hash(services, account_id, code)))
        .filter(recovery_code::Column::AccountId.eq(account_id))
        .filter(recovery_code::Column::UsedAt.is_null())
        .exec(tx)
        .await?;
    if used.rows_affected == 1 { Ok(()) } else { Err(wrong()) }
}

fn wrong() -> Error {
    let message =
        "This code is wrong or has been used. Give the one that the app shows now, or a recovery code.";
    Error::field("code", Code::Credentials, message)
}

/// The six digits of an app's code; none when it is of another form.
fn digits(code: &str) -> Option<String> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    Some(code).filter(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()))
}

async fn replace_recovery_codes(tx: &Tx, services: &Services, account_id: Uuid) -> Result<Vec<String>> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account_id))
        .exec(tx)
        .await?;
    let codes: Vec<_> = (0..CODES).map(|_| invitation::typed_code(services)).collect();
    let rows = codes.iter().map(|code| recovery_code::ActiveModel {
        code_hash: Set(recovery_hash(services, account_id, code)),
        account_id: Set(account_id),
        used_at: Set(None),
    });
    recovery_code::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(codes)
}

fn recovery_hash(services: &Services, account_id: Uuid, code: &str) -> Vec<u8> {
    let code = invitation::normalized(code);
    services.keys.installation.index("recovery_code", &[account_id.as_bytes(), code.as_bytes()].concat())
}

/// The place of a secret, whether it is being set up or in force.
fn place(account_id: Uuid) -> Place {
    Place::new("second_factor.secret", Uuid::nil(), account_id)
}

/// The rule of a sealed secret, by which codes are checked.
fn rule(services: &Services, account_id: Uuid, sealed: &Sealed) -> Result<TOTP> {
    let text = services.keys.installation.open(place(account_id), sealed)?;
    totp::rule(BASE64_STANDARD.decode(text).map_err(|_| Error::Internal)?, "")
}
