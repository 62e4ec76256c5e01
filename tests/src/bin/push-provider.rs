//! The simulator of push services as a program, for clients in other languages and for measuring. It prints one
//! line of JSON with what clients need, then answers each line of JSON that it is given; it ends with its input.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use care::clock::SystemClock;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::stdin;
use std::sync::Arc;
use std::time::Duration;
use tests::push_provider::{Act, Goodbye, Provider, PushProviders, Reply, Simulator};

/// What a line asks for, as `{"of": "apple", "do": "received"}`.
#[derive(Deserialize)]
struct Line {
    of: Of,
    #[serde(flatten)]
    command: Command,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Of {
    Apple,
    Google,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
enum Command {
    /// The newest requests, whole.
    Received,
    /// What the person with this device sees.
    Shown { token: String },
    /// How many pushes were taken, how many different ones, and how many connections were opened.
    Counts,
    /// The answer to so many pushes.
    Next { count: usize, status: u16, body: Value, retry_after: Option<u32> },
    /// How many streams a connection may have open.
    Streams { streams: u16 },
    /// How long answers take.
    Latency { millis: u64 },
    /// Ends all connections in good order.
    Goodbye,
    /// Forgets all requests and devices; whether payloads are kept from now on.
    Forget { payloads: bool },
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let providers = runtime.block_on(PushProviders::start(Arc::new(SystemClock)));
    println!("{}", start(&providers));
    for line in stdin().lines() {
        let Line { of, command } = serde_json::from_str(&line.unwrap()).unwrap();
        let answer = match of {
            Of::Apple => obey(&providers.apple, command),
            Of::Google => obey(&providers.google, command),
        };
        println!("{answer}");
    }
}

fn start(providers: &PushProviders) -> Value {
    let (apple, google) = (&providers.apple, &providers.google);
    let key = apple.provider().key();
    let key = json!({ "pem": key.key_pem, "id": key.key_id, "team": key.team_id, "topic": key.topic });
    json!({
        "ca": { "pem": providers.authority.pem, "file": providers.authority.file() },
        "apple": { "port": apple.port(), "key": key },
        "google": { "port": google.port(), "serviceAccount": google.provider().service_account() },
    })
}

fn obey<P: Provider>(simulator: &Simulator<P>, command: Command) -> Value {
    match command {
        Command::Received => return simulator.received().into(),
        Command::Shown { token } => {
            let payload = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap_or_default();
            let shown = simulator.shown(&token);
            let told = shown.iter().map(|one| {
                json!({ "id": one.id, "at": one.at, "pushes": one.pushes, "payload": payload(&one.payload) })
            });
            return told.collect();
        }
        Command::Counts => {
            let (taken, different) = simulator.taken();
            return json!({ "taken": taken, "different": different, "connections": simulator.connections() });
        }
        Command::Next { count, status, body, retry_after } => {
            let reply = Reply::json(status, &body);
            let reply = match retry_after {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            };
            simulator.act_next(count, Act::Answer(reply));
        }
        Command::Streams { streams } => simulator.set_streams(streams),
        Command::Latency { millis } => simulator.set_latency(Duration::from_millis(millis)),
        Command::Goodbye => simulator.say_goodbye(Goodbye::Graceful),
        Command::Forget { payloads } => {
            simulator.keep_payloads(payloads);
            simulator.forget();
        }
    }
    Value::Null
}
