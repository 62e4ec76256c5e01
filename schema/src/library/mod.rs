//! The library: exercises with their instructions, and conditions.

mod change;

pub(crate) use change::LibraryMutation;

use crate::context::{language, scope};
use crate::error::raise;
use crate::id::{encode, named};
use crate::media::{self, Media};
use crate::page::{self, Counted};
use crate::program::{Dose, Schedule};
use crate::scalar::DateTime;
use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use care::id::Kind;
use care::library::{ConditionRecord, Filter, Text};

/// Where a rule is from.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::Basis")]
pub(crate) enum RuleBasis {
    /// A published source.
    Published,
    /// A default of Plumbline, to be reviewed by a licensed clinician before real use.
    Default,
}

/// What a piece of an instruction tells.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InstructionKind {
    /// How to get into position.
    Preparation,
    /// One thing to do; several follow one another.
    Step,
    /// What to watch.
    FormCue,
    /// How to breathe.
    Breathing,
    /// When to stop, and what to avoid.
    Safety,
}

/// A piece of the instructions of an exercise.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct Instruction {
    /// What it tells.
    kind: InstructionKind,
    /// The words, in the language asked for where there are any.
    text: String,
}

/// An exercise of the library.
#[derive(Debug, Clone)]
pub(crate) struct Exercise(care::library::Exercise);

impl From<care::library::Exercise> for Exercise {
    fn from(row: care::library::Exercise) -> Self {
        Self(row)
    }
}

impl Exercise {
    fn text(&self, context: &Context<'_>) -> Result<&Text> {
        self.0.text(language(context)?).map_err(raise)
    }
}

/// An exercise of the library: the same in every clinic, or a clinic's own, which no other sees. It is never
/// edited: copy it by `cloneExercise` to change it.
#[Object]
impl Exercise {
    /// TypeID `exercise_…`; of a shared one, the same in every installation.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Exercise, self.0.id)
    }

    /// Its key, the same in every language; of a clinic's own, its id.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Whether it is the clinic's own.
    async fn own(&self) -> bool {
        self.0.clinic_id.is_some()
    }

    /// When it was taken out of the list. Programs that have it keep it.
    async fn archived_at(&self) -> Option<DateTime> {
        self.0.archived_at.map(DateTime::from)
    }

    /// Its name, in the language asked for where there is one; else in English, or what other language there is.
    async fn name(&self, context: &Context<'_>) -> Result<&str> {
        Ok(&self.text(context)?.name)
    }

    /// The keys of its categories.
    async fn categories(&self) -> &[String] {
        &self.0.categories.0
    }

    /// How it moves or loads the spine, as the tags that precautions know, for example `FLX`.
    async fn movement_tags(&self) -> &[String] {
        &self.0.tags.0
    }

    /// What it takes, for example `band` or `chair`; empty when nothing.
    async fn equipment(&self) -> &[String] {
        &self.0.equipment.0
    }

    /// The conditions that it is commonly used for: a default, to be reviewed by a licensed clinician, which
    /// says nothing of whether it suits a patient.
    async fn conditions(&self) -> Vec<Condition> {
        let known = self.0.conditions.0.iter().filter_map(|key| care::library::condition(key));
        known.map(Condition::from).collect()
    }

    /// How it is done, in the order it is read: preparation, steps, form cue, breathing, safety. What a
    /// clinic has left out of its own is not there.
    async fn instructions(&self, context: &Context<'_>) -> Result<Vec<Instruction>> {
        use InstructionKind::{Breathing, FormCue, Preparation, Safety, Step};
        let text = self.text(context)?;
        let steps = text.steps.iter().map(|step| (Step, step));
        let after = [(FormCue, &text.form_cue), (Breathing, &text.breathing), (Safety, &text.safety)];
        let all = std::iter::once((Preparation, &text.preparation)).chain(steps).chain(after);
        let told = all.filter(|(_, text)| !text.is_empty());
        Ok(told.map(|(kind, text)| Instruction { kind, text: text.clone() }).collect())
    }

    /// The images and videos that your clinic shows of it, at most ten.
    async fn media(&self, context: &Context<'_>) -> Result<Vec<Media>> {
        media::of_exercise(context, self.0.id).await
    }

    /// The dose of a prescription that names none.
    async fn default_dose(&self) -> Dose {
        self.0.default_dose.into()
    }

    /// The schedule of a prescription that names none.
    async fn default_schedule(&self) -> Schedule {
        self.0.default_schedule.clone().into()
    }
}

/// A condition of the spine that the library knows.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(complex)]
pub(crate) struct Condition {
    #[graphql(skip)]
    record: &'static ConditionRecord,
    /// Its key, by which `createPatient` takes it.
    key: &'static str,
    /// Whether it follows surgery, so that phases count from the day of surgery.
    post_operative: bool,
    /// The part of the spine concerned: `CERVICAL`, `THORACIC`, `LUMBAR` or `WHOLE`.
    region: &'static str,
    /// Whether it is a sign that was found, and no diagnosis.
    sign: bool,
}

#[ComplexObject]
impl Condition {
    /// Its name, in the language asked for.
    async fn name(&self, context: &Context<'_>) -> Result<&str> {
        Ok(&self.record.text(language(context)?).name)
    }

    /// What it is, in one sentence in the language asked for.
    async fn description(&self, context: &Context<'_>) -> Result<&str> {
        Ok(&self.record.text(language(context)?).description)
    }
}

impl From<&'static ConditionRecord> for Condition {
    fn from(record: &'static ConditionRecord) -> Self {
        let (post_operative, region) = (record.post_operative, &record.region);
        Self { record, key: &record.key, post_operative, region, sign: record.sign }
    }
}

/// The queries of the library.
#[derive(Default)]
pub(crate) struct LibraryQuery;

#[Object]
impl LibraryQuery {
    /// The exercise of this id, also one that is no longer listed.
    async fn exercise(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "TypeID `exercise_…`.")] id: ID,
    ) -> Option<Result<Exercise>> {
        Some(exercise(context, &id).await)
    }

    /// The exercises of the library, in its own order, then the clinic's own; archived ones are left out.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn exercises(
        &self,
        context: &Context<'_>,
        #[graphql(
            desc = "The name or words of it, in any order and any language; case, accents and a slip of the hand do not matter. The best come first. At most 100 characters."
        )]
        search: Option<String>,
        #[graphql(desc = "The key of a category.")] category: Option<String>,
        #[graphql(desc = "The key of a condition that it is commonly used for.")] condition: Option<String>,
        #[graphql(desc = "What it takes, for example `band`.")] equipment: Option<String>,
        #[graphql(desc = "A movement tag, for example `FLX`.")] movement: Option<String>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Counted<Exercise>>> {
        let filter = Filter { search, category, condition, equipment, movement };
        Some(exercises(context, &filter, &page::request(first, after, last, before)).await)
    }

    /// The conditions that the library knows.
    async fn conditions(&self, context: &Context<'_>) -> Result<Vec<Condition>> {
        scope(context)?;
        Ok(care::library::conditions().map(Condition::from).collect())
    }
}

async fn exercise(context: &Context<'_>, id: &ID) -> Result<Exercise> {
    let id = named(Kind::Exercise, id).map_err(raise)?;
    let row = care::library::get(scope(context)?, id).await.map_err(raise)?;
    Ok(row.into())
}

async fn exercises(
    context: &Context<'_>,
    filter: &Filter,
    request: &care::page::Request,
) -> Result<Counted<Exercise>> {
    let page = care::library::list(scope(context)?, filter, request).await.map_err(raise)?;
    Ok(page::counted("exercises", page, Exercise::from))
}
