//! Sessions: opaque token pairs, refreshed by rotation.
//!
//! Only the SHA-256 of a token is stored. A refresh token is consumed by one atomic update. A
//! consumed token whose successor pair was never used is a lost answer: the unused pair is
//! replaced. Any other reuse means that two hold the token, and ends the session.

use super::mail::{MailKind, tell};
use super::table::{account, session, session_token};
use crate::access::{Door, Person, Scope, Services};
use crate::audit;
use crate::clock::{Instant, random_bytes};
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::sealed::digest;
use crate::store::Tx;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};
use uuid::Uuid;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// How long tokens live, in milliseconds.
struct Lifetimes {
    access: i64,
    idle: i64,
    absolute: i64,
}

/// Patients' apps stay signed in for weeks; the dashboard, often on a shared computer, does not.
fn lifetimes(patient: bool) -> Lifetimes {
    if patient {
        Lifetimes { access: 10 * MINUTE, idle: 30 * DAY, absolute: 90 * DAY }
    } else {
        Lifetimes { access: 10 * MINUTE, idle: 15 * MINUTE, absolute: DAY / 2 }
    }
}

/// A fresh pair of tokens. It is shown once and cannot be read back.
#[derive(Clone)]
pub struct Tokens {
    /// Sent with every request.
    pub access: String,
    /// Exchanged once for the next pair.
    pub refresh: String,
    /// When the access token ends.
    pub expires_at: Instant,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Tokens")
    }
}

/// Opens a session for `account_id` as this person of this clinic, who has just proved who they are:
/// by a `second_factor`, or by a secret alone.
pub(crate) async fn open(
    tx: &Tx,
    door: &Door,
    account_id: Uuid,
    (clinic_id, person): (Uuid, Person),
    second_factor: bool,
) -> Result<Tokens> {
    let services = door.services();
    let now = services.now();
    let (member_id, patient_id) = (person.member_id(), person.patient_id());
    let session = session::Model {
        id: services.new_id(),
        account_id,
        clinic_id,
        member_id,
        patient_id,
        created_at: now,
        expires_at: now.plus(lifetimes(patient_id.is_some()).absolute),
        revoked_at: None,
        revoked_reason: None,
        proved_at: Some(now),
        second_factor_at: second_factor.then_some(now),
    };
    session::ActiveModel::from(session.clone()).reset_all().insert(tx).await?;
    let object = (Kind::Session, session.id);
    let entry = audit::Entry { action: "session.open", patient_id, object };
    audit::record_at_door(tx, door, clinic_id, account_id, entry).await?;
    issue(tx, services, &session, 1).await
}

/// A new random token of 256 bits.
pub(crate) fn token(services: &Services) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>(services.random.as_ref()))
}

async fn issue(tx: &Tx, services: &Services, session: &session::Model, generation: i32) -> Result<Tokens> {
    let now = services.now();
    let lifetimes = lifetimes(session.patient_id.is_some());
    let access_ends = Ord::min(now.plus(lifetimes.access), session.expires_at);
    let refresh_ends = Ord::min(now.plus(lifetimes.idle), session.expires_at);
    let (access, refresh) = (token(services), token(services));
    session_token::ActiveModel {
        id: Set(services.new_id()),
        session_id: Set(session.id),
        generation: Set(generation),
        access_hash: Set(digest(&access)),
        refresh_hash: Set(digest(&refresh)),
        access_expires_at: Set(access_ends),
        refresh_expires_at: Set(refresh_ends),
        used_at: Set(None),
        consumed_at: Set(None),
    }
    .insert(tx)
    .await?;
    Ok(Tokens { access, refresh, expires_at: access_ends })
}

/// Exchanges a refresh token for the next pair. `Unauthenticated` when it is unknown, expired or
/// reused, or its session has ended.
pub async fn refresh(door: &Door, refresh_token: &str) -> Result<Tokens> {
    let services = door.services();
    let now = services.now();
    let tx = door.write().await?;
    let find = || {
        session_token::Entity::find()
            .filter(session_token::Column::RefreshHash.eq(digest(refresh_token)))
            .one(&tx)
    };
    let pair = find().await?.ok_or(Error::Unauthenticated)?;
    // One exchange of a session at a time: of two at once neither would see the other's new pair.
    let session = tx.locking(session::Entity::find_by_id(pair.session_id)).one(&tx).await?;
    let session = session.ok_or(Error::Unauthenticated)?;
    let pair = find().await?.ok_or(Error::Unauthenticated)?;
    if session.revoked_at.is_some() || session.expires_at <= now || pair.refresh_expires_at <= now {
        return Err(Error::Unauthenticated);
    }
    let consumed = session_token::Entity::update_many()
        .col_expr(session_token::Column::ConsumedAt, Expr::value(now))
        .col_expr(session_token::Column::UsedAt, Expr::value(now))
        .filter(session_token::Column::Id.eq(pair.id))
        .filter(session_token::Column::ConsumedAt.is_null())
        .exec(&tx)
        .await?;
    // A pair that was taken back came to light after all: two hold tokens of this session.
    let taken_back = pair.consumed_at.is_some() && pair.used_at.is_none();
    let lost =
        consumed.rows_affected == 0 && !taken_back && take_back_unused_successor(&tx, &pair, now).await?;
    if consumed.rows_affected == 0 && !lost {
        end_stolen(&tx, door, &session).await?;
        tx.commit().await?;
        return Err(Error::Unauthenticated);
    }
    let newest = newest_generation(&tx, session.id).await?;
    let tokens = issue(&tx, services, &session, newest + 1).await?;
    tx.commit().await?;
    Ok(tokens)
}

/// Ends a session whose tokens two hold, on the record, and tells its person.
async fn end_stolen(tx: &Tx, door: &Door, session: &session::Model) -> Result<()> {
    let services = door.services();
    revoke(tx, session::Column::Id.eq(session.id), services.now(), "REFRESH_TOKEN_REUSED").await?;
    tell(tx, services, session.account_id, MailKind::TokenReused).await?;
    tx.enter(session.clinic_id).await?;
    let object = (Kind::Session, session.id);
    let entry = audit::Entry { action: "session.reuse", patient_id: session.patient_id, object };
    audit::record_at_door(tx, door, session.clinic_id, session.account_id, entry).await?;
    tracing::warn!(session = %session.id, "a refresh token was used twice; the session has ended");
    Ok(())
}

/// Whether the pairs after `pair` never reached the client; they are consumed then.
async fn take_back_unused_successor(tx: &Tx, pair: &session_token::Model, now: Instant) -> Result<bool> {
    let later = session_token::Column::SessionId
        .eq(pair.session_id)
        .and(session_token::Column::Generation.gt(pair.generation));
    let used = session_token::Entity::find()
        .filter(later.clone())
        .filter(session_token::Column::UsedAt.is_not_null())
        .one(tx)
        .await?;
    if used.is_some() {
        return Ok(false);
    }
    session_token::Entity::update_many()
        .col_expr(session_token::Column::ConsumedAt, Expr::value(now))
        .filter(later)
        .filter(session_token::Column::ConsumedAt.is_null())
        .exec(tx)
        .await?;
    Ok(true)
}

async fn newest_generation(tx: &Tx, session_id: Uuid) -> Result<i32> {
    let newest = session_token::Entity::find()
        .filter(session_token::Column::SessionId.eq(session_id))
        .order_by_desc(session_token::Column::Generation)
        .one(tx)
        .await?;
    Ok(newest.map_or(0, |pair| pair.generation))
}

/// Ends every session of `person` in the clinic. Their tokens are refused from the next request on.
pub(crate) async fn end_sessions(
    tx: &Tx,
    clinic_id: Uuid,
    person: Person,
    now: Instant,
    reason: &str,
) -> Result<()> {
    let whose = match person {
        Person::Member(id) => session::Column::MemberId.eq(id),
        Person::Patient(id) => session::Column::PatientId.eq(id),
    };
    revoke(tx, session::Column::ClinicId.eq(clinic_id).and(whose), now, reason).await?;
    Ok(())
}

/// Makes sure that the session of who acts has not ended while the operation waited, and keeps it from
/// ending before this transaction does: what gives a new way in must not outlive a reset.
pub(super) async fn keep_open(tx: &Tx, scope: &Scope) -> Result<()> {
    let actor = scope.actor();
    tx.locking(account::Entity::find_by_id(actor.account_id)).one(tx).await?.ok_or(Error::Unauthenticated)?;
    let session = session::Entity::find_by_id(actor.session_id).one(tx).await?;
    session.filter(|session| session.revoked_at.is_none()).map(|_| ()).ok_or(Error::Unauthenticated)
}

/// Notes that who acts has just proved who they are: by a `second_factor`, or by the password.
pub(super) async fn prove(tx: &Tx, scope: &Scope, second_factor: bool) -> Result<()> {
    let now = scope.services().now();
    let mut proved = session::Entity::update_many().col_expr(session::Column::ProvedAt, Expr::value(now));
    if second_factor {
        proved = proved.col_expr(session::Column::SecondFactorAt, Expr::value(now));
    }
    proved.filter(session::Column::Id.eq(scope.actor().session_id)).exec(tx).await?;
    Ok(())
}

/// Ends the sessions of the account of who acts, but for the one they act by.
pub(super) async fn end_others(tx: &Tx, scope: &Scope, reason: &str) -> Result<()> {
    let actor = scope.actor();
    let others =
        session::Column::AccountId.eq(actor.account_id).and(session::Column::Id.ne(actor.session_id));
    revoke(tx, others, scope.services().now(), reason).await?;
    Ok(())
}

/// Ends the sessions that are meant and have not ended; answers how many.
pub(super) async fn revoke(tx: &Tx, which: Expr, now: Instant, reason: &str) -> Result<u64> {
    let ended = session::Entity::update_many()
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .col_expr(session::Column::RevokedReason, Expr::value(reason))
        .filter(which)
        .filter(session::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(ended.rows_affected)
}

/// Ends the session of `scope`. Its tokens are refused from now on.
pub async fn sign_out(scope: &Scope) -> Result<()> {
    let tx = scope.write_own().await?;
    let id = scope.actor().session_id;
    revoke(&tx, session::Column::Id.eq(id), scope.services().now(), "SIGNED_OUT").await?;
    let object = (Kind::Session, id);
    audit::record(&tx, scope, audit::Entry { action: "session.close", patient_id: None, object }).await?;
    tx.commit().await
}
