//! Pain as it was told, in sessions and outside of them, for the slices above.

use super::Rows;
use super::table::pain_rating;
use crate::clock::{Day, Instant};
use crate::id::Kind;
use uuid::Uuid;

/// Pain that was told at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl PainReport {
    /// The report of a log; none where it tells of no pain.
    pub(super) fn of_log(rows: &Rows) -> Option<Self> {
        let log = &rows.log;
        let during = rows.results.iter().filter_map(|result| result.pain_during).max();
        let worst = [log.pain_before, during, log.pain_after].into_iter().flatten().max()?;
        Some(Self {
            at: log.performed_at,
            local_date: log.local_date,
            now: log.pain_after.or(log.pain_before).unwrap_or(worst),
            worst,
            source: (Kind::ProgressLog, log.log_id),
        })
    }

    /// The report of a rating.
    pub(super) fn of_rating(row: &pain_rating::Model) -> Self {
        Self {
            at: row.rated_at,
            local_date: row.local_date,
            now: row.pain,
            worst: row.pain,
            source: (Kind::PainRating, row.id),
        }
    }
}

/// The pain that a patient has told in these logs and ratings, by time.
pub(crate) fn pain_reports(logged: &[Rows], ratings: &[pain_rating::Model]) -> Vec<PainReport> {
    let logged = logged.iter().filter_map(PainReport::of_log);
    let mut reports: Vec<_> = logged.chain(ratings.iter().map(PainReport::of_rating)).collect();
    reports.sort_by_key(|report| (report.at, report.source.1));
    reports
}
