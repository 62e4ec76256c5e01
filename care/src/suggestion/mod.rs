//! Suggestions: a step further, a step back or a hold, as the sessions since the last change of a dose say. They
//! are made when they are read and kept nowhere; what is kept is what a therapist has decided about one.
//!
//! Offers [`of`], [`accept`], [`reject`], the rule [`step`], and to the slices above `of_patients`.

mod accept;
mod data;
mod decision;
mod find;
mod gather;
mod reject;
mod rule;
#[cfg(test)]
mod rule_tests;
mod session;
pub mod step;
#[cfg(test)]
mod step_tests;
pub(crate) mod table;

pub use accept::{AcceptSuggestion, accept};
pub use data::{Reason, Rule};
pub use find::of;
pub(crate) use find::of_patients;
pub use reject::{RejectSuggestion, reject};

use crate::clinic::ProgressionThresholds;
use crate::clock::Instant;
use crate::error::{Code, Error};
use crate::library::dose::Dose;
use crate::library::{Exercise, Language};
use crate::program::Prescription;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is suggested. Rules only suggest: none of them clears a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// A step more of one prescription.
    Progress,
    /// A step less of one prescription.
    Regress,
    /// That the program rests.
    Hold,
}

/// A prescription and the step that is suggested for it.
#[derive(Debug, Clone)]
pub struct Step {
    /// The prescription, of the newest revision.
    pub prescription: Prescription,
    /// Its exercise.
    pub exercise: Exercise,
    /// The dose it would have.
    pub dose: Dose,
}

/// A step that is suggested.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// Made of what it is about, the revision and the newest evidence, so that it names exactly what was seen.
    pub id: Uuid,
    /// What is suggested.
    pub kind: Kind,
    /// The program.
    pub program_id: Uuid,
    /// The number of its newest revision.
    pub revision: i32,
    /// The step; none for a hold, which is about the program as a whole.
    pub step: Option<Step>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// The TypeIDs of the logs or alerts behind it, the oldest first.
    pub evidence: Vec<String>,
    /// The rule, with where it is from.
    pub rule: &'static Rule,
    /// By which numbers.
    thresholds: ProgressionThresholds,
    /// What tells this evidence from other: the records that say so.
    records: Vec<String>,
    /// When the newest session behind it was performed; the epoch for a hold.
    newest_at: Instant,
}

impl Suggestion {
    /// A reason in words, one sentence.
    pub fn text(&self, reason: Reason, language: Language) -> String {
        reason.text(language, self.thresholds)
    }

    /// All reasons in words.
    fn words(&self, language: Language) -> String {
        let texts: Vec<_> = self.reasons.iter().map(|reason| self.text(*reason, language)).collect();
        texts.join(" ")
    }
}

/// What a suggestion that no longer holds is answered with.
fn stale() -> Error {
    let message = "This suggestion no longer holds. Read the patient's suggestions anew.";
    Error::field("suggestionId", Code::Conflict, message)
}
