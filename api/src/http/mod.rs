//! HTTP: the GraphQL endpoint with its live wires, and what tells that the program lives.

mod answer;
mod documents;
mod graphql;
mod guard;
mod live;
mod negotiation;
mod operation;
mod parameters;
mod refusal;
mod session;

pub use documents::{Documents, Manifest, Shared, digest};
pub use guard::Budgets;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use care::access::Services;
use guard::Guard;
use schema::Schema;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
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
    /// Whether queries are taken by GET.
    pub get_queries: bool,
    /// How often a quiet live wire says that it lives.
    pub heartbeat: Duration,
    /// How often the session behind a subscription is checked.
    pub recheck: Duration,
    /// How long a WebSocket may be open without its first message.
    pub init_timeout: Duration,
    /// How long a message to a slow reader may take before the socket is given up.
    pub send_timeout: Duration,
    /// The largest message of a WebSocket, in bytes.
    pub message_limit: usize,
    /// Operations that a WebSocket carries at once.
    pub subscriptions: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_limit: 1_048_576,
            request_timeout: Duration::from_secs(15),
            graphiql: false,
            get_queries: false,
            heartbeat: Duration::from_secs(5),
            recheck: Duration::from_secs(5),
            init_timeout: Duration::from_secs(5),
            send_timeout: Duration::from_secs(10),
            message_limit: 65_536,
            subscriptions: 20,
        }
    }
}

/// What the handlers share.
#[derive(Clone)]
pub struct Server {
    services: Arc<Services>,
    schema: Schema,
    settings: Arc<Settings>,
    guard: Arc<Guard>,
    documents: Arc<Documents>,
    operations: TaskTracker,
    stopping: CancellationToken,
}

impl Server {
    /// A server of `schema` over `services`.
    ///
    /// # Errors
    ///
    /// Where the schema cannot be printed and read again, which its tests rule out.
    pub fn new(
        services: &Arc<Services>,
        schema: Schema,
        settings: Settings,
        budgets: Budgets,
        documents: Documents,
    ) -> Result<Self, async_graphql::parser::Error> {
        Ok(Self {
            services: Arc::clone(services),
            schema,
            settings: Arc::new(settings),
            guard: Arc::new(Guard::new(&schema::sdl(), budgets)?),
            documents: Arc::new(documents),
            operations: TaskTracker::new(),
            stopping: CancellationToken::new(),
        })
    }

    /// Ends the live wires. What else has begun goes on.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Until everything that has begun has finished. Nothing may begin after.
    pub async fn finished(&self) {
        self.operations.close();
        self.operations.wait().await;
    }

    /// The routes of the program.
    pub fn router(self) -> Router {
        let mut router = Router::new()
            .route("/graphql", post(graphql::post).get(got).fallback(async || allow("POST")))
            .route("/livez", any(async || "ok"))
            .route("/readyz", get(ready));
        if self.settings.graphiql {
            router = router
                .route("/", get(async || Redirect::temporary("/graphiql")))
                .route("/graphiql", get(graphiql));
        }
        router.with_state(self)
    }

    /// Whether a page of this origin may connect a WebSocket.
    fn origin_allowed(&self, _headers: &HeaderMap) -> bool {
        true
    }
}

/// GET: a WebSocket, or a query.
async fn got(State(server): State<Server>, request: Request) -> Response {
    if live::websocket::is_asked_for(request.headers()) {
        return live::websocket::upgrade(server, request).await;
    }
    let headers = request.headers().clone();
    graphql::get(server, &headers, request.uri().query().unwrap_or_default()).await
}

/// Another method would do.
fn allow(method: &'static str) -> Response {
    let body = "Send GraphQL operations by POST with content-type application/json.\n";
    (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, HeaderValue::from_static(method))], body)
        .into_response()
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
