//! The versions of a log.

use super::{ProgressResult, Symptoms};
use crate::batch::VersionBatch;
use crate::context::scope;
use crate::error::raise;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, Result, SimpleObject};
use care::progress::LogKey;

/// What a version of a log is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::VersionKind")]
pub(crate) enum LogVersionKind {
    /// As first recorded.
    Original,
    /// Corrected.
    Amended,
    /// Taken back: the log no longer counts.
    Voided,
}

/// A version of a log, as it was recorded. Versions are added, never changed.
#[derive(SimpleObject)]
pub(crate) struct ProgressLogVersion {
    /// 1 as first recorded; one more for each amendment and for voiding.
    version: i32,
    /// What it is.
    kind: LogVersionKind,
    /// When it was recorded.
    recorded_at: DateTime,
    /// Whether the patient recorded it.
    by_patient: bool,
    /// When the session was performed, as this version tells.
    performed_at: DateTime,
    /// The patient-local date of it.
    local_date: LocalDate,
    /// Pain before, 0 to 10.
    pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pain_after: Option<i32>,
    /// What the session did to symptoms.
    symptoms: Option<Symptoms>,
    /// The patient's words.
    note: Option<String>,
    /// What was done, in the order it was logged.
    results: Vec<ProgressResult>,
}

impl From<care::progress::ProgressLog> for ProgressLogVersion {
    fn from(log: care::progress::ProgressLog) -> Self {
        Self {
            version: log.version,
            kind: log.kind.into(),
            recorded_at: log.recorded_at.into(),
            by_patient: log.by_patient,
            performed_at: log.performed_at.into(),
            local_date: LocalDate(log.local_date),
            pain_before: log.pain_before.map(i32::from),
            pain_after: log.pain_after.map(i32::from),
            symptoms: log.symptoms.map(Symptoms::from),
            note: log.note,
            results: log.results.into_iter().map(ProgressResult::from).collect(),
        }
    }
}

/// The versions of a log, read with those of the logs beside it.
pub(super) async fn of_log(context: &Context<'_>, key: LogKey) -> Result<Vec<ProgressLogVersion>> {
    let scope = scope(context)?;
    let batch = context.data::<VersionBatch>()?;
    let found = batch.of(key, |keys| async move { care::progress::versions(scope, &keys).await }).await;
    Ok(found.map_err(raise)?.unwrap_or_default().into_iter().map(ProgressLogVersion::from).collect())
}
