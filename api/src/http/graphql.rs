//! The GraphQL endpoint: one operation by POST with JSON, or by GET where that is allowed.

use super::answer::{Told, tell};
use super::live::{multipart, sse};
use super::negotiation::{self, Accepted, Media, Wire};
use super::operation::Operation;
use super::parameters::Parameters;
use super::refusal::Refusal;
use super::session::Session;
use super::{RequestId, Server, only_post};
use async_graphql::parser::types::OperationType;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};

/// The largest body of anything but a batch of logs, in bytes.
const SMALL_BODY: usize = 256 * 1_024;
/// When to try again after `UNAVAILABLE`, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

/// A request and how it wants its answer.
struct Exchange {
    server: Server,
    session: Session,
    accepted: Accepted,
    request_id: String,
}

/// POST.
pub(super) async fn post(
    State(server): State<Server>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let exchange = Exchange::begin(server, id, &request);
    let (parts, body) = request.into_parts();
    let answer = match exchange.read(&parts.headers, body).await {
        Ok((parameters, size)) => exchange.answer(parameters, |operation| operation.may_have(size)).await,
        Err(refusal) => Err(refusal),
    };
    exchange.end(answer)
}

/// GET: queries only, and only where the configuration allows it.
pub(super) async fn get(server: Server, id: RequestId, request: Request) -> Response {
    if !server.settings.get_queries {
        return only_post();
    }
    let exchange = Exchange::begin(server, id, &request);
    let parameters = Parameters::of_query(request.uri().query().unwrap_or_default());
    drop(request);
    let answer = match parameters {
        Ok(parameters) => exchange.answer(parameters, Operation::may_be_got).await,
        Err(refusal) => Err(refusal),
    };
    let refused = answer.as_ref().is_err_and(|refusal| refusal.status == StatusCode::METHOD_NOT_ALLOWED);
    let mut response = exchange.end(answer);
    if refused {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

impl Operation {
    /// Whether a request of `size` bytes may carry this operation.
    fn may_have(&self, size: usize) -> Result<(), Refusal> {
        if size <= SMALL_BODY || self.is_log_batch() {
            return Ok(());
        }
        let message = format!("A request has at most {SMALL_BODY} bytes; only logProgress may have more.");
        Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message))
    }

    fn may_be_got(&self) -> Result<(), Refusal> {
        if self.kind == OperationType::Query {
            return Ok(());
        }
        let message = "Only queries are taken by GET. Send this by POST.";
        Err(Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message))
    }
}

impl Exchange {
    fn begin(server: Server, RequestId(request_id): RequestId, request: &Request) -> Self {
        let session = Session::of(request.headers(), request.extensions());
        Self { session, accepted: negotiation::accepted(request.headers()), request_id, server }
    }

    async fn read(&self, headers: &HeaderMap, body: Body) -> Result<(Parameters, usize), Refusal> {
        if !negotiation::is_json(headers) {
            let message = "Send the operation with content-type application/json.";
            return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
        }
        let body = read(body, self.server.settings.body_limit).await?;
        Ok((Parameters::of_json(&body)?, body.len()))
    }

    async fn answer(
        &self,
        parameters: Parameters,
        allowed: impl FnOnce(&Operation) -> Result<(), Refusal>,
    ) -> Result<Response, Refusal> {
        if self.accepted == Accepted::default() {
            let message = "Accept application/graphql-response+json or application/json; for subscriptions text/event-stream or multipart/mixed;subscriptionSpec=1.0.";
            return Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message));
        }
        let operation = self.server.prepare(parameters).await?;
        allowed(&operation)?;
        match (operation.kind, self.accepted.stream) {
            (OperationType::Subscription, Some(wire)) => {
                // Nobody follows anything signed out; said here, it has a status of its own.
                self.session.person(&self.server, &self.request_id).await?;
                let events = self.server.follow(operation, self.session.clone());
                Ok(match wire {
                    Wire::Multipart => multipart::response(events, self.server.settings.wires.heartbeat),
                    Wire::EventStream => sse::response(events, self.server.settings.wires.heartbeat),
                })
            }
            (OperationType::Subscription, None) => {
                let message = "Subscribe over WebSocket (graphql-transport-ws), or accept text/event-stream or multipart/mixed;subscriptionSpec=1.0.";
                Err(Refusal::new(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message))
            }
            (_, wire) => {
                let caller = self.session.caller(&self.server, &self.request_id).await?;
                let told = tell(self.server.run(operation, caller).await?, &self.request_id);
                Ok(match (self.accepted.single, wire) {
                    (None, Some(Wire::EventStream)) => sse::single(&told.body),
                    (media, _) => single(told, media.unwrap_or(Media::Json)),
                })
            }
        }
    }

    fn end(&self, answer: Result<Response, Refusal>) -> Response {
        let media = self.accepted.single.unwrap_or(Media::GraphqlResponse);
        answer.unwrap_or_else(|refusal| refused(&refusal, media, &self.request_id))
    }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("A request has at most {limit} bytes.");
            Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message))
        }
        Err(_) => Err(Refusal::malformed("The request broke off.")),
    }
}

/// One answer, with the status that the media type asks for.
fn single(told: Told, media: Media) -> Response {
    let status = match media {
        _ if told.unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Media::GraphqlResponse if told.refused => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let content_type = [(header::CONTENT_TYPE, media.content_type())];
    with_retry((status, content_type, told.body).into_response())
}

fn refused(refusal: &Refusal, media: Media, request_id: &str) -> Response {
    // A well-formed request whose document is at fault answers 200 in the old media type. A miss
    // of a persisted query always does: some clients give up on any other status.
    let kind = refusal.is_of_document() && media == Media::Json || refusal.is_persisted_miss();
    let mut response = refusal.response(media, request_id);
    if kind {
        *response.status_mut() = StatusCode::OK;
    }
    with_retry(response)
}

/// The same answer; where something is away, it says when to try again.
fn with_retry(mut response: Response) -> Response {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
