//! The programs of the demo: what fits each condition.

use super::people::{Case, Staff};
use care::clock::Instant;
use care::error::Result;
use care::library::{dose, exercise_id};
use care::program::{self, CreateProgram, NewPhase, NewPrescription, Program, ReviseProgram};
use uuid::Uuid;

/// A condition, the title of its program, and its exercises by number. None of them has a
/// movement that the condition asks to be careful with.
pub(super) const PLANS: [(&str, &str, &[i32]); 12] = [
    ("chronic-low-back-pain", "Back basics", &[1, 3, 6, 12, 57]),
    ("herniated-disc", "Centralize and move", &[44, 1, 6, 57]),
    ("neck-pain", "Neck control", &[29, 30, 27]),
    ("after-discectomy-laminectomy", "After disc surgery", &[1, 4, 57, 61]),
    ("spinal-stenosis", "Flexion and walking", &[3, 37, 40, 58]),
    ("postural-dysfunction", "Sit and stand tall", &[28, 29, 54, 26]),
    ("acute-low-back-pain", "Keep moving", &[3, 37, 57]),
    ("after-lumbar-fusion", "After lumbar fusion", &[1, 57, 61, 62]),
    ("spondylolysis-spondylolisthesis", "Stable core", &[1, 3, 4, 36, 58]),
    ("scoliosis", "Breathing and balance of sides", &[66, 6, 61]),
    ("osteoporosis-compression-fracture", "Strong bones", &[27, 22, 20, 57, 29, 51]),
    ("after-acdf", "After neck fusion", &[57, 61, 27, 14]),
];

fn prescriptions(exercises: &[i32]) -> Vec<NewPrescription> {
    let prescription = |number: &i32| NewPrescription {
        exercise_id: exercise_id(*number),
        dose: None,
        schedule: None,
        continues: None,
    };
    exercises.iter().map(prescription).collect()
}

/// Writes and activates the program of a patient; after surgery it has phases.
pub(super) async fn activate(
    staff: &Staff,
    number: u32,
    patient_id: Uuid,
    operated: bool,
) -> Result<Program> {
    let (_, title, exercises) = plan(number);
    let phase = |name: &str, weeks| NewPhase { name: name.to_owned(), weeks };
    let phases = if operated {
        vec![phase("Protect", Some(4)), phase("Build strength", Some(8)), phase("Return to activity", None)]
    } else {
        Vec::new()
    };
    let input = CreateProgram {
        id: None,
        patient_id,
        title: title.to_owned(),
        starts_on: None,
        ends_on: None,
        phases,
        prescriptions: prescriptions(exercises),
        note: None,
    };
    let therapist = staff.of(number);
    let draft = program::create(therapist, input).await?;
    program::activate(therapist, draft.id, false).await
}

/// The plan of the patient with this number.
pub(super) fn plan(number: u32) -> (&'static str, &'static str, &'static [i32]) {
    let at = usize::try_from(number).unwrap_or(0) % PLANS.len();
    PLANS.get(at).copied().unwrap_or(("chronic-low-back-pain", "Back basics", &[1]))
}

/// Half-way, the dose of the first exercise of so many repetitions goes up a step.
pub(super) async fn revise(staff: &Staff, case: &Case) -> Result<()> {
    let prescriptions = case.program.revision.prescriptions.iter().enumerate().map(|(at, old)| {
        let mut dose = old.dose;
        if at == 0 && dose.kind == dose::DoseKind::Reps {
            dose.reps = dose.reps.map(|reps| reps + 2);
        }
        NewPrescription {
            exercise_id: old.exercise_id,
            dose: Some(dose),
            schedule: Some(old.schedule.clone()),
            continues: Some(old.id),
        }
    });
    let input = ReviseProgram {
        program_id: case.program.id,
        expected_revision: 1,
        effective_from: None,
        title: None,
        phases: Vec::new(),
        prescriptions: prescriptions.collect(),
        note: Some("Going well: one step up.".to_owned()),
    };
    program::revise(staff.of(case.number), input).await?;
    Ok(())
}

/// One program rests until a scan.
pub(super) async fn hold(staff: &Staff, case: &Case) -> Result<()> {
    program::hold(staff.of(case.number), case.program.id, "Wait for the scan.").await?;
    Ok(())
}

/// Weeks from the surgery to the start of the program.
pub(super) const AFTER_SURGERY: i64 = 3 * 7 * 24 * 60 * 60_000;

/// Whether the patient with this number was operated on.
pub(super) fn operated(number: u32) -> bool {
    care::library::condition(plan(number).0).is_some_and(|(condition, _)| condition.post_operative)
}

/// The instant of the surgery of a patient whose program starts at `start`.
pub(super) fn surgery(start: Instant) -> Instant {
    start.plus(-AFTER_SURGERY)
}
