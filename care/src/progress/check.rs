//! What a log must satisfy, as far as it can be told without the database.

use super::NewLog;
use crate::clock::Instant;
use crate::error::{Code, FieldError};
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// Results of a log, and sets of a result.
const MOST: usize = 20;
/// Characters of where symptoms are felt.
const LONGEST_LOCATION: usize = 200;
/// Clocks of phones run ahead a little.
const AHEAD: i64 = 5 * 60_000;
/// How far back a log may reach: a year.
const BACK: i64 = 366 * 24 * 60 * 60_000;

/// The faults of a log; none when it is right.
pub(super) fn check(log: &NewLog, now: Instant) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, code, message: &str| faults.push(FieldError::new(field, code, message));
    for text in instant_faults(log.performed_at, log.offset_seconds, now) {
        fault("performedAt", Code::OutOfRange, text);
    }
    if log.time_zone.as_deref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        fault("timeZone", Code::Malformed, "Give an IANA name such as Europe/Berlin.");
    }
    for (field, rating) in [("painBefore", log.pain_before), ("painAfter", log.pain_after)] {
        if !rated(rating) {
            fault(field, Code::OutOfRange, "Rate pain from 0 to 10.");
        }
    }
    if log.note.as_deref().is_some_and(|note| note.chars().count() > 4_000) {
        fault("note", Code::TooLong, "Give at most 4,000 characters.");
    }
    if log.results.len() > MOST {
        fault("results", Code::TooMany, "Give at most 20 results.");
    }
    let felt = log.pain_before.is_some() || log.pain_after.is_some() || log.symptoms.is_some();
    if log.results.is_empty() && !felt {
        fault("results", Code::Required, "Log at least one result or a pain rating.");
    }
    let location = log.symptoms.as_ref().and_then(|symptoms| symptoms.location.as_ref());
    if location.is_some_and(|location| location.chars().count() > LONGEST_LOCATION) {
        let text = "Give at most 200 characters.";
        faults.push(FieldError::new("location", Code::TooLong, text).under("symptoms"));
    }
    faults.extend(check_results(log));
    faults
}

/// What is wrong with an instant that something was done or felt at.
pub(super) fn instant_faults(at: Instant, offset_seconds: i32, now: Instant) -> Vec<&'static str> {
    let past = at <= now.plus(AHEAD) && at >= now.plus(-BACK);
    [
        (past, "Give an instant of the past year, not of the future."),
        (offset_seconds.abs() <= 18 * 3_600, "Give an offset of at most 18 hours."),
    ]
    .into_iter()
    .filter_map(|(right, text)| (!right).then_some(text))
    .collect()
}

fn rated(rating: Option<i32>) -> bool {
    rating.is_none_or(|rating| (0..=10).contains(&rating))
}

fn check_results(log: &NewLog) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for (at, result) in log.results.iter().enumerate().take(MOST) {
        let mut fault = |field: &str, code, message: &str| {
            faults.push(FieldError::new(field, code, message).under(at).under("results"));
        };
        if !seen.insert(result.prescription_id) {
            fault("prescriptionId", Code::Duplicate, "Log each prescription once a session.");
        }
        if !rated(result.rpe) {
            fault("rpe", Code::OutOfRange, "Rate effort from 0 to 10.");
        }
        if !rated(result.pain_during) {
            fault("painDuring", Code::OutOfRange, "Rate pain from 0 to 10.");
        }
        if result.sets.len() > MOST {
            fault("sets", Code::TooMany, "Give at most 20 sets.");
        }
        if result.sets.is_empty() && result.skip_reason.is_none() {
            fault("sets", Code::Required, "Give the sets, or the reason for skipping.");
        }
        if !result.sets.is_empty() && result.skip_reason.is_some() {
            fault("skipReason", Code::Mismatch, "Give the sets or a reason for skipping, not both.");
        }
        for (set_at, set) in result.sets.iter().enumerate().take(MOST) {
            let set_faults = set.check().err().unwrap_or_default();
            faults.extend(
                set_faults
                    .into_iter()
                    .map(|fault| fault.under(set_at).under("sets").under(at).under("results")),
            );
        }
    }
    faults
}
