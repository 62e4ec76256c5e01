//! What the engine counts, for whoever looks after an installation: one function for each thing that happens. No
//! label names a clinic, a patient or a device.

use care::clock::Instant;
use care::reminder::{Dispatched, Finished, Outbound, PushOutcome};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

/// The upper ends of the buckets of `plumbline_reminder_lateness_seconds`.
pub const LATENESS_SECONDS: [f64; 14] =
    [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0];

/// Says what is counted, and begins every count at zero, so that a rise from nothing is seen.
pub fn describe() {
    describe_counter!("plumbline_reminder_rounds_total", "Batches that were claimed and decided.");
    describe_counter!("plumbline_reminder_claimed_total", "Reminders that were claimed from the timetable.");
    describe_counter!("plumbline_reminder_decided_total", "Occurrences, by what was decided about them.");
    describe_counter!("plumbline_reminder_deliveries_total", "Deliveries, by what came of an attempt.");
    describe_counter!("plumbline_reminder_retried_total", "Deliveries that the retry sweep sent again.");
    describe_counter!("plumbline_reminder_poison_total", "What could not be decided and was put away.");
    describe_counter!("plumbline_reminder_failed_ticks_total", "Ticks of the engine's loops that failed.");
    describe_counter!("plumbline_timetable_leases_total", "Leases of batches, by what became of them.");
    describe_counter!("plumbline_timetable_turns_total", "Changes between the timetables, by where to.");
    describe_counter!("plumbline_timetable_rebuilds_total", "Rebuilds of a lost index.");
    describe_gauge!("plumbline_timetable_on_sql", "1 while SQL stands in for a Redis that is away.");
    describe_histogram!(
        "plumbline_reminder_lateness_seconds",
        "How long after its time a reminder is handed to its provider for the first time."
    );
    for counted in [
        counter!("plumbline_reminder_rounds_total"),
        counter!("plumbline_reminder_claimed_total"),
        counter!("plumbline_reminder_retried_total"),
        counter!("plumbline_timetable_rebuilds_total"),
    ] {
        counted.absolute(0);
    }
    for fate in
        ["push", "wait", "done", "held", "muted", "care_ended", "no_device", "quiet", "expired", "other"]
    {
        counter!("plumbline_reminder_decided_total", "fate" => fate).absolute(0);
    }
    for outcome in ["sent", "retry", "no_device", "failed"] {
        counter!("plumbline_reminder_deliveries_total", "outcome" => outcome).absolute(0);
    }
    for what in ["reminder", "delivery"] {
        counter!("plumbline_reminder_poison_total", "what" => what).absolute(0);
    }
    for tick in ["claim", "retry", "scan", "feed"] {
        counter!("plumbline_reminder_failed_ticks_total", "loop" => tick).absolute(0);
    }
    for what in ["extended", "lost", "taken_over"] {
        counter!("plumbline_timetable_leases_total", "what" => what).absolute(0);
    }
    for to in ["sql", "redis"] {
        counter!("plumbline_timetable_turns_total", "to" => to).absolute(0);
    }
    gauge!("plumbline_timetable_on_sql").set(0.0);
}

/// A batch was claimed and decided.
pub(super) fn round(claimed: usize, round: &Dispatched) {
    counter!("plumbline_reminder_rounds_total").increment(1);
    counter!("plumbline_reminder_claimed_total").increment(wide(claimed));
    for fate in &round.decided {
        counter!("plumbline_reminder_decided_total", "fate" => *fate).increment(1);
    }
}

/// These are handed to their providers at `now`, for the first time.
pub(super) fn sending(outbound: &[Outbound], now: Instant) {
    let lateness = histogram!("plumbline_reminder_lateness_seconds");
    for push in outbound {
        let late_ms = u32::try_from((now.0 - push.due_at.0).max(0)).unwrap_or(u32::MAX);
        lateness.record(f64::from(late_ms) / 1_000.0);
    }
}

/// The retry sweep took so many deliveries.
pub(super) fn retrying(deliveries: usize) {
    counter!("plumbline_reminder_retried_total").increment(wide(deliveries));
}

/// These results are recorded.
pub(super) fn finished(results: &[Finished]) {
    for result in results {
        let outcome = match result.outcome {
            PushOutcome::Sent => "sent",
            PushOutcome::Retry(_) => "retry",
            PushOutcome::NoDevice => "no_device",
            PushOutcome::Failed => "failed",
        };
        counter!("plumbline_reminder_deliveries_total", "outcome" => outcome).increment(1);
    }
}

/// A `reminder` or `delivery` could not be decided and was put away.
pub(super) fn poison(what: &'static str) {
    counter!("plumbline_reminder_poison_total", "what" => what).increment(1);
}

/// A tick of this loop failed.
pub(super) fn failed_tick(name: &'static str) {
    counter!("plumbline_reminder_failed_ticks_total", "loop" => name).increment(1);
}

/// A lost index was rebuilt.
pub(super) fn rebuilt() {
    counter!("plumbline_timetable_rebuilds_total").increment(1);
}

/// A lease was `extended`, `lost` to another worker before its batch was acknowledged, or `taken_over` from a
/// worker that let it end.
pub(crate) fn lease(what: &'static str) {
    counter!("plumbline_timetable_leases_total", "what" => what).increment(1);
}

/// SQL stands in for Redis from now on, or no longer.
pub(crate) fn turn(on_sql: bool) {
    counter!("plumbline_timetable_turns_total", "to" => if on_sql { "sql" } else { "redis" }).increment(1);
    gauge!("plumbline_timetable_on_sql").set(if on_sql { 1.0 } else { 0.0 });
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
