//! Steps that are suggested.

mod batch;
mod change;

pub(crate) use batch::SuggestionBatch;
pub(crate) use change::SuggestionMutation;

use crate::context::{language, scope};
use crate::error::raise;
use crate::id::encode;
use crate::library::RuleBasis;
use crate::program::{Dose, Prescription};
use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use care::id::Kind;
use uuid::Uuid;

/// What is suggested.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::suggestion::Kind")]
enum SuggestionKind {
    /// A step more of one prescription.
    Progress,
    /// A step less of one prescription.
    Regress,
    /// That the program rests.
    Hold,
}

/// Why a step is suggested.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::suggestion::Reason")]
enum SuggestionReasonCode {
    /// The last sessions did enough of the dose.
    DoseDone,
    /// Pain was told and low in all of them, and no flare has followed.
    PainLow,
    /// Effort was low wherever it was told.
    EffortLow,
    /// Pain with the exercise was red again and again.
    RedPain,
    /// Signs of danger wait to be looked at.
    RedFlag,
    /// A critical alert, such as one of a fall, is open.
    CriticalAlert,
}

/// Why a step is suggested.
#[derive(SimpleObject)]
#[graphql(complex)]
struct SuggestionReason {
    #[graphql(skip)]
    of: care::suggestion::Suggestion,
    /// The reason.
    code: SuggestionReasonCode,
}

#[ComplexObject]
impl SuggestionReason {
    /// The reason with its numbers, one sentence in the language asked for.
    async fn text(&self, context: &Context<'_>) -> Result<String> {
        Ok(self.of.text(self.code.into(), language(context)?))
    }
}

/// A step that is suggested, as the sessions since the last change of a dose say. Nothing is done unless a therapist
/// accepts it, and that nothing is suggested clears nobody.
pub(crate) struct Suggestion(care::suggestion::Suggestion);

/// A step that is suggested, as the sessions since the last change of a dose say. Nothing is done unless a therapist
/// accepts it, and that nothing is suggested clears nobody.
#[Object]
impl Suggestion {
    /// TypeID `suggestion_…`. It names what it is about, the revision and the newest evidence: with any of them
    /// it changes.
    async fn id(&self) -> ID {
        encode(Kind::Suggestion, self.0.id)
    }

    /// What is suggested. Of several, a hold is suggested alone, and less of an exercise before more.
    async fn kind(&self) -> SuggestionKind {
        self.0.kind.into()
    }

    /// The program: TypeID `program_…`.
    async fn program_id(&self) -> ID {
        encode(Kind::Program, self.0.program_id)
    }

    /// The prescription, of the newest revision; none for a hold, which is about the program as a whole.
    async fn prescription(&self) -> Option<Prescription> {
        let step = self.0.step.as_ref()?;
        Some(Prescription::new(step.prescription.clone(), Some(step.exercise.clone())))
    }

    /// The dose it has.
    async fn current_dose(&self) -> Option<Dose> {
        self.0.step.as_ref().map(|step| step.prescription.dose.into())
    }

    /// The dose it would have.
    async fn suggested_dose(&self) -> Option<Dose> {
        self.0.step.as_ref().map(|step| step.dose.into())
    }

    /// Why.
    async fn reasons(&self) -> Vec<SuggestionReason> {
        let reason = |reason: &care::suggestion::Reason| SuggestionReason {
            of: self.0.clone(),
            code: SuggestionReasonCode::from(*reason),
        };
        self.0.reasons.iter().map(reason).collect()
    }

    /// The ids of the logs or alerts behind it, the oldest first.
    async fn evidence(&self) -> Vec<ID> {
        self.0.evidence.iter().map(ID::from).collect()
    }

    /// Where the rule is from.
    async fn basis(&self) -> RuleBasis {
        self.0.rule.basis.into()
    }

    /// Its source, or who is to review it.
    async fn source(&self) -> &str {
        &self.0.rule.source
    }
}

/// The numbers by which steps are suggested in a clinic. Pain and effort are rated 0 to 10.
#[derive(SimpleObject)]
pub(crate) struct ProgressionThresholds {
    /// How many sessions of an exercise in a row must have been good.
    sessions: u8,
    /// How much of the dose each of them must have done, in percent.
    dose_percent: u8,
    /// The highest pain that any rating of such a session may tell.
    pain_max: u8,
    /// The highest effort that may be told for the exercise.
    rpe_max: u8,
    /// After how many sessions with red pain less is suggested.
    red_sessions: u8,
    /// Within how many days these must be.
    red_days: u8,
    /// After how many more sessions of the exercise more is suggested again, once that was rejected.
    sessions_after_rejection: u8,
}

impl From<care::clinic::ProgressionThresholds> for ProgressionThresholds {
    fn from(set: care::clinic::ProgressionThresholds) -> Self {
        Self {
            sessions: set.sessions,
            dose_percent: set.dose_percent,
            pain_max: set.pain_max,
            rpe_max: set.rpe_max,
            red_sessions: set.red_sessions,
            red_days: set.red_days,
            sessions_after_rejection: set.sessions_after_rejection,
        }
    }
}

/// What is suggested for a patient.
pub(crate) async fn of(context: &Context<'_>, patient_id: Uuid) -> Result<Vec<Suggestion>> {
    let batch = context.data::<SuggestionBatch>()?;
    let found = batch.of(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(found.into_iter().map(Suggestion).collect())
}
