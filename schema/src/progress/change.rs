//! Logging, amending and voiding.

use super::ProgressLog;
use super::input::ProgressLogInput;
use crate::context::{language, scope};
use crate::error::{UserError, settle};
use crate::id;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use care::error::Error;
use care::id::Kind;
use care::library::Language;
use care::progress::traffic_light;

/// The sessions to log.
#[derive(InputObject, Debug)]
pub(crate) struct LogProgressInput {
    /// 1 to 100 logs; each is taken or rejected by itself.
    logs: Vec<ProgressLogInput>,
}

/// What became of a log of a batch.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::RowStatus")]
pub(crate) enum ProgressLogStatus {
    /// Recorded now.
    Accepted,
    /// Recorded before with the same content: a replay.
    Unchanged,
    /// Not recorded; the user errors say why.
    Rejected,
}

/// The concern that a session's pain raises.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::traffic_light::Light")]
pub(crate) enum TrafficLight {
    /// Acceptable.
    Green,
    /// Go on with care.
    Amber,
    /// Too much: stop, and let a clinician look.
    Red,
}

/// What made the light what it is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::traffic_light::Reason")]
pub(crate) enum TrafficLightReason {
    /// The pain of the session is low.
    PainLow,
    /// The pain of the session is moderate.
    PainModerate,
    /// The pain of the session is high.
    PainHigh,
    /// On the day after a session pain is worse than before it.
    WorseNextMorning,
    /// For longer than a day pain is worse than before the last session.
    WorseOver24Hours,
    /// Symptoms spread outward in the session: amber at least.
    Peripheralized,
}

/// What a session's pain says. It only raises concern; it never clears anyone.
#[derive(SimpleObject)]
pub(crate) struct ProgressFeedback {
    /// The concern.
    light: TrafficLight,
    /// Why.
    reason: TrafficLightReason,
    /// One sentence or two for the patient, in the language asked for.
    message: &'static str,
}

impl ProgressFeedback {
    pub(super) fn new(feedback: traffic_light::Feedback, language: Language) -> Self {
        let traffic_light::Feedback { light, reason } = feedback;
        Self { light: light.into(), reason: reason.into(), message: reason.message(language) }
    }
}

/// The answer to a log of a batch.
#[derive(SimpleObject)]
pub(crate) struct ProgressLogResult {
    /// The id that the client gave.
    id: ID,
    /// What became of the log.
    status: ProgressLogStatus,
    /// The log as it stands now; null when rejected, or voided since.
    progress_log: Option<ProgressLog>,
    /// What its pain says; null when no pain was told.
    feedback: Option<ProgressFeedback>,
    /// Why it was rejected; paths lead into the log.
    user_errors: Vec<UserError>,
}

/// The answer to a batch.
#[derive(SimpleObject)]
pub(crate) struct LogProgressPayload {
    /// One answer a log, in the order of the input; null when the batch itself is at fault.
    results: Option<Vec<ProgressLogResult>>,
    /// Faults of the batch itself; nothing was recorded then.
    user_errors: Vec<UserError>,
}

/// The log that was corrected.
#[derive(SimpleObject)]
pub(crate) struct AmendProgressLogPayload {
    /// The log as it stands now.
    progress_log: Option<ProgressLog>,
    /// What its pain says; null when no pain was told.
    feedback: Option<ProgressFeedback>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// The log to take back.
#[derive(InputObject, Debug)]
pub(crate) struct VoidProgressLogInput {
    /// The log.
    id: ID,
}

/// The log that was taken back.
#[derive(SimpleObject)]
pub(crate) struct VoidProgressLogPayload {
    /// The id of the log, which counts no longer.
    progress_log_id: Option<ID>,
    /// What is wrong with the input; nothing was changed then.
    user_errors: Vec<UserError>,
}

/// The changes of the progress log.
#[derive(Default)]
pub(crate) struct ProgressMutation;

#[Object]
impl ProgressMutation {
    /// Logs sessions of the patient who is signed in: a batch, row by row. One bad row never
    /// blocks the rest, and a batch whose answer was lost may be sent again.
    async fn log_progress(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The sessions.")] input: LogProgressInput,
    ) -> Result<LogProgressPayload> {
        let ids: Vec<ID> = input.logs.iter().map(|log| log.id.clone()).collect();
        let batch = input.logs.into_iter().map(ProgressLogInput::read).collect();
        let (outcomes, user_errors) = settle(care::progress::log(scope(context)?, batch).await)?;
        let language = language(context)?;
        let result = |(id, outcome): (ID, care::progress::Outcome)| ProgressLogResult {
            id,
            status: outcome.status.into(),
            progress_log: outcome.log.map(ProgressLog::from),
            feedback: outcome.feedback.map(|feedback| ProgressFeedback::new(feedback, language)),
            user_errors: outcome.faults.into_iter().map(UserError::from).collect(),
        };
        let results = outcomes.map(|outcomes| ids.into_iter().zip(outcomes).map(result).collect());
        Ok(LogProgressPayload { results, user_errors })
    }

    /// Puts the corrected log in place of the one of the same id.
    async fn amend_progress_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The whole log as it should stand.")] input: ProgressLogInput,
    ) -> Result<AmendProgressLogPayload> {
        let amended = match input.read() {
            Ok(log) => care::progress::amend(scope(context)?, log).await,
            Err(faults) => Err(Error::Invalid(faults)),
        };
        let (amended, user_errors) = settle(amended)?;
        let language = language(context)?;
        let (progress_log, feedback) = amended.unzip();
        Ok(AmendProgressLogPayload {
            progress_log: progress_log.map(ProgressLog::from),
            feedback: feedback.flatten().map(|feedback| ProgressFeedback::new(feedback, language)),
            user_errors,
        })
    }

    /// Takes a log back: it counts no longer, but is kept in the records.
    async fn void_progress_log(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The log.")] input: VoidProgressLogInput,
    ) -> Result<VoidProgressLogPayload> {
        let voided = match id::input(Kind::ProgressLog, "id", &input.id) {
            Ok(id) => care::progress::void(scope(context)?, id).await,
            Err(fault) => Err(fault.into()),
        };
        let (voided, user_errors) = settle(voided)?;
        Ok(VoidProgressLogPayload { progress_log_id: voided.map(|()| input.id), user_errors })
    }
}
