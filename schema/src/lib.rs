//! The GraphQL schema: types, resolvers, error codes.
//!
//! A resolver parses ids and scalars, calls one use case or read model of `care`, and wraps what
//! it answers. It decides nothing about access and cannot run a query. `schema.graphql` beside
//! this folder is the printed form.

#![allow(clippy::unused_async, reason = "the executor takes async resolvers only")]

mod context;
mod error;
mod id;
mod page;
mod scalar;

pub use context::{Caller, Options};
pub use server_info::DOCUMENT_BYTES;

use async_graphql::{EmptySubscription, MergedObject, Request, Response};
use care::access::Services;
use std::sync::Arc;

mod account;
mod caseload;
mod library;
mod node;
mod patient;
mod program;
mod progress;
mod reminder;
mod server_info;
mod today;

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
    progress::ProgressQuery,
    reminder::ReminderQuery,
    caseload::CaseloadQuery,
    patient::PatientQuery,
    library::LibraryQuery,
);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
struct Mutation(
    account::AccountMutation,
    progress::ProgressMutation,
    reminder::ReminderMutation,
    patient::PatientMutation,
    program::ProgramMutation,
);

type Inner = async_graphql::Schema<Query, Mutation, EmptySubscription>;

/// The schema, wired to its services. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Inner);

/// The deepest nesting of an operation.
const DEPTH: usize = 16;

/// The schema of these services.
pub fn build(services: &Arc<Services>, options: Options) -> Schema {
    let mut builder = async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription)
        .data(Arc::clone(services))
        .limit_depth(DEPTH);
    if !options.introspection {
        builder = builder.disable_introspection().disable_suggestions();
    }
    Schema(builder.data(options).finish())
}

/// The schema in the GraphQL schema definition language.
pub fn sdl() -> String {
    let schema = async_graphql::Schema::build(Query::default(), Mutation::default(), EmptySubscription);
    schema.finish().sdl()
}

impl Schema {
    /// Runs an operation for `caller`.
    pub async fn execute(&self, request: Request, caller: Caller) -> Response {
        let scope = caller.scope.clone();
        let response = self.0.execute(request.data(caller)).await;
        if let Some(scope) = scope {
            scope.finish().await;
        }
        response
    }
}
