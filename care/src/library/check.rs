//! What an exercise of a clinic's own must satisfy.

use super::data::{CONDITIONS, EXERCISES, Text};
use super::{Language, NewExercise};
use crate::error::{Code, Error, FieldError, Result, has_control};

/// The most steps of an instruction.
const MOST_STEPS: usize = 20;
/// The most characters of a name, of a step, and of any other piece of an instruction.
const NAME: usize = 200;
const STEP: usize = 500;
const PIECE: usize = 1_000;

impl NewExercise {
    /// Checks everything that can be told without the database. Paths are those of the input.
    pub(super) fn check(&self) -> Result<()> {
        let mut faults = texts(&self.texts);
        if self.categories.is_empty() {
            faults.push(FieldError::new("categories", Code::Required, "Give at least one category."));
        }
        let conditions: Vec<_> = CONDITIONS.iter().map(|record| record.key.clone()).collect();
        for (field, given, known) in [
            ("categories", &self.categories, &EXERCISES.categories),
            ("movementTags", &self.tags, &EXERCISES.tags),
            ("equipment", &self.equipment, &EXERCISES.equipment),
            ("conditions", &self.conditions, &conditions),
        ] {
            faults.extend(words(given, known).into_iter().map(|fault| fault.under(field)));
        }
        let dose = self.default_dose.check().err().unwrap_or_default();
        faults.extend(dose.into_iter().map(|fault| fault.under("defaultDose")));
        let schedule = self.default_schedule.check().err().unwrap_or_default();
        faults.extend(schedule.into_iter().map(|fault| fault.under("defaultSchedule")));
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }
}

/// Each of the words is known and stands once.
fn words(given: &[String], known: &[String]) -> Vec<FieldError> {
    let fault = |(at, word): (usize, &String)| {
        let (code, message) = if !known.contains(word) {
            (Code::NotFound, format!("Give one of {}.", known.join(", ")))
        } else if given.iter().take(at).any(|earlier| earlier == word) {
            (Code::Duplicate, "Give each once.".to_owned())
        } else {
            return None;
        };
        Some(FieldError::new(&at.to_string(), code, message))
    };
    // Whoever gives more than there are has given one twice, or one that is unknown.
    given.iter().take(known.len() + 1).enumerate().filter_map(fault).collect()
}

fn texts(given: &[(Language, Text)]) -> Vec<FieldError> {
    if given.is_empty() {
        return vec![FieldError::new("texts", Code::Required, "Give the words in one language at least.")];
    }
    let faults = |(at, (language, text)): (usize, &(Language, Text))| {
        let again = given.iter().take(at).any(|(earlier, _)| earlier == language);
        let again = again
            .then(|| FieldError::new("language", Code::Duplicate, "Give the words of each language once."));
        let faults = again.into_iter().chain(faults_of(text));
        faults.map(|fault| fault.under(at).under("texts")).collect::<Vec<_>>()
    };
    given.iter().take(Language::ALL.len() + 1).enumerate().flat_map(faults).collect()
}

fn faults_of(text: &Text) -> Vec<FieldError> {
    let mut faults: Vec<_> = [
        piece("name", &text.name, 1..=NAME),
        piece("preparation", &text.preparation, 0..=PIECE),
        piece("formCue", &text.form_cue, 0..=PIECE),
        piece("breathing", &text.breathing, 0..=PIECE),
        piece("safety", &text.safety, 0..=PIECE),
    ]
    .into_iter()
    .flatten()
    .collect();
    if text.steps.is_empty() {
        faults.push(FieldError::new("steps", Code::Required, "Give at least one step."));
    }
    if text.steps.len() > MOST_STEPS {
        faults.push(FieldError::new("steps", Code::TooMany, format!("Give at most {MOST_STEPS} steps.")));
    }
    for (at, step) in text.steps.iter().enumerate().take(MOST_STEPS) {
        faults.extend(piece(&at.to_string(), step, 1..=STEP).map(|fault| fault.under("steps")));
    }
    faults
}

/// The fault of a text that has not so many characters, or one that no screen shows.
fn piece(field: &str, text: &str, range: std::ops::RangeInclusive<usize>) -> Option<FieldError> {
    let (text, most) = (text.trim(), range.end());
    let length = text.chars().count();
    if length < *range.start() {
        Some(FieldError::new(field, Code::Required, format!("Give 1 to {most} characters.")))
    } else if length > *most {
        Some(FieldError::new(field, Code::TooLong, format!("Give at most {most} characters.")))
    } else {
        has_control(text).then(|| FieldError::new(field, Code::Malformed, "Leave out control characters."))
    }
}
