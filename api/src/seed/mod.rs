//! Fictional people and eight weeks or more of their data, for the demo and for trying out how much a machine
//! bears.
//!
//! Everything goes through the use cases of `care` as the people themselves would have acted, on a
//! clock that walks from then to now. What they do comes from a fixed seed; ids, keys
//! and tokens come from the services' own randomness.

mod chance;
mod course;
mod diary;
mod enrolled;
mod pattern;
mod person;
mod reminders;
mod staff;

pub use reminders::schedule_demo_reminder;

use care::access::{Services, worker};
use care::audit::Journal;
use care::clock::ManualClock;
use care::error::{Error, Result};
use care::live::InProcess;
use enrolled::Enrolled;
use futures::{StreamExt, TryStreamExt, stream};
use person::Person;
use staff::Therapists;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use uuid::Uuid;

/// The password of every account of the demo.
pub const PASSWORD: &str = "plumbline-demo";
/// The first patient: steady, with all of today still to do.
pub const PATIENT: &str = "patient@demo.example";
/// The first therapist, who treats every other patient, the first among them.
pub const THERAPIST: &str = "therapist@demo.example";
/// The administrator.
pub const ADMINISTRATOR: &str = "admin@demo.example";

const CLINIC: &str = "Plumbline Demo Clinic";
const TIME_ZONE: &str = "America/New_York";

const DAY: i64 = 24 * 60 * 60_000;
/// Programs start on the day after the clinic begins, eight weeks ago.
const DAYS: i64 = 57;
/// Days of the clinic on which therapists look at their patients and apps send in what was done.
const VISITS: [i64; 3] = [14, 28, 42];
/// So often after that therapists look at them, where there is more than eight weeks of it.
const EVERY: i64 = 84;
/// The app may then send in what was done so much later: a year, for which logs are taken.
const LATE: i64 = 365;
/// So many days before the end is the last visit, at which a program is put on hold.
const LAST: i64 = 3;
/// Patients who act at once.
const AT_ONCE: usize = 4;
/// One acts so many milliseconds after another: what is written then sorts as it comes, as it does in life.
const APART: i64 = 10;

/// What is seeded.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// How many patients, at least 1.
    pub patients: u32,
    /// Years of logs; 0 for eight weeks.
    pub years: u32,
}

/// How far seeding has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Days of the clinic that are over.
    pub days: i64,
    /// All its days.
    pub all_days: i64,
    /// Patients added.
    pub patients: usize,
    /// Sessions logged.
    pub logs: usize,
}

/// What has been seeded.
#[derive(Debug, Clone, Copy)]
pub struct Seeded {
    /// The clinic.
    pub clinic_id: Uuid,
    /// Its patients.
    pub patients: usize,
    /// The sessions they logged.
    pub logs: usize,
    /// How long logging took, after all had been enrolled, in milliseconds.
    pub logging_ms: i64,
}

/// Seeds an empty database whose library is loaded: a clinic, its staff, and patients with
/// programs, logs and reminders, one of which comes due within a minute. `tell` hears how far it has come.
pub async fn seed(services: &Arc<Services>, data: Seeds, tell: &(dyn Fn(Progress) + Sync)) -> Result<Seeded> {
    let now = services.now();
    let days = DAYS.max(i64::from(data.years) * 365);
    let begin = now.plus(-days * DAY);
    let clock = Arc::new(ManualClock::new(begin));
    let past = Arc::new(Services {
        store: services.store.clone(),
        keys: services.keys.clone(),
        clock: Arc::<ManualClock>::clone(&clock),
        random: Arc::clone(&services.random),
        live: Arc::new(InProcess::default()),
        require_second_factor: false,
        providers: Arc::clone(&services.providers),
        media: services.media.clone(),
        journal: Journal::default(),
    });
    let (clinic_id, therapists) = staff::begin(&past).await?;
    let logs = AtomicUsize::new(0);
    let tell = |day: i64, patients: usize, more: usize| {
        let logs = logs.fetch_add(more, Ordering::Relaxed) + more;
        tell(Progress { days: day, all_days: days, patients, logs });
    };
    let mut enrolling = stream::iter(1..=data.patients.max(1))
        .map(async |number| {
            let person = Person::of(number).ok_or(Error::Internal)?;
            Enrolled::enroll(&past, therapists.of(number), person).await
        })
        .buffered(AT_ONCE);
    let mut enrolled = Vec::new();
    while let Some(patient) = enrolling.try_next().await? {
        enrolled.push(patient);
        tell(0, enrolled.len(), 0);
    }
    drop(enrolling);
    let patients = enrolled.len();
    let enrolled_at = services.now();
    for day in visits(days) {
        clock.set(begin.plus(day * DAY));
        let therapists = Therapists::sign_in(&past).await?;
        // Large batches are what is fast: with years of it, apps send in once a year.
        let sends = data.years == 0 || day % LATE == 0;
        at_once(&mut enrolled, async |patient| {
            clock.advance(APART);
            let sent = if sends { patient.send_in(&past).await? } else { 0 };
            tell(day, patients, sent);
            patient.visit(&past, therapists.of(patient.number()), day, day == days - LAST).await
        })
        .await?;
    }
    clock.set(now.plus(-APART * i64::from(data.patients)));
    at_once(&mut enrolled, async |patient| {
        clock.advance(APART);
        tell(days, patients, patient.arrive(&past).await?);
        Ok(())
    })
    .await?;
    let logging_ms = services.now().0 - enrolled_at.0;
    schedule_demo_reminder(services).await?;
    Ok(Seeded { clinic_id, patients, logs: logs.into_inner(), logging_ms })
}

/// The days of a clinic of so many days on which therapists look at their patients or apps send in, in order.
fn visits(days: i64) -> BTreeSet<i64> {
    let later = (1..).map(|turn| 42 + turn * EVERY).take_while(|day| *day < days - LAST);
    let sent = (1..).map(|turn| turn * LATE).take_while(|day| *day < days - LAST);
    VISITS.into_iter().chain(later).chain(sent).chain([days - LAST]).collect()
}

/// Lets the patients act, a few at a time.
async fn at_once(patients: &mut [Enrolled], act: impl AsyncFn(&mut Enrolled) -> Result<()>) -> Result<()> {
    stream::iter(patients.iter_mut().map(|patient| act(patient)))
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await
}

/// Whether a clinic has begun in this database, seeded or real.
pub async fn is_seeded(services: &Arc<Services>) -> Result<bool> {
    care::clinic::any(&worker(services)).await
}
