//! The GraphQL endpoint: POST, JSON, one operation.

use super::json;
use super::negotiation::{self, Media};
use super::prescan;
use super::{RequestId, Server};
use async_graphql::parser::parse_query;
use async_graphql::{Request, Response as Answer, ServerError, Value, Variables};
use axum::body::{Body, Bytes};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use care::access::Scope;
use care::error::Error;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use schema::Caller;
use serde::Deserialize;
use serde_json::{Map, json};
use std::sync::Arc;

/// Errors told of one operation.
const MOST_ERRORS: usize = 20;
/// When to try again after `UNAVAILABLE`, in seconds.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("2");

#[derive(Deserialize)]
struct Parameters {
    query: String,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<Map<String, serde_json::Value>>,
    #[allow(dead_code, reason = "checked for its type, as the protocol asks")]
    extensions: Option<Map<String, serde_json::Value>>,
}

/// A refusal before anything ran.
struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
}

fn refuse(status: StatusCode, code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { status, code, message: message.into() }
}

pub(super) async fn handle(
    State(server): State<Server>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let media = negotiation::answer(&headers);
    let outcome = match media {
        None => Err(refuse(
            StatusCode::NOT_ACCEPTABLE,
            "BAD_USER_INPUT",
            "Accept application/graphql-response+json or application/json.",
        )),
        Some(_) => run(&server, &headers, body, &request_id).await,
    };
    let media = media.unwrap_or(Media::Json);
    let mut response = match outcome {
        Ok(answer) => answered(answer, media, &request_id),
        Err(refusal) => refused(&refusal, media, &request_id),
    };
    let fixed = response.headers_mut();
    fixed.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    fixed.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    fixed.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

async fn run(server: &Server, headers: &HeaderMap, body: Body, request_id: &str) -> Result<Answer, Refusal> {
    if !negotiation::is_json(headers) {
        let message = "Send the operation with content-type application/json.";
        return Err(refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
    }
    let parameters = parameters(&read(body, server.settings.body_limit).await?)?;
    prescan::check(&parameters.query)
        .map_err(|excess| refuse(StatusCode::BAD_REQUEST, "QUERY_TOO_COMPLEX", excess.message()))?;
    let document = parse_query(&parameters.query).map_err(|_| {
        refuse(StatusCode::BAD_REQUEST, "GRAPHQL_PARSE_FAILED", "The document is not valid GraphQL.")
    })?;
    let scope = scope(server, headers, request_id).await?;
    let variables = serde_json::Value::Object(parameters.variables.unwrap_or_default());
    let mut request = Request::new(parameters.query).variables(Variables::from_json(variables));
    request.operation_name = parameters.operation_name;
    request.set_parsed_query(document);
    let caller = Caller { scope, request_id: request_id.to_owned(), language: language(headers) };
    let schema = server.schema.clone();
    let operation = server.operations.spawn(async move { schema.execute(request, caller).await });
    match tokio::time::timeout(server.settings.request_timeout, operation).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => {
            tracing::error!(request_id, "an operation panicked");
            Err(refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "INTERNAL_SERVER_ERROR",
                "Something went wrong on our side.",
            ))
        }
        Err(_) => Err(refuse(StatusCode::GATEWAY_TIMEOUT, "TIMEOUT", "The operation took too long.")),
    }
}

async fn read(body: Body, limit: usize) -> Result<Bytes, Refusal> {
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            let message = format!("A request has at most {limit} bytes.");
            Err(refuse(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message))
        }
        Err(_) => Err(refuse(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", "The request broke off.")),
    }
}

fn parameters(body: &[u8]) -> Result<Parameters, Refusal> {
    // A struct can be read from an array, too; here that would be a batch.
    let batch = body.trim_ascii_start().starts_with(b"[");
    let parameters = (!batch).then(|| json::read(body)).flatten();
    parameters.ok_or_else(|| {
        let message = "Send one JSON object: query (text), and perhaps operationName (text), variables (object), extensions (object).";
        refuse(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message)
    })
}

/// The person of the access token. None without one, and none when it is unknown or has ended:
/// then what needs a person says `UNAUTHENTICATED`, and refreshing the session still works.
async fn scope(
    server: &Server,
    headers: &HeaderMap,
    request_id: &str,
) -> Result<Option<Arc<Scope>>, Refusal> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some((scheme, token)) = value.and_then(|value| value.split_once(' ')) else { return Ok(None) };
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Ok(None);
    }
    let door = care::access::door(&server.services);
    match care::access::authenticate(&door, token.trim(), request_id.to_owned()).await {
        Ok(scope) => Ok(Some(Arc::new(scope))),
        Err(Error::Unavailable) => {
            Err(refuse(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "Try again in a moment."))
        }
        Err(Error::Internal) => Err(refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            "INTERNAL_SERVER_ERROR",
            "Something went wrong on our side.",
        )),
        Err(_) => Ok(None),
    }
}

/// The first language that the client names.
fn language(headers: &HeaderMap) -> String {
    let value = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let first = value.and_then(|value| value.split([',', ';']).next()).map(str::trim);
    first.filter(|tag| !tag.is_empty() && tag.len() <= 35 && *tag != "*").unwrap_or("en").to_owned()
}

fn answered(mut answer: Answer, media: Media, request_id: &str) -> Response {
    answer.errors.truncate(MOST_ERRORS);
    for error in &mut answer.errors {
        encode(error, request_id);
    }
    let request_error = answer.data == Value::Null
        && !answer.errors.is_empty()
        && answer.errors.iter().all(|error| error.path.is_empty());
    let unavailable = answer.errors.iter().any(|error| code_of(error) == Some("UNAVAILABLE"));
    let status = match media {
        _ if unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Media::GraphqlResponse if request_error => StatusCode::BAD_REQUEST,
        _ => StatusCode::OK,
    };
    let mut body = Map::new();
    if !answer.errors.is_empty() {
        body.insert("errors".to_owned(), json!(answer.errors));
    }
    if !request_error {
        body.insert("data".to_owned(), json!(answer.data));
    }
    let body = serde_json::Value::Object(body).to_string();
    let mut response = (status, body).into_response();
    if unavailable {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// Gives an error of the executor its code: before execution the document is at fault, during it
/// an argument. (Resolvers code their own.)
fn encode(error: &mut ServerError, request_id: &str) {
    if code_of(error) == Some("INTERNAL_SERVER_ERROR") {
        error.extensions.get_or_insert_default().set("requestId", request_id);
    }
    if code_of(error).is_none() {
        let code = if error.path.is_empty() { "GRAPHQL_VALIDATION_FAILED" } else { "BAD_USER_INPUT" };
        error.extensions.get_or_insert_default().set("code", code);
    }
}

fn refused(refusal: &Refusal, media: Media, request_id: &str) -> Response {
    // A well-formed request whose document is at fault answers 200 in the old media type.
    let well_formed = ["GRAPHQL_PARSE_FAILED", "QUERY_TOO_COMPLEX"].contains(&refusal.code);
    let status = if well_formed && media == Media::Json { StatusCode::OK } else { refusal.status };
    let extensions = match refusal.code {
        "INTERNAL_SERVER_ERROR" => json!({ "code": refusal.code, "requestId": request_id }),
        code => json!({ "code": code }),
    };
    let body = json!({ "errors": [{ "message": refusal.message, "extensions": extensions }] });
    let mut response = (status, body.to_string()).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}
