//! How fast reminders go out, on PostgreSQL, Redis and the simulator of the push services, everything on one machine.
//! The simulator runs as a program of its own. Each measurement prints one line of JSON.
//!
//!     PLUMBLINE_TEST_POSTGRES=postgres://… PLUMBLINE_TEST_REDIS_SERVER=redis-server \
//!         cargo bench -p tests --bench reminders [-- timetable|once|steady REMINDERS]

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a benchmark prints, tells the time, and fails by panicking"
)]

#[path = "reminders/provider.rs"]
mod provider;

use provider::Provider;
use reminders::engine::{Engine, Settings};
use reminders::timetable::redis::{RedisTimetable, connect};
use reminders::timetable::{Claim, Entry, OWN_CLOCK, Timetable};
use serde_json::json;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tests::{Crowd, RedisServer};
use tokio::sync::watch;
use uuid::Uuid;

/// Through the port: claim, acknowledge and schedule anew, in batches of 500.
async fn timetable(count: usize) {
    let redis = RedisServer::start();
    let timetable = RedisTimetable::new(connect(&redis.url()).unwrap(), "bench");
    let rebuild = timetable.rebuild_begin(60_000).await.unwrap().unwrap();
    assert!(timetable.rebuild_finish(&rebuild).await.unwrap());
    let before = redis.used_memory().await;
    let entries: Vec<_> = (0..count).map(|_| Entry { id: Uuid::now_v7(), due_at: 1_000 }).collect();
    timetable.schedule(&entries).await.unwrap();
    let bytes = f64::from(redis.used_memory().await - before) / count as f64;
    let begun = Instant::now();
    let mut decided = 0;
    while let Claim::Batch { id, ids } = timetable.claim(OWN_CLOCK, 500, 60_000).await.unwrap() {
        let next: Vec<_> = ids.iter().map(|id| Entry { id: *id, due_at: i64::MAX >> 12 }).collect();
        assert!(timetable.ack(&id, &next).await.unwrap());
        decided += ids.len();
    }
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(decided, count);
    let line = json!({ "measure": "timetable", "reminders": count, "per_second": (count as f64 / seconds).round(),
        "bytes_per_reminder": (bytes * 10.0).round() / 10.0 });
    println!("{line}");
}

fn engine(crowd: &Crowd, redis: &RedisServer, provider: &Provider, smear_seconds: u32) -> Engine {
    let timetable = RedisTimetable::new(connect(&redis.url()).unwrap(), "bench");
    let settings = Settings { smear_seconds, ..Settings::default() };
    let gateway = provider.gateway(&crowd.services);
    Engine::new(crowd.worker(), Arc::new(timetable), Arc::new(gateway), settings)
}

/// So many due at once, or over the 20 seconds of the smear.
async fn through(count: usize, smear_seconds: u32) {
    let redis = RedisServer::start();
    let mut provider = Provider::start();
    let crowd = Crowd::gather(count).await;
    let due_at = crowd.minute(i64::from(smear_seconds > 0));
    crowd.fall_due(due_at).await;
    let engine = engine(&crowd, &redis, &provider, smear_seconds);
    let begun = Instant::now();
    // The index is empty: what a loss of Redis costs.
    let fed = engine.feed(crowd.services.now()).await.unwrap();
    let rebuilt = begun.elapsed().as_secs_f64();
    assert_eq!(fed, count);
    let peak = memory("VmHWM");
    let (stop, stopped) = watch::channel(false);
    crowd.wait_for(due_at).await;
    let begun = Instant::now();
    let ((), sent) = tokio::join!(engine.run(stopped), async {
        loop {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let (taken, _) = provider.counts();
            if taken >= count || begun.elapsed() > Duration::from_mins(10) {
                let drained = begun.elapsed();
                // The last results are on their way into the database.
                tokio::time::sleep(Duration::from_secs(2)).await;
                stop.send_replace(true);
                return drained;
            }
        }
    });
    // Before what follows reads all of them at once.
    let worker_peak = memory("VmHWM");
    let (taken, different) = provider.counts();
    let outcome = crowd.outcome(due_at, smear_seconds).await;
    let line = json!({ "measure": if smear_seconds == 0 { "once" } else { "steady" }, "reminders": count,
        "per_second": (count as f64 / sent.as_secs_f64()).round(), "rebuild_seconds": rebuilt,
        "taken": taken, "different": different, "sent": outcome.sent,
        "lateness_p50_ms": outcome.p50, "lateness_p99_ms": outcome.p99, "lateness_max_ms": outcome.max,
        "worker_peak_mib": worker_peak / 1_024, "before_mib": peak / 1_024 });
    println!("{line}");
}

/// A figure of this process, in KiB.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn main() {
    tests::canary::listen_to_nothing();
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let number = arguments.iter().find_map(|argument| argument.parse::<usize>().ok());
    let wanted =
        |name: &str| arguments.iter().all(|argument| argument.parse::<usize>().is_ok() || argument == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if wanted("timetable") {
        runtime.block_on(timetable(number.unwrap_or(1_000_000)));
    }
    if wanted("once") {
        runtime.block_on(through(number.unwrap_or(100_000), 0));
    }
    if wanted("steady") {
        runtime.block_on(through(number.unwrap_or(20_000), 20));
    }
}
