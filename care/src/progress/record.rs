//! Turning logs into rows and back.

use super::table::{progress_log, progress_result};
use super::{LoggedResult, NewLog, ProgressLog, Sets, Symptoms, VersionKind};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::patient::Chart;
use crate::store::Tx;
use jiff::tz::{Offset, TimeZone};
use uuid::Uuid;

/// A log with its results, as rows.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    pub(crate) log: progress_log::Model,
    pub(crate) results: Vec<progress_result::Model>,
}

/// The patient-local date of `performed_at` on a clock with this offset.
pub(super) fn local_date(performed_at: Instant, offset_seconds: i32) -> Day {
    let offset = Offset::from_seconds(offset_seconds).unwrap_or(Offset::UTC);
    performed_at.date_in(&TimeZone::fixed(offset))
}

fn rating(rating: Option<i32>) -> Option<i16> {
    rating.and_then(|rating| i16::try_from(rating).ok())
}

impl Rows {
    /// The rows of `log` as this version.
    pub(super) fn of(
        scope: &Scope,
        chart: &Chart,
        log: &NewLog,
        (version, kind): (i32, VersionKind),
        change: i64,
    ) -> Result<Self> {
        let services = scope.services();
        let (clinic_id, patient_id, id) = (chart.clinic_id(), chart.id(), services.new_id());
        let seal = |column, text: Option<&String>| {
            let text = text.filter(|text| !text.trim().is_empty());
            text.map(|text| chart.seal(scope, column, id, text)).transpose()
        };
        let symptoms = log.symptoms.as_ref();
        let location = symptoms.and_then(|symptoms| symptoms.location.as_ref());
        let row = progress_log::Model {
            clinic_id,
            id,
            patient_id,
            log_id: log.id,
            version,
            newest: true,
            kind,
            performed_at: log.performed_at,
            offset_seconds: log.offset_seconds,
            time_zone: log.time_zone.clone(),
            local_date: local_date(log.performed_at, log.offset_seconds),
            pain_before: rating(log.pain_before),
            pain_after: rating(log.pain_after),
            note: seal("progress_log.note", log.note.as_ref())?,
            fingerprint: fingerprint(chart, log),
            recorded_by: Some(scope.actor().account_id),
            recorded_at: services.now(),
            change,
            symptom_response: symptoms.map(|symptoms| symptoms.response),
            symptom_location: seal("progress_log.symptom_location", location)?,
        };
        let results = log.results.iter().zip(0..).map(|(result, position)| progress_result::Model {
            clinic_id,
            id: services.new_id(),
            patient_id,
            log_row_id: id,
            position,
            prescription_id: result.prescription_id,
            sets: Sets(result.sets.clone()),
            rpe: rating(result.rpe),
            pain_during: rating(result.pain_during),
            skip_reason: result.skip_reason,
        });
        Ok(Self { results: results.collect(), log: row })
    }

    /// The log, opened.
    pub(super) fn opened(&self, chart: &Chart) -> Result<ProgressLog> {
        let row = &self.log;
        let note = row.note.as_ref().map(|note| chart.unseal("progress_log.note", row.id, note));
        let location = row.symptom_location.as_ref();
        let location = location.map(|text| chart.unseal("progress_log.symptom_location", row.id, text));
        let location = location.transpose()?;
        Ok(ProgressLog {
            id: row.log_id,
            patient_id: row.patient_id,
            version: row.version,
            kind: row.kind,
            performed_at: row.performed_at,
            local_date: row.local_date,
            pain_before: row.pain_before,
            pain_after: row.pain_after,
            symptoms: row.symptom_response.map(|response| Symptoms { response, location }),
            note: note.transpose()?,
            recorded_at: row.recorded_at,
            by_patient: row.recorded_by.is_some() && row.recorded_by == chart.row.account_id,
            results: self.results.iter().map(LoggedResult::from).collect(),
        })
    }
}

impl From<&progress_result::Model> for LoggedResult {
    fn from(row: &progress_result::Model) -> Self {
        Self {
            prescription_id: row.prescription_id,
            sets: row.sets.0.clone(),
            rpe: row.rpe,
            pain_during: row.pain_during,
            skip_reason: row.skip_reason,
        }
    }
}

/// What tells a replay from other content under the same id.
pub(super) fn fingerprint(chart: &Chart, log: &NewLog) -> Vec<u8> {
    chart.fingerprint("progress_log", &format!("{log:?}"))
}

/// Inserts logs and their results, two statements however many they are.
pub(super) async fn insert(tx: &Tx, rows: &[Rows]) -> Result<()> {
    tx.insert_all(rows.iter().map(|rows| rows.log.clone()).collect()).await?;
    tx.insert_all(rows.iter().flat_map(|rows| rows.results.clone()).collect()).await
}

/// The id of a row of the log whose id the client chose.
pub(super) fn ids(rows: &[Rows]) -> Vec<Uuid> {
    rows.iter().map(|rows| rows.log.log_id).collect()
}
