//! The progress log and what it says.

mod change;
mod input;
mod rating;
mod summary;
mod trend;
mod version;

pub(crate) use change::ProgressMutation;
pub(crate) use rating::{PainMutation, PainQuery, PainRating, ratings};
pub(crate) use summary::ProgressSummary;
pub(crate) use trend::{
    AdherenceTrendPoint, PainTrendPoint, TrendBucket, TrendQuery, adherence as adherence_trend,
    pain as pain_trend,
};

use crate::batch::ExerciseBatch;
use crate::context::{acting_patient, scope};
use crate::error::raise;
use crate::id;
use crate::library::Exercise;
use crate::page::{self, Listed};
use crate::program::Side;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use care::id::Kind;
use care::library::dose::DoneSet;
use care::progress::{LoggedResult, Range, VersionKind};
use uuid::Uuid;
use version::ProgressLogVersion;

/// Why an exercise was skipped.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::SkipReason")]
pub(crate) enum SkipReason {
    /// It hurt.
    Pain,
    /// No time.
    NoTime,
    /// Unwell.
    Unwell,
    /// Travelling.
    Travelling,
    /// Too hard.
    TooHard,
}

/// What became of symptoms in a session.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::SymptomResponse")]
pub(crate) enum SymptomResponse {
    /// They drew back toward the middle of the spine.
    Centralized,
    /// They spread outward, down the arm or the leg: a reason to stop.
    Peripheralized,
    /// They stayed where they were.
    Unchanged,
}

/// What a session did to symptoms.
#[derive(SimpleObject)]
pub(crate) struct Symptoms {
    /// What became of them.
    response: SymptomResponse,
    /// Where they were felt then, in the patient's words.
    location: Option<String>,
}

impl From<care::progress::Symptoms> for Symptoms {
    fn from(symptoms: care::progress::Symptoms) -> Self {
        Self { response: symptoms.response.into(), location: symptoms.location }
    }
}

/// A set as it was performed.
#[derive(SimpleObject)]
pub(crate) struct LoggedSet {
    /// Repetitions.
    reps: Option<i32>,
    /// Seconds of a hold or of continuous work.
    seconds: Option<u32>,
    /// Meters.
    metres: Option<u32>,
    /// Which side worked; null for both at once.
    side: Option<Side>,
    /// Load, in kilograms.
    load_kg: Option<f64>,
}

impl From<DoneSet> for LoggedSet {
    fn from(set: DoneSet) -> Self {
        Self {
            reps: set.reps.map(i32::from),
            seconds: set.seconds,
            metres: set.metres,
            side: set.side.map(Side::from),
            load_kg: set.load_kg,
        }
    }
}

/// What was done of one prescription in a session.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ProgressResult {
    #[graphql(skip)]
    prescription: Uuid,
    /// The prescription.
    prescription_id: ID,
    /// The sets; none when it was skipped.
    sets: Vec<LoggedSet>,
    /// Effort, 0 to 10.
    rpe: Option<i32>,
    /// Pain while exercising, 0 to 10.
    pain_during: Option<i32>,
    /// Why nothing was done.
    skip_reason: Option<SkipReason>,
}

impl From<LoggedResult> for ProgressResult {
    fn from(result: LoggedResult) -> Self {
        Self {
            prescription: result.prescription_id,
            prescription_id: id::encode(Kind::Prescription, result.prescription_id),
            sets: result.sets.into_iter().map(LoggedSet::from).collect(),
            rpe: result.rpe.map(i32::from),
            pain_during: result.pain_during.map(i32::from),
            skip_reason: result.skip_reason.map(SkipReason::from),
        }
    }
}

#[ComplexObject]
impl ProgressResult {
    /// The exercise that was prescribed.
    async fn exercise(&self, context: &Context<'_>) -> Option<Result<Exercise>> {
        exercise(context, self.prescription).await.transpose()
    }
}

/// The exercise of a prescription, read with those of the results beside it.
async fn exercise(context: &Context<'_>, prescription_id: Uuid) -> Result<Option<Exercise>> {
    let scope = scope(context)?;
    let batch = context.data::<ExerciseBatch>()?;
    let read = |ids: Vec<Uuid>| async move { care::progress::exercises(scope, &ids).await };
    Ok(batch.of(prescription_id, read).await.map_err(raise)?.map(Exercise::from))
}

/// A logged session as it stands now.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct ProgressLog {
    #[graphql(skip)]
    key: care::progress::LogKey,
    /// Its id, as the client chose it.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// When the session was performed.
    performed_at: DateTime,
    /// The patient-local date of it, by the offset that was logged.
    local_date: LocalDate,
    /// Pain before, 0 to 10.
    pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pain_after: Option<i32>,
    /// What the session did to symptoms.
    symptoms: Option<Symptoms>,
    /// The patient's words.
    note: Option<String>,
    /// 1 as first recorded; one more for each amendment.
    version: i32,
    /// Whether it was amended.
    amended: bool,
    /// Whether it was taken back, and counts no longer. Only clinicians see such logs, where they ask for them.
    voided: bool,
    /// When this version was recorded.
    recorded_at: DateTime,
    /// What was done, in the order it was logged.
    results: Vec<ProgressResult>,
}

impl From<care::progress::ProgressLog> for ProgressLog {
    fn from(log: care::progress::ProgressLog) -> Self {
        Self {
            key: (log.patient_id, log.id),
            id: id::encode(Kind::ProgressLog, log.id),
            performed_at: log.performed_at.into(),
            local_date: LocalDate(log.local_date),
            pain_before: log.pain_before.map(i32::from),
            pain_after: log.pain_after.map(i32::from),
            symptoms: log.symptoms.map(Symptoms::from),
            note: log.note,
            version: log.version,
            amended: log.kind == VersionKind::Amended,
            voided: log.kind == VersionKind::Voided,
            recorded_at: log.recorded_at.into(),
            results: log.results.into_iter().map(ProgressResult::from).collect(),
        }
    }
}

#[ComplexObject]
impl ProgressLog {
    /// Every version of it, as first recorded, amended and taken back, first recorded first.
    async fn versions(&self, context: &Context<'_>) -> Option<Result<Vec<ProgressLogVersion>>> {
        Some(version::of_log(context, self.key).await)
    }
}

/// The queries of the progress log.
#[derive(Default)]
pub(crate) struct ProgressQuery;

#[Object]
impl ProgressQuery {
    /// The logs of the patient who is signed in, newest first; voided ones left out.
    #[allow(clippy::too_many_arguments, reason = "a connection's arguments are the specification's")]
    async fn progress_logs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First local date.")] from: Option<LocalDate>,
        #[graphql(desc = "Last local date, included.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<Listed<ProgressLog>>> {
        let range = Range { from: from.map(|day| day.0), to: to.map(|day| day.0) };
        let request = page::request(first, after, last, before);
        let read = async { logs(context, acting_patient(scope(context)?)?, range, false, &request).await };
        Some(read.await)
    }

    /// The progress of the patient who is signed in over at most a year.
    async fn progress_summary(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First local date.")] from: LocalDate,
        #[graphql(desc = "Last local date, included.")] to: LocalDate,
    ) -> Option<Result<ProgressSummary>> {
        let read = async { summary(context, acting_patient(scope(context)?)?, from, to).await };
        Some(read.await)
    }
}

/// One page of the logs of a visible patient, and of those that were voided where clinicians ask for them.
pub(crate) async fn logs(
    context: &Context<'_>,
    patient_id: Uuid,
    range: Range,
    voided_too: bool,
    request: &care::page::Request,
) -> Result<Listed<ProgressLog>> {
    let page = care::progress::list(scope(context)?, patient_id, range, voided_too, request).await;
    let page = page.map_err(raise)?;
    Ok(page::listed("progressLogs", page, ProgressLog::from))
}

/// The progress of a visible patient.
pub(crate) async fn summary(
    context: &Context<'_>,
    patient_id: Uuid,
    from: LocalDate,
    to: LocalDate,
) -> Result<ProgressSummary> {
    let summary = care::progress::summary(scope(context)?, patient_id, from.0, to.0).await;
    summary.map(Into::into).map_err(raise)
}
