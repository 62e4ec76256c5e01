//! What schedules and answers must satisfy.

use super::NewResponse;
use super::change::{Content, same_words};
use super::measure::Measure;
use super::score::Answers;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, FieldError, Result};
use std::collections::HashSet;

/// The most answers and activities that are looked at.
const MOST: usize = 100;
/// How far from today a first day may lie, in days: a year.
const YEAR: i32 = 366;
/// How long a measure may be asked, in days: five years.
const LONGEST: i32 = 5 * 366;
/// Clocks of phones run ahead a little.
const AHEAD: i64 = 5 * 60_000;
/// How far back answers may reach: a year.
const BACK: i64 = 366 * 24 * 60 * 60_000;

/// The weeks of a schedule (at the start, after so many weeks, at the end of care) from a first day to a last one,
/// set on `today`.
pub(super) fn check_schedule(
    (baseline, every_weeks, at_discharge): (bool, Option<i32>, bool),
    (start_on, end_on): (Day, Option<Day>),
    today: Day,
) -> Result<Option<u8>> {
    let mut faults = Vec::new();
    let mut fault = |field, code, message: &str| faults.push(FieldError::new(field, code, message));
    let weeks =
        every_weeks.and_then(|weeks| u8::try_from(weeks).ok()).filter(|weeks| (1..=52).contains(weeks));
    if every_weeks.is_some() && weeks.is_none() {
        fault("everyWeeks", Code::OutOfRange, "Give 1 to 52 weeks.");
    }
    if !baseline && !at_discharge && every_weeks.is_none() {
        let message = "Say when it is asked: at the start, after so many weeks, or when care ends.";
        fault("everyWeeks", Code::Required, message);
    }
    if start_on < today.plus(-YEAR) || start_on > today.plus(YEAR) {
        fault("startOn", Code::OutOfRange, "Give a day within a year of today.");
    }
    if end_on.is_some_and(|end| end < start_on || end > start_on.plus(LONGEST)) {
        fault("endOn", Code::OutOfRange, "Give a day from the first day on, within five years.");
    }
    if faults.is_empty() { Ok(weeks) } else { Err(Error::Invalid(faults)) }
}

/// The answers of a response as they are kept, their order apart.
pub(super) fn check(measure: &Measure, input: &NewResponse, now: Instant) -> Result<Content> {
    let mut faults = Vec::new();
    let mut fault = |field, code, message: &str| faults.push(FieldError::new(field, code, message));
    if input.answered_at > now.plus(AHEAD) || input.answered_at < now.plus(-BACK) {
        fault("answeredAt", Code::OutOfRange, "Give an instant of the past year, not of the future.");
    }
    if input.offset_seconds.abs() > 18 * 3_600 {
        fault("answeredAt", Code::OutOfRange, "Give an offset of at most 18 hours.");
    }
    if input.answers.len() > MOST {
        fault("answers", Code::TooMany, "Answer each item once.");
    }
    let (answers, wrong) = answers(measure, &input.answers);
    faults.extend(activity_faults(measure, input, &answers));
    let given = u8::try_from(answers.len()).unwrap_or(u8::MAX);
    if wrong.is_empty() && given < measure.least_answered {
        let (least, count) = (measure.least_answered, measure.item_count());
        let message = format!("Answer at least {least} of its {count} items; {given} are answered.");
        faults.push(FieldError::new("answers", Code::Required, message));
    }
    faults.extend(wrong);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let activities = input.activities.iter().map(|name| name.trim().to_owned()).collect();
    Ok(Content { answers, activities, parts: Vec::new() })
}

fn answers(measure: &Measure, given: &[(String, i32)]) -> (Answers, Vec<FieldError>) {
    let (mut answers, mut faults) = (Answers::new(), Vec::new());
    for (at, (item, value)) in given.iter().enumerate().take(MOST) {
        let mut fault = |field, code, message: String| {
            faults.push(FieldError::new(field, code, message).under(at).under("answers"));
        };
        let number = item.parse::<u8>().ok().filter(|number| number.to_string() == *item);
        let values = number.and_then(|number| Some((number, measure.values(number)?)));
        let Some((number, values)) = values else {
            fault("item", Code::NotFound, format!("Give an item from 1 to {}.", measure.item_count()));
            continue;
        };
        if !values.contains(value) {
            let ends = values.first().zip(values.last()).map_or((0, 0), |(low, high)| (*low, *high));
            fault("value", Code::OutOfRange, format!("Give {} to {}.", ends.0, ends.1));
        }
        if answers.insert(number, *value).is_some() {
            fault("item", Code::Duplicate, "Answer each item once.".to_owned());
        }
    }
    (answers, faults)
}

fn activity_faults(measure: &Measure, input: &NewResponse, answers: &Answers) -> Vec<FieldError> {
    let named = &input.activities;
    let Some((least, most)) = measure.activities() else {
        let message = "Only of a measure whose items the patient names.";
        let fault = FieldError::new("activities", Code::Mismatch, message);
        return if named.is_empty() { Vec::new() } else { vec![fault] };
    };
    let mut faults = Vec::new();
    if !(usize::from(least)..=usize::from(most)).contains(&named.len()) {
        let code = if named.len() > usize::from(most) { Code::TooMany } else { Code::Required };
        let message = format!("Name {least} to {most} activities.");
        faults.push(FieldError::new("activities", code, message));
    }
    let mut seen = HashSet::new();
    for (at, activity) in named.iter().enumerate().take(MOST) {
        let mut fault = |code, message| {
            faults.push(FieldError::new(&at.to_string(), code, message).under("activities"));
        };
        match activity.trim().chars().count() {
            0 => fault(Code::Required, "Name the activity."),
            1..=100 => {}
            _ => fault(Code::TooLong, "Give at most 100 characters."),
        }
        if !seen.insert(same_words(activity)) {
            fault(Code::Duplicate, "Name each activity once.");
        }
    }
    if answers.keys().any(|item| usize::from(*item) > named.len()) {
        let message = "Answer only the activities that are named: item 1 is the first of them.";
        faults.push(FieldError::new("answers", Code::Mismatch, message));
    }
    faults
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
