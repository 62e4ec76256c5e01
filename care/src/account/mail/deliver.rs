//! Sending what is queued, one mail at a time. A mail is claimed by moving on when it is due: a worker
//! that dies between claim and answer leaves it to the next, so that it may arrive twice and is not lost.

use super::{Letter, MailKind, Mailer, Undelivered};
use crate::access::Worker;
use crate::account::reset;
use crate::account::sign_in::address_of;
use crate::account::table::{account, mail};
use crate::clock::Instant;
use crate::error::Result;
use crate::store::Tx;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// Until the first repetition; then twice as long each time, up to ten minutes.
const BACKOFF: i64 = MINUTE / 2;

/// A mail that is this worker's for now.
struct Claimed {
    row: mail::Model,
    letter: Letter,
    /// The hash of the token in it, if it resets a password.
    reset: Option<Vec<u8>>,
}

/// Sends one mail that is due; `false` when there was none. Links in it begin with `public_url`.
pub async fn deliver_mail(worker: &Worker, mailer: &dyn Mailer, public_url: &str) -> Result<bool> {
    let tx = worker.write().await?;
    let Some(row) = claim(&tx, worker.now()).await? else { return Ok(false) };
    // Whatever is wrong with this one, it keeps no other from being next.
    tx.commit().await?;
    let (tx, id) = (worker.write().await?, row.id);
    let claimed = write(&tx, worker, row, public_url).await?;
    if claimed.is_none() {
        mail::Entity::delete_by_id(id).exec(&tx).await?;
    }
    tx.commit().await?;
    if let Some(claimed) = claimed {
        let answer = mailer.send(&claimed.letter).await;
        settle(worker, claimed, answer).await?;
    }
    Ok(true)
}

/// Forgets the mail, unless it is to be tried again; and the link of one that was not sent.
async fn settle(
    worker: &Worker,
    Claimed { row, reset, .. }: Claimed,
    answer: std::result::Result<(), Undelivered>,
) -> Result<()> {
    let tx = worker.write().await?;
    if answer != Err(Undelivered::Later) {
        mail::Entity::delete_by_id(row.id).exec(&tx).await?;
    }
    if let Err(why) = answer {
        tracing::warn!(kind = ?row.kind, tries = row.tries, ?why, "a mail was not sent");
        if let Some(hash) = reset {
            reset::take_back(&tx, hash).await?;
        }
    }
    tx.commit().await
}

/// The mail that has been due longest, which is nobody else's until it is due again.
async fn claim(tx: &Tx, now: Instant) -> Result<Option<mail::Model>> {
    let find = mail::Entity::find()
        .filter(mail::Column::DueAt.lte(now))
        .order_by_asc(mail::Column::DueAt)
        .order_by_asc(mail::Column::Id)
        .limit(1);
    let find = if tx.locks_rows() {
        find.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
    } else {
        find
    };
    let Some(row) = find.one(tx).await? else { return Ok(None) };
    let exponent = u32::try_from(row.tries).unwrap_or(u32::MAX);
    let wait = BACKOFF.saturating_mul(2_i64.saturating_pow(exponent)).min(10 * MINUTE);
    let tries = row.tries.saturating_add(1);
    let mut claimed = row.into_active_model();
    (claimed.due_at, claimed.tries) = (Set(now.plus(wait)), Set(tries));
    Ok(Some(claimed.update(tx).await?))
}

/// The letter; none where nobody has the address any more, or the mail has waited too long to be of use.
async fn write(tx: &Tx, worker: &Worker, row: mail::Model, public_url: &str) -> Result<Option<Claimed>> {
    let (services, now) = (worker.services(), worker.now());
    let useful = if row.kind == MailKind::ResetPassword { HOUR } else { 24 * HOUR };
    if row.queued_at.plus(useful) <= now {
        tracing::warn!(kind = ?row.kind, tries = row.tries, "a mail is given up");
        return Ok(None);
    }
    let find = account::Entity::find().filter(account::Column::EmailIndex.eq(row.email_index.clone()));
    let Some(account) = find.filter(account::Column::DisabledAt.is_null()).one(tx).await? else {
        return Ok(None);
    };
    let (mut link, mut reset) = (String::new(), None);
    if row.kind == MailKind::ResetPassword {
        let Some((token, hash)) = reset::issue(tx, services, account.id).await? else { return Ok(None) };
        link = format!("{public_url}/reset-password#{token}");
        reset = Some(hash);
    }
    let to = address_of(services, &account)?;
    let letter = Letter { to, subject: row.kind.subject(), text: row.kind.text(&link) };
    Ok(Some(Claimed { row, letter, reset }))
}
