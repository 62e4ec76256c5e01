//! What every request passes on its way to a handler, and every answer on its way back.

use super::Server;
use super::negotiation::Media;
use super::origin::{Origins, origin_allowed};
use super::refusal::Refusal;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use care::access::Services;
use futures::FutureExt;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};
use tower_http::cors::CorsLayer;

/// Answers below this many bytes are not worth compressing.
const COMPRESSED_FROM: u64 = 1_024;
/// How long a browser may remember what another origin may send.
const PREFLIGHT_AGE: Duration = Duration::from_hours(24);
/// The headers that every answer has, unless its handler says otherwise.
const FIXED: [(HeaderName, &str); 7] = [
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
/// Where people come by https, browsers are to come by nothing else for a year.
const ONLY_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request, an extension of it; logs, audit and the header `x-request-id` name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(pub String);

/// The routes with everything around them, and those of `files`, which take their time and are packed
/// already. What is said last is met first.
pub(super) fn around(routes: Router, files: Router, server: &Server) -> Router {
    let settings = &server.settings;
    let guarded = routes
        .layer(from_fn_with_state(settings.body_timeout, bound_body))
        .layer(compression())
        .merge(files.layer(from_fn_with_state(settings.upload_timeout, bound_body)))
        .layer(from_fn(catch_panics))
        .layer(from_fn(refuse_encoded_body))
        .layer(from_fn_with_state(settings.origins.clone(), refuse_foreign_page));
    let shared = if settings.origins.allowed().is_empty() {
        guarded
    } else {
        guarded.layer(cross_origin(&settings.origins))
    };
    shared
        .layer(from_fn_with_state(settings.https, protect))
        .layer(from_fn_with_state(Arc::clone(&server.services), identify))
}

/// Compresses answers, but for streams: what they send is to arrive at once.
fn compression() -> CompressionLayer<impl Predicate> {
    let whole = NotForContentType::SSE.and(NotForContentType::const_new("multipart/mixed"));
    CompressionLayer::new().compress_when(SizeAbove::new(COMPRESSED_FROM).and(whole))
}

/// Gives the request its id, and the answer too, and counts it.
async fn identify(State(services): State<Arc<Services>>, mut request: Request, next: Next) -> Response {
    let id = services.new_id().to_string();
    let named = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    metrics::counter!("plumbline_http_requests_total", "class" => class(response.status())).increment(1);
    if let Ok(id) = named {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The class of a status.
fn class(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..200 => "1xx",
        200..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        _ => "5xx",
    }
}

/// Adds the headers that keep browsers from harm.
async fn protect(State(https): State<bool>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, ONLY_HTTPS);
    }
    response
}

/// Lets pages of the allowed origins read answers.
fn cross_origin(origins: &Origins) -> CorsLayer {
    let allowed = origins.allowed().iter().filter_map(|origin| HeaderValue::from_str(origin).ok());
    let own = [
        "apollo-require-preflight",
        "apollographql-client-name",
        "apollographql-client-version",
        "x-apollo-operation-id",
        "x-apollo-operation-name",
        "x-apollo-operation-type",
    ];
    let general = [header::ACCEPT, header::ACCEPT_LANGUAGE, header::AUTHORIZATION, header::CONTENT_TYPE];
    CorsLayer::new()
        .allow_origin(allowed.collect::<Vec<_>>())
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::OPTIONS])
        .allow_headers(general.into_iter().chain(own.map(HeaderName::from_static)).collect::<Vec<_>>())
        .expose_headers([X_REQUEST_ID, header::RETRY_AFTER])
        .max_age(PREFLIGHT_AGE)
}

/// Refuses what a foreign page makes a browser send with somebody's cookies.
async fn refuse_foreign_page(State(origins): State<Origins>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    if headers.contains_key(header::COOKIE) && !origin_allowed(&origins, headers) {
        let message = "This page's origin may not send requests with cookies.";
        return refused(StatusCode::FORBIDDEN, "FORBIDDEN", message);
    }
    next.run(request).await
}

/// Refuses compressed bodies: a few kilobytes of them can unfold to gigabytes.
async fn refuse_encoded_body(request: Request, next: Next) -> Response {
    let encodings = request.headers().get_all(header::CONTENT_ENCODING);
    if encodings.iter().any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = "Send the body as it is, without a content-encoding.";
        let mut response = refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message);
        response.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        return response;
    }
    next.run(request).await
}

/// Turns a panic into an answer that says no more than whom to ask.
async fn catch_panics(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|RequestId(id)| id.clone());
    let response = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    response.unwrap_or_else(|_| {
        tracing::error!(request_id = id, "a handler panicked");
        Refusal::internal().response(Media::Json, id.as_deref().unwrap_or_default())
    })
}

/// Gives up on a request whose body has not come in time. Nothing of it has begun: it takes the
/// whole body to know what is asked, and to keep a file.
async fn bound_body(State(patience): State<Duration>, request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (held, read) = oneshot::channel::<Infallible>();
    let request = request.map(|body| {
        Body::new(body.map_frame(move |frame| {
            // Dropped with the body, which whoever reads it does at its end.
            let _ = &held;
            frame
        }))
    });
    let slow = async {
        if tokio::time::timeout(patience, read).await.is_ok() {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        biased;
        response = next.run(request) => response,
        () = slow => refused(StatusCode::REQUEST_TIMEOUT, "TIMEOUT", "The request took too long to arrive."),
    }
}

fn refused(status: StatusCode, code: &'static str, message: &str) -> Response {
    Refusal::new(status, code, message).response(Media::Json, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Extension;
    use axum::routing::get;
    use hyper::service::Service;
    use hyper_util::service::TowerToHyperService;
    use serde_json::json;

    #[tokio::test]
    async fn a_panic_is_a_coded_answer() {
        let fail = async || -> &'static str { panic!("on purpose: Jane Doe") };
        let routes = Router::new()
            .route("/", get(fail))
            .layer(from_fn(catch_panics))
            .layer(Extension(RequestId("r-1".to_owned())));
        let answer = TowerToHyperService::new(routes).call(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json; charset=utf-8");
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        let expected = json!({ "errors": [{ "message": "Something went wrong on our side.",
            "extensions": { "code": "INTERNAL_SERVER_ERROR", "requestId": "r-1" } }] });
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&body).unwrap(), expected);
    }

    #[tokio::test]
    async fn streams_are_not_compressed() {
        let stream = |media: &'static str| {
            let body = "x".repeat(9_000);
            get(async move || ([(header::CONTENT_TYPE, media)], body))
        };
        let routes = Router::new()
            .route("/events", stream("text/event-stream"))
            .route("/parts", stream("multipart/mixed; boundary=\"-\""))
            .route("/whole", stream("application/json"))
            .layer(compression());
        let routes = TowerToHyperService::new(routes);
        for (path, packed) in [("/events", false), ("/parts", false), ("/whole", true)] {
            let request = Request::get(path).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty());
            let answer = routes.call(request.unwrap()).await.unwrap();
            assert_eq!(answer.headers().contains_key(header::CONTENT_ENCODING), packed, "{path}");
        }
    }
}
