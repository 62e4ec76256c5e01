//! The alerts of the patients whom who acts cares for, last raised first.

use super::table::{Column, Entity, Model};
use super::{Alert, Severity, Status};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::table::patient;
use crate::patient::{Chart, cared_for_by, charts};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, Order, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Which alerts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of this patient; of every patient cared for when missing.
    pub patient_id: Option<Uuid>,
    /// Those that stand so now.
    pub status: Option<Status>,
    /// Those that are so grave.
    pub severity: Option<Severity>,
}

/// One page of the alerts, last raised first. Clinicians only.
pub async fn list(scope: &Scope, filter: Filter, request: &Request) -> Result<Page<Alert>> {
    scope.member_id()?;
    let window = request.check("alerts")?;
    let (tx, now) = (scope.read().await?, scope.services().now());
    let mut opened = HashMap::new();
    let whose = if let Some(id) = filter.patient_id {
        opened.insert(id, Chart::open(&tx, scope, id).await?);
        Column::PatientId.eq(id)
    } else {
        let cared_for = patient::Entity::find().filter(cared_for_by(scope));
        Column::PatientId.in_subquery(cared_for.select_only().column(patient::Column::Id).into_query())
    };
    let mut find = Entity::find().filter(Column::ClinicId.eq(scope.clinic_id())).filter(whose);
    if let Some(status) = filter.status {
        find = find.filter(stands(status, now));
    }
    if let Some(severity) = filter.severity {
        find = find.filter(Column::Severity.eq(severity));
    }
    let rows = window.select(find, (Column::NewestAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    if filter.patient_id.is_none() {
        opened = charts(&tx, scope, rows.iter().map(|row| row.patient_id).collect()).await?;
    }
    let entry = |row: Model| {
        let chart = opened.get(&row.patient_id).ok_or(Error::Internal)?;
        Ok((Cursor { key: row.newest_at.0, id: row.id }, row.opened(chart, now)?))
    };
    Ok(Page::cut(&window, rows.into_iter().map(entry).collect::<Result<Vec<_>>>()?, None))
}

/// Those that stand so now: what is put off is open again when its time has come.
fn stands(status: Status, now: Instant) -> Condition {
    let written = Column::Status.eq(status);
    let waits = || Column::Status.eq(Status::Snoozed).and(Column::SnoozedUntil.lte(now));
    match status {
        Status::Open => Condition::any().add(written).add(waits()),
        Status::Snoozed => Condition::all().add(written).add(Column::SnoozedUntil.gt(now)),
        Status::Acknowledged | Status::Resolved => Condition::all().add(written),
    }
}

/// The alerts of a visible patient that are not resolved, the gravest first. Clinicians only.
pub async fn open(scope: &Scope, patient_id: Uuid) -> Result<Vec<Alert>> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let mut rows = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::ResolvedAt.is_null())
        .all(tx.as_ref())
        .await?;
    rows.sort_by_key(|row| std::cmp::Reverse((row.severity, row.newest_at, row.id)));
    rows.into_iter().map(|row| row.opened(&chart, scope.services().now())).collect()
}

/// How much earlier than now who begins to follow alerts is told of them, in milliseconds: an alert has its time
/// before it is committed, and no write takes as long.
const EARLIER: i64 = 60_000;

/// From when on alerts are to be told to who begins to follow them now: see [`raised_since`]. Clinicians only.
pub fn followed_from(scope: &Scope) -> Result<Instant> {
    scope.member_id().map(|_| scope.services().now().plus(-EARLIER))
}

/// The alerts that are not resolved and were raised at `since` or later, of the patients whom who acts cares for
/// (of these alone, if named), first raised first. Clinicians only.
pub async fn raised_since(
    scope: &Scope,
    since: Instant,
    patient_ids: Option<&BTreeSet<Uuid>>,
) -> Result<Vec<Alert>> {
    scope.member_id()?;
    let (tx, now) = (scope.read().await?, scope.services().now());
    let mut cared_for = patient::Entity::find().filter(cared_for_by(scope));
    if let Some(ids) = patient_ids {
        cared_for = cared_for.filter(patient::Column::Id.is_in(ids.iter().copied()));
    }
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(
            Column::PatientId.in_subquery(cared_for.select_only().column(patient::Column::Id).into_query()),
        )
        .filter(Column::ResolvedAt.is_null())
        .filter(Column::NewestAt.gte(since))
        .order_by_asc(Column::NewestAt)
        .order_by_asc(Column::Id)
        .all(tx.as_ref())
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let opened = charts(&tx, scope, rows.iter().map(|row| row.patient_id).collect()).await?;
    let alert = |row: Model| {
        let chart = opened.get(&row.patient_id).ok_or(Error::Internal)?;
        row.opened(chart, now)
    };
    rows.into_iter().map(alert).collect()
}

/// The alert of this id, of a visible patient. Clinicians only.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Alert> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open(&tx, scope, row.patient_id).await?;
    row.opened(&chart, scope.services().now())
}
