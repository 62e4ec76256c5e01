//! The accept loop: HTTP/1.1 and HTTP/2 on one port, with time-outs and caps.

use super::address::trusts;
use super::connection::{Activity, Changes, Entrance, Phase, Wire};
use super::places::Places;
use axum::Router;
use hyper::rt::Executor;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use ipnet::IpNet;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::TaskTracker;

/// The largest head of a request, in bytes.
const HEAD_BYTES: u16 = 16_384;
/// What one HTTP/2 stream may hold in each direction, in bytes.
const STREAM_BYTES: u16 = 65_535;
/// How much an HTTP/2 client may send ahead in all its streams, in bytes.
const WINDOW_BYTES: u32 = 524_288;
/// How often an HTTP/2 client is asked whether it is still there, and how long it has to answer.
const PING: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(10));
/// How long to wait after an accept failed for want of file descriptors or memory.
const BREATH: Duration = Duration::from_millis(200);

/// What connections are held to.
#[derive(Debug, Clone)]
pub struct Connections {
    /// How long the head of a request may take, from the connection or from its first byte.
    pub header_timeout: Duration,
    /// How long a connection may stay open between requests.
    pub idle_timeout: Duration,
    /// The most connections at once.
    pub most: usize,
    /// The most connections at once from one address; trusted proxies may have more.
    pub most_per_address: usize,
    /// The most requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// Proxies whose word on the client's address counts.
    pub trusted_proxies: Arc<[IpNet]>,
}

/// Takes connections until `stop` turns true, then waits for the requests that have begun.
pub(super) async fn serve(
    listener: TcpListener,
    routes: Router,
    settings: Connections,
    mut stop: watch::Receiver<bool>,
) {
    let places = Places::new(settings.most, settings.most_per_address);
    let tasks = TaskTracker::new();
    let builder = builder(&settings, &tasks);
    let mut full = false;
    loop {
        let (stream, peer) = tokio::select! {
            accepted = accept(&listener) => accepted,
            () = stopped(&mut stop) => break,
        };
        let address = peer.ip().to_canonical();
        let place = places.take((!trusts(&settings.trusted_proxies, address)).then_some(address));
        if place.is_none() && !full {
            tracing::warn!(%address, "connections are being refused: there are too many");
        }
        full = place.is_none();
        let Some(place) = place else { continue };
        let activity = Activity::new();
        let entrance = Entrance {
            routes: TowerToHyperService::new(routes.clone()),
            peer,
            trusted: Arc::clone(&settings.trusted_proxies),
            activity: activity.clone(),
        };
        let timeouts = (settings.header_timeout, settings.idle_timeout);
        let serving = (builder.clone(), Wire::new(stream, activity.clone(), place), entrance);
        tasks.spawn(connection(serving, activity.changes(), timeouts, stop.clone()));
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// The next connection. What goes wrong with one that was about to be is its client's matter;
/// anything else is a shortage of this machine, which passes.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                // Answers go out at once; where that cannot be had they are merely slower.
                let _ = stream.set_nodelay(true);
                return (stream, peer);
            }
            Err(error) => match error.kind() {
                ErrorKind::ConnectionAborted
                | ErrorKind::ConnectionRefused
                | ErrorKind::ConnectionReset
                | ErrorKind::Interrupted => {}
                _ => {
                    tracing::error!(%error, "no connection can be taken at the moment");
                    tokio::time::sleep(BREATH).await;
                }
            },
        }
    }
}

/// Until the server is to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that nobody can stop it any more, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Spawns the streams of HTTP/2 connections.
#[derive(Debug, Clone)]
struct Tracked(TaskTracker);

impl<F> Executor<F> for Tracked
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}

fn builder(settings: &Connections, tasks: &TaskTracker) -> Builder<Tracked> {
    let mut builder = Builder::new(Tracked(tasks.clone()));
    builder
        .http1()
        // The connection keeps its own time, which covers the choice of the protocol as well.
        .header_read_timeout(None)
        // What does not fit into this buffer is too large a head.
        .max_buf_size(usize::from(HEAD_BYTES));
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(PING.0)
        .keep_alive_timeout(PING.1)
        .max_concurrent_streams(settings.streams)
        .max_header_list_size(u32::from(HEAD_BYTES))
        .max_send_buf_size(usize::from(STREAM_BYTES))
        .initial_stream_window_size(u32::from(STREAM_BYTES))
        .initial_connection_window_size(WINDOW_BYTES);
    builder
}

/// Serves one connection until it ends, is idle or slow for too long, or the server stops.
async fn connection(
    (builder, wire, entrance): (Builder<Tracked>, Wire, Entrance),
    mut changes: Changes,
    (header_timeout, idle_timeout): (Duration, Duration),
    mut stop: watch::Receiver<bool>,
) {
    let mut serving = pin!(builder.serve_connection_with_upgrades(TokioIo::new(wire), entrance));
    let mut ending = false;
    loop {
        let phase = changes.phase();
        let patience = match phase {
            Phase::Requests => None,
            Phase::Nothing if !ending => Some(idle_timeout),
            Phase::Nothing | Phase::Head => Some(header_timeout),
        };
        tokio::select! {
            biased;
            ended = &mut serving => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection broke off");
                }
                return;
            }
            () = changes.next() => {}
            () = stopped(&mut stop), if !ending => {
                ending = true;
                serving.as_mut().graceful_shutdown();
            }
            () = elapsed(patience) => {
                if ending || phase == Phase::Head {
                    return;
                }
                ending = true;
                serving.as_mut().graceful_shutdown();
            }
        }
    }
}

/// Until this much time has passed; never without one.
async fn elapsed(patience: Option<Duration>) {
    match patience {
        Some(patience) => tokio::time::sleep(patience).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
#[path = "listener_tests.rs"]
mod tests;
