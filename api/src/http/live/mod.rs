//! Live wires: subscriptions over WebSocket, multipart and server-sent events, with one
//! implementation behind all three.
//!
//! A subscription is run anew for each event with a fresh scope, so a session that has ended and
//! a care team that has changed count at once. The change feed only wakes it.

pub(super) mod multipart;
pub(super) mod sse;
pub(super) mod websocket;

use super::Server;
use super::answer::tell;
use super::operation::Operation;
use super::refusal::Refusal;
use super::session::{Session, request_id};
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use care::access::{Actor, Person};
use care::live::Change;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt};
use schema::{Caller, Told, Wake, Woken};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, MissedTickBehavior};
use uuid::Uuid;

/// Every so many re-checks of the session the subscription looks for changes itself: a feed
/// between nodes may lose some.
const LOOK_EVERY: u32 = 6;

/// How live wires behave.
#[derive(Debug, Clone, Copy)]
pub struct Wires {
    /// How often a quiet wire says that it lives.
    pub heartbeat: Duration,
    /// How often the session behind a subscription is checked.
    pub recheck: Duration,
    /// How long a WebSocket may be open without its first message.
    pub init_timeout: Duration,
    /// How long a message to a slow reader may take before the socket is given up.
    pub send_timeout: Duration,
    /// The largest message of a WebSocket, in bytes.
    pub message_limit: usize,
    /// Operations that a WebSocket carries at once.
    pub subscriptions: usize,
}

impl Default for Wires {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_secs(5),
            recheck: Duration::from_secs(5),
            init_timeout: Duration::from_secs(5),
            send_timeout: Duration::from_secs(10),
            message_limit: 65_536,
            subscriptions: 20,
        }
    }
}

/// What a client gets of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Event {
    /// An answer, in JSON.
    Next(String),
    /// It ends with these errors; nothing follows.
    Failed(Vec<Value>),
    /// The session has ended; nothing follows.
    SignedOut,
}

impl Server {
    /// The events of a subscription, from its beginning until it fails, its session ends, or the
    /// server stops.
    pub(crate) fn follow(&self, operation: Operation, session: Session) -> BoxStream<'static, Event> {
        let mut recheck = tokio::time::interval(self.settings.wires.recheck);
        recheck.set_missed_tick_behavior(MissedTickBehavior::Delay);
        recheck.reset_at(Instant::now() + self.settings.wires.recheck);
        let following = Following {
            changes: self.services.live.subscribe(),
            server: self.clone(),
            operation,
            session,
            listener: None,
            told: Told::default(),
            wake: Some(Wake::Begin),
            ready: VecDeque::new(),
            ended: false,
            recheck,
            rechecks: 0,
        };
        stream::unfold(following, async |mut following| {
            let event = following.next().await?;
            Some((event, following))
        })
        .boxed()
    }
}

struct Following {
    server: Server,
    operation: Operation,
    session: Session,
    /// Who listens, once the session has been checked; a session never passes to another person.
    listener: Option<Actor>,
    changes: Receiver<Change>,
    told: Told,
    /// What woke it and has not been told yet.
    wake: Option<Wake>,
    ready: VecDeque<Event>,
    ended: bool,
    recheck: tokio::time::Interval,
    rechecks: u32,
}

impl Following {
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                self.ended = !matches!(event, Event::Next(_));
                return Some(event);
            }
            if self.ended || self.server.stopping.is_cancelled() {
                return None;
            }
            let wake = match self.wake.take() {
                Some(wake) => Some(wake),
                None => self.wait().await,
            };
            let request_id = request_id(&self.server);
            match self.session.person(&self.server, &request_id).await {
                Err(refusal) if refusal.code == "UNAUTHENTICATED" => self.ready.push_back(Event::SignedOut),
                Err(refusal) => self.fail(&refusal, &request_id),
                Ok(caller) => self.run(wake, caller).await,
            }
        }
    }

    /// Waits for a change that concerns who listens, or until the session is to be checked: then
    /// nothing woke it.
    async fn wait(&mut self) -> Option<Wake> {
        loop {
            tokio::select! {
                change = self.changes.recv() => {
                    let wake = self.gather(change);
                    if wake != Wake::Changed(BTreeSet::new()) {
                        return Some(wake);
                    }
                }
                _ = self.recheck.tick() => {
                    self.rechecks = self.rechecks.wrapping_add(1);
                    return self.rechecks.is_multiple_of(LOOK_EVERY).then_some(Wake::Look);
                }
                () = self.server.stopping.cancelled() => return None,
            }
        }
    }

    /// Takes all that has changed up to now of whom who listens may follow, each patient once.
    fn gather(&mut self, first: Result<Change, RecvError>) -> Wake {
        let mut patients = BTreeSet::new();
        let mut next = first.map_err(|error| match error {
            RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
            RecvError::Closed => TryRecvError::Closed,
        });
        loop {
            match next {
                Ok(Change::Patient { clinic_id, patient_id, .. }) => {
                    if self.listener.is_some_and(|actor| concerns(actor, clinic_id, patient_id)) {
                        patients.insert(patient_id);
                    }
                }
                Ok(Change::Reminder { .. }) => {}
                Ok(Change::Missed) | Err(TryRecvError::Lagged(_)) => {
                    self.changes = self.changes.resubscribe();
                    return Wake::Missed;
                }
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Wake::Changed(patients),
            }
            next = self.changes.try_recv();
        }
    }

    async fn run(&mut self, wake: Option<Wake>, caller: Caller) {
        self.listener = caller.scope.as_ref().map(|scope| scope.actor());
        // Checking the session was all there was to do.
        let Some(wake) = wake else { return };
        let request_id = caller.request_id.clone();
        let woken = Woken { wake, told: self.told.clone() };
        let request = self.operation.clone().request();
        let _turn = self.server.turns.wait(&caller).await;
        for answer in self.server.schema.wake(request, caller, woken).await {
            let failed = answer.data == async_graphql::Value::Null && !answer.errors.is_empty();
            let told = tell(answer, &request_id);
            self.ready.push_back(if failed {
                Event::Failed(told.errors.iter().map(|error| json!(error)).collect())
            } else {
                Event::Next(told.body)
            });
        }
    }

    fn fail(&mut self, refusal: &Refusal, request_id: &str) {
        self.ready.push_back(Event::Failed(vec![refusal.error(request_id)]));
    }
}

/// Whether a change of this patient may concern `actor`: their own, or one of their clinic. Which
/// patients a clinician may see is decided when the subscription is run.
fn concerns(actor: Actor, clinic_id: Uuid, patient_id: Uuid) -> bool {
    actor.clinic_id == clinic_id
        && match actor.person {
            Person::Patient(own) => own == patient_id,
            Person::Member(_) => true,
        }
}

/// The error of a session that has ended.
fn signed_out() -> Vec<Value> {
    vec![Refusal::signed_out().error("")]
}

/// An answer that is sent text by text.
fn streamed(texts: impl Stream<Item = String> + Send + 'static, content_type: &'static str) -> Response {
    let body = Body::from_stream(texts.map(Ok::<_, Infallible>));
    ([(header::CONTENT_TYPE, content_type)], body).into_response()
}

/// The texts, and `beat` whenever none came for `heartbeat`.
fn with_heartbeat(
    texts: BoxStream<'static, String>,
    heartbeat: Duration,
    beat: impl Fn() -> String + Send + 'static,
) -> BoxStream<'static, String> {
    stream::unfold((texts, beat), move |(mut texts, beat)| async move {
        match tokio::time::timeout(heartbeat, texts.next()).await {
            Ok(Some(text)) => Some((text, (texts, beat))),
            Ok(None) => None,
            Err(_) => Some((beat(), (texts, beat))),
        }
    })
    .boxed()
}
