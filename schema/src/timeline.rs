//! All that happened with a patient.

use crate::context::scope;
use crate::error::raise;
use crate::id::encode;
use crate::node::{Node, visible};
use crate::page::{self, Listed};
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, ID, Object, Result};
use uuid::Uuid;

/// What happened.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::timeline::Happened")]
pub(crate) enum TimelineKind {
    /// A session was performed.
    SessionPerformed,
    /// A program was made.
    ProgramCreated,
    /// A program was revised.
    ProgramRevised,
    /// A program began.
    ProgramActivated,
    /// The patient entered another phase of a program.
    PhaseChanged,
    /// A program was held.
    ProgramHeld,
    /// A program was released.
    ProgramReleased,
    /// A program ended as planned.
    ProgramCompleted,
    /// A program ended early.
    ProgramDiscontinued,
    /// A visit took place.
    VisitDone,
    /// The patient did not come to a visit.
    VisitMissed,
    /// A visit was called off.
    VisitCanceled,
    /// The patient was screened for signs of danger.
    ScreenAnswered,
    /// A goal was set for the first time.
    GoalSet,
    /// An article was assigned.
    ArticleAssigned,
    /// The patient read an article.
    ArticleRead,
    /// A message was sent.
    MessageSent,
    /// An assessment was recorded; clinicians only.
    AssessmentRecorded,
    /// An alert was raised; clinicians only.
    AlertRaised,
    /// An alert was resolved; clinicians only.
    AlertResolved,
}

/// Something that happened with a patient.
pub(crate) struct TimelineEntry(care::timeline::Entry);

/// Something that happened with a patient.
#[Object]
impl TimelineEntry {
    /// When.
    async fn at(&self) -> DateTime {
        self.0.at.into()
    }

    /// What.
    async fn kind(&self) -> TimelineKind {
        self.0.what.into()
    }

    /// The id of what it happened with: a program, a log, a visit, a message and so on.
    async fn entity_id(&self) -> ID {
        encode(self.0.entity.0, self.0.entity.1)
    }

    /// What it happened with, as it stands now; each is looked for by itself. None for clinicians where it is
    /// a session, whose id is its patient's own: see `Patient.progressLogs`.
    async fn node(&self, context: &Context<'_>) -> Option<Result<Node>> {
        match scope(context) {
            Ok(scope) => visible(context, scope, &encode(self.0.entity.0, self.0.entity.1)).await,
            Err(error) => Some(Err(error)),
        }
    }
}

/// One page of what happened with a visible patient.
pub(crate) async fn timeline(
    context: &Context<'_>,
    patient_id: Uuid,
    kinds: Option<Vec<TimelineKind>>,
    request: &care::page::Request,
) -> Result<Listed<TimelineEntry>> {
    let kinds: Option<Vec<_>> = kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
    let page = care::timeline::read(scope(context)?, patient_id, kinds.as_deref(), request).await;
    Ok(page::listed(care::timeline::LIST, page.map_err(raise)?, TimelineEntry))
}
