//! What is minded in a phase, and what it takes to enter and to leave it.

use super::NewPhase;
use crate::error::{Code, FieldError, has_control};
use crate::library;
use serde::{Deserialize, Serialize};

/// The most phases of a program.
pub(super) const MOST_PHASES: usize = 12;
/// The most criteria of either kind.
const MOST_CRITERIA: usize = 10;
const MOST_PRECAUTIONS: usize = 20;
const MOST_ARTICLES: usize = 10;
/// The most characters of a criterion or a precaution.
const LONGEST: usize = 200;
/// The most kilograms of a limit.
const HEAVIEST: f64 = 100.0;
/// The most minutes of a limit or a goal.
const LONGEST_MINUTES: u16 = 480;

/// What is minded in a phase, and what it takes to enter and to leave it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    /// What must be so before it is entered: at most 10, of 1 to 200 characters each.
    pub entry_criteria: Vec<String>,
    /// What must be so before it is left: at most 10, of 1 to 200 characters each.
    pub exit_criteria: Vec<String>,
    /// What the patient minds in it, at most 20.
    pub precautions: Vec<Precaution>,
    /// Kilograms that may be lifted, above 0 and at most 100.
    pub lift_limit_kg: Option<f64>,
    /// Minutes of sitting at a time, 1 to 480.
    pub sit_limit_minutes: Option<u16>,
    /// Minutes of walking a day that are aimed at, 1 to 480.
    pub walk_goal_minutes: Option<u16>,
    /// Keys of the articles to read in it, at most 10.
    pub education: Vec<String>,
}

/// What the patient minds in a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Precaution {
    /// One sentence, 1 to 200 characters.
    pub text: String,
    /// Movement tags it speaks against; none: it is about the day, not about exercises.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Terms {
    /// The movement tags that this phase speaks against.
    pub(crate) fn tags(&self) -> impl Iterator<Item = &String> {
        self.precautions.iter().flat_map(|precaution| &precaution.tags)
    }

    fn check(&self) -> Vec<FieldError> {
        let mut faults = Vec::new();
        for (field, criteria) in
            [("entryCriteria", &self.entry_criteria), ("exitCriteria", &self.exit_criteria)]
        {
            faults.extend(too_many(field, criteria.len(), MOST_CRITERIA));
            let wrong = criteria.iter().enumerate().take(MOST_CRITERIA);
            faults.extend(wrong.filter_map(|(at, text)| Some(sentence(&at.to_string(), text)?.under(field))));
        }
        faults.extend(too_many("precautions", self.precautions.len(), MOST_PRECAUTIONS));
        for (at, precaution) in self.precautions.iter().enumerate().take(MOST_PRECAUTIONS) {
            let unknown = precaution.tags.iter().any(|tag| !library::is_movement_tag(tag));
            let unknown = unknown.then(|| {
                FieldError::new(
                    "movementTags",
                    Code::NotFound,
                    "Give movement tags of the library, such as FLX.",
                )
            });
            let wrong = sentence("text", &precaution.text).into_iter().chain(unknown);
            faults.extend(wrong.map(|fault| fault.under(at).under("precautions")));
        }
        faults.extend(too_many("education", self.education.len(), MOST_ARTICLES));
        let unknown = self.education.iter().enumerate().filter(|(_, key)| library::article(key).is_none());
        faults.extend(unknown.take(MOST_ARTICLES).map(|(at, _)| {
            let message = "Give the key of an article of the library.";
            FieldError::new(&at.to_string(), Code::NotFound, message).under("education")
        }));
        if self.lift_limit_kg.is_some_and(|limit| !(limit > 0.0 && limit <= HEAVIEST)) {
            let message = "Give kilograms above 0 and at most 100.";
            faults.push(FieldError::new("liftLimitKg", Code::OutOfRange, message));
        }
        for (field, minutes) in
            [("sitLimitMinutes", self.sit_limit_minutes), ("walkGoalMinutes", self.walk_goal_minutes)]
        {
            if minutes.is_some_and(|minutes| !(1..=LONGEST_MINUTES).contains(&minutes)) {
                faults.push(FieldError::new(field, Code::OutOfRange, "Give 1 to 480 minutes."));
            }
        }
        faults
    }
}

fn too_many(field: &str, given: usize, most: usize) -> Option<FieldError> {
    (given > most).then(|| FieldError::new(field, Code::TooMany, format!("Give at most {most}.")))
}

fn sentence(field: &str, text: &str) -> Option<FieldError> {
    if has_control(text) {
        return Some(FieldError::new(field, Code::Malformed, "Leave out control characters."));
    }
    let right = (1..=LONGEST).contains(&text.trim().chars().count());
    (!right).then(|| FieldError::new(field, Code::Required, "Give 1 to 200 characters."))
}

/// Every fault of the phases asked for.
pub(super) fn check(phases: &[NewPhase]) -> Vec<FieldError> {
    let mut faults: Vec<_> = too_many("phases", phases.len(), MOST_PHASES).into_iter().collect();
    for (at, phase) in phases.iter().enumerate().take(MOST_PHASES) {
        let mut wrong = phase.terms.check();
        if !(1..=100).contains(&phase.name.trim().chars().count()) {
            wrong.push(FieldError::new("name", Code::Required, "Give a name of 1 to 100 characters."));
        }
        if has_control(&phase.name) {
            wrong.push(FieldError::new("name", Code::Malformed, "Leave out control characters."));
        }
        if phases.iter().take(at).any(|other| other.name.trim() == phase.name.trim()) {
            wrong.push(FieldError::new("name", Code::Duplicate, "Another phase has this name."));
        }
        match phase.weeks {
            None if at + 1 != phases.len() => {
                wrong.push(FieldError::new("weeks", Code::Required, "Only the last phase may be open."));
            }
            Some(weeks) if !(1..=104).contains(&weeks) => {
                wrong.push(FieldError::new("weeks", Code::OutOfRange, "Give 1 to 104 weeks."));
            }
            _ => {}
        }
        faults.extend(wrong.into_iter().map(|fault| fault.under(at).under("phases")));
    }
    faults
}
