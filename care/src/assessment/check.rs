//! What an assessment must satisfy, as far as it can be told without the database.

use super::content::{Content, Posture};
use super::data::special_tests;
use super::measure::{NeurologicalResponse, NeurologicalTest};
use super::red_flag::signs;
use super::spine::{is_level, is_root};
use super::{NewAssessment, Risk};
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result};
use crate::library;
use std::collections::HashSet;
use std::hash::Hash;

/// The most characters of a text of the history, and of a finding.
const LONGEST_TEXT: usize = 2_000;
/// The most characters of a note to a finding.
const LONGEST_REMARK: usize = 500;
/// How long ago an assessment may have been, in days: ten years.
const BACK: i32 = 10 * 366;
/// How far ahead the next one may be, in days: two years.
const AHEAD: i32 = 2 * 366;

/// The faults found so far.
struct Faults(Vec<FieldError>);

impl Faults {
    fn add(&mut self, field: &str, code: Code, message: &str) {
        self.0.push(FieldError::new(field, code, message));
    }

    /// A fault of an entry of a list.
    fn of_entry(&mut self, list: &str, at: usize, field: &str, code: Code, message: &str) {
        self.0.push(FieldError::new(field, code, message).under(at).under(list));
    }

    /// Too many entries, and those that come again.
    fn of_list<K: Eq + Hash>(&mut self, list: &str, most: usize, keys: impl Iterator<Item = K>) {
        let mut seen = HashSet::new();
        for (at, key) in keys.enumerate() {
            if at == most {
                self.add(list, Code::TooMany, &format!("Give at most {most} entries."));
                break;
            }
            if !seen.insert(key) {
                let fault = FieldError::new(&at.to_string(), Code::Duplicate, "Give each once.");
                self.0.push(fault.under(list));
            }
        }
    }
}

/// The risk of an assessment that is right, recorded on `today`; else what is wrong with it.
pub(super) fn check(input: &NewAssessment, today: Day) -> Result<Option<Risk>> {
    let mut faults = Faults(input.faults.clone());
    let risk = input.risk.as_ref().map(super::NewRisk::check).transpose();
    let risk = risk.unwrap_or_else(|fault| {
        faults.0.push(fault.under("risk"));
        None
    });
    dates(&mut faults, input, today);
    told(&mut faults, &input.content, today);
    measured(&mut faults, &input.content);
    conditions(&mut faults, &input.content);
    danger(&mut faults, input.red_flag_signs.as_deref().unwrap_or_default());
    if input.content.is_empty() && input.risk.is_none() && input.red_flag_signs.is_none() {
        faults.add("history", Code::Required, "Record something that was told, seen or measured.");
    }
    if faults.0.is_empty() { Ok(risk) } else { Err(Error::Invalid(faults.0)) }
}

fn dates(faults: &mut Faults, input: &NewAssessment, today: Day) {
    let assessed_on = input.assessed_on.unwrap_or(today);
    if assessed_on > today || assessed_on < today.plus(-BACK) {
        faults.add("assessedOn", Code::OutOfRange, "Give today, or a day of the past ten years.");
    }
    if input.next_on.is_some_and(|next| next <= assessed_on || next > assessed_on.plus(AHEAD)) {
        faults.add("nextOn", Code::OutOfRange, "Give a day within two years after this assessment.");
    }
}

/// What is said in words.
fn told(faults: &mut Faults, content: &Content, today: Day) {
    let long =
        |text: &Option<String>, most: usize| text.as_ref().is_some_and(|text| text.chars().count() > most);
    for (field, text) in content.history.texts() {
        if long(text, LONGEST_TEXT) {
            let fault = FieldError::new(field, Code::TooLong, "Give at most 2,000 characters.");
            faults.0.push(fault.under("history"));
        }
    }
    if content.history.onset_on.is_some_and(|day| day > today) {
        let fault = FieldError::new("onsetOn", Code::OutOfRange, "Give a day that is not in the future.");
        faults.0.push(fault.under("history"));
    }
    faults.of_list("posture", 20, 0..content.posture.len());
    for (at, finding) in content.posture.iter().enumerate().take(20) {
        let blank = finding.note.as_deref().is_none_or(|note| note.trim().is_empty());
        if long(&finding.note, LONGEST_REMARK) {
            faults.of_entry("posture", at, "note", Code::TooLong, "Give at most 500 characters.");
        } else if finding.posture == Posture::Other && blank {
            faults.of_entry("posture", at, "note", Code::Required, "Say what it is.");
        }
    }
    faults.of_list("diagnosticTests", 20, 0..content.diagnostic_tests.len());
    for (at, test) in content.diagnostic_tests.iter().enumerate().take(20) {
        let mut fault =
            |field, code, message: &str| faults.of_entry("diagnosticTests", at, field, code, message);
        match test.finding.chars().count() {
            _ if test.finding.trim().is_empty() => fault("finding", Code::Required, "Say what it found."),
            1..=LONGEST_TEXT => {}
            _ => fault("finding", Code::TooLong, "Give at most 2,000 characters."),
        }
        if test.performed_on.is_some_and(|day| day > today) {
            fault("performedOn", Code::OutOfRange, "Give a day that is not in the future.");
        }
    }
    if long(&content.note, 4_000) {
        faults.add("note", Code::TooLong, "Give at most 4,000 characters.");
    }
}

const DEGREES: &str = "Give whole degrees from 0 to 180.";

/// What is measured.
fn measured(faults: &mut Faults, content: &Content) {
    let ranges = &content.range_of_motion;
    faults.of_list(
        "rangeOfMotion",
        60,
        ranges.iter().map(|range| (range.region, range.direction, range.side)),
    );
    for (at, _) in ranges.iter().enumerate().filter(|(_, range)| !(0..=180).contains(&range.degrees)) {
        faults.of_entry("rangeOfMotion", at, "degrees", Code::OutOfRange, DEGREES);
    }
    faults.of_list("strength", 60, content.strength.iter().map(|strength| (strength.action, strength.side)));
    let graded = |grade: f64| (0..=10).any(|halves| (f64::from(halves) - grade * 2.0).abs() < 1e-9);
    for (at, _) in content.strength.iter().enumerate().filter(|(_, strength)| !graded(strength.grade)) {
        let message = "Give a grade from 0 to 5 in steps of a half: 4.5 for 4+.";
        faults.of_entry("strength", at, "grade", Code::OutOfRange, message);
    }
    let signs = &content.neurological_signs;
    faults.of_list("neurologicalSigns", 120, signs.iter().map(|sign| (sign.test, &sign.level, sign.side)));
    for (at, sign) in signs.iter().enumerate().take(120) {
        if !is_root(&sign.level) {
            let message = "Give a nerve root such as L5.";
            faults.of_entry("neurologicalSigns", at, "level", Code::Malformed, message);
        }
        let strong = sign.response == NeurologicalResponse::Increased;
        if strong && sign.test == NeurologicalTest::Myotome {
            let message = "A myotome is normal, reduced or absent.";
            faults.of_entry("neurologicalSigns", at, "response", Code::Mismatch, message);
        }
    }
    special(faults, content);
}

fn special(faults: &mut Faults, content: &Content) {
    let results = &content.special_tests;
    faults.of_list("specialTests", 60, results.iter().map(|result| (&result.test, result.side)));
    for (at, result) in results.iter().enumerate().take(60) {
        let mut fault =
            |field, code, message: &str| faults.of_entry("specialTests", at, field, code, message);
        let known = special_tests().iter().find(|test| test.key == result.test);
        match (known, result.degrees) {
            (None, _) => fault("test", Code::NotFound, "Give a key of specialTests."),
            (Some(test), Some(_)) if !test.degrees => {
                fault("degrees", Code::Mismatch, "This test has no angle.");
            }
            (_, Some(degrees)) if !(0..=180).contains(&degrees) => {
                fault("degrees", Code::OutOfRange, DEGREES);
            }
            _ => {}
        }
    }
}

fn conditions(faults: &mut Faults, content: &Content) {
    let given = content.conditions.as_deref().unwrap_or_default();
    faults.of_list("conditions", 20, given.iter());
    for (at, diagnosis) in given.iter().enumerate().take(20) {
        if library::condition(&diagnosis.key).is_none() {
            let message = "Give the key of a condition of the library.";
            faults.of_entry("conditions", at, "key", Code::NotFound, message);
        }
        if diagnosis.level.as_deref().is_some_and(|level| !is_level(level)) {
            let message = "Give a vertebra, or two neighbors from above: L5, L4/L5.";
            faults.of_entry("conditions", at, "level", Code::Malformed, message);
        }
    }
}

fn danger(faults: &mut Faults, given: &[String]) {
    faults.of_list("redFlagSigns", signs().len(), given.iter());
    for (at, key) in given.iter().enumerate().take(signs().len()) {
        if !signs().iter().any(|sign| sign.key == *key) {
            let fault = FieldError::new(&at.to_string(), Code::NotFound, "Give a key of redFlagSigns.");
            faults.0.push(fault.under("redFlagSigns"));
        }
    }
}
