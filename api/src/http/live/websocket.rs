//! `graphql-transport-ws`: operations over a WebSocket, with close codes as the protocol has them.

use super::{Event, signed_out};
use crate::http::answer::tell;
use crate::http::parameters::Parameters;
use crate::http::refusal::Refusal;
use crate::http::session::{Session, request_id};
use crate::http::{Server, origin_allowed};
use async_graphql::parser::types::OperationType;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures::stream::{self, BoxStream, SplitSink, SplitStream};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_stream::StreamMap;
use tokio_util::sync::CancellationToken;

const PROTOCOL: &str = "graphql-transport-ws";
/// The longest reason that fits the frame of a close, in bytes.
const REASON: usize = 123;
/// What is held for reading from a socket, in bytes.
const BUFFER: usize = 4_096;
/// The longest id of an operation, in bytes.
const ID: usize = 128;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit { payload: Option<Map<String, Value>> },
    Ping {},
    Pong {},
    Subscribe { id: String, payload: Parameters },
    Complete { id: String },
}

/// Why a socket is closed: the code of the protocol and its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Close(u16, String);

impl Close {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let mut reason = reason.into();
        while reason.len() > REASON {
            reason.pop();
        }
        Self(code, reason)
    }
}

/// GET with an upgrade.
pub(in crate::http) async fn upgrade(server: Server, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    if !origin_allowed(&server.settings.origins, &parts.headers) {
        return (StatusCode::FORBIDDEN, "This origin may not connect.").into_response();
    }
    let session = Session::of(&parts.headers, &parts.extensions);
    let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade,
        Err(refused) => return refused.into_response(),
    };
    let limit = server.settings.wires.message_limit;
    let upgrade = upgrade
        .protocols([PROTOCOL])
        .max_message_size(limit)
        .max_frame_size(limit)
        // Sockets are many and quiet: the default holds 128 KiB for each.
        .read_buffer_size(BUFFER)
        .write_buffer_size(0);
    let spoken = upgrade.selected_protocol().is_some();
    let sockets = server.operations.clone();
    upgrade.on_upgrade(move |socket| {
        // Tracked, so that stopping the server waits for its close frame.
        sockets.track_future(async move {
            if spoken {
                Socket::open(server, session, socket).serve().await;
            } else {
                let close = Close::new(4406, "Subprotocol not acceptable");
                finish(socket.split().0, close).await;
            }
        })
    })
}

/// Whether a request asks for a WebSocket.
pub(in crate::http) fn is_asked_for(headers: &HeaderMap) -> bool {
    let upgrade = headers.get("upgrade").and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket"))
}

async fn finish(mut sink: SplitSink<WebSocket, Message>, close: Close) {
    let frame = CloseFrame { code: close.0, reason: close.1.into() };
    // The client may be gone already.
    let _ = timeout(Duration::from_secs(1), sink.send(Message::Close(Some(frame)))).await;
}

/// The events, and none at their end.
fn until_complete(events: BoxStream<'static, Event>) -> BoxStream<'static, Option<Event>> {
    events.map(Some).chain(stream::once(async { None })).boxed()
}

struct Socket {
    server: Server,
    session: Session,
    acknowledged: bool,
    sink: SplitSink<WebSocket, Message>,
    source: SplitStream<WebSocket>,
    /// By the id of its operation; none when the operation is complete.
    streams: StreamMap<String, BoxStream<'static, Option<Event>>>,
    opened: Instant,
    heard: Instant,
    pinged: Instant,
}

impl Socket {
    fn open(server: Server, session: Session, socket: WebSocket) -> Self {
        let (sink, source) = socket.split();
        let now = Instant::now();
        let streams = StreamMap::new();
        Self {
            server,
            session,
            acknowledged: false,
            sink,
            source,
            streams,
            opened: now,
            heard: now,
            pinged: now,
        }
    }

    async fn serve(mut self) {
        let stopping = self.server.stopping.clone();
        let close = loop {
            match self.step(&stopping).await {
                Ok(()) => {}
                Err(Some(close)) => break close,
                Err(None) => return,
            }
        };
        finish(self.sink, close).await;
    }

    /// Deals with one thing that happens. The error closes the socket; with none, it is gone.
    async fn step(&mut self, stopping: &CancellationToken) -> Result<(), Option<Close>> {
        let settings = self.server.settings.wires;
        let deadline = if self.acknowledged {
            self.heard + settings.heartbeat * 2
        } else {
            self.opened + settings.init_timeout
        };
        let ping_at = self.heard.max(self.pinged) + settings.heartbeat;
        tokio::select! {
            message = self.source.next() => {
                self.heard = Instant::now();
                self.hear(message).await
            }
            Some((id, event)) = self.streams.next(), if !self.streams.is_empty() => self.tell(id, event).await,
            () = sleep_until(ping_at), if self.acknowledged => {
                self.pinged = Instant::now();
                self.send(Message::Ping(Vec::new().into())).await
            }
            () = sleep_until(deadline) => Err(Some(if self.acknowledged {
                Close::new(1001, "No answer to pings")
            } else {
                Close::new(4408, "Connection initialisation timeout")
            })),
            () = stopping.cancelled() => Err(Some(Close::new(1001, "The server is stopping"))),
        }
    }

    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), Option<Close>> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Binary(_))) => return Err(Some(Close::new(4400, "Send text messages"))),
            Some(Err(_)) => return Err(Some(Close::new(1009, "The message is too large or broken"))),
            Some(Ok(Message::Close(_))) | None => return Err(None),
        };
        match crate::http::json::read(text.as_bytes()) {
            Some(Said::ConnectionInit { payload }) => self.init(payload.unwrap_or_default()).await,
            Some(Said::Ping {}) => self.say(json!({ "type": "pong" })).await,
            Some(Said::Pong {}) => Ok(()),
            Some(Said::Subscribe { id, payload }) => self.subscribe(id, payload).await,
            Some(Said::Complete { id }) => {
                self.streams.remove(&id);
                Ok(())
            }
            None => Err(Some(Close::new(4400, "Invalid message"))),
        }
    }

    async fn init(&mut self, payload: Map<String, Value>) -> Result<(), Option<Close>> {
        if self.acknowledged {
            return Err(Some(Close::new(4429, "Too many initialisation requests")));
        }
        let named = ["authorization", "Authorization"].iter().find_map(|name| payload.get(*name)?.as_str());
        if let Some(authorization) = named {
            self.session = self.session.clone().with_authorization(authorization);
        }
        match self.session.person(&self.server, &request_id(&self.server)).await {
            Ok(_) => {}
            Err(refusal) if refusal.code == "UNAUTHENTICATED" => {
                return Err(Some(Close::new(4403, "Forbidden")));
            }
            Err(_) => return Err(Some(Close::new(1013, "Try again in a moment"))),
        }
        self.acknowledged = true;
        self.say(json!({ "type": "connection_ack" })).await
    }

    async fn subscribe(&mut self, id: String, payload: Parameters) -> Result<(), Option<Close>> {
        if !self.acknowledged {
            return Err(Some(Close::new(4401, "Unauthorized")));
        }
        if id.is_empty() || id.len() > ID {
            return Err(Some(Close::new(4400, "The id of an operation has 1 to 128 bytes")));
        }
        if self.streams.contains_key(&id) {
            return Err(Some(Close::new(4409, format!("Subscriber for {id} already exists"))));
        }
        let most = self.server.settings.wires.subscriptions;
        if self.streams.len() >= most {
            let message = format!("A socket carries at most {most} operations at once.");
            let refusal = Refusal::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
            return self.refuse(id, &refusal).await;
        }
        let operation = match self.server.prepare(payload).await {
            Ok(operation) => operation,
            Err(refusal) => return self.refuse(id, &refusal).await,
        };
        match operation.kind {
            OperationType::Subscription => {
                let events = self.server.follow(operation, self.session.clone());
                self.streams.insert(id, until_complete(events));
            }
            OperationType::Query => {
                let (server, session) = (self.server.clone(), self.session.clone());
                let answer = async move {
                    let request_id = request_id(&server);
                    let answer = async {
                        let caller = session.person(&server, &request_id).await?;
                        Ok(tell(server.run(operation, caller).await?, &request_id).body)
                    };
                    match answer.await {
                        Ok(answer) => Event::Next(answer),
                        Err::<_, Refusal>(refusal) if refusal.code == "UNAUTHENTICATED" => Event::SignedOut,
                        Err(refusal) => Event::Failed(vec![refusal.error(&request_id)]),
                    }
                };
                self.streams.insert(id, until_complete(stream::once(answer).boxed()));
            }
            OperationType::Mutation => {
                let refusal =
                    Refusal::malformed("Send mutations by POST: there they can be repeated safely.");
                return self.refuse(id, &refusal).await;
            }
        }
        Ok(())
    }

    async fn tell(&mut self, id: String, event: Option<Event>) -> Result<(), Option<Close>> {
        let Some(event) = event else {
            self.streams.remove(&id);
            return self.say(json!({ "type": "complete", "id": id })).await;
        };
        match event {
            Event::Next(answer) => {
                // The answer is JSON already, its fields in the order in which they were asked for.
                let text = format!("{{\"type\":\"next\",\"id\":{},\"payload\":{answer}}}", json!(id));
                self.send(Message::Text(text.into())).await
            }
            Event::Failed(errors) => {
                self.streams.remove(&id);
                self.say(json!({ "type": "error", "id": id, "payload": errors })).await
            }
            Event::SignedOut => {
                self.say(json!({ "type": "error", "id": id, "payload": signed_out() })).await?;
                Err(Some(Close::new(4403, "Forbidden")))
            }
        }
    }

    async fn refuse(&mut self, id: String, refusal: &Refusal) -> Result<(), Option<Close>> {
        let errors = [refusal.error(&request_id(&self.server))];
        self.say(json!({ "type": "error", "id": id, "payload": errors })).await
    }

    async fn say(&mut self, message: Value) -> Result<(), Option<Close>> {
        self.send(Message::Text(message.to_string().into())).await
    }

    /// A reader so slow that the message does not leave in time is given up.
    async fn send(&mut self, message: Message) -> Result<(), Option<Close>> {
        match timeout(self.server.settings.wires.send_timeout, self.sink.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(None),
        }
    }
}
