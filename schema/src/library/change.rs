//! A clinic's own exercises.

use super::Exercise;
use crate::context::scope;
use crate::error::payload;
use crate::id::{self, chosen};
use crate::program::{DoseInput, ScheduleInput};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use care::error::{Error, FieldError};
use care::id::Kind;
use care::library::dose::Dose;
use care::library::schedule::Schedule;
use care::library::{CloneExercise, NewExercise, Text};

/// A language that there are words in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::Language")]
enum Language {
    /// English.
    English,
    /// Spanish.
    Spanish,
}

/// What patients read about an exercise in a language.
#[derive(InputObject)]
struct ExerciseTextInput {
    /// The language.
    language: Language,
    /// The name, 1 to 200 characters.
    name: String,
    /// How to get into position, at most 1,000 characters.
    #[graphql(default)]
    preparation: String,
    /// What to do, 1 to 20 steps of 1 to 500 characters.
    steps: Vec<String>,
    /// What to watch, at most 1,000 characters.
    #[graphql(default)]
    form_cue: String,
    /// How to breathe, at most 1,000 characters.
    #[graphql(default)]
    breathing: String,
    /// When to stop, and what to avoid, at most 1,000 characters.
    #[graphql(default)]
    safety: String,
}

type Words = (care::library::Language, Text);

impl From<ExerciseTextInput> for Words {
    fn from(input: ExerciseTextInput) -> Self {
        let ExerciseTextInput { language, name, preparation, steps, form_cue, breathing, safety } = input;
        (language.into(), Text { name, preparation, steps, form_cue, breathing, safety })
    }
}

/// An exercise of the clinic's own.
#[derive(InputObject)]
struct CreateExerciseInput {
    /// TypeID `exercise_…` with a UUIDv7 of your own, so that a repeated attempt makes nothing twice.
    id: Option<ID>,
    /// What patients read, in one language at least; it stands in for the others.
    texts: Vec<ExerciseTextInput>,
    /// Keys of its categories, at least one.
    categories: Vec<String>,
    /// How it moves or loads the spine, as the tags that precautions know; empty when not at all. Rules warn
    /// by them.
    movement_tags: Vec<String>,
    /// What it takes.
    #[graphql(default)]
    equipment: Vec<String>,
    /// Keys of the conditions that it is commonly used for.
    #[graphql(default)]
    conditions: Vec<String>,
    /// The dose of a prescription that names none.
    default_dose: DoseInput,
    /// The schedule of a prescription that names none.
    default_schedule: ScheduleInput,
}

/// A copy of an exercise. Each part that is given stands in place of what is copied.
#[derive(InputObject)]
struct CloneExerciseInput {
    /// TypeID `exercise_…` with a UUIDv7 of your own, so that a repeated attempt makes nothing twice.
    id: Option<ID>,
    /// What is copied: a shared exercise or one of the clinic's own.
    exercise_id: ID,
    /// All its words, in one language at least: none stays of those copied.
    texts: Option<Vec<ExerciseTextInput>>,
    /// Keys of its categories, at least one.
    categories: Option<Vec<String>>,
    /// How it moves or loads the spine, as the tags that precautions know.
    movement_tags: Option<Vec<String>>,
    /// What it takes.
    equipment: Option<Vec<String>>,
    /// Keys of the conditions that it is commonly used for.
    conditions: Option<Vec<String>>,
    /// The dose of a prescription that names none.
    default_dose: Option<DoseInput>,
    /// The schedule of a prescription that names none.
    default_schedule: Option<ScheduleInput>,
}

/// An exercise that is no longer wanted.
#[derive(InputObject)]
struct ArchiveExerciseInput {
    /// The exercise.
    exercise_id: ID,
}

payload! {
    /// What making an exercise answers.
    CreateExercisePayload {
        /// The exercise.
        exercise: Exercise
    }
}

payload! {
    /// What copying an exercise answers.
    CloneExercisePayload {
        /// The copy.
        exercise: Exercise
    }
}

payload! {
    /// What archiving an exercise answers.
    ArchiveExercisePayload {
        /// The exercise.
        exercise: Exercise
    }
}

fn dose(input: &DoseInput) -> Result<Dose, FieldError> {
    input.parse().map_err(|fault| fault.under("defaultDose"))
}

fn schedule(input: ScheduleInput) -> Result<Schedule, Error> {
    let under = |fault: FieldError| fault.under("defaultSchedule");
    input.parse().map_err(|faults| Error::Invalid(faults.into_iter().map(under).collect()))
}

impl CreateExerciseInput {
    fn parse(self) -> Result<NewExercise, Error> {
        Ok(NewExercise {
            id: chosen(Kind::Exercise, self.id.as_ref())?,
            texts: self.texts.into_iter().map(Words::from).collect(),
            categories: self.categories,
            tags: self.movement_tags,
            equipment: self.equipment,
            conditions: self.conditions,
            default_dose: dose(&self.default_dose)?,
            default_schedule: schedule(self.default_schedule)?,
        })
    }
}

impl CloneExerciseInput {
    fn parse(self) -> Result<CloneExercise, Error> {
        Ok(CloneExercise {
            id: chosen(Kind::Exercise, self.id.as_ref())?,
            exercise_id: id::input(Kind::Exercise, "exerciseId", &self.exercise_id)?,
            texts: self.texts.map(|texts| texts.into_iter().map(Words::from).collect()),
            categories: self.categories,
            tags: self.movement_tags,
            equipment: self.equipment,
            conditions: self.conditions,
            default_dose: self.default_dose.as_ref().map(dose).transpose()?,
            default_schedule: self.default_schedule.map(schedule).transpose()?,
        })
    }
}

/// The changes of the library.
#[derive(Default)]
pub(crate) struct LibraryMutation;

#[Object]
impl LibraryMutation {
    /// Makes an exercise of the clinic's own, which no other clinic sees. Therapists only.
    async fn create_exercise(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The exercise.")] input: CreateExerciseInput,
    ) -> Result<CreateExercisePayload> {
        let scope = scope(context)?;
        let created = async { care::library::create(scope, input.parse()?).await };
        CreateExercisePayload::of(created.await)
    }

    /// Copies an exercise into one of the clinic's own, changed where the input says so. Therapists only.
    async fn clone_exercise(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is copied, and what is changed.")] input: CloneExerciseInput,
    ) -> Result<CloneExercisePayload> {
        let scope = scope(context)?;
        let cloned = async { care::library::clone(scope, input.parse()?).await };
        CloneExercisePayload::of(cloned.await)
    }

    /// Takes an exercise of the clinic's own out of the list: no program takes it up any more, and those that
    /// have it keep it. Therapists and administrators only.
    async fn archive_exercise(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The exercise.")] input: ArchiveExerciseInput,
    ) -> Result<ArchiveExercisePayload> {
        let scope = scope(context)?;
        let archived = async {
            let exercise_id = id::input(Kind::Exercise, "exerciseId", &input.exercise_id)?;
            care::library::archive(scope, exercise_id).await
        };
        ArchiveExercisePayload::of(archived.await)
    }
}
