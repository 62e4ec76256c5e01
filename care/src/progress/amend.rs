//! Correcting and taking back a log: a new version is added, the old one stays.

use super::record::{Rows, insert};
use super::sessions::with_results;
use super::table::progress_log;
use super::{NewLog, ProgressLog, VersionKind, check, concern, log, screen_due};
use crate::access::Scope;
use crate::audit;
use crate::clinic;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// Puts `corrected` in place of the log of the same id. Amending to what stands already changes
/// nothing. The patient who logged it only; a voided log is not found.
pub async fn amend(scope: &Scope, corrected: NewLog) -> Result<ProgressLog> {
    let settings = clinic::own(scope).await?.settings;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let newest = newest(&tx, &chart, corrected.id).await?;
    if newest.log.kind == VersionKind::Voided {
        return Err(Error::NotFound);
    }
    check_corrected(&tx, scope, &chart, &corrected).await?;
    if newest.log.fingerprint == super::record::fingerprint(&chart, &corrected) {
        return newest.opened(&chart);
    }
    let version = (newest.log.version + 1, VersionKind::Amended);
    let rows = Rows::of(scope, &chart, &corrected, version, chart.row.change + 1)?;
    let recent = log::recent(&tx, &chart, &[corrected.performed_at]).await?;
    screen_due::note(&tx, &mut chart, settings.pain, std::slice::from_ref(&rows), &recent).await?;
    add(&tx, scope, &mut chart, &rows, "progress.amend").await?;
    let told = concern::reports(std::slice::from_ref(&rows));
    concern::heard(&tx, scope, &chart, &settings.alerts, &told).await?;
    finish(tx, scope, &chart).await?;
    rows.opened(&chart)
}

/// Takes the log of this id back. Voiding twice changes nothing.
pub async fn void(scope: &Scope, id: Uuid) -> Result<()> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let newest = newest(&tx, &chart, id).await?;
    if newest.log.kind == VersionKind::Voided {
        return Ok(());
    }
    let log = progress_log::Model {
        id: scope.services().new_id(),
        version: newest.log.version + 1,
        kind: VersionKind::Voided,
        pain_before: None,
        pain_after: None,
        note: None,
        recorded_by: Some(scope.actor().account_id),
        recorded_at: scope.services().now(),
        change: chart.row.change + 1,
        ..newest.log
    };
    add(&tx, scope, &mut chart, &Rows { log, results: Vec::new() }, "progress.void").await?;
    finish(tx, scope, &chart).await
}

async fn check_corrected(tx: &Tx, scope: &Scope, chart: &Chart, corrected: &NewLog) -> Result<()> {
    let mut faults = check::check(corrected, scope.services().now());
    let wanted = corrected.results.iter().map(|result| result.prescription_id).collect();
    let own = log::own_prescriptions(tx, chart, wanted).await?;
    for (at, result) in corrected.results.iter().enumerate() {
        if !own.contains(&result.prescription_id) {
            let message = "Give a prescription of one of your programs.";
            faults
                .push(FieldError::new("prescriptionId", Code::NotFound, message).under(at).under("results"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

async fn newest(tx: &Tx, chart: &Chart, log_id: Uuid) -> Result<Rows> {
    let row = progress_log::Entity::find()
        .filter(progress_log::Column::ClinicId.eq(chart.clinic_id()))
        .filter(progress_log::Column::PatientId.eq(chart.id()))
        .filter(progress_log::Column::LogId.eq(log_id))
        .order_by_desc(progress_log::Column::Version)
        .one(tx)
        .await?
        .ok_or(Error::NotFound)?;
    with_results(tx, chart.clinic_id(), vec![row]).await?.pop().ok_or(Error::NotFound)
}

async fn add(tx: &Tx, scope: &Scope, chart: &mut Chart, rows: &Rows, action: &'static str) -> Result<()> {
    chart.raise(tx, Some(rows.log.performed_at)).await?;
    insert(tx, std::slice::from_ref(rows)).await?;
    let object = (Kind::ProgressLog, rows.log.log_id);
    audit::record(tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await
}

async fn finish(tx: Tx, scope: &Scope, chart: &Chart) -> Result<()> {
    tx.commit().await?;
    scope.announce(chart.id(), chart.row.change);
    Ok(())
}
