//! Recording assessments, and taking them back.

use super::content::{
    AssessmentCondition, AssessmentRiskInput, DiagnosticTest, History, NeurologicalSign, PostureFinding,
    RangeOfMotion, SpecialTestResult, Strength,
};
use super::red_flag::RedFlagScreen;
use super::{Assessment, AssessmentKind, each};
use crate::context::scope;
use crate::error::{UserError, payload, settle};
use crate::id::{self, chosen};
use crate::scalar::LocalDate;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::assessment::{Content, NewAssessment, NewRisk};
use care::error::FieldError;
use care::id::Kind;

/// What was told, seen and measured. Everything clinical may be left out, but not all of it.
#[derive(InputObject)]
struct RecordAssessmentInput {
    /// TypeID `assessment_…` with a UUIDv7 of your own, so that a repeated attempt records nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// When in the course of care it is.
    kind: AssessmentKind,
    /// The patient-local date of it, of the past ten years; today when missing.
    assessed_on: Option<LocalDate>,
    /// The patient-local date on which the next one is due, within two years after this one.
    next_on: Option<LocalDate>,
    /// What the patient told.
    history: Option<History>,
    /// What the posture showed, at most 20.
    #[graphql(default)]
    posture: Vec<PostureFinding>,
    /// How far parts of the body moved, at most 60, each region, direction and side once.
    #[graphql(default)]
    range_of_motion: Vec<RangeOfMotion>,
    /// How strong actions were, at most 60, each action and side once.
    #[graphql(default)]
    strength: Vec<Strength>,
    /// How nerve roots worked, at most 120, each kind, level and side once.
    #[graphql(default)]
    neurological_signs: Vec<NeurologicalSign>,
    /// What special tests said, at most 60, each test and side once. A positive one whose key is a sign of
    /// danger counts as one, and is screened with `redFlagSigns`.
    #[graphql(default)]
    special_tests: Vec<SpecialTestResult>,
    /// What diagnostic tests found, at most 20.
    #[graphql(default)]
    diagnostic_tests: Vec<DiagnosticTest>,
    /// At most 20 conditions, which take the place of those recorded of the patient, unless an assessment of a
    /// later day counts; left out, those stay. Signs of myelopathy are a condition too, and end where they are
    /// not in the list, once `resolveRedFlags` has looked at them.
    conditions: Option<Vec<AssessmentCondition>>,
    /// How likely it is that the trouble stays: as judged, or by the points of `STarT Back`.
    risk: Option<AssessmentRiskInput>,
    /// The keys of the signs of danger that are there, of `redFlagSigns`, where they were looked for: recorded
    /// as a screen, with all that follows from one, though one of an
    /// earlier day leaves a screen due that is. Empty when there is none; left out when not looked for.
    red_flag_signs: Option<Vec<String>>,
    /// Anything else, at most 4,000 characters.
    note: Option<String>,
}

impl RecordAssessmentInput {
    fn parse(self) -> Result<NewAssessment, FieldError> {
        let mut faults = Vec::new();
        let id = chosen(Kind::Assessment, self.id.as_ref()).map_err(|fault| faults.push(fault));
        Ok(NewAssessment {
            id: id.unwrap_or_default(),
            faults,
            patient_id: id::input(Kind::Patient, "patientId", &self.patient_id)?,
            kind: self.kind.into(),
            assessed_on: self.assessed_on.map(|date| date.0),
            next_on: self.next_on.map(|date| date.0),
            content: Content {
                history: self.history.map(Into::into).unwrap_or_default(),
                posture: each(self.posture),
                range_of_motion: each(self.range_of_motion),
                strength: each(self.strength),
                neurological_signs: each(self.neurological_signs),
                special_tests: each(self.special_tests),
                diagnostic_tests: each(self.diagnostic_tests),
                conditions: self.conditions.map(each),
                risk: None,
                note: self.note,
            },
            risk: self.risk.map(NewRisk::from),
            red_flag_signs: self.red_flag_signs,
        })
    }
}

/// An assessment that was mistaken.
#[derive(InputObject)]
struct VoidAssessmentInput {
    /// The assessment.
    assessment_id: ID,
    /// What was mistaken, 10 to 500 characters.
    reason: String,
}

/// What recording an assessment answers.
#[derive(SimpleObject)]
struct RecordAssessmentPayload {
    /// The assessment; none where it was refused.
    assessment: Option<Assessment>,
    /// The screen for signs of danger that was part of it, with what to do now. Where its signs point to anything
    /// it was recorded, and is answered, whatever is wrong with the rest.
    screen: Option<RedFlagScreen>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

payload! {
    /// What voiding an assessment answers.
    VoidAssessmentPayload {
        /// The assessment.
        assessment: Assessment
    }
}

/// The changes of assessments.
#[derive(Default)]
pub(crate) struct AssessmentMutation;

#[Object]
impl AssessmentMutation {
    /// Records an assessment. Where signs of danger point to anything, they are recorded even if the rest is refused.
    /// Therapists of the care team only.
    async fn record_assessment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was told, seen and measured.")] input: RecordAssessmentInput,
    ) -> Result<RecordAssessmentPayload> {
        let scope = scope(context)?;
        let recorded = async { care::assessment::record(scope, input.parse()?).await };
        let (recorded, mut user_errors) = settle(recorded.await)?;
        let Some(recorded) = recorded else {
            return Ok(RecordAssessmentPayload { assessment: None, screen: None, user_errors });
        };
        user_errors.extend(recorded.faults.into_iter().map(UserError::from));
        Ok(RecordAssessmentPayload {
            assessment: recorded.assessment.map(Assessment::from),
            screen: recorded.screen.map(RedFlagScreen::from),
            user_errors,
        })
    }

    /// Takes a mistaken assessment back: it stays to be read, and counts for nothing. The conditions and the
    /// screen that were recorded with it stay; another assessment corrects them. Therapists of the care team
    /// only.
    async fn void_assessment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The assessment, and why.")] input: VoidAssessmentInput,
    ) -> Result<VoidAssessmentPayload> {
        let scope = scope(context)?;
        let voided = async {
            let id = id::input(Kind::Assessment, "assessmentId", &input.assessment_id)?;
            care::assessment::void(scope, id, &input.reason).await
        };
        VoidAssessmentPayload::of(voided.await)
    }
}
