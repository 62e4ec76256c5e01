//! When a session did a patient harm.

use super::around::Around;
use super::feedback::{of_log, of_rating};
use super::table::pain_rating;
use super::traffic_light::{Feedback, Reason};
use super::{Rows, SymptomResponse};
use crate::clinic::PainThresholds;
use crate::clock::Instant;

/// When, of a patient's sessions and ratings in order, pain was worse than before the session before for longer
/// than the flare's hours, or a session made symptoms move outward.
pub(crate) fn flares(
    logged: &[Rows],
    ratings: &[pain_rating::Model],
    thresholds: PainThresholds,
) -> Vec<Instant> {
    let logs = logged.iter().map(|rows| rows.log.clone()).collect();
    let around = Around { logs, ratings: ratings.to_vec() };
    let lasting = |said: Option<Feedback>| said.is_some_and(|said| said.reason == Reason::WorseOver24Hours);
    let outward = |rows: &Rows| rows.log.symptom_response == Some(SymptomResponse::Peripheralized);
    let sessions = logged
        .iter()
        .filter(|rows| outward(rows) || lasting(of_log(thresholds, rows, &around)))
        .map(|rows| rows.log.performed_at);
    let rated =
        ratings.iter().filter(|row| lasting(of_rating(thresholds, row, &around))).map(|row| row.rated_at);
    sessions.chain(rated).collect()
}
