//! The people who work in a clinic.

use super::table::member::{ActiveModel, Column, Entity, Model};
use crate::access::{Person, Role, Scope};
use crate::account::{MailKind, end_sessions, tell};
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::page::{Cursor, Page, Request};
use crate::sealed::Place;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, Order, QueryFilter, Set};
use uuid::Uuid;

/// A person who works in a clinic.
#[derive(Debug, Clone)]
pub struct Member {
    /// The member.
    pub id: Uuid,
    /// Full name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// When they joined.
    pub created_at: Instant,
    /// Since when they may do nothing any more.
    pub disabled_at: Option<Instant>,
}

impl Member {
    pub(crate) fn of(scope: &Scope, row: &Model) -> Result<Self> {
        let name = scope.clinic_key().open(Place::new("member.name", row.clinic_id, row.id), &row.name)?;
        let (role, created_at, disabled_at) = (row.role, row.created_at, row.disabled_at);
        Ok(Self { id: row.id, name, role, created_at, disabled_at })
    }
}

/// One page of the members of the clinic, those who joined first first. Staff only.
pub async fn members(scope: &Scope, request: &Request) -> Result<Page<Member>> {
    scope.member_id()?;
    let window = request.check("members")?;
    let tx = scope.read().await?;
    let find = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id()));
    let rows = window.select(find, (Column::CreatedAt, Column::Id), &Order::Asc).all(tx.as_ref()).await?;
    let members = rows
        .iter()
        .map(|row| Ok((Cursor { key: row.created_at.0, id: row.id }, Member::of(scope, row)?)))
        .collect::<Result<_>>()?;
    Ok(Page::cut(&window, members, None))
}

/// Queues a mail to who watches over the clinic's privacy: its privacy officers, or its administrators
/// where it has none.
pub(crate) async fn tell_officers(tx: &Tx, scope: &Scope, kind: MailKind) -> Result<()> {
    if tell_all(tx, scope, Role::PrivacyOfficer, kind).await? > 0 {
        return Ok(());
    }
    tell_administrators(tx, scope, kind).await
}

/// Queues a mail to the clinic's administrators.
pub(crate) async fn tell_administrators(tx: &Tx, scope: &Scope, kind: MailKind) -> Result<()> {
    tell_all(tx, scope, Role::Administrator, kind).await?;
    Ok(())
}

/// Queues a mail to the members of the clinic who have this role; answers how many they are.
async fn tell_all(tx: &Tx, scope: &Scope, role: Role, kind: MailKind) -> Result<usize> {
    let find = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id())).filter(Column::Role.eq(role));
    let members = find.filter(Column::DisabledAt.is_null()).all(tx).await?;
    for account_id in members.iter().filter_map(|member| member.account_id) {
        tell(tx, scope.services(), account_id, kind).await?;
    }
    Ok(members.len())
}

/// Gives another member a role, from their next request on. Administrators only.
pub async fn set_role(scope: &Scope, id: Uuid, role: Role) -> Result<Member> {
    if role == Role::Patient {
        return Err(Error::field("role", Code::NotAllowed, "Choose a role of the staff."));
    }
    let tx = scope.write().await?;
    let mut row = another(&tx, scope, id).await?.into_active_model();
    row.role = Set(role);
    save(tx, scope, row, "member.set_role").await
}

/// Ends what another member may do, and their sessions. What they wrote stays. Administrators only.
pub async fn disable(scope: &Scope, id: Uuid) -> Result<Member> {
    let tx = scope.write().await?;
    let row = another(&tx, scope, id).await?;
    let now = scope.services().now();
    let disabled_at = Some(row.disabled_at.unwrap_or(now));
    end_sessions(&tx, row.clinic_id, Person::Member(id), now, "MEMBER_DISABLED").await?;
    let mut row = row.into_active_model();
    row.disabled_at = Set(disabled_at);
    save(tx, scope, row, "member.disable").await
}

/// A member whom the administrator who acts may change. Nobody changes themselves, so that a
/// clinic always has an administrator.
async fn another(tx: &Tx, scope: &Scope, id: Uuid) -> Result<Model> {
    scope.administrator_id()?;
    let find = Entity::find_by_id((scope.clinic_id(), id));
    let row = tx.locking(find).one(tx).await?.ok_or(Error::NotFound)?;
    if scope.actor().person == Person::Member(id) {
        let message = "Another administrator has to do this for you.";
        return Err(Error::field("memberId", Code::NotAllowed, message));
    }
    Ok(row)
}

async fn save(tx: Tx, scope: &Scope, row: ActiveModel, action: &'static str) -> Result<Member> {
    let row = row.update(&tx).await?;
    let object = (Kind::Member, row.id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: None, object }).await?;
    tx.commit().await?;
    Member::of(scope, &row)
}
