//! A few HTTP/2 connections to one provider.
//!
//! They are opened as requests come and leave the pool when they break or the other side says GOAWAY. A request
//! goes by the one with the fewest in flight; where none has room it waits for one. A new connection carries one
//! request until the other side has taken one, then as many as its SETTINGS allow.

mod connection;
mod origin;
mod trust;

pub(super) use origin::Origin;
pub(super) use trust::tls;

use super::Ports;
use super::delay::{back_off, jitter};
use care::clock::Instant;
use connection::{Connection, connect};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::{Body, Bytes};
use hyper::{HeaderMap, Request};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

/// Requests in flight for which one more connection is opened.
const SHARE: usize = 32;
/// The longest answer that is read, in bytes.
const LONGEST: usize = 64 * 1024;

/// How a pool works.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// The most connections.
    pub(super) connections: usize,
    /// The most requests at once by one of them, whatever the other side allows.
    pub(super) streams: usize,
    /// How long connecting may take.
    pub(super) connect_timeout: Duration,
    /// How long a request may wait for room.
    pub(super) patience: Duration,
}

impl Settings {
    /// So many connections, and for the rest what does for every provider.
    pub(super) fn of(connections: usize) -> Self {
        let (connect_timeout, patience) = (Duration::from_secs(5), Duration::from_secs(5));
        Self { connections, streams: 1_000, connect_timeout, patience }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// There is no connection; it is tried again after so many milliseconds. Nothing was asked.
    Unreachable { after_ms: i64 },
    /// All connections were full for too long. Nothing was asked.
    Busy,
    /// There is no request to send.
    NoRequest,
    /// Connections broke under the request, a new one last; it may have been taken.
    Broken,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    connection: Arc<Connection>,
}

impl Reply {
    /// Lets nothing more go by the connection that it came by.
    pub(super) fn leave(&self) {
        self.connection.leave();
    }
}

/// The connections to one origin. Dropped, it closes them.
#[derive(Debug)]
pub(super) struct Pool {
    inner: Arc<Inner>,
    tasks: Mutex<JoinSet<()>>,
}

struct Inner {
    provider: &'static str,
    origin: Origin,
    tls: TlsConnector,
    settings: Settings,
    ports: Ports,
    state: Mutex<State>,
    waiting: AtomicUsize,
    room: Notify,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Inner").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct State {
    connections: Vec<Arc<Connection>>,
    connecting: usize,
    /// How many have been opened.
    opened: u64,
    /// Failures to connect since the newest success.
    failures: u32,
    /// Nobody connects before this.
    not_before: Instant,
}

/// What a request that wants a connection gets.
enum Next {
    Place(Place),
    Wait,
    Away { after_ms: i64 },
}

/// A request's place on a connection.
struct Place {
    connection: Arc<Connection>,
    inner: Arc<Inner>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connection.exit();
        self.inner.tell_one();
    }
}

/// One who waits for room.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Pool {
    pub(super) fn new(
        provider: &'static str,
        origin: Origin,
        tls: TlsConnector,
        settings: Settings,
        ports: Ports,
    ) -> Self {
        let inner = Inner {
            provider,
            origin,
            tls,
            settings,
            ports,
            state: Mutex::default(),
            waiting: AtomicUsize::new(0),
            room: Notify::new(),
        };
        Self { inner: Arc::new(inner), tasks: Mutex::default() }
    }

    /// Sends what `request` makes. Where the connection breaks under it, again by others: at most once by one that
    /// was opened since, as all may break together.
    pub(super) async fn send(
        &self,
        request: impl Fn() -> Option<Request<Full<Bytes>>>,
    ) -> Result<Reply, Trouble> {
        let mut newest = u64::MAX;
        loop {
            let made = request().ok_or(Trouble::NoRequest)?;
            let place = self.place().await?;
            match exchange(&place.connection, made).await {
                Ok(reply) => {
                    if !matches!(reply.status, 401 | 403 | 500..) {
                        place.connection.prove();
                    }
                    return Ok(reply);
                }
                Err(error) => {
                    tracing::debug!(provider = self.inner.provider, %error, "a connection broke under a push");
                    place.connection.leave();
                    if place.connection.number > newest {
                        return Err(Trouble::Broken);
                    }
                    newest = newest.min(self.inner.state().opened);
                }
            }
        }
    }

    async fn place(&self) -> Result<Place, Trouble> {
        if let Next::Place(place) = self.next(1) {
            return Ok(place);
        }
        let patient = tokio::time::timeout(self.inner.settings.patience, self.wait());
        patient.await.unwrap_or(Err(Trouble::Busy))
    }

    async fn wait(&self) -> Result<Place, Trouble> {
        self.inner.waiting.fetch_add(1, Ordering::SeqCst);
        let _waiting = Waiting(&self.inner.waiting);
        loop {
            let mut told = pin!(self.inner.room.notified());
            told.as_mut().enable();
            match self.next(0) {
                Next::Place(place) => {
                    // There may be room for the next who waits.
                    if place.connection.room() > 0 {
                        self.inner.room.notify_one();
                    }
                    return Ok(place);
                }
                Next::Away { after_ms } => return Err(Trouble::Unreachable { after_ms }),
                Next::Wait => told.await,
            }
        }
    }

    /// A place where there is one; opens a connection where there should be more for what is in flight, what
    /// waits, and `more`.
    fn next(&self, more: usize) -> Next {
        let inner = &self.inner;
        let mut state = inner.state();
        state.connections.retain(|connection| connection.is_open());
        let in_flight: usize = state.connections.iter().map(|connection| connection.in_flight()).sum();
        let load = in_flight + inner.waiting.load(Ordering::SeqCst) + more;
        let wanted = load.div_ceil(SHARE).clamp(1, inner.settings.connections);
        let now = inner.ports.clock.now();
        // A clock that was set back does not keep anybody from connecting for longer than a back-off.
        let after_ms = state.not_before.0.saturating_sub(now.0).min(back_off(u32::MAX));
        let may = after_ms <= 0 && (state.failures == 0 || state.connecting == 0);
        if may && state.connections.len() + state.connecting < wanted {
            state.connecting += 1;
            self.open();
        }
        let roomy = state.connections.iter().filter(|connection| connection.room() > 0);
        match roomy.min_by_key(|connection| connection.in_flight()) {
            Some(connection) => {
                connection.enter();
                Next::Place(Place { connection: Arc::clone(connection), inner: Arc::clone(inner) })
            }
            None if state.connections.is_empty() && state.connecting == 0 => Next::Away { after_ms },
            None => Next::Wait,
        }
    }

    fn open(&self) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(Arc::clone(&self.inner).run());
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_one(&self) {
        if self.waiting.load(Ordering::SeqCst) > 0 {
            self.room.notify_one();
        }
    }

    /// Opens a connection and lets it work until it ends.
    async fn run(self: Arc<Self>) {
        match connect(&self.origin, &self.tls, &self.settings).await {
            Ok((sender, driver)) => {
                let connection = {
                    let mut state = self.state();
                    (state.connecting, state.failures) = (state.connecting.saturating_sub(1), 0);
                    state.opened += 1;
                    let connection = Arc::new(Connection::new(sender, self.settings.streams, state.opened));
                    state.connections.push(Arc::clone(&connection));
                    connection
                };
                let _counted = Counted::new(self.provider);
                self.tell_one();
                let ended = connection.drive(driver, || self.tell_one()).await;
                tracing::debug!(provider = self.provider, ?ended, "a connection has ended");
                connection.leave();
                self.tell_one();
            }
            Err(error) => {
                tracing::warn!(provider = self.provider, %error, "no connection to a push provider");
                let mut state = self.state();
                state.connecting = state.connecting.saturating_sub(1);
                let pause = jitter(back_off(state.failures), self.ports.random.as_ref());
                state.failures = state.failures.saturating_add(1);
                state.not_before = self.ports.clock.now().plus(pause);
                drop(state);
                self.room.notify_waiters();
            }
        }
    }
}

/// A connection in the gauge.
struct Counted(metrics::Gauge);

impl Counted {
    fn new(provider: &'static str) -> Self {
        let gauge = metrics::gauge!("plumbline_push_connections", "provider" => provider);
        gauge.increment(1.0);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1.0);
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn exchange(connection: &Arc<Connection>, request: Request<Full<Bytes>>) -> Result<Reply, Failure> {
    let answer = connection.sender.clone().send_request(request).await?;
    let (head, body) = answer.into_parts();
    let body = if body.is_end_stream() {
        Bytes::new()
    } else {
        Limited::new(body, LONGEST).collect().await?.to_bytes()
    };
    let connection = Arc::clone(connection);
    Ok(Reply { status: head.status.as_u16(), headers: head.headers, body, connection })
}
