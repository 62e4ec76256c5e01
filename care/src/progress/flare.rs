//! When a patient has been worse for too long after a session.

use super::Logged;
use super::log::{BEFORE, feedback};
use super::table::progress_log;
use super::traffic_light::Reason;
use crate::clinic::PainThresholds;
use crate::clock::Instant;

/// The times of those of a patient's sessions, in order, before which pain was worse than before the last one
/// for longer than the flare's hours.
pub(crate) fn flares(logged: &Logged, thresholds: PainThresholds) -> Vec<Instant> {
    let told: Vec<progress_log::Model> =
        logged.iter().filter(|rows| rows.log.pain_before.is_some()).map(|rows| rows.log.clone()).collect();
    let flared = logged.iter().filter(|rows| {
        let recent = told.partition_point(|log| log.performed_at < rows.log.performed_at.plus(-BEFORE));
        let said = feedback(thresholds, rows, told.get(recent..).unwrap_or_default());
        said.is_some_and(|said| said.reason == Reason::WorseOver24Hours)
    });
    flared.map(|rows| rows.log.performed_at).collect()
}
