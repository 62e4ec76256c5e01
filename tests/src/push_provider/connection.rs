//! Connections: one task each, which drives HTTP and all its requests.

use super::script::Reply;
use super::wire::{Limit, Wire, window_for};
use super::{Behavior, Goodbye, Provider, State};
use axum::body::Bytes;
use axum::http::{Request, Response};
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// What is read of a body: more than either provider takes.
const BODY_LIMIT: usize = 32 * 1024;
const CONNECTION_WINDOW: u32 = 4 << 20;

/// How a request ends.
pub(super) enum Ending {
    Answer(Reply),
    Reset,
    Silence,
}

impl Ending {
    /// What the log has of it.
    pub(super) fn told(&self) -> (u16, String) {
        match self {
            Self::Answer(reply) => (reply.status, reply.body.clone()),
            Self::Reset | Self::Silence => (0, String::new()),
        }
    }
}

pub(super) async fn accept<P: Provider>(state: Arc<State<P>>, listener: TcpListener, tls: TlsAcceptor) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                connections.spawn(serve(Arc::clone(&state), stream, tls.clone()));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn serve<P: Provider>(state: Arc<State<P>>, stream: TcpStream, tls: TlsAcceptor) {
    if state.behavior.borrow().refuses {
        return;
    }
    let mut behavior = state.behavior.subscribe();
    if thawed(&mut behavior).await.is_none() {
        return;
    }
    let _ = stream.set_nodelay(true);
    let Ok(stream) = tls.accept(stream).await else { return };
    state.connections.fetch_add(1, Ordering::Relaxed);
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        http2(&state, stream, behavior).await;
    } else if P::PROTOCOLS.contains(&&b"http/1.1"[..]) {
        http1(&state, stream, behavior).await;
    }
}

/// How the simulator behaves once connections are not frozen; `None` where it is gone.
async fn thawed(behavior: &mut watch::Receiver<Behavior>) -> Option<Behavior> {
    behavior.wait_for(|behavior| !behavior.frozen).await.ok().map(|behavior| *behavior)
}

/// How many streams may be open on a connection whose client has proved who it is, or not yet.
fn streams<P: Provider>(behavior: &Behavior, proved: bool) -> u16 {
    let first = P::FIRST_STREAMS.filter(|_| !proved);
    first.map_or(behavior.streams, |first| first.min(behavior.streams))
}

async fn http2<P: Provider>(
    state: &State<P>,
    stream: TlsStream<TcpStream>,
    mut behavior: watch::Receiver<Behavior>,
) {
    let (mut proved, mut goodbyes) = (false, behavior.borrow().goodbyes);
    let mut announced = streams::<P>(&behavior.borrow(), proved);
    let limit = Limit::new(announced);
    let handshake = h2::server::Builder::new()
        .initial_window_size(window_for(announced))
        .initial_connection_window_size(CONNECTION_WINDOW)
        .handshake(Wire::new(stream, Arc::clone(&limit)));
    let Ok(mut connection) = handshake.await else { return };
    let mut open = FuturesUnordered::new();
    loop {
        let Some(current) = thawed(&mut behavior).await else { return };
        if current.goodbyes != goodbyes {
            goodbyes = current.goodbyes;
            match current.goodbye {
                Goodbye::Graceful => connection.graceful_shutdown(),
                Goodbye::Abrupt => connection.abrupt_shutdown(Reason::NO_ERROR),
                Goodbye::Cut => return,
            }
        }
        let wanted = streams::<P>(&current, proved);
        // Until the client has acknowledged the last limit, the next one has to wait.
        if wanted != announced && connection.set_initial_window_size(window_for(wanted)).is_ok() {
            announced = wanted;
            limit.announce(wanted);
        }
        tokio::select! {
            biased;
            request = connection.accept() => {
                let Some(Ok((request, mut respond))) = request else { return };
                let stream = respond.stream_id().as_u32();
                if limit.is_broken_by(stream, open.len()) {
                    // Streams that have ended together with the arrival of this one count no more.
                    while let Some(Some(proof)) = open.next().now_or_never() {
                        proved |= proof;
                    }
                }
                if limit.is_broken_by(stream, open.len()) {
                    state.refused_streams.fetch_add(1, Ordering::Relaxed);
                    respond.send_reset(Reason::REFUSED_STREAM);
                } else {
                    open.push(exchange(state, request, respond));
                }
            }
            Some(proof) = open.next(), if !open.is_empty() => proved |= proof,
            changed = behavior.changed() => if changed.is_err() { return },
            () = limit.acknowledged() => {}
        }
    }
}

/// One request and its answer. Answers whether the client has proved who it is.
async fn exchange<P: Provider>(
    state: &State<P>,
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
) -> bool {
    let (head, body) = request.into_parts();
    let Some(body) = whole(body).await else { return false };
    let (ending, proved) = state.take(head, body);
    let latency = state.behavior.borrow().latency;
    if !latency.is_zero() && gives_up(&mut respond, Some(latency)).await {
        return proved;
    }
    match ending {
        Ending::Answer(reply) => {
            let (head, body) = response(reply).into_parts();
            let sent = respond.send_response(Response::from_parts(head, ()), body.is_empty());
            if let Ok(mut stream) = sent
                && !body.is_empty()
            {
                let _ = stream.send_data(body, true);
            }
        }
        Ending::Reset => respond.send_reset(Reason::INTERNAL_ERROR),
        Ending::Silence => {
            gives_up(&mut respond, None).await;
        }
    }
    proved
}

/// The body, or the beginning of one that is too long; `None` where the client resets it.
async fn whole(mut body: RecvStream) -> Option<Bytes> {
    let mut all = Bytes::new();
    while let Some(part) = body.data().await {
        let part = part.ok()?;
        let _ = body.flow_control().release_capacity(part.len());
        all = if all.is_empty() { part } else { [all, part].concat().into() };
        if all.len() > BODY_LIMIT {
            break;
        }
    }
    Some(all)
}

/// Whether the client resets the stream within this time, or at any time.
async fn gives_up(respond: &mut SendResponse<Bytes>, within: Option<Duration>) -> bool {
    let reset = poll_fn(|cx| respond.poll_reset(cx));
    match within {
        Some(time) => tokio::time::timeout(time, reset).await.is_ok(),
        None => reset.await.is_ok(),
    }
}

fn response(reply: Reply) -> Response<Bytes> {
    let mut builder = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        builder = builder.header(name, value);
    }
    builder.body(reply.body.into()).unwrap()
}

/// HTTP/1.1, which libraries for Google's service still speak.
async fn http1<P: Provider>(
    state: &State<P>,
    stream: TlsStream<TcpStream>,
    mut behavior: watch::Receiver<Behavior>,
) {
    let goodbyes = behavior.borrow_and_update().goodbyes;
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, BODY_LIMIT).collect().await.map_err(io::Error::other)?.to_bytes();
        let (ending, _) = state.take(head, body);
        let latency = state.behavior.borrow().latency;
        tokio::time::sleep(latency).await;
        match ending {
            Ending::Answer(reply) => Ok(response(reply).map(Full::new)),
            Ending::Reset => Err(io::Error::from(io::ErrorKind::ConnectionReset)),
            Ending::Silence => std::future::pending().await,
        }
    });
    let mut connection = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    loop {
        tokio::select! {
            _ = connection.as_mut() => return,
            changed = behavior.changed() => {
                let Behavior { goodbyes: said, goodbye, .. } = *behavior.borrow();
                match goodbye {
                    _ if changed.is_err() => return,
                    _ if said == goodbyes => {}
                    Goodbye::Graceful => connection.as_mut().graceful_shutdown(),
                    Goodbye::Abrupt | Goodbye::Cut => return,
                }
            }
        }
    }
}
