//! Accepting and rejecting what is suggested.

use crate::context::{language, scope};
use crate::error::{UserError, payload};
use crate::id;
use crate::patient::Patient;
use crate::program::{DoseInput, Program, ProgramCaution, saved};
use crate::scalar::LocalDate;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::error::Error;
use care::id::Kind;
use care::library::Language;
use care::suggestion::{AcceptSuggestion, RejectSuggestion};

/// What is accepted, as it is or edited.
#[derive(InputObject)]
struct AcceptSuggestionInput {
    /// The suggestion, as it was seen; `CONFLICT` when it no longer holds.
    suggestion_id: ID,
    /// The patient whom it is about.
    patient_id: ID,
    /// Another dose than the one suggested; not with a hold.
    dose: Option<DoseInput>,
    /// At most 2,000 characters. It stands in the new revision after the reasons. With a hold it is why, at most 1,000
    /// characters; the patient reads it.
    note: Option<String>,
    /// First day of the new revision, on the patient's calendar: today or later, and not before the newest revision;
    /// the earliest such day when missing; not with a hold.
    effective_from: Option<LocalDate>,
    /// Why rules that warn are gone past, 10 to 500 characters; needed where one asks for it; not with a hold.
    override_reason: Option<String>,
}

impl AcceptSuggestionInput {
    fn parse(self, language: Language) -> care::error::Result<AcceptSuggestion> {
        let mut faults = Vec::new();
        let suggestion_id = id::input(Kind::Suggestion, "suggestionId", &self.suggestion_id);
        let suggestion_id = suggestion_id.map_err(|fault| faults.push(fault)).ok();
        let patient_id = id::input(Kind::Patient, "patientId", &self.patient_id);
        let patient_id = patient_id.map_err(|fault| faults.push(fault)).ok();
        let dose = self.dose.as_ref().map(DoseInput::parse).transpose();
        let dose = dose.map_err(|fault| faults.push(fault.under("dose"))).ok();
        let (Some(suggestion_id), Some(patient_id), Some(dose)) = (suggestion_id, patient_id, dose) else {
            return Err(Error::Invalid(faults));
        };
        Ok(AcceptSuggestion {
            suggestion_id,
            patient_id,
            dose,
            note: self.note,
            effective_from: self.effective_from.map(|date| date.0),
            override_reason: self.override_reason,
            language,
        })
    }
}

/// What is rejected.
#[derive(InputObject)]
struct RejectSuggestionInput {
    /// The suggestion, as it was seen; `CONFLICT` when it no longer holds.
    suggestion_id: ID,
    /// The patient whom it is about.
    patient_id: ID,
    /// Why, at most 1,000 characters.
    reason: Option<String>,
}

/// What accepting a suggestion answers.
#[derive(SimpleObject)]
struct AcceptSuggestionPayload {
    /// The program with its new revision, or on hold.
    program: Option<Program>,
    /// The rules that warn of it; where it was not done, `checkProgram` tells them.
    cautions: Vec<ProgramCaution>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

payload! {
    /// What rejecting a suggestion answers.
    RejectSuggestionPayload {
        /// The patient.
        patient: Patient
    }
}

/// The decisions about suggestions.
#[derive(Default)]
pub(crate) struct SuggestionMutation;

#[Object]
impl SuggestionMutation {
    /// Does what is suggested, as it is or with another dose: a next revision of the program, or a hold. Doing the same
    /// again changes nothing. Therapists of the care team only.
    async fn accept_suggestion(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The suggestion.")] input: AcceptSuggestionInput,
    ) -> Result<AcceptSuggestionPayload> {
        let (scope, language) = (scope(context)?, language(context)?);
        let accepted = async { care::suggestion::accept(scope, input.parse(language)?).await };
        let (program, cautions, user_errors) = saved(accepted.await)?;
        Ok(AcceptSuggestionPayload { program, cautions, user_errors })
    }

    /// Rejects a suggestion, which is remembered: more of an exercise is not suggested again before so many sessions as
    /// `sessionsAfterRejection` says, less not before red pain is told anew, a hold not before something else speaks for
    /// one. Therapists of the care team only.
    async fn reject_suggestion(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The suggestion, and why.")] input: RejectSuggestionInput,
    ) -> Result<RejectSuggestionPayload> {
        let scope = scope(context)?;
        let rejected = async {
            let reject = RejectSuggestion {
                suggestion_id: id::input(Kind::Suggestion, "suggestionId", &input.suggestion_id)?,
                patient_id: id::input(Kind::Patient, "patientId", &input.patient_id)?,
                reason: input.reason,
            };
            care::suggestion::reject(scope, reject).await
        };
        RejectSuggestionPayload::of(rejected.await)
    }
}
