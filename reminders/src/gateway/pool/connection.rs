//! One HTTP/2 connection of a pool.

use super::{Origin, Settings};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::fmt;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How often a connection is asked whether it lives, also while nothing is sent.
const PING_EVERY: Duration = Duration::from_secs(20);
/// How long it may take to say so.
const PING_TIMEOUT: Duration = Duration::from_secs(10);

type Driver = http2::Connection<TokioIo<TlsStream<TcpStream>>, Full<Bytes>, TokioExecutor>;

/// A connection, as its pool sees it.
pub(super) struct Connection {
    pub(super) sender: SendRequest<Full<Bytes>>,
    /// The how manieth of its pool it is.
    pub(super) number: u64,
    in_flight: AtomicUsize,
    /// Streams that the peer allows, as of the newest request.
    allowed: AtomicUsize,
    /// Whether the peer has taken a request: until then there is one stream.
    proven: AtomicBool,
    left: AtomicBool,
    most: usize,
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Connection").field("in_flight", &self.in_flight).finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(sender: SendRequest<Full<Bytes>>, most: usize, number: u64) -> Self {
        Self {
            sender,
            number,
            in_flight: AtomicUsize::new(0),
            allowed: AtomicUsize::new(1),
            proven: AtomicBool::new(false),
            left: AtomicBool::new(false),
            most,
        }
    }

    /// Whether new requests may go by it.
    pub(super) fn is_open(&self) -> bool {
        !self.left.load(Ordering::SeqCst) && !self.sender.is_closed()
    }

    /// No new request goes by it; what is in flight may finish.
    pub(super) fn leave(&self) {
        self.left.store(true, Ordering::SeqCst);
    }

    pub(super) fn prove(&self) {
        self.proven.store(true, Ordering::SeqCst);
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }

    /// How many more requests it takes. At least one where there is none in flight, since what the peer allows is
    /// learned by requests.
    pub(super) fn room(&self) -> usize {
        let proven = self.proven.load(Ordering::SeqCst);
        let allowed = if proven { self.allowed.load(Ordering::SeqCst).clamp(1, self.most) } else { 1 };
        allowed.saturating_sub(self.in_flight())
    }

    pub(super) fn enter(&self) {
        self.in_flight.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn exit(&self) {
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
    }

    /// Lets it work until it ends; `grown` is called when the peer allows more than before.
    pub(super) async fn drive(&self, driver: Driver, grown: impl Fn()) -> hyper::Result<()> {
        let mut driver = pin!(driver);
        poll_fn(|context| {
            let polled = driver.as_mut().poll(context);
            if polled.is_pending() {
                let allowed = driver.current_max_send_streams();
                if self.allowed.swap(allowed, Ordering::SeqCst) < allowed {
                    grown();
                }
            }
            polled
        })
        .await
    }
}

/// Connects: TCP, TLS with ALPN, the HTTP/2 preface.
pub(super) async fn connect(
    origin: &Origin,
    tls: &TlsConnector,
    settings: &Settings,
) -> io::Result<(SendRequest<Full<Bytes>>, Driver)> {
    let connecting = async {
        let stream = TcpStream::connect((origin.host.as_str(), origin.port)).await?;
        stream.set_nodelay(true)?;
        let stream = tls.connect(origin.name.clone(), stream).await?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "the other side does not speak HTTP/2"));
        }
        http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_max_send_streams(1)
            .keep_alive_interval(PING_EVERY)
            .keep_alive_timeout(PING_TIMEOUT)
            .keep_alive_while_idle(true)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)
    };
    let timeout = || io::Error::new(io::ErrorKind::TimedOut, "no connection in time");
    tokio::time::timeout(settings.connect_timeout, connecting).await.unwrap_or_else(|_| Err(timeout()))
}
