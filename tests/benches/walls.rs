//! What a therapist's look at a patient costs with row-level security and with the audit of reads:
//! each of the four ways in turn, many rounds, on PostgreSQL. Ratios are to the way without both.
//!
//!     PLUMBLINE_TEST_POSTGRES=postgres://… cargo bench -p tests --bench walls

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints, tells the time, and fails by panicking"
)]

use care::access::{authenticate, door};
use care::audit::record_reads;
use care::caseload::{Filter, Sort};
use care::page::Request;
use care::{caseload, patient, program, progress};
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection};
use std::time::{Duration, Instant};
use tests::{Clinic, Stack};
use uuid::Uuid;

/// Patients of the therapist.
const PATIENTS: usize = 20;
/// Operations at once, and how many of them in a row each does in a round.
const AT_ONCE: usize = 8;
const IN_A_ROW: usize = 12;
const ROUNDS: usize = 30;

/// Row-level security on, audit of reads on.
const WAYS: [(&str, bool, bool); 4] = [
    ("neither", false, false),
    ("row-level security", true, false),
    ("audit", false, true),
    ("both, as it is", true, true),
];

/// Turns row-level security of every table that has it on or off.
async fn wall(owner: &DatabaseConnection, on: bool) {
    let (verb, now) = if on { ("ENABLE", false) } else { ("DISABLE", true) };
    let statement = format!(
        "DO $$ DECLARE tab text; BEGIN FOR tab IN SELECT DISTINCT tablename FROM pg_policies
            JOIN pg_class ON relname = tablename WHERE relrowsecurity = {now}
        LOOP EXECUTE format('ALTER TABLE %I {verb} ROW LEVEL SECURITY', tab); END LOOP; END $$"
    );
    owner.execute_unprepared(&statement).await.unwrap();
}

/// What the dashboard shows of a patient, by the use cases it is made of; then the caseload.
async fn look(clinic: &Clinic, token: &str, id: Uuid, audited: bool) -> [Duration; 2] {
    let mut spent = [Duration::ZERO; 2];
    for (at, spent) in spent.iter_mut().enumerate() {
        let begun = Instant::now();
        let scope = authenticate(&door(&clinic.services), token, "bench".to_owned()).await.unwrap();
        if at == 0 {
            patient::get(&scope, id).await.unwrap();
            program::current(&scope, id).await.unwrap();
            let (from, to) = ("2026-05-19".parse().unwrap(), "2026-06-15".parse().unwrap());
            progress::summary(&scope, id, from, to).await.unwrap();
        } else {
            let request = Request { first: Some(20), ..Request::default() };
            caseload::read(&scope, &Filter::default(), Sort::default(), &request).await.unwrap();
        }
        scope.finish().await;
        if audited {
            record_reads(&scope).await.unwrap();
        }
        *spent = begun.elapsed();
    }
    spent
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

async fn measure() {
    let clinic = Clinic::open(Stack::Full).await;
    let mut ids = Vec::new();
    for number in 0..PATIENTS {
        let patient = clinic.patient(&format!("p{number}")).await;
        clinic.program(&patient, &[1, 2, 3, 4, 6]).await;
        ids.push(patient.id);
    }
    let token = clinic.tokens("therapist@clinic.example").await.access;
    let owner = clinic.database.connect().await;
    let mut times = WAYS.map(|_| [Vec::new(), Vec::new()]);
    let mut whole = WAYS.map(|_| Vec::new());
    for round in 0..=ROUNDS {
        for (way, (_, walled, audited)) in WAYS.into_iter().enumerate() {
            wall(&owner, walled).await;
            let begun = Instant::now();
            let chains = (0..AT_ONCE).map(async |one| {
                let mut spent = Vec::new();
                for turn in 0..IN_A_ROW {
                    spent.push(look(&clinic, &token, ids[(one + turn) % PATIENTS], audited).await);
                }
                spent
            });
            let looks: Vec<_> = join_all(chains).await.into_iter().flatten().collect();
            // The first round warms the pool and the caches.
            if round > 0 {
                whole[way].push(begun.elapsed());
                for [patient, caseload] in looks {
                    times[way][0].push(patient);
                    times[way][1].push(caseload);
                }
            }
        }
    }
    wall(&owner, true).await;
    report(times, whole);
    owner.close().await.unwrap();
    clinic.services.store.close().await;
}

fn report(times: [[Vec<Duration>; 2]; 4], whole: [Vec<Duration>; 4]) {
    let operations = f64::from(u32::try_from(AT_ONCE * IN_A_ROW * 2).unwrap());
    println!("{:<20} {:>22} {:>22} {:>24}", "", "patient, p50", "caseload of 20, p50", "throughput");
    let rows = times.into_iter().zip(whole).zip(WAYS);
    let mut first: Option<[f64; 3]> = None;
    for (([patient, caseload], whole), (name, ..)) in rows {
        let seconds = [median(patient), median(caseload), median(whole)].map(|time| time.as_secs_f64());
        let base = *first.get_or_insert(seconds);
        println!(
            "{name:<20} {:>9.2} ms × {:>7.3} {:>9.2} ms × {:>7.3} {:>10.0}/s × {:>8.3}",
            seconds[0] * 1e3,
            seconds[0] / base[0],
            seconds[1] * 1e3,
            seconds[1] / base[1],
            operations / seconds[2],
            base[2] / seconds[2]
        );
    }
}

fn main() {
    tests::canary::listen_to_nothing();
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(measure());
}
