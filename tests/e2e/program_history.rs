//! What a day was is what it stays: after whatever came later, the program, the exercises and the adherence
//! of a past day are those that were given on that day.

use care::access::Scope;
use care::clock::Instant;
use care::library::dose::DoneSet;
use care::library::exercise_id;
use care::program::{
    self, Activate, ChangePhase, CreateProgram, NewPhase, NewPrescription, ReviseProgram, Terms,
};
use care::progress::{NewLog, NewResult};
use care::today::Today;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use tests::{Clinic, Stack, at};
use uuid::Uuid;

/// A day in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Why rules and criteria are gone past.
const REASON: &str = "Part of the test, as it is.";

/// What happens on a day, before it ends.
#[derive(Debug, Clone)]
enum Event {
    Revise { exercises: Vec<(i32, Vec<u16>)>, phases: Vec<(u16, bool)> },
    Hold,
    Release,
    EnterPhase(usize),
    Nothing,
}

fn event() -> impl Strategy<Value = Event> {
    let exercises = prop::collection::vec((1_i32..60, prop::collection::vec(0_u16..3, 0..2)), 1..5);
    let phases = prop::collection::vec((1_u16..3, any::<bool>()), 0..4);
    prop_oneof![
        3 => (exercises, phases).prop_map(|(exercises, phases)| Event::Revise { exercises, phases }),
        1 => Just(Event::Hold),
        2 => Just(Event::Release),
        2 => (0_usize..3).prop_map(Event::EnterPhase),
        3 => Just(Event::Nothing),
    ]
}

fn phases(wanted: &[(u16, bool)]) -> Vec<NewPhase> {
    let phase = |(at, (weeks, gate)): (usize, &(u16, bool))| NewPhase {
        name: format!("phase {at}"),
        weeks: Some(*weeks),
        terms: Terms {
            exit_criteria: gate.then(|| "calm".to_owned()).into_iter().collect(),
            ..Terms::default()
        },
        ..NewPhase::default()
    };
    wanted.iter().enumerate().map(phase).collect()
}

fn prescriptions(wanted: &[(i32, Vec<u16>)], phases: usize) -> Vec<NewPrescription> {
    let prescription = |(number, places): &(i32, Vec<u16>)| NewPrescription {
        exercise_id: exercise_id(*number),
        phases: places.iter().copied().filter(|place| usize::from(*place) < phases).collect(),
        ..NewPrescription::default()
    };
    wanted.iter().map(prescription).collect()
}

async fn happen(therapist: &Scope, program_id: Uuid, event: &Event) {
    let now = program::get(therapist, program_id).await.unwrap();
    let newest = now.revisions.first().unwrap();
    // Refusals, such as to release what is not held, are part of a clinic's day.
    let _ = match event {
        Event::Revise { exercises, phases: wanted } => {
            let input = ReviseProgram {
                program_id,
                expected_revision: newest.number,
                effective_from: None,
                title: None,
                phases: phases(wanted),
                prescriptions: prescriptions(exercises, wanted.len()),
                note: None,
                override_reason: Some(REASON.to_owned()),
            };
            program::revise(therapist, input).await.map(|saved| saved.program)
        }
        Event::Hold => program::hold(therapist, program_id, "Wait for the scan").await,
        Event::Release => program::release(therapist, program_id, Some(REASON)).await,
        Event::EnterPhase(at) => {
            let Some(phase) = newest.phases.get(*at) else { return };
            let input = ChangePhase {
                program_id,
                expected_revision: newest.number,
                phase_id: phase.id,
                override_reason: Some(REASON.to_owned()),
                ..ChangePhase::default()
            };
            program::change_phase(therapist, input).await.map(|saved| saved.program)
        }
        Event::Nothing => Ok(now),
    };
}

/// What a patient was shown on a day: program, phase, exercises, hold and adherence.
fn shown(day: &Today) -> String {
    let program = day.program.as_ref().unwrap();
    let item = |item: &care::today::Item| (item.prescription.clone(), item.times_due, item.times_done);
    let items: Vec<_> = day.items.iter().map(item).collect();
    let hold = day.hold.as_ref().map(|hold| (&hold.reason, hold.since));
    format!(
        "{:?} {} {:?} {items:?} {hold:?} {:?} {}",
        program.status, program.revision.number, program.phase, day.adherence, day.streak
    )
}

/// Logs the first exercise of the day as it is prescribed.
async fn log(patient: &Scope, now: Instant, id: Uuid) {
    let day = care::today::read(patient, None).await.unwrap();
    let Some(item) = day.items.first() else { return };
    let dose = &item.prescription.dose;
    let set = DoneSet {
        reps: dose.reps,
        seconds: dose.duration_seconds.or(dose.hold_seconds.map(u32::from)),
        metres: dose.distance_metres,
        side: None,
        load_kg: None,
    };
    let result = NewResult {
        prescription_id: item.prescription.id,
        sets: vec![set; dose.sets.into()],
        rpe: Some(4),
        pain_during: Some(1),
        skip_reason: None,
    };
    let log = NewLog {
        id,
        performed_at: now,
        offset_seconds: -4 * 3_600,
        time_zone: None,
        pain_before: None,
        pain_after: None,
        symptoms: None,
        note: None,
        results: vec![result],
    };
    let outcomes = care::progress::log(patient, vec![Ok(log)]).await.unwrap();
    assert!(outcomes.iter().all(|outcome| outcome.faults.is_empty()), "{outcomes:?}");
}

async fn begin(clinic: &Clinic) -> Uuid {
    let ada = clinic.patient("ada").await;
    let therapist = clinic.therapist().await;
    let input = CreateProgram {
        id: None,
        patient_id: ada.id,
        source: None,
        title: "Basics".to_owned(),
        starts_on: None,
        ends_on: None,
        phases: phases(&[(1, false), (1, true), (1, false)]),
        prescriptions: prescriptions(&[(1, vec![0]), (4, vec![1]), (7, vec![])], 3),
        note: None,
    };
    let program_id = program::create(&therapist, input).await.unwrap().program.id;
    program::activate(&therapist, Activate { program_id, ..Activate::default() }).await.unwrap();
    program_id
}

async fn every_day_stays_as_it_was(stack: Stack, days: &[(Vec<Event>, bool)]) -> Result<(), TestCaseError> {
    let clinic = Clinic::open(stack).await;
    let program_id = begin(&clinic).await;
    let (mut told, mut now) = (Vec::new(), at(tests::MORNING));
    for (events, logged) in days {
        clinic.clock.set(now);
        let therapist = clinic.therapist().await;
        for event in events {
            happen(&therapist, program_id, event).await;
            therapist.finish().await;
        }
        let patient = clinic.as_patient("ada").await;
        if *logged {
            log(&patient, now, clinic.services.new_id()).await;
        }
        let day = care::today::read(&patient, None).await.unwrap();
        patient.finish().await;
        told.push((day.date, shown(&day)));
        now = now.plus(DAY);
    }
    clinic.clock.set(now);
    let patient = clinic.as_patient("ada").await;
    for (date, before) in &told {
        let day = care::today::read(&patient, Some(*date)).await.unwrap();
        prop_assert_eq!(&shown(&day), before, "{} on {:?}", date, stack);
    }
    patient.finish().await;
    clinic.services.store.close().await;
    Ok(())
}

#[test]
fn a_past_day_is_what_it_was_after_any_revisions_holds_and_phases() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    for (stack, cases) in [(Stack::Embedded, 16), (Stack::Full, 4)] {
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let day = (prop::collection::vec(event(), 0..3), any::<bool>());
        let result = runner.run(&prop::collection::vec(day, 8..16), |days| {
            runtime.block_on(every_day_stays_as_it_was(stack, &days))
        });
        result.unwrap_or_else(|error| panic!("{error}"));
    }
}
