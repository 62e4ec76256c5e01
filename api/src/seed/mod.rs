//! Fictional people and eight weeks of their data, for the demo.
//!
//! Everything goes through the use cases of `care` as the people themselves would have acted, on a
//! clock that walks from eight weeks ago to now. What they do comes from a fixed seed; ids, keys
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
use person::Person;
use staff::Therapists;
use std::sync::Arc;
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
const VISITS: [i64; 4] = [14, 28, 42, HOLD_DAY];
/// The visit at which a program is put on hold.
const HOLD_DAY: i64 = 54;

/// What is seeded.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// How many patients, at least 1.
    pub patients: u32,
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
}

/// Seeds an empty database whose library is loaded: a clinic, its staff, and patients with
/// programs, logs and reminders, one of which comes due within a minute.
pub async fn seed(services: &Arc<Services>, data: Seeds) -> Result<Seeded> {
    let now = services.now();
    let begin = now.plus(-DAYS * DAY);
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
    let mut enrolled = Vec::new();
    for number in 1..=data.patients.max(1) {
        let person = Person::of(number).ok_or(Error::Internal)?;
        enrolled.push(Enrolled::enroll(&past, therapists.of(number), person).await?);
    }
    let mut logs = 0;
    for day in VISITS {
        clock.set(begin.plus(day * DAY));
        let therapists = Therapists::sign_in(&past).await?;
        for patient in &mut enrolled {
            logs += patient.send_in(&past).await?;
            patient.visit(&past, therapists.of(patient.number()), day).await?;
        }
    }
    clock.set(now);
    for patient in &mut enrolled {
        logs += patient.arrive(&past).await?;
    }
    schedule_demo_reminder(services).await?;
    Ok(Seeded { clinic_id, patients: enrolled.len(), logs })
}

/// Whether a clinic has begun in this database, seeded or real.
pub async fn is_seeded(services: &Arc<Services>) -> Result<bool> {
    care::clinic::any(&worker(services)).await
}
