//! The alerts of the patients whom who acts cares for, last raised first.

use super::table::{Column, Entity, Model};
use super::{Alert, Severity, Status};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::table::patient;
use crate::patient::{Chart, cared_for_by, charts};
use crate::store::Tx;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, Order, QueryFilter, QuerySelect, QueryTrait};
use std::collections::HashMap;
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

/// The alerts of these patients of a clinic that are not resolved, in one statement.
pub(crate) async fn standing_of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Model>>> {
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(patient_ids.iter().copied()))
        .filter(Column::ResolvedAt.is_null())
        .all(tx)
        .await?;
    let mut by_patient: HashMap<Uuid, Vec<Model>> = HashMap::new();
    for row in rows {
        by_patient.entry(row.patient_id).or_default().push(row);
    }
    Ok(by_patient)
}

/// The alert of this id, of a visible patient. Clinicians only.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Alert> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let row = Entity::find_by_id((scope.clinic_id(), id)).one(tx.as_ref()).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open(&tx, scope, row.patient_id).await?;
    row.opened(&chart, scope.services().now())
}
