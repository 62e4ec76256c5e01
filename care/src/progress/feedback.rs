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
const BEFORE: i64 = 7 * DAY;
const DAY: i64 = 24 * 60 * 60_000;

/// What the pain and the symptoms of a session say; none where neither was told.
pub(super) fn of_log(thresholds: PainThresholds, rows: &Rows, around: &Around) -> Option<Feedback> {
    let log = &rows.log;
    let during = rows.results.iter().filter_map(|result| rating(result.pain_during));
    let (before, after) = (rating(log.pain_before), rating(log.pain_after));
    let previous = before.map_or_else(Vec::new, |before| {
        worse_than(thresholds, before, around, (log.performed_at, log.offset_seconds), Some(log.log_id))
    });
    let lit = traffic_light::light(&thresholds, during, before, after, previous);
    traffic_light::with_symptoms(lit, log.symptom_response)
}

/// What pain rated outside of a session says; none where it raises no concern, for it clears nobody.
pub(super) fn of_rating(
    thresholds: PainThresholds,
    row: &pain_rating::Model,
    around: &Around,
) -> Option<Feedback> {
    let pain = rating(Some(row.pain))?;
    let previous = worse_than(thresholds, pain, around, (row.rated_at, row.offset_seconds), None);
    traffic_light::light(&thresholds, std::iter::empty(), Some(pain), None, previous)
}

fn rating(rating: Option<i16>) -> Option<u8> {
    rating.and_then(|rating| u8::try_from(rating).ok())
}

/// The sessions of the week before `at` since which pain has been worse than before them: it is so `now`, and was
/// before every session in between. Who exercises daily is compared not with the day before alone. A session that did
/// not say so itself goes by the pain last rated before it on the same day.
fn worse_than(
    thresholds: PainThresholds,
    now: u8,
    around: &Around,
    (at, offset): (Instant, i32),
    but: Option<Uuid>,
) -> Vec<PreviousSession> {
    let zone = TimeZone::fixed(Offset::from_seconds(offset).unwrap_or(Offset::UTC));
    let here = at.timestamp().to_zoned_datetime(zone);
    let end = around.logs.partition_point(|log| log.performed_at < at);
    let earlier = around.logs.get(..end).unwrap_or_default().iter().rev();
    let earlier = earlier.take_while(|log| log.performed_at >= at.plus(-BEFORE));
    let known = earlier.filter(|log| Some(log.log_id) != but).filter_map(|log| {
        let before = rating(log.pain_before).or_else(|| rated_before(around, log))?;
        Some(PreviousSession::seen_from(&here, log.performed_at.timestamp(), before))
    });
    let mut least = now;
    let mut worse_since = |session: &PreviousSession| {
        let worse = least >= session.pain_before.saturating_add(thresholds.worse_by.max(1));
        least = least.min(session.pain_before);
        worse
    };
    known.filter(|session| worse_since(session)).collect()
}

/// The pain last rated before a session on its day.
fn rated_before(around: &Around, log: &super::table::progress_log::Model) -> Option<u8> {
    let end = around.ratings.partition_point(|row| row.rated_at <= log.performed_at);
    let earlier = around.ratings.get(..end).unwrap_or_default().iter().rev();
    let day = earlier.take_while(|row| row.rated_at >= log.performed_at.plus(-DAY));
    day.filter(|row| row.local_date == log.local_date).find_map(|row| rating(Some(row.pain)))
}
