//! HTTP: the GraphQL endpoint and what tells that the program lives.

mod address;
mod connection;
mod graphql;
mod json;
mod layers;
mod listener;
mod negotiation;
mod origin;
mod places;
mod prescan;

pub use address::{ClientAddress, network};
pub use layers::RequestId;
pub use listener::Connections;
pub use origin::{Origins, origin_allowed, origin_of};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use care::access::Services;
use schema::Schema;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// How the server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// How long an operation may take before the client is told so.
    pub request_timeout: Duration,
    /// Whether GraphiQL is served.
    pub graphiql: bool,
    /// The web pages that may speak to this server.
    pub origins: Origins,
    /// Whether people reach this server by https.
    pub https: bool,
    /// What connections are held to.
    pub connections: Connections,
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

/// Serves until `stop` turns true, then finishes what has begun.
pub async fn serve(listener: TcpListener, server: Server, stop: watch::Receiver<bool>) {
    listener::serve(listener, router(&server), server.settings.connections, stop).await;
    server.operations.close();
    server.operations.wait().await;
}

/// The routes of the program.
pub fn router(server: &Server) -> Router {
    let mut router = Router::new()
        .route("/graphql", post(graphql::handle).fallback(only_post))
        .route("/livez", get(async || "ok"))
        .route("/readyz", get(ready));
    if server.settings.graphiql {
        router = router
            .route("/", get(async || Redirect::temporary("/graphiql")))
            .route("/graphiql", get(graphiql));
    }
    layers::around(router.with_state(server.clone()), server)
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

async fn graphiql() -> Response {
    let page = async_graphql::http::GraphiQLSource::build().endpoint("/graphql").title("Plumbline").finish();
    // Its scripts come from elsewhere, and it has inline ones.
    let own =
        [(header::CACHE_CONTROL, "no-cache"), (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'")];
    (own, Html(page)).into_response()
}
