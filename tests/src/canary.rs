//! Canaries: what must never turn up in the log or in Redis. Every test that opens a clinic listens to all
//! that is logged, at TRACE and by the filter of the program, and to every command of its Redis, and ends
//! at once when one of them is there.

use crate::PASSWORD;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, Once, PoisonError};

/// What the people of the tests would not have anybody read: beside these, tokens as they are made.
const KNOWN: [&str; 7] = [
    PASSWORD,
    "@patient.example",
    "@clinic.example",
    "token of ",
    "1980-02-03",
    "Collapsed in the waiting room",
    "another long enough secret",
];

static DEAF: AtomicBool = AtomicBool::new(false);
static HEARD: AtomicU64 = AtomicU64::new(0);
static MADE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Adds a secret that was just made.
pub fn keep_secret(secret: &str) {
    MADE.lock().unwrap_or_else(PoisonError::into_inner).push(secret.to_owned());
}

/// The first canary that this text holds.
pub fn found(text: &str) -> Option<String> {
    let made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut canaries = KNOWN.into_iter().chain(made.iter().map(String::as_str));
    canaries.find(|canary| text.contains(canary)).map(str::to_owned)
}

/// Listens to nothing from now on: in a benchmark hearing all would cost more than what is measured.
pub fn listen_to_nothing() {
    DEAF.store(true, Ordering::Relaxed);
}

/// Whether canaries are listened for.
pub(crate) fn listens() -> bool {
    !DEAF.load(Ordering::Relaxed)
}

/// Hears what `place` was given; the test ends where that holds a canary.
pub(crate) fn hear(place: &str, text: &str) {
    HEARD.fetch_add(1, Ordering::Relaxed);
    if let Some(canary) = found(text) {
        // A panic here could be caught by the server, or belong to another task than the test's.
        let _ = writeln!(io::stderr(), "{place} holds {canary:?}: {text}");
        std::process::exit(101);
    }
}

/// How many lines of the log and commands of Redis were heard.
pub fn heard() -> u64 {
    HEARD.load(Ordering::Relaxed)
}

/// Listens from now on, once in a process.
pub(crate) fn listen() {
    static LISTENING: Once = Once::new();
    if !listens() {
        return;
    }
    LISTENING.call_once(|| {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(api::wiring::log_filter("trace"))
            .with_ansi(false)
            .with_writer(|| Ear)
            .try_init();
    });
}

/// Where lines of the log go.
struct Ear;

impl Write for Ear {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        hear("the log", &String::from_utf8_lossy(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
