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
use care::access::{Person, Scope};
use care::live::Change;
use futures::StreamExt;
use futures::stream::BoxStream;
use schema::{Caller, Told, Wake, Woken};
use serde_json::{Value, json};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::{Instant, MissedTickBehavior};

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
            told: Told::default(),
            wake: Some(Wake::Begin),
            ready: VecDeque::new(),
            ended: false,
            recheck,
            rechecks: 0,
        };
        futures::stream::unfold(following, async |mut following| {
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

    /// Waits for a change, or until the session is to be checked: then nothing woke it.
    async fn wait(&mut self) -> Option<Wake> {
        tokio::select! {
            change = self.changes.recv() => Some(self.gather(change)),
            _ = self.recheck.tick() => {
                self.rechecks = self.rechecks.wrapping_add(1);
                self.rechecks.is_multiple_of(LOOK_EVERY).then_some(Wake::Look)
            }
            () = self.server.stopping.cancelled() => None,
        }
    }

    /// Takes all that has changed up to now, each patient once.
    fn gather(&mut self, first: Result<Change, RecvError>) -> Wake {
        let mut patients = BTreeSet::new();
        let mut next = first.map_err(|error| match error {
            RecvError::Lagged(missed) => TryRecvError::Lagged(missed),
            RecvError::Closed => TryRecvError::Closed,
        });
        loop {
            match next {
                Ok(Change::Patient { patient_id, .. }) => {
                    patients.insert(patient_id);
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
        let Some(wake) = wake.and_then(|wake| concerning(wake, caller.scope.as_deref())) else {
            if let Some(scope) = &caller.scope {
                scope.finish().await;
            }
            return;
        };
        let request_id = caller.request_id.clone();
        let woken = Woken { wake, told: self.told.clone() };
        let request = self.operation.clone().request();
        for answer in self.server.schema.wake(request, caller, woken).await {
            let failed = answer.data == async_graphql::Value::Null && !answer.errors.is_empty();
            let told = tell(answer, &request_id);
            self.ready.push_back(if failed { Event::Failed(told.errors) } else { Event::Next(told.body) });
        }
    }

    fn fail(&mut self, refusal: &Refusal, request_id: &str) {
        self.ready.push_back(Event::Failed(vec![refusal.error(request_id)]));
    }
}

/// What of a wake concerns the person who listens; a patient is woken by their own changes alone.
fn concerning(wake: Wake, scope: Option<&Scope>) -> Option<Wake> {
    match wake {
        Wake::Changed(mut patients) => {
            if let Some(Person::Patient(own)) = scope.map(|scope| scope.actor().person) {
                patients.retain(|id| *id == own);
            }
            (!patients.is_empty()).then_some(Wake::Changed(patients))
        }
        wake => Some(wake),
    }
}

/// The answer of a subscription that has failed.
fn failure(errors: &[Value]) -> String {
    json!({ "errors": errors }).to_string()
}

/// The error of a session that has ended.
fn signed_out() -> Vec<Value> {
    vec![Refusal::signed_out().error("")]
}
