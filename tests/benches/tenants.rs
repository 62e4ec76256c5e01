//! What a clinic notices of another one's rush: how long its therapist's caseload takes alone, and while
//! 32 clients of another clinic ask for theirs without pause; by how many operations of one clinic may run
//! at once. Over HTTP, on PostgreSQL. Ratios are to the quiet rounds of the same setting.
//!
//!     PLUMBLINE_TEST_POSTGRES=postgres://… cargo bench -p tests --bench tenants

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints, tells the time, and fails by panicking"
)]

use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tests::{Client, Stack, TestApp};
use tokio::task::JoinSet;

const NOISY: usize = 32;
const ROUNDS: usize = 6;
const IN_A_ROW: usize = 40;
const CASELOAD: &str = "{ caseload(first: 20) { edges { node { patient { id name } adherence7 adherence28
    painNow lastActivityAt program { id title } } } } }";

/// How long each of a few caseloads in a row takes.
async fn looks(client: &Client) -> Vec<Duration> {
    let mut times = Vec::new();
    for _ in 0..IN_A_ROW {
        let begun = Instant::now();
        client.ask(CASELOAD, json!({})).await;
        times.push(begun.elapsed());
    }
    times
}

/// The rush of another clinic, until it is stopped; answers how many were done.
async fn rush(client: &Client, work: impl Future<Output = Vec<Duration>>) -> (Vec<Duration>, u64) {
    let (stop, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let mut clients = JoinSet::new();
    for _ in 0..NOISY {
        let (client, stop, count) = (client.clone(), Arc::clone(&stop), Arc::clone(&count));
        clients.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                client.raw(CASELOAD, json!({})).await;
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    let times = work.await;
    stop.store(true, Ordering::Relaxed);
    clients.join_all().await;
    (times, count.load(Ordering::Relaxed))
}

fn at(mut times: Vec<Duration>, share: f64) -> Duration {
    times.sort_unstable();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let index = ((times.len() - 1) as f64 * share) as usize;
    times[index]
}

async fn measure(of_clinic: usize) {
    let app = TestApp::start_with(Stack::Full, |settings| settings.shares.of_clinic = of_clinic).await;
    for number in 0..20 {
        let patient = app.clinic.patient(&format!("p{number}")).await;
        app.clinic.program(&patient, &[1, 2, 3, 4, 6]).await;
    }
    app.clinic.begin_another("Other Clinic", "boss@other.example").await;
    app.clinic.member_of("boss@other.example", "quiet@other.example", care::access::Role::Therapist).await;
    let noisy = app.sign_in("therapist@clinic.example").await;
    let quiet = app.sign_in("quiet@other.example").await;
    let (mut alone, mut beside, mut done, mut lasted) = (Vec::new(), Vec::new(), 0, Duration::ZERO);
    looks(&quiet).await;
    for _ in 0..ROUNDS {
        alone.extend(looks(&quiet).await);
        let begun = Instant::now();
        let (times, count) = rush(&noisy, looks(&quiet)).await;
        lasted += begun.elapsed();
        beside.extend(times);
        done += count;
    }
    let ratio = |share| at(beside.clone(), share).as_secs_f64() / at(alone.clone(), share).as_secs_f64();
    #[allow(clippy::cast_precision_loss)]
    let rate = done as f64 / lasted.as_secs_f64();
    println!(
        "{of_clinic:>2} at once: alone p50 {:.1?}; beside the rush p50 {:.1?} (x{:.2}), p95 x{:.2}; the rush {rate:.0}/s",
        at(alone.clone(), 0.5),
        at(beside.clone(), 0.5),
        ratio(0.5),
        ratio(0.95),
    );
    app.stop().await;
}

#[tokio::main]
async fn main() {
    tests::canary::listen_to_nothing();
    for of_clinic in [1, 2, 4, 10] {
        measure(of_clinic).await;
    }
}
