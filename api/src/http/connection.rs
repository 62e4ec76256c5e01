//! One connection from inside: what it waits for, and what its requests are given.

use super::address::client;
use super::places::Place;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, Version};
use futures::future::BoxFuture;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;

/// What a connection waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// The head of a request.
    Head,
    /// The end of the requests that have begun.
    Requests,
    /// The next request, of which nothing has come yet.
    Nothing,
}

#[derive(Debug)]
struct State {
    phase: Phase,
    requests: usize,
    /// HTTP/2 sends more than requests, so a byte does not say that one begins.
    multiplexed: bool,
}

/// Follows what a connection waits for.
#[derive(Debug, Clone)]
pub(super) struct Activity(watch::Sender<State>);

impl Activity {
    /// Of a new connection.
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(State { phase: Phase::Head, requests: 0, multiplexed: false }))
    }

    /// Tells of changes.
    pub(super) fn changes(&self) -> Changes {
        Changes(self.0.subscribe())
    }

    fn bytes_came(&self) {
        self.0.send_if_modified(|state| {
            let begins = state.phase == Phase::Nothing && !state.multiplexed;
            if begins {
                state.phase = Phase::Head;
            }
            begins
        });
    }

    fn request_begins(&self, version: Version) -> Running {
        self.0.send_modify(|state| {
            state.phase = Phase::Requests;
            state.requests += 1;
            state.multiplexed = version == Version::HTTP_2;
        });
        Running(self.clone())
    }
}

/// A request that has begun and whose answer has not been given away.
#[derive(Debug)]
struct Running(Activity);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.send_modify(|state| {
            state.requests -= 1;
            if state.requests == 0 {
                state.phase = Phase::Nothing;
            }
        });
    }
}

/// The changes of a connection.
#[derive(Debug)]
pub(super) struct Changes(watch::Receiver<State>);

impl Changes {
    /// What it waits for now.
    pub(super) fn phase(&mut self) -> Phase {
        self.0.borrow_and_update().phase
    }

    /// Until something changed since [`Changes::phase`] was asked.
    pub(super) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// The bytes of a connection. Its place is taken for as long as they are, also by the handler of
/// an upgrade.
#[derive(Debug)]
pub(super) struct Wire {
    stream: TcpStream,
    activity: Activity,
    _place: Place,
}

impl Wire {
    /// Those of `stream`, whose activity and place these are.
    pub(super) fn new(stream: TcpStream, activity: Activity, place: Place) -> Self {
        Self { stream, activity, _place: place }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.activity.bytes_came();
        }
        read
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// The routes, and what the requests of one connection are given on their way to them.
#[derive(Debug, Clone)]
pub(super) struct Entrance {
    pub(super) routes: TowerToHyperService<Router>,
    pub(super) peer: SocketAddr,
    pub(super) trusted: Arc<[IpNet]>,
    pub(super) activity: Activity,
}

impl Service<Request<Incoming>> for Entrance {
    type Response = Response<Answer>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Self::Response, Infallible>>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let running = self.activity.request_begins(request.version());
        let client = client(self.peer.ip(), request.headers(), &self.trusted);
        request.extensions_mut().insert(client);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        let response = self.routes.call(request);
        Box::pin(async move { Ok(response.await?.map(|body| Answer { body, _running: running })) })
    }
}

/// The body of an answer; its request ends with it.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    _running: Running,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
