//! Places at which a test ends the process as a power cut would. They are compiled in for tests only.

/// Ends the process here, where `KILL_POINT` names this place; the variable may hold a number after a colon: so many
/// times the place is passed before. It is no setting, and so has another name than they.
#[cfg(feature = "kill-points")]
#[allow(clippy::disallowed_methods, reason = "the test tells by the environment where the process ends")]
pub(crate) fn point(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Ok(wanted) = std::env::var("KILL_POINT") else { return };
    let (place, times) = wanted.split_once(':').unwrap_or((&wanted, "0"));
    if place == name && PASSED.fetch_add(1, Ordering::Relaxed) >= times.parse().unwrap_or(0) {
        std::process::abort();
    }
}

/// Nothing.
#[cfg(not(feature = "kill-points"))]
pub(crate) fn point(_: &str) {}
