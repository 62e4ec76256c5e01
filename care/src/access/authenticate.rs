//! From an access token to a [`Scope`].

use super::{Actor, Door, Person, Scope};
use crate::access::Role;
use crate::account::table::{account, session, session_token};
use crate::clinic::table::{clinic, member};
use crate::error::{Error, Result};
use crate::patient::table::patient;
use crate::sealed::digest;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// The scope of the person whom `access_token` stands for.
///
/// `Unauthenticated` when the token is unknown or expired, its session has ended, or the account,
/// membership or patient has been disabled or discharged since.
pub async fn authenticate(door: &Door, access_token: &str, request_id: String) -> Result<Scope> {
    let services = door.services();
    let now = services.now();
    let tx = door.read().await?;
    let (token, session) = session_token::Entity::find()
        .filter(session_token::Column::AccessHash.eq(digest(access_token)))
        .find_also_related(session::Entity)
        .one(&tx)
        .await?
        .and_then(|(token, session)| session.map(|session| (token, session)))
        .ok_or(Error::Unauthenticated)?;
    let ended = session.revoked_at.is_some() || session.expires_at <= now;
    if ended || token.access_expires_at <= now || token.consumed_at.is_some() {
        return Err(Error::Unauthenticated);
    }
    let account = account::Entity::find_by_id(session.account_id).one(&tx).await?;
    if account.is_none_or(|account| account.disabled_at.is_some()) {
        return Err(Error::Unauthenticated);
    }
    tx.enter(session.clinic_id).await?;
    let (person, role) = person_of(&tx, &session).await?;
    let clinic =
        clinic::Entity::find_by_id(session.clinic_id).one(&tx).await?.ok_or(Error::Unauthenticated)?;
    tx.commit().await?;
    if token.used_at.is_none() {
        mark_used(door, &token).await?;
    }
    let clinic_key = clinic.key(&services.keys)?;
    let actor = Actor {
        account_id: session.account_id,
        session_id: session.id,
        clinic_id: session.clinic_id,
        role,
        person,
        second_factor: session.second_factor_at.is_some(),
        proved_at: session.proved_at,
    };
    Ok(Scope::new(door, actor, clinic_key, request_id))
}

async fn person_of(tx: &Tx, session: &session::Model) -> Result<(Person, Role)> {
    if let Some(id) = session.patient_id {
        let patient = patient::Entity::find_by_id((session.clinic_id, id)).one(tx).await?;
        return patient
            .filter(|patient| patient.discharged_at.is_none())
            .map(|_| (Person::Patient(id), Role::Patient))
            .ok_or(Error::Unauthenticated);
    }
    let id = session.member_id.ok_or(Error::Unauthenticated)?;
    let member = member::Entity::find_by_id((session.clinic_id, id)).one(tx).await?;
    member
        .filter(|member| member.disabled_at.is_none())
        .map(|member| (Person::Member(id), member.role))
        .ok_or(Error::Unauthenticated)
}

/// Once a pair has been used, its predecessor's reuse is theft and not a lost response.
async fn mark_used(door: &Door, token: &session_token::Model) -> Result<()> {
    use sea_orm::sea_query::Expr;
    let tx = door.write().await?;
    session_token::Entity::update_many()
        .col_expr(session_token::Column::UsedAt, Expr::value(door.services().now()))
        .filter(session_token::Column::Id.eq(token.id))
        .filter(session_token::Column::UsedAt.is_null())
        .exec(&tx)
        .await?;
    tx.commit().await
}

/// What `account_id` stands for: the clinic and its row there. Membership comes before being a
/// patient; the oldest clinic before later ones.
pub(crate) async fn membership(tx: &Tx, account_id: Uuid) -> Result<Option<(Uuid, Person)>> {
    tx.look_for(account_id).await?;
    let member = member::Entity::find()
        .filter(member::Column::AccountId.eq(account_id))
        .filter(member::Column::DisabledAt.is_null())
        .order_by_asc(member::Column::CreatedAt)
        .one(tx)
        .await?;
    // Both are looked for, whoever it is: how long it takes says nothing.
    let patient = patient::Entity::find()
        .filter(patient::Column::AccountId.eq(account_id))
        .filter(patient::Column::DischargedAt.is_null())
        .order_by_asc(patient::Column::CreatedAt)
        .one(tx)
        .await?;
    let patient = patient.map(|patient| (patient.clinic_id, Person::Patient(patient.id)));
    Ok(member.map(|member| (member.clinic_id, Person::Member(member.id))).or(patient))
}
