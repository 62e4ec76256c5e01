//! Templates of programs, and protocols.

use super::change::source;
use super::input::{PhaseInput, PrescriptionInput, prescriptions};
use super::{Dose, PhasePrecaution, Schedule};
use crate::context::{language, scope};
use crate::error::{payload, raise};
use crate::id::{self, chosen, encode, named};
use crate::library::{Exercise, RuleBasis};
use crate::page::{self, Counted};
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::error::Error;
use care::id::Kind;
use care::program::template::{self, Filter, NewTemplate, Template};
use care::program::{NewPhase, NewPrescription};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A phase of a template.
#[derive(SimpleObject)]
struct TemplatePhase {
    /// Its name.
    name: String,
    /// Its length in weeks; none: open.
    weeks: Option<u16>,
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

impl From<NewPhase> for TemplatePhase {
    fn from(phase: NewPhase) -> Self {
        let terms = phase.terms;
        Self {
            name: phase.name,
            weeks: phase.weeks,
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

/// An exercise of a template.
#[derive(SimpleObject)]
struct TemplatePrescription {
    /// The exercise.
    exercise: Exercise,
    /// How much on each occasion.
    dose: Dose,
    /// When.
    schedule: Schedule,
    /// The phases it belongs to, by their places from 0; empty: it belongs to all.
    phases: Vec<u16>,
}

impl TemplatePrescription {
    fn of(wanted: NewPrescription, exercise: care::library::Exercise) -> Self {
        let schedule = wanted.schedule.unwrap_or_else(|| exercise.default_schedule.clone());
        Self {
            dose: wanted.dose.unwrap_or(exercise.default_dose).into(),
            schedule: schedule.into(),
            phases: wanted.phases,
            exercise: exercise.into(),
        }
    }
}

/// A template of programs, or a protocol: one whose phases count from the day of surgery.
#[derive(Clone)]
pub(crate) struct ProgramTemplate {
    row: Template,
    exercises: Arc<HashMap<Uuid, care::library::Exercise>>,
}

impl ProgramTemplate {
    /// This template.
    pub(crate) async fn one(context: &Context<'_>, row: Template) -> care::error::Result<Self> {
        let exercises = exercises(context, [&row]).await?;
        Ok(Self { row, exercises })
    }
}

/// The exercises of these templates, in one statement.
async fn exercises<'a>(
    context: &Context<'_>,
    rows: impl IntoIterator<Item = &'a Template>,
) -> care::error::Result<Arc<HashMap<Uuid, care::library::Exercise>>> {
    let scope = scope(context).map_err(|_| Error::Unauthenticated)?;
    let prescriptions = rows.into_iter().flat_map(|row| &row.prescriptions);
    let mut ids: Vec<Uuid> = prescriptions.map(|wanted| wanted.exercise_id).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(Arc::new(care::library::by_ids(scope, &ids).await?))
}

/// A template of programs, or a protocol: one whose phases count from the day of surgery. A version is never
/// edited.
#[Object]
impl ProgramTemplate {
    /// TypeID `template_…`, of this version alone.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Template, self.row.id)
    }

    /// 1 for the first, and one more for each that replaced it.
    async fn version(&self) -> i32 {
        self.row.version
    }

    /// What programs made from it are called; of shipped ones in the language asked for.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// For whom it is, and how it goes.
    async fn description(&self) -> Option<&str> {
        self.row.description.as_deref()
    }

    /// Whether it is a protocol: its phases count from the day of surgery.
    async fn after_surgery(&self) -> bool {
        self.row.after_surgery
    }

    /// Whose protocol it is.
    async fn surgeon(&self) -> Option<&str> {
        self.row.surgeon.as_deref()
    }

    /// The keys of the conditions it is for.
    async fn conditions(&self) -> &[String] {
        &self.row.conditions
    }

    /// Its phases, first to last.
    async fn phases(&self) -> Vec<TemplatePhase> {
        self.row.phases.iter().cloned().map(TemplatePhase::from).collect()
    }

    /// Its exercises, in the order they are to be done.
    async fn prescriptions(&self) -> Vec<TemplatePrescription> {
        let of = |wanted: &NewPrescription| {
            let exercise = self.exercises.get(&wanted.exercise_id)?.clone();
            Some(TemplatePrescription::of(wanted.clone(), exercise))
        };
        self.row.prescriptions.iter().filter_map(of).collect()
    }

    /// Where a shipped one is from; none: the clinic wrote it.
    async fn basis(&self) -> Option<RuleBasis> {
        self.row.basis.map(RuleBasis::from)
    }

    /// The source of a shipped one, or who is to review it.
    async fn source(&self) -> Option<&str> {
        self.row.source
    }

    /// The member who wrote it; none: it is shipped.
    async fn created_by(&self) -> Option<ID> {
        self.row.created_by.map(|id| encode(Kind::Member, id))
    }

    /// When it was taken out of the list or replaced; programs that were made from it go on.
    async fn archived_at(&self) -> Option<DateTime> {
        self.row.archived_at.map(DateTime::from)
    }
}

/// A new template, or the next version of one.
#[derive(InputObject)]
struct CreateProgramTemplateInput {
    /// TypeID `template_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The template of your clinic whose next version this is. That one is archived; programs made from it
    /// go on.
    replaces: Option<ID>,
    /// A template it is made from, such as a shipped one. What is given beside it stands instead.
    template_id: Option<ID>,
    /// A program it is made from, as its newest revision has it, instead of a template.
    program_id: Option<ID>,
    /// Title, 1 to 200 characters; that of the template it is made from when missing.
    title: Option<String>,
    /// For whom it is, and how it goes: at most 1,000 characters.
    description: Option<String>,
    /// Keys of the conditions it is for, at most 12.
    #[graphql(default)]
    conditions: Vec<String>,
    /// At most 12 phases, end to end; those of what it is made from when empty.
    #[graphql(default)]
    phases: Vec<PhaseInput>,
    /// 1 to 30 exercises; those of what it is made from when empty.
    #[graphql(default)]
    prescriptions: Vec<PrescriptionInput>,
}

/// A new protocol, or the next version of one: a template whose phases count from the day of surgery.
#[derive(InputObject)]
struct CreateProtocolInput {
    /// TypeID `template_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The protocol of your clinic whose next version this is. That one is archived; patients stay with it.
    replaces: Option<ID>,
    /// A protocol it is made from, such as a shipped one. What is given beside it stands instead.
    template_id: Option<ID>,
    /// A program it is made from, as its newest revision has it, instead of a protocol.
    program_id: Option<ID>,
    /// Title, 1 to 200 characters; that of the protocol it is made from when missing.
    title: Option<String>,
    /// For whom it is, and how it goes: at most 1,000 characters.
    description: Option<String>,
    /// Whose protocol it is, at most 200 characters.
    surgeon: Option<String>,
    /// Keys of the conditions it is for, at most 12.
    #[graphql(default)]
    conditions: Vec<String>,
    /// At most 12 phases, end to end from the day of surgery, with the surgeon's limits; those of what it is
    /// made from when empty.
    #[graphql(default)]
    phases: Vec<PhaseInput>,
    /// 1 to 30 exercises; those of what it is made from when empty.
    #[graphql(default)]
    prescriptions: Vec<PrescriptionInput>,
}

impl From<CreateProgramTemplateInput> for CreateProtocolInput {
    fn from(input: CreateProgramTemplateInput) -> Self {
        Self {
            id: input.id,
            replaces: input.replaces,
            template_id: input.template_id,
            program_id: input.program_id,
            title: input.title,
            description: input.description,
            surgeon: None,
            conditions: input.conditions,
            phases: input.phases,
            prescriptions: input.prescriptions,
        }
    }
}

impl CreateProtocolInput {
    fn parse(self, after_surgery: bool) -> care::error::Result<NewTemplate> {
        let replaces = self.replaces.as_ref().map(|id| id::input(Kind::Template, "replaces", id));
        Ok(NewTemplate {
            id: chosen(Kind::Template, self.id.as_ref())?,
            replaces: replaces.transpose()?,
            source: source("programId", self.template_id.as_ref(), self.program_id.as_ref())?,
            title: self.title.unwrap_or_default(),
            description: self.description,
            after_surgery,
            surgeon: self.surgeon,
            conditions: self.conditions,
            phases: self.phases.into_iter().map(NewPhase::from).collect(),
            prescriptions: prescriptions(self.prescriptions).map_err(Error::Invalid)?,
        })
    }
}

/// Which template or protocol is listed no more.
#[derive(InputObject)]
struct ArchiveProgramTemplateInput {
    /// The template or protocol of your clinic.
    template_id: ID,
}

payload! {
    /// What writing a template answers.
    CreateProgramTemplatePayload {
        /// The template.
        program_template: ProgramTemplate
    }
}

payload! {
    /// What writing a protocol answers.
    CreateProtocolPayload {
        /// The protocol.
        protocol: ProgramTemplate
    }
}

payload! {
    /// What archiving a template or protocol answers.
    ArchiveProgramTemplatePayload {
        /// The template or protocol.
        program_template: ProgramTemplate
    }
}

async fn listed(
    context: &Context<'_>,
    filter: Filter,
    request: &care::page::Request,
) -> Result<Counted<ProgramTemplate>> {
    let scope = scope(context)?;
    let page = template::list(scope, &filter, request, language(context)?).await.map_err(raise)?;
    let exercises = exercises(context, page.entries.iter().map(|(_, row)| row)).await.map_err(raise)?;
    let template = |row| ProgramTemplate { row, exercises: Arc::clone(&exercises) };
    Ok(page::counted("programTemplates", page, template))
}

/// The queries of templates.
#[derive(Default)]
pub(crate) struct TemplateQuery;

#[Object]
impl TemplateQuery {
    /// Templates of programs: the shipped ones first, then the clinic's own, oldest first. Clinicians only.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn program_templates(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key of a condition they are for.")] condition: Option<String>,
        #[graphql(desc = "Whether archived ones and earlier versions are listed too.", default)]
        archived: bool,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Counted<ProgramTemplate>>> {
        let filter = Filter { condition, after_surgery: Some(false), archived };
        Some(listed(context, filter, &page::request(first, after, last, before)).await)
    }

    /// Protocols: templates whose phases count from the day of surgery. The shipped ones first, then the
    /// clinic's own, oldest first. Clinicians only.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn protocols(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key of a condition they are for.")] condition: Option<String>,
        #[graphql(desc = "Whether archived ones and earlier versions are listed too.", default)]
        archived: bool,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Counted<ProgramTemplate>>> {
        let filter = Filter { condition, after_surgery: Some(true), archived };
        Some(listed(context, filter, &page::request(first, after, last, before)).await)
    }

    /// The template or protocol of this id, also one that is no longer listed. Clinicians only.
    async fn program_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "TypeID `template_…`.")] id: ID,
    ) -> Option<Result<ProgramTemplate>> {
        let found = async {
            let scope = scope(context)?;
            let id = named(Kind::Template, &id).map_err(raise)?;
            let row = template::get(scope, id, language(context)?).await.map_err(raise)?;
            ProgramTemplate::one(context, row).await.map_err(raise)
        };
        Some(found.await)
    }
}

/// The changes of templates.
#[derive(Default)]
pub(crate) struct TemplateMutation;

#[Object]
impl TemplateMutation {
    /// Writes a template of the clinic, or the next version of one. Therapists only.
    async fn create_program_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The template.")] input: CreateProgramTemplateInput,
    ) -> Result<CreateProgramTemplatePayload> {
        let (scope, language) = (scope(context)?, language(context)?);
        let created = async {
            let input = CreateProtocolInput::from(input).parse(false)?;
            ProgramTemplate::one(context, template::create(scope, input, language).await?).await
        };
        CreateProgramTemplatePayload::of(created.await)
    }

    /// Writes a protocol of the clinic or a surgeon, or the next version of one. Therapists only.
    async fn create_protocol(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The protocol.")] input: CreateProtocolInput,
    ) -> Result<CreateProtocolPayload> {
        let (scope, language) = (scope(context)?, language(context)?);
        let created = async {
            let input = input.parse(true)?;
            ProgramTemplate::one(context, template::create(scope, input, language).await?).await
        };
        CreateProtocolPayload::of(created.await)
    }

    /// Takes a template or protocol of the clinic out of the list. Therapists only.
    async fn archive_program_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The template or protocol.")] input: ArchiveProgramTemplateInput,
    ) -> Result<ArchiveProgramTemplatePayload> {
        let scope = scope(context)?;
        let archived = async {
            let id = id::input(Kind::Template, "templateId", &input.template_id)?;
            ProgramTemplate::one(context, template::archive(scope, id).await?).await
        };
        ArchiveProgramTemplatePayload::of(archived.await)
    }
}
