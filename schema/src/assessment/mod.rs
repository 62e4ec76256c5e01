//! Assessments, screens for signs of danger, and falls.

mod change;
mod comparison;
mod content;
mod fall;
mod range_trend;
mod red_flag;
mod values;

pub(crate) use change::AssessmentMutation;
pub(crate) use fall::{FallMutation, FallQuery, FallReport};
pub(crate) use range_trend::{RangeOfMotionPoint, range_of_motion};
pub(crate) use red_flag::{RedFlagMutation, RedFlagQuery, RedFlagScreen};
pub(crate) use values::{BodySide, MotionRegion, MovementDirection};

use crate::context::{language, scope};
use crate::error::raise;
use crate::id::encode;
use crate::page::{self, Listed};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::id::Kind;
use care::page::Request;
use comparison::AssessmentComparison;
use content::{
    AssessmentCondition, AssessmentRisk, DiagnosticTest, History, NeurologicalSign, PostureFinding,
    RangeOfMotion, SpecialTestResult, Strength,
};
use uuid::Uuid;

/// When in the course of care an assessment is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::Kind")]
enum AssessmentKind {
    /// At its beginning.
    Initial,
    /// On the way.
    Reassessment,
    /// At its end.
    Discharge,
}

/// What a therapist was told, saw and measured. It is never edited; a mistaken one is voided.
#[derive(SimpleObject)]
pub(crate) struct Assessment {
    /// TypeID `assessment_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// When in the course of care it is.
    kind: AssessmentKind,
    /// The patient-local date of it.
    assessed_on: LocalDate,
    /// The patient-local date on which the next one is due.
    next_on: Option<LocalDate>,
    /// What the patient told.
    history: History,
    /// What the posture showed.
    posture: Vec<PostureFinding>,
    /// How far parts of the body moved.
    range_of_motion: Vec<RangeOfMotion>,
    /// How strong actions were.
    strength: Vec<Strength>,
    /// How nerve roots worked.
    neurological_signs: Vec<NeurologicalSign>,
    /// What special tests said.
    special_tests: Vec<SpecialTestResult>,
    /// What diagnostic tests found.
    diagnostic_tests: Vec<DiagnosticTest>,
    /// The conditions that it recorded of the patient; none where it left them as they were.
    conditions: Option<Vec<AssessmentCondition>>,
    /// How likely it is that the trouble stays.
    risk: Option<AssessmentRisk>,
    /// Anything else.
    note: Option<String>,
    /// The screen for signs of danger that was part of it, with what was advised.
    screen: Option<RedFlagScreen>,
    /// The therapist who recorded it.
    member_id: ID,
    /// When it was recorded.
    recorded_at: DateTime,
    /// When it was taken back as mistaken.
    voided_at: Option<DateTime>,
    /// Why.
    void_reason: Option<String>,
}

/// A list with each entry wrapped.
fn each<T, U: From<T>>(list: Vec<T>) -> Vec<U> {
    list.into_iter().map(U::from).collect()
}

impl From<care::assessment::Assessment> for Assessment {
    fn from(assessment: care::assessment::Assessment) -> Self {
        let content = assessment.content;
        Self {
            id: encode(Kind::Assessment, assessment.id),
            kind: assessment.kind.into(),
            assessed_on: assessment.assessed_on.into(),
            next_on: assessment.next_on.map(LocalDate),
            history: content.history.into(),
            posture: each(content.posture),
            range_of_motion: each(content.range_of_motion),
            strength: each(content.strength),
            neurological_signs: each(content.neurological_signs),
            special_tests: each(content.special_tests),
            diagnostic_tests: each(content.diagnostic_tests),
            conditions: content.conditions.map(each),
            risk: content.risk.map(AssessmentRisk::from),
            note: content.note,
            screen: assessment.screen.map(RedFlagScreen::from),
            member_id: encode(Kind::Member, assessment.recorded_by),
            recorded_at: assessment.recorded_at.into(),
            voided_at: assessment.voided_at.map(DateTime::from),
            void_reason: assessment.void_reason,
        }
    }
}

/// A test by which a clinician looks for something.
#[derive(SimpleObject)]
struct SpecialTest {
    /// Its key.
    key: &'static str,
    /// What it is called, in the language asked for.
    name: &'static str,
    /// Whether the angle at which it speaks can be noted.
    degrees: bool,
}

/// The assessments of a patient.
pub(crate) async fn all(
    context: &Context<'_>,
    patient_id: Uuid,
    request: &Request,
) -> Result<Listed<Assessment>> {
    let page = care::assessment::list(scope(context)?, patient_id, request).await.map_err(raise)?;
    Ok(page::listed("assessments", page, Assessment::from))
}

/// When the next assessment of a patient is due.
pub(crate) async fn next_on(context: &Context<'_>, patient_id: Uuid) -> Result<Option<LocalDate>> {
    let next = care::assessment::next_on(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(next.map(LocalDate))
}

/// The queries about assessments.
#[derive(Default)]
pub(crate) struct AssessmentQuery;

#[Object]
impl AssessmentQuery {
    /// The special tests that an assessment can record.
    async fn special_tests(&self, context: &Context<'_>) -> Result<Vec<SpecialTest>> {
        scope(context)?;
        let language = language(context)?;
        let test = |test: &'static care::assessment::SpecialTest| SpecialTest {
            key: &test.key,
            name: test.name(language),
            degrees: test.degrees,
        };
        Ok(care::assessment::special_tests().iter().map(test).collect())
    }

    /// What has changed between two assessments of one patient. Clinicians only.
    async fn compare_assessments(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The earlier assessment.")] from_id: ID,
        #[graphql(desc = "The later one.")] to_id: ID,
    ) -> Option<Result<AssessmentComparison>> {
        Some(comparison::read(context, &from_id, &to_id).await)
    }
}
