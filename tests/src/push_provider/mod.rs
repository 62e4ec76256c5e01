//! A simulator of Apple's and Google's push services, for clients of ours and of others: HTTP/2 over TLS, the
//! providers' checks and answers, and devices that collapse and expire what they get. A test changes at any time
//! how it behaves, and reads what it got.

mod apple;
mod apple_token;
mod certificate;
mod connection;
mod device;
mod google;
mod google_message;
mod google_token;
mod record;
mod script;
mod wire;

pub use apple::{Apple, AppleKey};
pub use certificate::Authority;
pub use device::{Arrival, Shown};
pub use google::Google;
pub use record::Logged;
pub use script::{Act, Reply};

use axum::body::Bytes;
use axum::http::request::Parts;
use care::clock::{Clock, Instant};
use connection::Ending;
use record::Records;
use script::Script;
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Both services under one authority.
pub struct PushProviders {
    /// Who vouches for both.
    pub authority: Authority,
    /// Apple's push service.
    pub apple: Simulator<Apple>,
    /// Google's push service and its token endpoint.
    pub google: Simulator<Google>,
}

impl PushProviders {
    /// Starts them on free ports of loopback, by this clock.
    pub async fn start(clock: Arc<dyn Clock>) -> Self {
        let authority = Authority::new();
        let apple = Simulator::start(&authority, Arc::clone(&clock), |_| Apple::new()).await;
        let google = Simulator::start(&authority, clock, Google::new).await;
        Self { authority, apple, google }
    }
}

/// What one provider makes of a request.
pub trait Provider: Send + Sync + 'static {
    /// What it speaks, as TLS names it.
    const PROTOCOLS: &[&[u8]];
    /// How many streams a client may open before it has proved who it is; `None` for as many as later.
    const FIRST_STREAMS: Option<u16>;

    /// Checks and answers a request.
    fn judge(&self, head: &Parts, body: &Bytes, now: Instant) -> Judged;
}

/// What a provider made of a request.
pub struct Judged {
    /// What it answers unless the script says otherwise.
    pub reply: Reply,
    /// Whether it knows now who the client is.
    pub proved: bool,
    /// What was asked for.
    pub asked: Asked,
}

/// What a request asked for.
pub enum Asked {
    /// A push to the device of a token, by an id; with what arrives there if it is taken.
    Push(String, Uuid, Option<Arrival>),
    /// An access token.
    SignIn,
}

/// How connections end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goodbye {
    /// GOAWAY; open streams are still answered.
    Graceful,
    /// GOAWAY, and the connection is closed with its open streams.
    Abrupt,
    /// The connection is closed without a word.
    Cut,
}

/// How a simulator behaves at the moment.
#[derive(Debug, Clone, Copy)]
struct Behavior {
    streams: u16,
    latency: Duration,
    refuses: bool,
    frozen: bool,
    goodbyes: u64,
    goodbye: Goodbye,
}

/// A running push service.
pub struct Simulator<P> {
    state: Arc<State<P>>,
    port: u16,
    _serving: JoinSet<()>,
}

/// What all connections of a simulator share.
struct State<P> {
    provider: P,
    clock: Arc<dyn Clock>,
    behavior: watch::Sender<Behavior>,
    script: Mutex<Script>,
    records: Mutex<Records>,
    connections: AtomicUsize,
    refused_streams: AtomicUsize,
}

impl<P: Provider> Simulator<P> {
    async fn start(authority: &Authority, clock: Arc<dyn Clock>, provider: impl FnOnce(u16) -> P) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let behavior = Behavior {
            streams: 1000,
            latency: Duration::ZERO,
            refuses: false,
            frozen: false,
            goodbyes: 0,
            goodbye: Goodbye::Graceful,
        };
        let state = Arc::new(State {
            provider: provider(port),
            clock,
            behavior: watch::Sender::new(behavior),
            script: Mutex::default(),
            records: Mutex::new(Records::new()),
            connections: AtomicUsize::new(0),
            refused_streams: AtomicUsize::new(0),
        });
        let mut serving = JoinSet::new();
        let tls = authority.server(P::PROTOCOLS).into();
        serving.spawn(connection::accept(Arc::clone(&state), listener, tls));
        Self { state, port, _serving: serving }
    }

    /// Its port of 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address, as clients take it: `https://localhost:…`.
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// What it does beyond that of the other provider.
    pub fn provider(&self) -> &P {
        &self.state.provider
    }

    /// How many streams a connection may have open, 1000 at first: announced at once on all connections.
    pub fn set_streams(&self, streams: u16) {
        self.state.behavior.send_modify(|behavior| behavior.streams = streams);
    }

    /// How long each answer takes from now on.
    pub fn set_latency(&self, latency: Duration) {
        self.state.behavior.send_modify(|behavior| behavior.latency = latency);
    }

    /// Whether new connections are closed before their handshake.
    pub fn set_refusing(&self, refuses: bool) {
        self.state.behavior.send_modify(|behavior| behavior.refuses = refuses);
    }

    /// Whether connections are as if the network were gone: nothing is read, no ping is answered, and new ones do
    /// not come to their handshake.
    pub fn set_frozen(&self, frozen: bool) {
        self.state.behavior.send_modify(|behavior| behavior.frozen = frozen);
    }

    /// Ends all connections; new ones are welcome.
    pub fn say_goodbye(&self, goodbye: Goodbye) {
        self.state.behavior.send_modify(|behavior| {
            (behavior.goodbye, behavior.goodbyes) = (goodbye, behavior.goodbyes + 1);
        });
    }

    /// What happens to so many pushes to come that are right, after those that were told before.
    pub fn act_next(&self, count: usize, act: Act) {
        self.state.script.lock().unwrap().next(count, act);
    }

    /// What happens to every push to this device that is right; `None` for the usual.
    pub fn act_for(&self, token: &str, act: Option<Act>) {
        self.state.script.lock().unwrap().device(token, act);
    }

    /// What happens to every so-manieth push that is right; `None` for the usual.
    pub fn act_every(&self, storm: Option<(u64, Act)>) {
        self.state.script.lock().unwrap().storm(storm);
    }

    /// Whether devices keep payloads, as they do at first; without them a million devices need less memory.
    pub fn keep_payloads(&self, keeps: bool) {
        self.state.records.lock().unwrap().keeps_payloads = keeps;
    }

    /// Every request to push so far, in the order of their arrival.
    pub fn log(&self) -> Vec<Logged> {
        self.state.records.lock().unwrap().log()
    }

    /// How many requests to push came so far.
    pub fn count(&self) -> usize {
        self.state.records.lock().unwrap().count()
    }

    /// How many pushes were taken, and how many different ones (by device and id) these were.
    pub fn taken(&self) -> (usize, usize) {
        self.state.records.lock().unwrap().taken()
    }

    /// The newest 256 requests of any kind as JSON: method, path, headers, payload, status and answer.
    pub fn received(&self) -> Vec<Value> {
        self.state.records.lock().unwrap().received()
    }

    /// What the person with the device of this token sees.
    pub fn shown(&self, token: &str) -> Vec<Shown> {
        self.state.records.lock().unwrap().shown(token)
    }

    /// Switches the device of this token off: what comes waits, as far as the provider lets it.
    pub fn switch_off(&self, token: &str) {
        self.state.records.lock().unwrap().device(token).switch_off();
    }

    /// Switches the device of this token on again.
    pub fn switch_on(&self, token: &str) {
        let now = self.state.clock.now();
        self.state.records.lock().unwrap().device(token).switch_on(now);
    }

    /// Forgets all requests and devices.
    pub fn forget(&self) {
        self.state.records.lock().unwrap().forget();
    }

    /// How many connections have been opened.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::Relaxed)
    }

    /// How many streams clients opened beyond the limit that they had acknowledged.
    pub fn refused_streams(&self) -> usize {
        self.state.refused_streams.load(Ordering::Relaxed)
    }
}

impl<P: Provider> State<P> {
    /// Takes a request in. Answers how it ends, and whether the client has proved who it is.
    fn take(&self, head: Parts, body: Bytes) -> (Ending, bool) {
        let now = self.clock.now();
        let Judged { reply, proved, asked } = self.provider.judge(&head, &body, now);
        let right = reply.status == 200;
        let act = right.then(|| self.act(&asked)).flatten();
        let (ending, taken) = match act {
            None => (Ending::Answer(reply), right),
            Some(Act::Answer(reply)) => {
                let taken = reply.status == 200;
                (Ending::Answer(reply), taken)
            }
            Some(Act::Reset { taken }) => (Ending::Reset, taken),
            Some(Act::Silence { taken }) => (Ending::Silence, taken),
        };
        let (status, answer) = ending.told();
        let mut records = self.records.lock().unwrap();
        if let Asked::Push(token, id, arrival) = asked {
            records.push(&token, id, now, status, arrival.filter(|_| taken));
        }
        records.whole(head, body, status, answer);
        (ending, proved)
    }

    fn act(&self, asked: &Asked) -> Option<Act> {
        let mut script = self.script.lock().unwrap();
        match asked {
            Asked::Push(token, ..) => script.push(token),
            Asked::SignIn => script.sign_in(),
        }
    }
}
