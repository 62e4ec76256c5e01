//! Correcting and taking back a log: a new version is added, the old one stays.

use super::around::{Around, around};
use super::record::{Rows, fingerprint, insert};
use super::sessions::with_results;
use super::table::progress_log;
use super::traffic_light::Feedback;
use super::{
    NewLog, ProgressLog, VersionKind, check, concern, day_total, feedback, log, personal_best, screen_due,
};
use crate::access::Scope;
use crate::audit;
use crate::clinic;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Puts `corrected` in place of the log of the same id. Amending to what stands already changes
/// nothing. The patient who logged it only; a voided log is not found. Answers what its pain says, too.
pub async fn amend(scope: &Scope, corrected: NewLog) -> Result<(ProgressLog, Option<Feedback>)> {
    let settings = clinic::own(scope).await?.settings;
    let thresholds = settings.pain;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let newest = newest(&tx, &chart, corrected.id).await?;
    if newest.log.kind == VersionKind::Voided {
        return Err(Error::NotFound);
    }
    let exercises = check_corrected(&tx, scope, &chart, &corrected).await?;
    if newest.log.fingerprint == fingerprint(&chart, &corrected) {
        let key = (chart.clinic_id(), chart.id());
        let around = around(&tx, key, &BTreeSet::from([newest.log.local_date])).await?;
        return Ok((newest.opened(&chart)?, feedback::of_log(thresholds, &newest, &around)));
    }
    let version = (newest.log.version + 1, VersionKind::Amended);
    let rows = Rows::of(scope, &chart, &corrected, version, chart.row.change + 1)?;
    let around = add(&tx, &mut chart, (&newest, &rows), &exercises).await?;
    let feedback = feedback::of_log(thresholds, &rows, &around);
    screen_due::note(&tx, &mut chart, std::iter::once((rows.log.performed_at, feedback))).await?;
    let told = concern::reports(std::slice::from_ref(&rows));
    concern::heard(&tx, scope, &chart, &settings.alerts, &told).await?;
    finish(tx, scope, &chart, &rows, "progress.amend").await?;
    Ok((rows.opened(&chart)?, feedback))
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
        newest: true,
        kind: VersionKind::Voided,
        pain_before: None,
        pain_after: None,
        note: None,
        symptom_response: None,
        symptom_location: None,
        recorded_by: Some(scope.actor().account_id),
        recorded_at: scope.services().now(),
        change: chart.row.change + 1,
        ..newest.log.clone()
    };
    let voided = Rows { log, results: Vec::new() };
    add(&tx, &mut chart, (&newest, &voided), &HashMap::new()).await?;
    finish(tx, scope, &chart, &voided, "progress.void").await
}

/// The exercises of the prescriptions of a log that may stand.
async fn check_corrected(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    corrected: &NewLog,
) -> Result<HashMap<Uuid, Uuid>> {
    let mut faults = check::check(corrected, scope.services().now());
    let wanted = corrected.results.iter().map(|result| result.prescription_id).collect();
    let own = log::own_prescriptions(tx, chart, wanted).await?;
    for (at, result) in corrected.results.iter().enumerate() {
        if !own.contains_key(&result.prescription_id) {
            let message = "Give a prescription of one of your programs.";
            faults
                .push(FieldError::new("prescriptionId", Code::NotFound, message).under(at).under("results"));
        }
    }
    if faults.is_empty() { Ok(own) } else { Err(Error::Invalid(faults)) }
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

/// Adds a version of a log after the newest, and brings up to it what is kept of its day, of the day before
/// it was moved, and of its exercises. Answers what stands around those days.
async fn add(
    tx: &Tx,
    chart: &mut Chart,
    (newest, rows): (&Rows, &Rows),
    exercises: &HashMap<Uuid, Uuid>,
) -> Result<Around> {
    chart.raise(tx, Some(rows.log.performed_at)).await?;
    insert(tx, std::slice::from_ref(rows)).await?;
    let key = (chart.clinic_id(), chart.id());
    let days = BTreeSet::from([newest.log.local_date, rows.log.local_date]);
    let around = around(tx, key, &days).await?;
    day_total::keep(tx, key, &days, &around, std::slice::from_ref(rows)).await?;
    personal_best::revise(tx, key, rows, exercises).await?;
    Ok(around)
}

async fn finish(tx: Tx, scope: &Scope, chart: &Chart, rows: &Rows, action: &'static str) -> Result<()> {
    let object = (Kind::ProgressLog, rows.log.log_id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    tx.commit().await?;
    scope.announce(chart.id(), chart.row.change);
    Ok(())
}
