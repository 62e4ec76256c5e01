//! The simulator of push services, by a client that knows nothing of ours: what it takes, what it refuses, and
//! that it does what it is told.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod apple;
mod behavior;
mod gateway;
mod google;

use axum::body::Bytes;
use axum::http::{HeaderMap, Request};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use care::clock::{Instant, ManualClock};
use h2::client::SendRequest;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use std::sync::Arc;
use tests::push_provider::{Authority, PushProviders};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

const MINUTE_MS: i64 = 60_000;

/// A Monday morning of 2026.
const NOW: Instant = Instant(1_781_510_400_000);

async fn providers() -> (PushProviders, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(NOW));
    (PushProviders::start(Arc::clone(&clock) as _).await, clock)
}

/// A connection of HTTP/2.
struct Client {
    send: SendRequest<Bytes>,
    driving: JoinSet<Result<(), h2::Error>>,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Client {
    async fn try_connect(authority: &Authority, port: u16) -> Result<Self, String> {
        let mut roots = RootCertStore::empty();
        roots.add(authority.der.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = TcpStream::connect(("127.0.0.1", port)).await.map_err(|error| error.to_string())?;
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let handshake = h2::client::handshake(stream.map_err(|error| error.to_string())?).await;
        let (send, connection) = handshake.map_err(|error| error.to_string())?;
        let mut driving = JoinSet::new();
        driving.spawn(connection);
        Ok(Self { send, driving })
    }

    async fn connect(authority: &Authority, port: u16) -> Self {
        Self::try_connect(authority, port).await.unwrap()
    }

    async fn request(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Bytes>,
    ) -> Result<Answer, h2::Error> {
        let mut send = self.send.clone().ready().await?;
        let (answer, mut stream) = send.send_request(request.body(()).unwrap(), false)?;
        stream.send_data(body.into(), true)?;
        let (head, mut body) = answer.await?.into_parts();
        let mut text = Vec::new();
        while let Some(part) = body.data().await {
            text.extend_from_slice(&part?);
        }
        let body = serde_json::from_slice(&text).unwrap_or_default();
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }

    /// Waits until the server's limit of streams is this.
    async fn until_streams(&self, limit: usize) {
        while self.send.current_max_send_streams() != limit {
            tokio::task::yield_now().await;
        }
    }
}

/// A POST with these headers.
fn post(path: &str, headers: &[(&str, &str)]) -> axum::http::request::Builder {
    let request = Request::post(format!("https://localhost{path}"));
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// The bytes of a PEM file with one block.
fn der(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(lines).unwrap()
}
