//! A storage on loopback that speaks as much of S3 as images and videos need, and holds every request against
//! its signature (Signature Version 4, in the query or in the header).

use api::configuration::{self, Secret};
use api::media::MediaFiles;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex};
use tokio::task::JoinSet;

const NAME: &str = "clinic-media";
const REGION: &str = "eu-central-1";
const KEY_ID: &str = "test-key";
const SECRET: &str = "test-secret";

/// What is kept: by its path, the type and the bytes.
type Objects = Arc<Mutex<BTreeMap<String, (String, Vec<u8>)>>>;

/// A running storage.
pub struct Bucket {
    /// What keeps images and videos in it.
    pub files: MediaFiles,
    objects: Objects,
    _serving: JoinSet<()>,
}

impl Bucket {
    /// Starts one.
    pub async fn open() -> Self {
        let objects = Objects::default();
        let routes = Router::new().fallback(answer).with_state(Arc::clone(&objects));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut settings = configuration::load(None, &[]).unwrap().media;
        (settings.bucket, settings.region) = (NAME.to_owned(), REGION.to_owned());
        settings.endpoint = format!("http://{}", listener.local_addr().unwrap());
        (settings.access_key_id, settings.secret_access_key) = (KEY_ID.to_owned(), Secret::new(SECRET));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { files: MediaFiles::in_bucket(&settings).unwrap(), objects, _serving: serving }
    }

    /// The types and lengths of what is kept.
    pub fn kept(&self) -> Vec<(String, usize)> {
        let objects = self.objects.lock().unwrap();
        objects.values().map(|(content_type, bytes)| (content_type.clone(), bytes.len())).collect()
    }
}

async fn answer(State(objects): State<Objects>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    if !path.starts_with(&format!("/{NAME}/")) || !is_signed(&parts.method, &path, &query, &parts.headers) {
        return (StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").into_response();
    }
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let mut objects = objects.lock().unwrap();
    match parts.method {
        Method::PUT if parts.headers.contains_key(header::IF_NONE_MATCH) && objects.contains_key(&path) => {
            StatusCode::PRECONDITION_FAILED.into_response()
        }
        Method::PUT => {
            let content_type = parts.headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
            objects.insert(path, (content_type, body.to_vec()));
            [(header::ETAG, "\"1\"")].into_response()
        }
        Method::DELETE => {
            objects.remove(&path);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => match objects.get(&path) {
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
            Some((content_type, bytes)) => read(content_type, bytes, &parts.headers),
        },
    }
}

/// The object, or the part of it that is asked for.
fn read(content_type: &str, bytes: &[u8], headers: &HeaderMap) -> Response {
    let range = headers.get(header::RANGE).map(|range| {
        let (first, last) = range.to_str().unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
        (first.parse::<usize>().unwrap(), last.parse::<usize>().unwrap().min(bytes.len() - 1))
    });
    let (first, last) = range.unwrap_or((0, bytes.len() - 1));
    let mut answer = Response::builder()
        .status(if range.is_some() { 206 } else { 200 })
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_LENGTH, last + 1 - first)
        .header(header::LAST_MODIFIED, "Mon, 15 Jun 2026 10:00:00 GMT")
        .header(header::ETAG, "\"1\"");
    if range.is_some() {
        answer = answer.header(header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", bytes.len()));
    }
    answer.body(Body::from(bytes[first..=last].to_vec())).unwrap()
}

/// Whether the request is signed by our key, as the standard says.
fn is_signed(method: &Method, path: &str, query: &str, headers: &HeaderMap) -> bool {
    let pairs: Vec<(&str, &str)> =
        query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap()).collect();
    let of_query = |name: &str| pairs.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
    let of_header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (credential, signed, signature, date, payload) = if let Some(signature) = of_query("X-Amz-Signature")
    {
        let decoded = |name: &str| of_query(name).unwrap().replace("%2F", "/").replace("%3B", ";");
        let date = of_query("X-Amz-Date").unwrap();
        (decoded("X-Amz-Credential"), decoded("X-Amz-SignedHeaders"), signature, date, "UNSIGNED-PAYLOAD")
    } else {
        let Some(given) = of_header("authorization") else { return false };
        let part = |name: &str| {
            let (_, rest) = given.split_once(name).unwrap();
            rest.split(',').next().unwrap()
        };
        let (date, payload) = (of_header("x-amz-date").unwrap(), of_header("x-amz-content-sha256").unwrap());
        (part("Credential=").to_owned(), part("SignedHeaders=").to_owned(), part("Signature="), date, payload)
    };
    let scope = format!("{}/{REGION}/s3/aws4_request", &date[..8]);
    let mut sorted: Vec<_> = pairs.iter().filter(|(name, _)| *name != "X-Amz-Signature").collect();
    sorted.sort();
    let sorted: Vec<_> = sorted.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut canonical = String::new();
    for name in signed.split(';') {
        writeln!(canonical, "{name}:{}", of_header(name).unwrap_or_default().trim()).unwrap();
    }
    let request = format!("{method}\n{path}\n{}\n{canonical}\n{signed}\n{payload}", sorted.join("&"));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let steps = [&date[..8], REGION, "s3", "aws4_request", &text];
    let key = steps.iter().fold(format!("AWS4{SECRET}").into_bytes(), |key, step| mac(&key, step));
    credential == format!("{KEY_ID}/{scope}") && hex(&key) == signature
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}
