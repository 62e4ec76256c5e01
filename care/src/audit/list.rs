//! Reading the trail.

use super::table::audit_event::{Column, Entity, Model};
use crate::access::{Role, Scope};
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use crate::page::{Cursor, Page, Request};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use uuid::Uuid;

/// One thing that was done. Ids alone, no values.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event.
    pub id: Uuid,
    /// When it was done.
    pub at: Instant,
    /// Who did it; none for what nobody signed in for.
    pub account_id: Option<Uuid>,
    /// What they were in the clinic, or `SYSTEM`.
    pub role: String,
    /// `object.verb`.
    pub action: String,
    /// The patient concerned.
    pub patient_id: Option<Uuid>,
    /// The TypeID of what was acted on.
    pub object_id: Option<String>,
    /// `DONE` or `REFUSED`.
    pub outcome: String,
    /// The request, as the log names it.
    pub request_id: Option<String>,
    /// The network address that the request came from.
    pub address: Option<String>,
}

impl From<Model> for Event {
    fn from(row: Model) -> Self {
        let kind = Kind::of_prefix(&row.object_kind);
        Self {
            id: row.id,
            at: row.at,
            account_id: row.account_id,
            role: row.role,
            action: row.action,
            patient_id: row.patient_id,
            object_id: kind.zip(row.object_id).map(|(kind, id)| kind.encode(id)),
            outcome: row.outcome,
            request_id: row.request_id,
            address: row.address,
        }
    }
}

/// Which events are asked for; a missing part asks for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Concerning this patient.
    pub patient_id: Option<Uuid>,
    /// Done by this account.
    pub account_id: Option<Uuid>,
    /// Of this action.
    pub action: Option<String>,
    /// At this instant or later.
    pub from: Option<Instant>,
    /// Before this instant.
    pub to: Option<Instant>,
}

/// Only privacy officers and administrators look into the trail.
pub(super) fn may_look(scope: &Scope) -> Result<()> {
    match scope.actor().role {
        Role::PrivacyOfficer | Role::Administrator => Ok(()),
        Role::Patient | Role::Therapist | Role::Assistant => Err(scope.forbid()),
    }
}

/// One page of the clinic's events, newest first. Privacy officers and administrators only.
pub async fn events(scope: &Scope, filter: &Filter, request: &Request) -> Result<Page<Event>> {
    may_look(scope)?;
    let window = request.check("auditEvents")?;
    let mut find = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id()));
    let wanted = [
        filter.patient_id.map(|id| Column::PatientId.eq(id)),
        filter.account_id.map(|id| Column::AccountId.eq(id)),
        filter.action.as_ref().map(|action| Column::Action.eq(action)),
        filter.from.map(|from| Column::At.gte(from)),
        filter.to.map(|to| Column::At.lt(to)),
    ];
    for wanted in wanted.into_iter().flatten() {
        find = find.filter(wanted);
    }
    let tx = scope.read().await?;
    let rows = window.select(find, (Column::At, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let events = rows.into_iter().map(|row| (Cursor { key: row.at.0, id: row.id }, row.into())).collect();
    Ok(Page::cut(&window, events, None))
}
