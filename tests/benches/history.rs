//! What two years of logs cost a therapist, against one month of them: the caseload and a patient's progress, in
//! a clinic of a thousand patients, on PostgreSQL. Both databases are looked at in turn, many rounds.
//!
//!     PLUMBLINE_TEST_POSTGRES=postgres://… cargo bench -p tests --bench history [-- PATIENTS YEARS]

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints, tells the time, and fails by panicking"
)]

use api::seed::{PASSWORD, Seeds, THERAPIST, seed};
use care::access::{Scope, authenticate, door};
use care::account::{self, SignedIn};
use care::caseload::{self, Filter, Sort};
use care::page::Request;
use care::progress;
use sea_orm::{ConnectionTrait, Statement};
use std::time::{Duration, Instant};
use tests::{Clinic, MORNING, Stack, at};
use uuid::Uuid;

const ROUNDS: usize = 40;
/// The days of the shorter history, and of the summary.
const MONTH: i32 = 28;

/// A database and who looks at it.
struct Side {
    name: &'static str,
    clinic: Clinic,
    token: String,
    patients: Vec<Uuid>,
}

impl Side {
    async fn of(name: &'static str, clinic: Clinic) -> Self {
        let signed_in = account::sign_in(&door(&clinic.services), THERAPIST, PASSWORD).await.unwrap();
        let SignedIn::In(tokens) = signed_in else { panic!("the therapist has no second factor") };
        let mut side = Self { name, clinic, token: tokens.access, patients: Vec::new() };
        let (scope, request) = (side.scope().await, Request::first(50));
        let page = caseload::read(&scope, &Filter::default(), Sort::Activity, &request).await.unwrap();
        side.patients = page.entries.into_iter().map(|(_, row)| row.patient.id).collect();
        side
    }

    async fn scope(&self) -> Scope {
        authenticate(&door(&self.clinic.services), &self.token, "bench".to_owned()).await.unwrap()
    }

    /// How long a use case takes, and how many statements.
    async fn spent<T>(&self, act: impl AsyncFnOnce(&Scope) -> T) -> (Duration, u64) {
        let scope = self.scope().await;
        let before = self.clinic.services.store.statements();
        let begun = Instant::now();
        act(&scope).await;
        let spent = begun.elapsed();
        let statements = self.clinic.services.store.statements() - before;
        scope.finish().await;
        (spent, statements)
    }

    async fn caseload(&self) -> (Duration, u64) {
        let act = async |scope: &Scope| {
            let page =
                caseload::read(scope, &Filter::default(), Sort::Risk, &Request::first(50)).await.unwrap();
            assert_eq!(page.entries.len(), 50.min(usize::try_from(page.total.unwrap()).unwrap()));
        };
        self.spent(act).await
    }

    async fn summary(&self, round: usize) -> (Duration, u64) {
        let id = self.patients[round % self.patients.len()];
        let to = at(MORNING).date_in(&jiff::tz::TimeZone::UTC);
        let act = async |scope: &Scope| progress::summary(scope, id, to.plus(1 - MONTH), to).await.unwrap();
        self.spent(act).await
    }

    async fn sizes(&self) -> String {
        let owner = self.clinic.database.connect().await;
        let sql = "SELECT (SELECT count(*) FROM progress_log) AS logs, (SELECT count(*) FROM progress_result) AS results,
            pg_database_size(current_database()) / 1048576 AS mib";
        let row = owner
            .query_one_raw(Statement::from_string(owner.get_database_backend(), sql))
            .await
            .unwrap()
            .unwrap();
        let number = |name: &str| row.try_get::<i64>("", name).unwrap();
        let text = format!("{} logs, {} results, {} MiB", number("logs"), number("results"), number("mib"));
        owner.close().await.unwrap();
        text
    }
}

/// A clinic of so many patients with so many years of logs; with none, with a month of them.
async fn begun(patients: u32, years: u32) -> Clinic {
    let clinic = Clinic::open(Stack::Full).await;
    let begun = Instant::now();
    let seeded = seed(&clinic.services, Seeds { patients, years }, &|_| {}).await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let logs = f64::from(u32::try_from(seeded.logs).unwrap());
    println!(
        "seeded {patients} patients, {logs} logs in {seconds:.0} s: {:.0} logs a second",
        logs / seconds
    );
    let owner = clinic.database.connect().await;
    // Every therapist cares for everybody.
    let teams = "INSERT INTO care_team SELECT t.clinic_id, t.patient_id, m.member_id, t.since FROM care_team t
        JOIN (SELECT DISTINCT clinic_id, member_id FROM care_team) m USING (clinic_id) ON CONFLICT DO NOTHING";
    owner.execute_unprepared(teams).await.unwrap();
    if years == 0 {
        let since = at(MORNING).date_in(&jiff::tz::TimeZone::UTC).plus(-MONTH);
        for table in ["progress_result", "progress_log"] {
            let log = if table == "progress_log" { "id" } else { "log_row_id" };
            let older = format!("SELECT id FROM progress_log WHERE local_date < '{since}'");
            owner.execute_unprepared(&format!("DELETE FROM {table} WHERE {log} IN ({older})")).await.unwrap();
        }
    }
    while caseload::keep(&clinic.worker()).await.unwrap() > 0 {}
    owner.execute_unprepared("VACUUM ANALYZE").await.unwrap();
    owner.close().await.unwrap();
    clinic
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e3
}

async fn measure(patients: u32, years: u32) {
    let sides = [
        Side::of("one month", begun(patients, 0).await).await,
        Side::of("all years", begun(patients, years).await).await,
    ];
    let mut times = [(); 2].map(|()| [Vec::new(), Vec::new()]);
    let mut statements = [[0; 2]; 2];
    for round in 0..=ROUNDS {
        for (at, side) in sides.iter().enumerate() {
            let spent = [side.caseload().await, side.summary(round).await];
            for (what, (time, count)) in spent.into_iter().enumerate() {
                // The first round warms the pool and the caches.
                if round > 0 {
                    times[at][what].push(time);
                }
                statements[at][what] = count;
            }
        }
    }
    let [month, years] = times.map(|[caseload, summary]| [median(caseload), median(summary)]);
    for (at, side) in sides.iter().enumerate() {
        println!("{}: {}; statements {:?}", side.name, side.sizes().await, statements[at]);
    }
    for (what, name) in ["caseload(first: 50)", "progressSummary"].into_iter().enumerate() {
        let ratio = years[what] / month[what];
        println!("{name}: p50 {:.2} ms, one month {:.2} ms, × {ratio:.2}", years[what], month[what]);
    }
    for side in sides {
        side.clinic.services.store.close().await;
    }
}

fn main() {
    tests::canary::listen_to_nothing();
    let numbers: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let (patients, years) = (*numbers.first().unwrap_or(&1_000), *numbers.get(1).unwrap_or(&2));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(measure(patients, years));
}
