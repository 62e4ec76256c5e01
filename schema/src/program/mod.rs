//! Programs: what a patient is asked to do.

mod caution;
mod change;
mod dose;
mod input;
mod template;

pub(crate) use caution::{CautionQuery, ProgramCaution};
pub(crate) use change::{ProgramMutation, saved};
pub(crate) use dose::{Dose, Schedule, Side, Weekday};
pub(crate) use input::{DoseInput, ScheduleInput};
pub(crate) use template::{ProgramTemplate, TemplateMutation, TemplateQuery};

use crate::context::{acting_patient, scope};
use crate::error::raise;
use crate::id::{encode, named};
use crate::library::Exercise;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, Lookahead, Object, Result, SimpleObject};
use care::id::Kind;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Where a program stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::program::Status")]
pub(crate) enum ProgramStatus {
    /// Being written; the patient does not see it.
    Draft,
    /// The patient follows it.
    Active,
    /// Stopped until a therapist releases it.
    OnHold,
    /// Ended as planned, or to be followed by another after its last day.
    Completed,
    /// Ended early.
    Discontinued,
}

/// A stretch of a program.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(name = "ProgramPhase")]
pub(crate) struct Phase {
    /// TypeID `phase_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// Its name.
    name: String,
    /// Its first day, on the patient's calendar; planned, while it waits.
    starts_on: LocalDate,
    /// Its length in weeks; none while open.
    weeks: Option<u16>,
    /// Whether it begins only when a therapist lets the patient enter it (`changePhase`), however long the
    /// phase before it lasts.
    waits: bool,
    /// What must be so before it is entered.
    entry_criteria: Vec<String>,
    /// What must be so before it is left.
    exit_criteria: Vec<String>,
    /// What the patient minds in it.
    precautions: Vec<PhasePrecaution>,
    /// Kilograms that may be lifted.
    lift_limit_kg: Option<f64>,
    /// Minutes of sitting at a time.
    sit_limit_minutes: Option<u16>,
    /// Minutes of walking a day that are aimed at.
    walk_goal_minutes: Option<u16>,
    /// Keys of articles to read in it.
    education: Vec<String>,
}

impl From<care::program::Phase> for Phase {
    fn from(phase: care::program::Phase) -> Self {
        let terms = phase.terms;
        Self {
            id: encode(Kind::Phase, phase.id),
            name: phase.name,
            starts_on: LocalDate(phase.starts_on),
            weeks: phase.weeks,
            waits: phase.waits,
            entry_criteria: terms.entry_criteria,
            exit_criteria: terms.exit_criteria,
            precautions: terms.precautions.into_iter().map(PhasePrecaution::from).collect(),
            lift_limit_kg: terms.lift_limit_kg,
            sit_limit_minutes: terms.sit_limit_minutes,
            walk_goal_minutes: terms.walk_goal_minutes,
            education: terms.education,
        }
    }
}

/// What the patient minds in a phase.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct PhasePrecaution {
    /// One sentence.
    text: String,
    /// Movement tags it speaks against; none: it is about the day, not about exercises.
    movement_tags: Vec<String>,
}

impl From<care::program::Precaution> for PhasePrecaution {
    fn from(precaution: care::program::Precaution) -> Self {
        Self { text: precaution.text, movement_tags: precaution.tags }
    }
}

/// The template or protocol that a program was made from, in the version it had then.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct PinnedTemplate {
    /// TypeID `template_…`, of that version alone.
    id: ID,
    /// Its version.
    version: i32,
}

/// A hold: nothing is due until a therapist releases the program.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(name = "ProgramHold")]
pub(crate) struct Hold {
    /// Why, in the words of who held it.
    reason: String,
    /// When it began.
    since: DateTime,
}

impl From<care::program::Hold> for Hold {
    fn from(hold: care::program::Hold) -> Self {
        Self { reason: hold.reason, since: hold.since.into() }
    }
}

/// An exercise with dose and schedule in a revision.
#[derive(Debug, Clone)]
pub(crate) struct Prescription {
    row: care::program::Prescription,
    exercise: Option<care::library::Exercise>,
}

impl Prescription {
    /// `exercise`: the exercise of `row`, where it has been read; it is read when asked for else.
    pub(crate) fn new(row: care::program::Prescription, exercise: Option<care::library::Exercise>) -> Self {
        Self { row, exercise }
    }

    async fn known(&self, context: &Context<'_>) -> Result<Cow<'_, care::library::Exercise>> {
        if let Some(exercise) = &self.exercise {
            return Ok(Cow::Borrowed(exercise));
        }
        let exercise = care::library::get(scope(context)?, self.row.exercise_id).await;
        Ok(Cow::Owned(exercise.map_err(raise)?))
    }
}

/// An exercise with dose and schedule in a revision of a program. It is never edited.
#[Object]
impl Prescription {
    /// TypeID `prescription_…`, new in every revision.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Prescription, self.row.id)
    }

    /// The exercise.
    async fn exercise(&self, context: &Context<'_>) -> Result<Exercise> {
        Ok(self.known(context).await?.into_owned().into())
    }

    /// How much on each occasion.
    async fn dose(&self) -> Dose {
        self.row.dose.into()
    }

    /// When.
    async fn schedule(&self) -> Schedule {
        self.row.schedule.clone().into()
    }

    /// The phases it belongs to, by their places from 0; empty: it belongs to all.
    async fn phases(&self) -> &[u16] {
        &self.row.phases
    }

    /// What the patient minds with this exercise in these phases, one sentence each.
    async fn cautions(&self, context: &Context<'_>) -> Result<Vec<&str>> {
        if self.row.precautions.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.row.cautions(&self.known(context).await?.tags.0))
    }
}

type Exercises = HashMap<Uuid, care::library::Exercise>;

/// The exercises of these revisions in one statement; none when nobody asks for them.
async fn exercises<'a>(
    context: &Context<'_>,
    asked: bool,
    revisions: impl IntoIterator<Item = &'a care::program::Revision>,
) -> Result<Exercises> {
    if !asked {
        return Ok(Exercises::new());
    }
    let prescriptions = revisions.into_iter().flat_map(|revision| &revision.prescriptions);
    let mut ids: Vec<Uuid> = prescriptions.map(|prescription| prescription.exercise_id).collect();
    ids.sort_unstable();
    ids.dedup();
    care::library::by_ids(scope(context)?, &ids).await.map_err(raise)
}

/// Whether what is asked of prescriptions needs their exercises.
fn wants_exercises(prescriptions: &Lookahead<'_>) -> bool {
    prescriptions.field("exercise").exists() || prescriptions.field("cautions").exists()
}

fn prescriptions(revision: &care::program::Revision, exercises: &Exercises) -> Vec<Prescription> {
    let prescription = |row: &care::program::Prescription| {
        Prescription::new(row.clone(), exercises.get(&row.exercise_id).cloned())
    };
    revision.prescriptions.iter().map(prescription).collect()
}

/// A numbered revision of a program.
#[derive(Debug, Clone)]
pub(crate) struct Revision {
    row: care::program::Revision,
    exercises: Arc<Exercises>,
}

/// A numbered revision of a program. It is never edited.
#[Object(name = "ProgramRevision")]
impl Revision {
    /// TypeID `revision_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Revision, self.row.id)
    }

    /// 1 for the first, and one more for each that follows.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The first day it is in force, on the patient's calendar.
    async fn effective_from(&self) -> LocalDate {
        LocalDate(self.row.effective_from)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.row.created_at.into()
    }

    /// Why it was made, if it was told.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// Its phases, first to last.
    async fn phases(&self) -> Vec<Phase> {
        self.row.phases.iter().cloned().map(Phase::from).collect()
    }

    /// What it asks for, in the order it is to be done.
    async fn prescriptions(&self) -> Vec<Prescription> {
        prescriptions(&self.row, &self.exercises)
    }
}

/// A patient's program.
#[derive(Debug, Clone)]
pub(crate) struct Program(care::program::Program);

impl From<care::program::Program> for Program {
    fn from(program: care::program::Program) -> Self {
        Self(program)
    }
}

/// A patient's program, as the revision in force today has it; before its first day, the newest.
#[Object]
impl Program {
    /// TypeID `program_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Program, self.0.id)
    }

    /// Its title.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Where it stands.
    async fn status(&self) -> ProgramStatus {
        self.0.status.into()
    }

    /// The phase it is in today; none before its first day or without phases.
    async fn phase(&self) -> Option<Phase> {
        self.0.phase.clone().map(Phase::from)
    }

    /// Day of the program today, 1 on its first; none before it.
    async fn day(&self) -> Option<i32> {
        self.0.day
    }

    /// Number of the revision in force today; before the first day, of the newest.
    async fn revision(&self) -> i32 {
        self.0.revision.number
    }

    /// Its first day, on the patient's calendar.
    async fn starts_on(&self) -> LocalDate {
        LocalDate(self.0.starts_on)
    }

    /// Its last day; none while open.
    async fn ends_on(&self) -> Option<LocalDate> {
        self.0.ends_on.map(LocalDate)
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// The day from which its phases count, on the patient's calendar: the day of surgery where it was made
    /// from a protocol, else its first day.
    async fn phases_count_from(&self) -> LocalDate {
        LocalDate(self.0.phases_count_from)
    }

    /// Since when the phase has lasted as long as planned while the next one waits for a therapist; none
    /// where nothing waits.
    async fn phase_due_on(&self) -> Option<LocalDate> {
        self.0.phase_due_on.map(LocalDate)
    }

    /// The template or protocol it was made from.
    async fn template(&self) -> Option<PinnedTemplate> {
        self.0.template.map(|(id, version)| PinnedTemplate { id: encode(Kind::Template, id), version })
    }

    /// The hold it is on.
    async fn hold(&self) -> Option<Hold> {
        self.0.hold.clone().map(Hold::from)
    }

    /// The phases of this revision, first to last.
    async fn phases(&self) -> Vec<Phase> {
        self.0.revision.phases.iter().cloned().map(Phase::from).collect()
    }

    /// What this revision asks for, in the order it is to be done.
    async fn prescriptions(&self, context: &Context<'_>) -> Result<Vec<Prescription>> {
        let exercises =
            exercises(context, wants_exercises(&context.look_ahead()), [&self.0.revision]).await?;
        Ok(prescriptions(&self.0.revision, &exercises))
    }

    /// All its revisions, newest first.
    async fn revisions(&self, context: &Context<'_>) -> Result<Vec<Revision>> {
        let asked = wants_exercises(&context.look_ahead().field("prescriptions"));
        let exercises = Arc::new(exercises(context, asked, &self.0.revisions).await?);
        let revision =
            |row: &care::program::Revision| Revision { row: row.clone(), exercises: Arc::clone(&exercises) };
        Ok(self.0.revisions.iter().map(revision).collect())
    }
}

/// The program that a patient follows now.
pub(crate) async fn current(context: &Context<'_>, patient_id: Uuid) -> Result<Option<Program>> {
    let program = care::program::current(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(program.map(Program::from))
}

/// All programs of a patient, newest first.
pub(crate) async fn all(context: &Context<'_>, patient_id: Uuid) -> Result<Vec<Program>> {
    let programs = care::program::list(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(programs.into_iter().map(Program::from).collect())
}

/// An exercise that differs between two revisions.
#[derive(SimpleObject)]
struct PrescriptionChange {
    /// As it was; none where it is new.
    before: Option<Prescription>,
    /// As it is in the later one; none where it is gone.
    after: Option<Prescription>,
}

/// A phase that differs between two revisions.
#[derive(SimpleObject)]
struct PhaseChange {
    /// As it was; none where it is new.
    before: Option<Phase>,
    /// As it is in the later one; none where it is gone.
    after: Option<Phase>,
}

/// What differs between two revisions of a program.
#[derive(SimpleObject)]
struct RevisionComparison {
    /// Exercises that were added, left out, or changed in dose, schedule or phases.
    prescriptions: Vec<PrescriptionChange>,
    /// Phases that were added, left out or changed.
    phases: Vec<PhaseChange>,
}

async fn compared(
    context: &Context<'_>,
    program_id: &ID,
    (from, to): (i32, i32),
) -> Result<RevisionComparison> {
    let scope = scope(context)?;
    let id = named(Kind::Program, program_id).map_err(raise)?;
    let told = care::program::compare(scope, id, (from, to)).await.map_err(raise)?;
    let rows = told.prescriptions.iter().flat_map(|change| change.before.iter().chain(&change.after));
    let mut ids: Vec<Uuid> = rows.map(|row| row.exercise_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let exercises = care::library::by_ids(scope, &ids).await.map_err(raise)?;
    let prescription = |row: care::program::Prescription| {
        let exercise = exercises.get(&row.exercise_id).cloned();
        Prescription::new(row, exercise)
    };
    let prescriptions = told.prescriptions.into_iter().map(|change| PrescriptionChange {
        before: change.before.map(prescription),
        after: change.after.map(prescription),
    });
    let phases = told.phases.into_iter().map(|change| PhaseChange {
        before: change.before.map(Phase::from),
        after: change.after.map(Phase::from),
    });
    Ok(RevisionComparison { prescriptions: prescriptions.collect(), phases: phases.collect() })
}

#[derive(Default)]
pub(crate) struct ProgramQuery;

#[Object]
impl ProgramQuery {
    /// The program that you follow now, also while on hold. Patients only.
    async fn program(&self, context: &Context<'_>) -> Option<Result<Program>> {
        let own = async { current(context, acting_patient(scope(context)?)?).await };
        own.await.transpose()
    }

    /// What differs between two revisions of a program. Clinicians only.
    async fn compare_revisions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The program.")] program_id: ID,
        #[graphql(desc = "Number of the earlier revision.")] from: i32,
        #[graphql(desc = "Number of the later revision.")] to: i32,
    ) -> Option<Result<RevisionComparison>> {
        Some(compared(context, &program_id, (from, to)).await)
    }

    /// All your programs, newest first. Patients only.
    async fn programs(&self, context: &Context<'_>) -> Result<Vec<Program>> {
        all(context, acting_patient(scope(context)?)?).await
    }
}
