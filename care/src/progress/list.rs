//! The logs of a patient, newest first.

use super::ProgressLog;
use super::sessions::{newest, standing, with_results};
use super::table::progress_log::{Column, Entity};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use uuid::Uuid;

/// Local dates, both included; a missing end is open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Range {
    /// The first date.
    pub from: Option<Day>,
    /// The last date.
    pub to: Option<Day>,
}

/// One page of a visible patient's standing logs, and of those that were voided where clinicians ask for
/// them: by time performed, newest first.
pub async fn list(
    scope: &Scope,
    patient_id: Uuid,
    range: Range,
    voided_too: bool,
    request: &Request,
) -> Result<Page<ProgressLog>> {
    if voided_too {
        scope.member_id()?;
    }
    let window = request.check("progressLogs")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let mut find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(if voided_too { newest() } else { standing() });
    if let Some(from) = range.from {
        find = find.filter(Column::LocalDate.gte(from));
    }
    if let Some(to) = range.to {
        find = find.filter(Column::LocalDate.lte(to));
    }
    let rows =
        window.select(find, (Column::PerformedAt, Column::LogId), &Order::Desc).all(tx.as_ref()).await?;
    let entries = with_results(&tx, chart.clinic_id(), rows)
        .await?
        .into_iter()
        .map(|rows| {
            let cursor = Cursor { key: rows.log.performed_at.0, id: rows.log.log_id };
            Ok((cursor, rows.opened(&chart)?))
        })
        .collect::<Result<Vec<_>>>()?;
    Ok(Page::cut(&window, entries, None))
}

/// The standing log of this id, of the patient who acts.
pub async fn get(scope: &Scope, id: Uuid) -> Result<ProgressLog> {
    get_of(scope, scope.actor().person.patient_id().ok_or(Error::NotFound)?, id).await
}

/// The standing log of this id, of a visible patient.
pub async fn get_of(scope: &Scope, patient_id: Uuid, id: Uuid) -> Result<ProgressLog> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let row = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::LogId.eq(id))
        .filter(standing())
        .one(tx.as_ref())
        .await?
        .ok_or(Error::NotFound)?;
    let rows = with_results(&tx, chart.clinic_id(), vec![row]).await?.pop().ok_or(Error::NotFound)?;
    rows.opened(&chart)
}
