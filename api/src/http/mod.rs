//! HTTP: the GraphQL endpoint and what tells that the program lives.

mod graphql;
mod negotiation;
mod prescan;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::Services;
use schema::Schema;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// How the server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How long an operation may take before the client is told so.
    pub request_timeout: Duration,
    /// Whether GraphiQL is served.
    pub graphiql: bool,
}

/// What the handlers share.
#[derive(Clone)]
pub struct Server {
    /// The use cases' surroundings.
    pub services: Arc<Services>,
    /// What is served.
    pub schema: Schema,
    /// How.
    pub settings: Settings,
    /// Operations that have begun; they finish even when the client hangs up.
    pub operations: TaskTracker,
}

/// The routes of the program.
pub fn router(server: Server) -> Router {
    let mut router = Router::new()
        .route("/graphql", post(graphql::handle).fallback(only_post))
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(ready));
    if server.settings.graphiql {
        router = router
            .route("/", get(async || Redirect::temporary("/graphiql")))
            .route("/graphiql", get(graphiql));
    }
    router.with_state(server)
}

async fn only_post() -> Response {
    let body = "Send GraphQL operations by POST with content-type application/json.\n";
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "POST")], body).into_response()
}

async fn ready(State(server): State<Server>) -> Response {
    match care::access::worker(&server.services).ping().await {
        Ok(()) => "ok".into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer").into_response(),
    }
}

async fn graphiql() -> Html<String> {
    Html(async_graphql::http::GraphiQLSource::build().endpoint("/graphql").title("Plumbline").finish())
}
