//! Accepting an invitation: an account comes to stand for a patient or a member.

use super::table::patient;
use crate::access::{Door, Person, Role, Services};
use crate::account::table::invitation as table;
use crate::account::{self, Email, Tokens, invitation};
use crate::audit;
use crate::clinic::table::{clinic, member};
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::sealed::Place;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};
use uuid::Uuid;

/// What a person who was invited gives.
#[derive(Clone)]
pub struct Accept {
    /// The secret of the link, or the code.
    pub secret: String,
    /// Needed with the code.
    pub birth_date: Option<Day>,
    /// The address to sign in with.
    pub email: String,
    /// The new password, 8 to 1,024 characters.
    pub password: String,
    /// The name of a new member; patients have one already.
    pub name: Option<String>,
}

impl std::fmt::Debug for Accept {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Accept")
    }
}

/// What every failure answers, so that nothing can be learned by trying.
fn refused() -> Error {
    let message = "This invitation is not valid with these details. Ask the clinic for a new one.";
    Error::field("secret", Code::Credentials, message)
}

/// Accepts an invitation and signs in. `RateLimited` after failures.
pub async fn accept(door: &Door, input: Accept) -> Result<Tokens> {
    let services = door.services();
    let email = Email::parse("email", &input.email)?;
    account::check_password("password", &input.password)?;
    let attempt = account::attempt(door, account::Target::Link).await?;
    let hash = account::hash_password(services.random.as_ref(), &input.password).await?;
    let tx = door.write().await?;
    let (invited, by_code) = invitation::find(&tx, services, &input.secret).await?.ok_or_else(refused)?;
    if !invitation::admits(services, &invited, &email)? {
        return Err(refused());
    }
    tx.enter(invited.clinic_id).await?;
    if by_code && !knows_birth_date(&tx, services, &invited, input.birth_date).await? {
        invitation::count_try(&tx, invited.id).await?;
        tx.commit().await?;
        let whom = invited.patient_id.map(|id| (invited.clinic_id, Person::Patient(id)));
        audit::record_refusal(door, "invitation.accept", None, whom).await?;
        return Err(refused());
    }
    if account::find_by_email(&tx, services, &email).await?.is_some() {
        let message = "This address has an account already. Sign in with it, or give another.";
        return Err(Error::field("email", Code::Conflict, message));
    }
    if !invitation::consume(&tx, invited.id, services.now()).await? {
        return Err(refused());
    }
    attempt.forgive(&tx).await?;
    let account_id = account::create(&tx, services, &email, hash).await?;
    let person = match invited.patient_id {
        Some(patient_id) => become_patient(&tx, invited.clinic_id, patient_id, account_id).await?,
        None => become_member(&tx, services, &invited, account_id, input.name.as_deref()).await?,
    };
    let object = (Kind::Account, account_id);
    let entry = audit::Entry { action: "invitation.accept", patient_id: invited.patient_id, object };
    audit::record_at_door(&tx, door, invited.clinic_id, account_id, entry).await?;
    let tokens = account::open_session(&tx, door, account_id, (invited.clinic_id, person), false).await?;
    tx.commit().await?;
    Ok(tokens)
}

async fn knows_birth_date(
    tx: &Tx,
    services: &Services,
    invited: &table::Model,
    told: Option<Day>,
) -> Result<bool> {
    let Some(patient_id) = invited.patient_id else { return Ok(false) };
    let row = patient::Entity::find_by_id((invited.clinic_id, patient_id)).one(tx).await?;
    let clinic = clinic::Entity::find_by_id(invited.clinic_id).one(tx).await?;
    let (Some(row), Some(clinic), Some(told)) = (row, clinic, told) else { return Ok(false) };
    let Some(sealed) = &row.birth_date else { return Ok(false) };
    let place = |column| Place::new(column, row.clinic_id, row.id);
    let key = clinic.key(&services.keys)?.unwrap_key(place("patient.data_key"), &row.data_key)?;
    Ok(key.open(place("patient.birth_date"), sealed)? == told.to_string())
}

async fn become_patient(tx: &Tx, clinic_id: Uuid, patient_id: Uuid, account_id: Uuid) -> Result<Person> {
    let linked = patient::Entity::update_many()
        .col_expr(patient::Column::AccountId, Expr::value(account_id))
        .filter(patient::Column::ClinicId.eq(clinic_id))
        .filter(patient::Column::Id.eq(patient_id))
        .filter(patient::Column::AccountId.is_null())
        .filter(patient::Column::DischargedAt.is_null())
        .exec(tx)
        .await?;
    if linked.rows_affected == 1 { Ok(Person::Patient(patient_id)) } else { Err(refused()) }
}

async fn become_member(
    tx: &Tx,
    services: &Services,
    invited: &table::Model,
    account_id: Uuid,
    name: Option<&str>,
) -> Result<Person> {
    let name = name.map(str::trim).filter(|name| (1..=200).contains(&name.chars().count()));
    let name =
        name.ok_or_else(|| Error::field("name", Code::Required, "Give your name, 1 to 200 characters."))?;
    let clinic = clinic::Entity::find_by_id(invited.clinic_id).one(tx).await?.ok_or_else(refused)?;
    if invited.role == Role::Patient {
        return Err(refused());
    }
    let id = services.new_id();
    let place = Place::new("member.name", invited.clinic_id, id);
    member::ActiveModel {
        clinic_id: Set(invited.clinic_id),
        id: Set(id),
        account_id: Set(Some(account_id)),
        role: Set(invited.role),
        name: Set(clinic.key(&services.keys)?.seal(services.random.as_ref(), place, name)?),
        created_at: Set(services.now()),
        disabled_at: Set(None),
    }
    .insert(tx)
    .await?;
    Ok(Person::Member(id))
}
