//! What is kept beside the logs is what the logs say: after random logs, amendments, voids, late logs and
//! ratings, in whatever order, making it anew changes nothing.

use care::access::Scope;
use care::clock::{Instant, Random, SeededRandom, random_bytes};
use care::library::dose::DoneSet;
use care::progress::{self, Moment, NewLog, NewRating, NewResult, SkipReason};
use sea_orm::{ConnectionTrait, Statement};
use tests::{Clinic, Stack, at};
use uuid::Uuid;

/// Writes that are tried on each database.
const WRITES: u32 = 120;

struct Chance(SeededRandom);

impl Chance {
    /// A number below this one.
    fn below(&self, most: u8) -> u8 {
        let [byte] = random_bytes::<1>(&self.0 as &dyn Random);
        byte % most
    }

    fn maybe<T>(&self, value: T) -> Option<T> {
        (self.below(3) > 0).then_some(value)
    }

    fn pain(&self) -> Option<i32> {
        self.maybe(i32::from(self.below(11)))
    }

    /// An instant of the past 20 days, and an offset.
    fn moment(&self) -> (Instant, i32) {
        let minutes = i64::from(self.below(20)) * 1_440 + i64::from(self.below(240)) * 6;
        (at("2026-07-20T10:00:00Z").plus(-minutes * 60_000), i32::from(self.below(27)) * 3_600 - 12 * 3_600)
    }

    fn set(&self) -> DoneSet {
        DoneSet {
            reps: Some(u16::from(self.below(4))),
            seconds: self.maybe(u32::from(self.below(4))),
            metres: self.maybe(u32::from(self.below(3))),
            side: None,
            load_kg: self.maybe(f64::from(self.below(5)) / 2.0),
        }
    }

    fn log(&self, id: Uuid, prescriptions: &[Uuid]) -> NewLog {
        let (performed_at, offset_seconds) = self.moment();
        let result = |prescription_id: &Uuid| {
            let sets: Vec<_> = (0..self.below(4)).map(|_| self.set()).collect();
            let skip_reason = sets.is_empty().then_some(SkipReason::Unwell);
            let (rpe, pain_during) = (self.pain(), self.pain());
            NewResult { prescription_id: *prescription_id, sets, rpe, pain_during, skip_reason }
        };
        let results = prescriptions.iter().filter(|_| self.below(3) > 0).map(result).collect();
        NewLog {
            id,
            performed_at,
            offset_seconds,
            time_zone: None,
            pain_before: Some(i32::from(self.below(11))),
            pain_after: self.pain(),
            symptoms: None,
            note: None,
            results,
        }
    }

    fn rating(&self, id: Uuid) -> NewRating {
        let (rated_at, offset_seconds) = self.moment();
        let moment = if self.below(2) == 0 { Moment::Now } else { Moment::NextMorning };
        NewRating { id, rated_at, offset_seconds, moment, pain: i32::from(self.below(11)), note: None }
    }

    fn one(&self, of: &[Uuid]) -> Option<Uuid> {
        of.get(usize::from(self.below(255)) % of.len().max(1)).copied()
    }
}

/// One random write.
async fn write(
    clinic: &Clinic,
    patient: &Scope,
    chance: &Chance,
    known: &mut (Vec<Uuid>, Vec<Uuid>),
    prescriptions: &[Uuid],
) {
    let (logs, ratings) = known;
    match chance.below(9) {
        0..4 => {
            let batch: Vec<_> = (0..=chance.below(3))
                .map(|_| {
                    logs.push(clinic.services.new_id());
                    Ok(chance.log(*logs.last().unwrap(), prescriptions))
                })
                .collect();
            let outcomes = progress::log(patient, batch).await.unwrap();
            assert!(outcomes.iter().all(|outcome| outcome.faults.is_empty()), "{outcomes:?}");
        }
        4..6 => {
            let Some(id) = chance.one(logs) else { return };
            // One that was voided is not found.
            let _ = progress::amend(patient, chance.log(id, prescriptions)).await;
        }
        6 => {
            let Some(id) = chance.one(logs) else { return };
            progress::void(patient, id).await.unwrap();
        }
        7 => {
            ratings.push(clinic.services.new_id());
            progress::rate(patient, chance.rating(*ratings.last().unwrap())).await.unwrap();
        }
        _ => {
            let Some(id) = chance.one(ratings) else { return };
            progress::void_rating(patient, id).await.unwrap();
        }
    }
}

/// Every row that is kept, as text.
async fn kept(clinic: &Clinic) -> Vec<String> {
    let database = clinic.database.connect().await;
    let id = if clinic.services.store.is_sqlite() { "hex(log_id)" } else { "CAST(log_id AS TEXT)" };
    let columns = [
        "logs",
        "sessions",
        "seconds",
        "done",
        "skipped",
        "before_sum",
        "before_count",
        "during_sum",
        "during_count",
        "after_sum",
        "after_count",
        "next_sum",
        "next_count",
        "resting_sum",
        "resting_count",
        "COALESCE(during_max, -1)",
        "COALESCE(rpe_max, -1)",
    ];
    let all = columns.map(|column| format!("CAST({column} AS TEXT)")).join(" || ' ' || ");
    let mut found = Vec::new();
    for query in [
        format!("SELECT local_date || ': ' || {all} AS line FROM progress_day ORDER BY 1"),
        format!(
            "SELECT kind || ' ' || CAST(value AS TEXT) || ' ' || reached_on || ' ' || {id} AS line FROM personal_best ORDER BY 1"
        ),
    ] {
        let statement = Statement::from_string(database.get_database_backend(), query);
        let rows = database.query_all_raw(statement).await.unwrap();
        found.extend(rows.iter().map(|row| row.try_get::<String>("", "line").unwrap()));
    }
    database.close().await.unwrap();
    found
}

#[tokio::test]
async fn what_is_kept_is_what_a_rebuild_makes() {
    for stack in Stack::BOTH {
        for seed in 0..2 {
            let clinic = Clinic::open(stack).await;
            let ada = clinic.patient("ada").await;
            let program = clinic.program(&ada, &[1, 3, 4]).await;
            let prescriptions: Vec<_> = program.revision.prescriptions.iter().map(|row| row.id).collect();
            clinic.clock.set(at("2026-07-20T10:00:00Z"));
            let patient = clinic.as_patient("ada").await;
            let chance = Chance(SeededRandom::new(seed));
            let mut known = (Vec::new(), Vec::new());
            for _ in 0..WRITES {
                write(&clinic, &patient, &chance, &mut known, &prescriptions).await;
            }
            let before = kept(&clinic).await;
            assert!(before.len() > 20, "{before:?}");
            let mut told = Vec::new();
            let rebuilt =
                progress::rebuild(&clinic.worker(), None, |so_far| told.push(so_far.patients)).await;
            assert_eq!((rebuilt.unwrap().of, told), (1, vec![1]));
            assert_eq!(kept(&clinic).await, before, "{stack:?} seed {seed}");
        }
    }
}

#[tokio::test]
async fn a_rebuild_makes_what_is_missing_and_takes_what_is_wrong() {
    for stack in Stack::BOTH {
        let clinic = Clinic::open(stack).await;
        let ada = clinic.patient("ada").await;
        let program = clinic.program(&ada, &[1, 3]).await;
        let prescriptions: Vec<_> = program.revision.prescriptions.iter().map(|row| row.id).collect();
        clinic.clock.set(at("2026-07-20T10:00:00Z"));
        let patient = clinic.as_patient("ada").await;
        let chance = Chance(SeededRandom::new(7));
        let logs = (0..10).map(|_| Ok(chance.log(clinic.services.new_id(), &prescriptions))).collect();
        progress::log(&patient, logs).await.unwrap();
        let right = kept(&clinic).await;
        let database = clinic.database.connect().await;
        for wrong in [
            "DELETE FROM personal_best",
            "UPDATE progress_day SET seconds = seconds + 1",
            "UPDATE progress_day SET local_date = '2020-01-01' WHERE local_date = (SELECT MIN(local_date) FROM progress_day)",
        ] {
            let statement = Statement::from_string(database.get_database_backend(), wrong);
            database.execute_raw(statement).await.unwrap();
        }
        database.close().await.unwrap();
        assert_ne!(kept(&clinic).await, right);
        let rebuilt = progress::rebuild(&clinic.worker(), Some(ada_clinic(&patient)), |_| ()).await.unwrap();
        assert_eq!(rebuilt.patients, 1);
        assert_eq!(kept(&clinic).await, right, "{stack:?}");
        let elsewhere = progress::rebuild(&clinic.worker(), Some(Uuid::nil()), |_| ()).await.unwrap();
        assert_eq!(elsewhere.of, 0);
    }
}

fn ada_clinic(patient: &Scope) -> Uuid {
    patient.actor().clinic_id
}
