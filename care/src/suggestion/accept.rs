//! Doing what is suggested, as it is or edited.

use super::data::hold_text;
use super::table::Verdict;
use super::{Kind, Suggestion, decision, of_patients, stale};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result};
use crate::library::Language;
use crate::library::dose::Dose;
use crate::patient::Chart;
use crate::program::{self, ChangeDose, Saved, change_dose, hold_in};
use crate::store::Tx;
use uuid::Uuid;

/// The most characters of a note.
const LONGEST_NOTE: usize = 2_000;
/// The most characters of what a patient reads of a hold.
const LONGEST_REASON: usize = 1_000;

/// What is accepted.
#[derive(Debug, Clone)]
pub struct AcceptSuggestion {
    /// The suggestion.
    pub suggestion_id: Uuid,
    /// The patient whom it is about.
    pub patient_id: Uuid,
    /// Another dose than the one suggested; not with a hold.
    pub dose: Option<Dose>,
    /// At most 2,000 characters. It stands in the revision after the reasons; of a hold it is what the patient
    /// reads, at most 1,000 characters.
    pub note: Option<String>,
    /// First day; the earliest there can be when missing; not with a hold.
    pub effective_from: Option<Day>,
    /// Why rules that warn are gone past, 10 to 500 characters; not with a hold.
    pub override_reason: Option<String>,
    /// The language in which the reasons are noted.
    pub language: Language,
}

/// Does what is suggested: a next revision as by [`program::revise`], with the reasons as its note, or a hold as by
/// [`program::hold`]. Therapists of the care team only. Accepting the same again answers the program as it is; what
/// was decided otherwise is a `Conflict`, and so is a suggestion that no longer holds.
pub async fn accept(scope: &Scope, input: AcceptSuggestion) -> Result<Saved> {
    scope.therapist_id()?;
    let tx = scope.write().await?;
    let chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let fingerprint = chart.fingerprint("suggestion_decision", &input.content());
    if let Some(known) = decision::same(&tx, &chart, input.suggestion_id, &fingerprint).await? {
        drop(tx);
        let program = program::get(scope, known.program_id).await?;
        return Ok(Saved { program, warnings: Vec::new() });
    }
    let suggestion = named(&tx, scope, &chart, input.suggestion_id).await?;
    check(&input, suggestion.kind)?;
    let note = input.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    decision::keep(&tx, scope, &chart, &suggestion, (Verdict::Accepted, None, fingerprint)).await?;
    let Some(step) = &suggestion.step else {
        let language = Language::of_tag(&chart.row.language).unwrap_or_default();
        let reason = note.unwrap_or_else(|| hold_text(language));
        let program = hold_in(tx, scope, suggestion.program_id, reason).await?;
        return Ok(Saved { program, warnings: Vec::new() });
    };
    let mut words = suggestion.words(input.language);
    if let Some(note) = note {
        words = format!("{words} {note}");
    }
    let change = ChangeDose {
        program_id: suggestion.program_id,
        expected_revision: suggestion.revision,
        prescription_id: step.prescription.id,
        dose: input.dose.unwrap_or(step.dose),
        effective_from: input.effective_from,
        note: words,
        override_reason: input.override_reason,
    };
    change_dose(tx, scope, change).await
}

/// The suggestion of this id, as it is now.
pub(super) async fn named(tx: &Tx, scope: &Scope, chart: &Chart, id: Uuid) -> Result<Suggestion> {
    let mut all = of_patients(tx, scope, std::slice::from_ref(chart)).await?;
    let own = all.remove(&chart.id()).unwrap_or_default();
    own.into_iter().find(|suggestion| suggestion.id == id).ok_or_else(stale)
}

impl AcceptSuggestion {
    /// What tells a replay from another decision.
    fn content(&self) -> String {
        let Self { dose, note, effective_from, override_reason, .. } = self;
        format!("accepted {dose:?} {note:?} {effective_from:?} {override_reason:?}")
    }
}

fn check(input: &AcceptSuggestion, kind: Kind) -> Result<()> {
    let mut faults = Vec::new();
    if let Some(Err(wrong)) = input.dose.map(|dose| dose.check()) {
        faults.extend(wrong.into_iter().map(|fault| fault.under("dose")));
    }
    let most = if kind == Kind::Hold { LONGEST_REASON } else { LONGEST_NOTE };
    if input.note.as_ref().is_some_and(|note| note.chars().count() > most) {
        faults.push(FieldError::new("note", Code::TooLong, format!("Give at most {most} characters.")));
    }
    if kind == Kind::Hold {
        let given = [
            ("dose", input.dose.is_some()),
            ("effectiveFrom", input.effective_from.is_some()),
            ("overrideReason", input.override_reason.is_some()),
        ];
        let message = "Leave this out: it does not belong to a hold.";
        let given = given.into_iter().filter(|(_, given)| *given);
        faults.extend(given.map(|(field, _)| FieldError::new(field, Code::Mismatch, message)));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}
