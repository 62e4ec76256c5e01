//! The GraphQL schema: types, resolvers, error codes.
//!
//! A resolver parses ids and scalars, calls one use case or read model of `care`, and wraps what
//! it answers. It decides nothing about access and cannot run a query. `schema.graphql` beside
//! this folder is the printed form.

// The merged roots nest by slice.
#![recursion_limit = "256"]
#![allow(clippy::unused_async, reason = "the executor takes async resolvers only")]

mod batch;
mod context;
mod error;
mod id;
mod page;
mod scalar;

pub use context::{Caller, Options};
use live::Subscription;
pub use live::{Told, Wake, Woken};
pub use scalar::check_scalar;
pub use server_info::DOCUMENT_BYTES;

use async_graphql::{MergedObject, Pos, Request, Response};
use batch::{ExerciseBatch, MediaBatch, VersionBatch};
use care::access::{Scope, Services};
use error::raise;
use futures::StreamExt;
use outcome::MeasureTexts;
use std::sync::Arc;
use suggestion::SuggestionBatch;

mod account;
mod alert;
mod assessment;
mod audit;
mod care_team;
mod caseload;
mod education;
mod goal;
mod library;
mod live;
mod media;
mod member;
mod message;
mod monitoring;
mod node;
mod outcome;
mod patient;
mod program;
mod progress;
mod record;
mod reminder;
mod server_info;
mod suggestion;
mod threshold;
mod timeline;
mod today;
mod visit;

#[cfg(test)]
mod sdl_tests;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
struct Query(
    account::AccountQuery,
    server_info::ServerInfoQuery,
    node::NodeQuery,
    today::TodayQuery,
    program::ProgramQuery,
    program::CautionQuery,
    program::TemplateQuery,
    assessment::RedFlagQuery,
    assessment::FallQuery,
    alert::AlertQuery,
    assessment::AssessmentQuery,
    goal::GoalQuery,
    progress::ProgressQuery,
    outcome::OutcomeQuery,
    progress::PainQuery,
    progress::TrendQuery,
    visit::VisitQuery,
    message::MessageQuery,
    reminder::ReminderQuery,
    reminder::CalendarQuery,
    caseload::CaseloadQuery,
    patient::PatientQuery,
    member::MemberQuery,
    audit::AuditQuery,
    library::LibraryQuery,
    education::EducationQuery,
);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
struct Mutation(
    account::AccountMutation,
    education::EducationMutation,
    media::MediaMutation,
    alert::AlertMutation,
    assessment::RedFlagMutation,
    assessment::FallMutation,
    assessment::AssessmentMutation,
    goal::GoalMutation,
    progress::ProgressMutation,
    outcome::OutcomeMutation,
    suggestion::SuggestionMutation,
    progress::PainMutation,
    visit::VisitMutation,
    monitoring::MonitoringMutation,
    message::MessageMutation,
    reminder::ReminderMutation,
    reminder::CalendarMutation,
    patient::PatientMutation,
    care_team::CareTeamMutation,
    member::MemberMutation,
    record::RecordMutation,
    program::ProgramMutation,
    library::LibraryMutation,
    program::TemplateMutation,
);

type Inner = async_graphql::Schema<Query, Mutation, Subscription>;

/// The schema, wired to its services. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Inner);

/// The schema of these services.
pub fn build(services: &Arc<Services>, options: Options) -> Schema {
    let mut builder = async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription)
        .data(Arc::clone(services));
    if !options.introspection {
        builder = builder.disable_introspection().disable_suggestions();
    }
    Schema(builder.data(options).finish())
}

/// The schema in the GraphQL schema definition language.
pub fn sdl() -> String {
    async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription).finish().sdl()
}

impl Schema {
    /// Runs an operation for `caller`. Its answer has data of patients only once the audit trail has
    /// who saw them.
    pub async fn execute(&self, request: Request, caller: Caller) -> Response {
        let scope = caller.scope.clone();
        let response = self.0.execute(batched(request).data(caller)).await;
        match end(scope).await {
            Ok(()) => response,
            Err(errors) => *errors,
        }
    }

    /// Runs a subscription once for `woken`: an answer for each of its events, or one with the
    /// errors that end it.
    pub async fn wake(&self, request: Request, caller: Caller, woken: Woken) -> Vec<Response> {
        let scope = caller.scope.clone();
        let request = batched(request).data(caller).data(woken);
        let answers = self.0.execute_stream(request).collect().await;
        match end(scope).await {
            Ok(()) => answers,
            Err(errors) => vec![*errors],
        }
    }
}

/// The request with what it reads together.
fn batched(request: Request) -> Request {
    let request = request.data(MediaBatch::default()).data(ExerciseBatch::default());
    let request = request.data(VersionBatch::default()).data(MeasureTexts::default());
    request.data(SuggestionBatch::default())
}

/// The end of an operation: its transaction is given back, and what it has shown is recorded. Where
/// that fails, what to answer instead.
async fn end(scope: Option<Arc<Scope>>) -> Result<(), Box<Response>> {
    let Some(scope) = scope else { return Ok(()) };
    scope.finish().await;
    care::audit::record_reads(&scope).await.map_err(|error| {
        let error = raise(error).into_server_error(Pos::default());
        Box::new(Response::from_errors(vec![error]))
    })
}
