//! All that happened with a patient.

use crate::context::scope;
use crate::error::raise;
use crate::id::encode;
use crate::node::{Node, visible};
use crate::page::{self, Listed};
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, ID, Object, Result};
use care::error::Error;
use care::id::Kind;
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
    /// The patient rated their pain outside of a session.
    PainRated,
    /// An outcome measure was answered.
    OutcomeAnswered,
    /// The patient fell, or nearly.
    FallReported,
    /// An assessment was recorded; clinicians only.
    AssessmentRecorded,
    /// An alert was raised; clinicians only.
    AlertRaised,
    /// An alert was resolved; clinicians only.
    AlertResolved,
    /// A suggestion was accepted or rejected; clinicians only.
    SuggestionDecided,
}

/// Something that happened with a patient.
pub(crate) struct TimelineEntry {
    patient_id: Uuid,
    entry: care::timeline::Entry,
}

/// Something that happened with a patient.
#[Object]
impl TimelineEntry {
    /// When.
    async fn at(&self) -> DateTime {
        self.entry.at.into()
    }

    /// What.
    async fn kind(&self) -> TimelineKind {
        self.entry.what.into()
    }

    /// The id of what it happened with: a program, a log, a visit, a message and so on.
    async fn entity_id(&self) -> ID {
        encode(self.entry.entity.0, self.entry.entity.1)
    }

    /// What it happened with, as it stands now; each is looked for by itself. None where it stands no more, and
    /// for suggestions.
    async fn node(&self, context: &Context<'_>) -> Option<Result<Node>> {
        let found = async {
            let (scope, (kind, id)) = (scope(context)?, self.entry.entity);
            // The id of a log is its patient's own: by it alone, nobody else finds the log.
            if kind != Kind::ProgressLog {
                return visible(context, scope, &encode(kind, id)).await.transpose();
            }
            match care::progress::get_of(scope, self.patient_id, id).await {
                Ok(log) => Ok(Some(Node::ProgressLog(log.into()))),
                Err(Error::NotFound) => Ok(None),
                Err(error) => Err(raise(error)),
            }
        };
        found.await.transpose()
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
    let entry = |entry| TimelineEntry { patient_id, entry };
    Ok(page::listed(care::timeline::LIST, page.map_err(raise)?, entry))
}
