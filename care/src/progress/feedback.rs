//! What the pain of a session, and pain rated outside of one, says: both compare the pain told at an instant
//! with that before the last session.

use super::around::Around;
use super::record::Rows;
use super::table::pain_rating;
use super::traffic_light::{self, Feedback, PreviousSession};
use crate::clinic::PainThresholds;
use crate::clock::Instant;
use jiff::tz::{Offset, TimeZone};
use uuid::Uuid;

/// How far back the session before is looked for: a flare shows within days.
const BEFORE: i64 = 7 * 24 * 60 * 60_000;

/// What the pain and the symptoms of a session say; none where neither was told.
pub(super) fn of_log(thresholds: PainThresholds, rows: &Rows, around: &Around) -> Option<Feedback> {
    let log = &rows.log;
    let during = rows.results.iter().filter_map(|result| rating(result.pain_during));
    let previous = previous(around, (log.performed_at, log.offset_seconds), Some(log.log_id));
    let (before, after) = (rating(log.pain_before), rating(log.pain_after));
    let lit = traffic_light::light(&thresholds, during, before, after, previous);
    traffic_light::with_symptoms(lit, log.symptom_response)
}

/// What pain rated outside of a session says; none where it raises no concern, for it clears nobody.
pub(super) fn of_rating(
    thresholds: PainThresholds,
    row: &pain_rating::Model,
    around: &Around,
) -> Option<Feedback> {
    let previous = previous(around, (row.rated_at, row.offset_seconds), None);
    traffic_light::light(&thresholds, std::iter::empty(), rating(Some(row.pain)), None, previous)
}

fn rating(rating: Option<i16>) -> Option<u8> {
    rating.and_then(|rating| u8::try_from(rating).ok())
}

/// The last session before `at` of which it is known how much it hurt before it. A session that did not say
/// so itself goes by the pain last rated before it on the same day.
fn previous(around: &Around, (at, offset): (Instant, i32), but: Option<Uuid>) -> Option<PreviousSession> {
    let zone = TimeZone::fixed(Offset::from_seconds(offset).unwrap_or(Offset::UTC));
    let now = at.timestamp().to_zoned_datetime(zone);
    let earlier = around.logs.iter().rev().filter(|log| {
        Some(log.log_id) != but && log.performed_at < at && log.performed_at >= at.plus(-BEFORE)
    });
    let known = |log: &super::table::progress_log::Model| {
        let rated = around
            .ratings
            .iter()
            .rfind(|row| row.local_date == log.local_date && row.rated_at <= log.performed_at);
        let before = rating(log.pain_before.or_else(|| rated.map(|row| row.pain)))?;
        Some(PreviousSession::seen_from(&now, log.performed_at.timestamp(), before))
    };
    earlier.into_iter().find_map(known)
}
