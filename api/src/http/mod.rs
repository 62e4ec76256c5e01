//! HTTP: the GraphQL endpoint with its live wires, and what tells that the program lives.

mod address;
mod answer;
mod calendar;
mod connection;
mod documents;
mod graphql;
mod guard;
mod json;
mod layers;
mod listener;
mod live;
mod media;
mod negotiation;
mod operation;
mod origin;
mod parameters;
mod places;
mod prometheus;
mod refusal;
mod session;
mod turns;

pub use address::{ClientAddress, network};
pub use documents::{Documents, Manifest, Shared, digest};
pub use guard::{Budgets, Guard};
pub use layers::RequestId;
pub use listener::Connections;
pub use live::Wires;
pub use origin::{Origins, origin_allowed, origin_of};
pub use prometheus::serve_metrics;
pub use turns::Shares;

use crate::media::Directory;
use axum::Router;
use axum::extract::{Extension, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use care::access::Services;
use negotiation::Media;
use refusal::Refusal;
use schema::Schema;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turns::Turns;

/// How the server behaves.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Settings {
    /// The largest request body, in bytes.
    pub body_limit: usize,
    /// How long an operation may take before the client is told so.
    pub request_timeout: Duration,
    /// Whether GraphiQL is served.
    pub graphiql: bool,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
    /// Whether queries are taken by GET.
    pub get_queries: bool,
    /// How long the body of a request may take to arrive.
    pub body_timeout: Duration,
    /// The web pages that may speak to this server.
    pub origins: Origins,
    /// Whether people reach this server by https.
    pub https: bool,
    /// What connections are held to.
    pub connections: Connections,
    /// How many operations run at once.
    pub shares: Shares,
    /// How live wires behave.
    pub wires: Wires,
    /// The directory whose files are taken and given by links, if there is one.
    pub media: Option<Arc<Directory>>,
    /// How long a file may take to arrive.
    pub upload_timeout: Duration,
}

/// What the handlers share.
#[derive(Clone)]
pub struct Server {
    services: Arc<Services>,
    schema: Schema,
    settings: Arc<Settings>,
    guard: Arc<Guard>,
    documents: Arc<Documents>,
    turns: Arc<Turns>,
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
        let guard = Guard::new(&schema::sdl(), budgets, settings.introspection)?;
        let turns = Turns::new(settings.shares);
        Ok(Self {
            services: Arc::clone(services),
            schema,
            settings: Arc::new(settings),
            guard: Arc::new(guard),
            documents: Arc::new(documents),
            turns: Arc::new(turns),
            operations: TaskTracker::new(),
            stopping: CancellationToken::new(),
        })
    }

    /// Serves until `stop` turns true, then ends the live wires and finishes what has begun.
    pub async fn serve(self, listener: TcpListener, mut stop: watch::Receiver<bool>) {
        let connections = self.settings.connections.clone();
        let serving = listener::serve(listener, self.clone().router(), connections, stop.clone());
        let stopping = async {
            // An error means that nobody can stop it any more, which is a stop too.
            let _ = stop.wait_for(|stop| *stop).await;
            self.stopping.cancel();
        };
        tokio::join!(serving, stopping);
        self.operations.close();
        self.operations.wait().await;
    }

    /// The routes of the program.
    fn router(self) -> Router {
        let mut router = Router::new()
            .route("/graphql", post(graphql::post).get(got).fallback(async || only_post()))
            .route("/livez", any(async || "ok"))
            .route("/readyz", get(ready))
            .route("/calendar/{file}", get(calendar::get));
        if self.settings.graphiql {
            router = router
                .route("/", get(async || Redirect::temporary("/graphiql")))
                .route("/graphiql", get(graphiql));
        }
        let mut files = Router::new();
        if self.settings.media.is_some() {
            files = files.route("/media/{clinic}/{media}", get(media::get).put(media::put));
        }
        layers::around(router.with_state(self.clone()), files.with_state(self.clone()), &self)
    }
}

/// GET: a WebSocket, or a query.
async fn got(
    State(server): State<Server>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    if live::websocket::is_asked_for(request.headers()) {
        return live::websocket::upgrade(server, request).await;
    }
    graphql::get(server, id, request).await
}

/// Only POST would do.
fn only_post() -> Response {
    let message = "Send GraphQL operations by POST with content-type application/json.";
    let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message);
    ([(header::ALLOW, "POST")], refusal.response(Media::GraphqlResponse, "")).into_response()
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
