//! Pain as it was told, in sessions and outside of them, for the slices above.

use super::around::ratings;
use super::sessions::of_patients;
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::id::Kind;
use crate::store::Tx;
use std::collections::HashMap;
use uuid::Uuid;

/// Pain that was told at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "offered to the slices above")]
pub(crate) struct PainReport {
    /// When the session was performed, or the pain rated.
    pub(crate) at: Instant,
    /// The patient-local date of it.
    pub(crate) local_date: Day,
    /// The pain last told of it, 0 to 10: after the session, else before it, else the worst during; or the
    /// rating.
    pub(crate) now: i16,
    /// The worst told of it, 0 to 10: before, during or after the session; or the rating.
    pub(crate) worst: i16,
    /// The log or the rating.
    pub(crate) source: (Kind, Uuid),
}

/// The pain that these patients told on the local dates `from..=to`, by time, of logs and ratings that stand:
/// three statements however many they are. The patients must be visible to who acts.
#[allow(dead_code, reason = "offered to the slices above")]
pub(crate) async fn pain_reports(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
    dates: (Day, Day),
) -> Result<HashMap<Uuid, Vec<PainReport>>> {
    let mut reports: HashMap<Uuid, Vec<PainReport>> = HashMap::new();
    for (patient_id, logged) in of_patients(tx, clinic_id, patient_ids, dates).await? {
        for rows in &logged {
            let log = &rows.log;
            let during = rows.results.iter().filter_map(|result| result.pain_during).max();
            let worst = [log.pain_before, during, log.pain_after].into_iter().flatten().max();
            let Some(worst) = worst else { continue };
            reports.entry(patient_id).or_default().push(PainReport {
                at: log.performed_at,
                local_date: log.local_date,
                now: log.pain_after.or(log.pain_before).unwrap_or(worst),
                worst,
                source: (Kind::ProgressLog, log.log_id),
            });
        }
    }
    for row in ratings(tx, clinic_id, patient_ids, dates).await? {
        reports.entry(row.patient_id).or_default().push(PainReport {
            at: row.rated_at,
            local_date: row.local_date,
            now: row.pain,
            worst: row.pain,
            source: (Kind::PainRating, row.id),
        });
    }
    for reports in reports.values_mut() {
        reports.sort_by_key(|report| (report.at, report.source.1));
    }
    Ok(reports)
}
