//! Images and videos that this program keeps itself, taken and given by signed links.
//!
//! Who has a link needs no session: the link is what lets them. Every link that does not open what is asked
//! gets one and the same refusal.

use super::Server;
use super::layers::RequestId;
use super::negotiation::Media;
use super::refusal::Refusal;
use crate::media::{Directory, Does, Received};
use axum::extract::{Extension, Path, RawQuery, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use care::library::media::File;
use std::io::ErrorKind;
use std::sync::Arc;
use tower_http::services::ServeFile;

/// Pages of the dashboard may show what is opened by a link, wherever they are from.
const CROSS_ORIGIN: (HeaderName, HeaderValue) =
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
/// For as long as links last, and for nobody else.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=3600");

type Ids = Path<(String, String)>;

/// The file that this link opens to do this.
fn admit(
    server: &Server,
    does: Does,
    Path((clinic, media)): &Ids,
    query: Option<&str>,
) -> Result<(Arc<Directory>, File), Refusal> {
    let directory = server.settings.media.clone();
    let opened = directory.and_then(|directory| {
        let file = directory.admit(does, (clinic, media), query?, server.services.now())?;
        Some((directory, file))
    });
    opened.ok_or_else(|| {
        let message = "This link does not open this, or no more. Ask for a fresh one.";
        Refusal::new(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    })
}

/// PUT: takes a file.
pub(super) async fn put(
    State(server): State<Server>,
    Extension(RequestId(id)): Extension<RequestId>,
    ids: Ids,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let taken = async {
        let (directory, file) = admit(&server, Does::Put, &ids, query.as_deref())?;
        check(&request, &file)?;
        let arrival = server.services.new_id();
        match directory.receive(&file, arrival, request.into_body()).await {
            Ok(Received::Kept) => Ok(StatusCode::NO_CONTENT),
            Ok(Received::Known) => {
                let message = "This has been uploaded before. Go on with completeMediaUpload.";
                Err(Refusal::new(StatusCode::CONFLICT, "CONFLICT", message))
            }
            Ok(Received::Other) => Err(other_length(&file)),
            Err(error) => {
                tracing::error!(kind = %error.kind(), "the directory of media takes no file");
                Err(Refusal::unavailable())
            }
        }
    };
    taken.await.map_or_else(|refusal| refusal.response(Media::Json, &id), IntoResponse::into_response)
}

/// Whether the head of the request is as was announced.
fn check(request: &Request, file: &File) -> Result<(), Refusal> {
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    if header(header::CONTENT_TYPE) != Some(file.content_type.name()) {
        let message = format!("Send it with content-type {}.", file.content_type.name());
        return Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message));
    }
    match header(header::CONTENT_LENGTH) {
        Some(length) if length.parse() != Ok(file.bytes) => Err(other_length(file)),
        _ => Ok(()),
    }
}

fn other_length(file: &File) -> Refusal {
    let message = format!("Send the {} bytes that were announced, whole.", file.bytes);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", message)
}

fn gone() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "NOT_FOUND", "This is no longer there.")
}

/// GET: gives a file, or the part of it that is asked for.
pub(super) async fn get(
    State(server): State<Server>,
    Extension(RequestId(id)): Extension<RequestId>,
    ids: Ids,
    RawQuery(query): RawQuery,
    request: Request,
) -> Response {
    let (directory, file) = match admit(&server, Does::Get, &ids, query.as_deref()) {
        Ok(admitted) => admitted,
        Err(refusal) => return refusal.response(Media::Json, &id),
    };
    let content_type = HeaderValue::from_static(file.content_type.name());
    let mut response = match ServeFile::new(directory.path(&file)).try_call(request).await {
        Ok(response) => response.into_response(),
        Err(error) if error.kind() == ErrorKind::NotFound => return gone().response(Media::Json, &id),
        Err(error) => {
            tracing::error!(kind = %error.kind(), "the directory of media gives no file");
            return Refusal::unavailable().response(Media::Json, &id);
        }
    };
    if response.status() == StatusCode::NOT_FOUND {
        return gone().response(Media::Json, &id);
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    headers.insert(header::CACHE_CONTROL, KEPT);
    headers.insert(CROSS_ORIGIN.0, CROSS_ORIGIN.1);
    response
}
