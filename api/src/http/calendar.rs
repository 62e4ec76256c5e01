//! A patient's calendar, for calendar programs, by a secret link.
//!
//! Who has the link needs no session. A link that was taken back, one that never was, and one whose patient is no longer
//! in care get one and the same refusal. The path is the secret: nothing here puts it into a log.

use super::layers::RequestId;
use super::negotiation::Media;
use super::refusal::Refusal;
use super::{ClientAddress, Server};
use axum::extract::{Extension, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use care::access::door;
use care::error::Error;
use care::library::Language;
use care::reminder::calendar::{self, Calendar};
use schema::Caller;
use std::net::IpAddr;

const CALENDAR: HeaderValue = HeaderValue::from_static("text/calendar; charset=utf-8");
/// For nobody else, and asked for again after five minutes.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=300");
const UNSEARCHED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));

/// GET: the calendar, or that it is as the client has it.
pub(super) async fn get(
    State(server): State<Server>,
    Extension(RequestId(id)): Extension<RequestId>,
    address: Option<Extension<ClientAddress>>,
    Path(file): Path<String>,
    headers: HeaderMap,
) -> Response {
    let address = address.map(|Extension(ClientAddress(address))| address);
    match read(&server, address, &id, &file).await {
        Ok(calendar) => given(calendar, &headers),
        Err(refusal) => {
            let wait = refusal.details.get("retryAfterSeconds").map(ToString::to_string);
            let mut response = refusal.response(Media::Json, &id);
            if let Some(wait) = wait.and_then(|wait| wait.parse().ok()) {
                response.headers_mut().insert(header::RETRY_AFTER, wait);
            }
            response
        }
    }
}

async fn read(server: &Server, address: Option<IpAddr>, id: &str, file: &str) -> Result<Calendar, Refusal> {
    let nobody = Caller { scope: None, request_id: id.to_owned(), language: Language::default(), address };
    let _turn = server.turns.take(&nobody).await?;
    let door = door(&server.services).seen_from(address);
    let token = file.strip_suffix(".ics").unwrap_or_default();
    calendar::read(&door, token).await.map_err(|error| match error {
        Error::RateLimited { retry_after_seconds } => {
            Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", "Too many attempts.")
                .with("retryAfterSeconds", retry_after_seconds)
        }
        Error::Unavailable => Refusal::unavailable(),
        Error::NotFound => Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such calendar."),
        error => {
            tracing::error!(%error, request_id = id, "a calendar cannot be made");
            Refusal::internal()
        }
    })
}

fn given(calendar: Calendar, headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", calendar.tag);
    let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let known = asked.flat_map(|value| value.split(',')).any(|known| {
        let known = known.trim();
        known == "*" || known.trim_start_matches("W/") == tag
    });
    let own = [(header::CACHE_CONTROL, KEPT), UNSEARCHED];
    let tag = HeaderValue::from_str(&tag).map(|tag| [(header::ETAG, tag)]);
    let Ok(tag) = tag else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    if known {
        return (StatusCode::NOT_MODIFIED, own, tag).into_response();
    }
    (own, tag, [(header::CONTENT_TYPE, CALENDAR)], calendar.text).into_response()
}
