//! Recording an assessment, with what follows from it, in one transaction.

use super::answers::{Answers, asked};
use super::check::check;
use super::content::Content;
use super::list::of_patient;
use super::measure::TestOutcome;
use super::red_flag::signs;
use super::risk::NewRisk;
use super::table::assessment::{ActiveModel, Column, Entity, Model};
use super::table::red_flag_screen;
use super::{Assessment, Kind, Screen};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result};
use crate::id;
use crate::patient::{Chart, replace_conditions};
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// A new assessment.
#[derive(Debug, Clone)]
pub struct NewAssessment {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// When in the course of care it is.
    pub kind: Kind,
    /// The patient-local date of it, of the past ten years; today when missing.
    pub assessed_on: Option<Day>,
    /// When the next one is due, within two years.
    pub next_on: Option<Day>,
    /// What was told, seen and measured; the risk stands in `risk`.
    pub content: Content,
    /// How likely it is that the trouble stays.
    pub risk: Option<NewRisk>,
    /// The keys of the signs of danger that are there, where a screen was part of it; none is an answer too.
    pub red_flag_signs: Option<Vec<String>>,
    /// What is wrong with it as far as it could not even be read.
    pub faults: Vec<FieldError>,
}

impl NewAssessment {
    /// What tells a replay from other content under the same id.
    fn fingerprint(&self, chart: &Chart) -> Result<Vec<u8>> {
        let all =
            (self.kind, self.assessed_on, self.next_on, &self.content, &self.risk, &self.red_flag_signs);
        let text = serde_json::to_string(&all).map_err(|_| Error::Internal)?;
        Ok(chart.fingerprint("assessment", &text))
    }

    /// The answers to a screen: where signs were looked for, or where special tests that are signs were
    /// positive and point to anything.
    fn answers(&self, chart: &Chart, today: Day) -> Result<Option<Answers>> {
        let positive = self.content.special_tests.iter().filter(|it| it.outcome == TestOutcome::Positive);
        let told = self.red_flag_signs.iter().flatten().chain(positive.map(|it| &it.test));
        let told = told.filter(|key| signs().iter().any(|sign| sign.key == **key)).cloned().collect();
        let answers = Answers::of(chart, today, told, None)?;
        Ok(Some(answers).filter(|answers| self.red_flag_signs.is_some() || answers.level().is_some()))
    }
}

/// What became of an assessment.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The assessment; none where it was refused.
    pub assessment: Option<Assessment>,
    /// The screen that was part of it, also where the rest was refused.
    pub screen: Option<Screen>,
    /// Why the rest was refused.
    pub faults: Vec<FieldError>,
}

impl From<Assessment> for Recorded {
    fn from(assessment: Assessment) -> Self {
        Self { screen: assessment.screen.clone(), assessment: Some(assessment), faults: Vec::new() }
    }
}

/// Records an assessment. Its conditions take the place of those recorded of the patient, where it has any
/// and none of a later day counts; its signs of danger, positive special tests among them, are recorded as a
/// screen, with all that follows from one, though only one of today answers a screen that is due. Where the
/// signs point to anything, they are recorded though all else is refused, and once, however often they come
/// again with the same id. Therapists of the care team only. The same id and content answer the same assessment;
/// other content is a `Conflict`.
pub async fn record(scope: &Scope, input: NewAssessment) -> Result<Recorded> {
    let therapist = scope.therapist_id()?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let (id, now) = (input.id.unwrap_or_else(|| scope.services().new_id()), scope.services().now());
    let (today, fingerprint) = (chart.date_at(now), input.fingerprint(&chart)?);
    let known = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await?;
    let is_same = |known: &Model| known.fingerprint == fingerprint && known.patient_id == chart.id();
    if let Some(known) = known.as_ref().filter(|known| is_same(known)) {
        let screen = screen_of(&tx, known).await?;
        return Ok(Assessment::of(&chart, known, screen.as_ref())?.into());
    }
    let answers = input.answers(&chart, today)?;
    let checked =
        if known.is_some() { Err(Error::Conflict("the id is taken")) } else { check(&input, today) };
    let risk = match checked {
        Ok(risk) => risk,
        Err(error) => return heard(tx, scope, chart, (id, answers), error).await,
    };
    let assessed_on = input.assessed_on.unwrap_or(today);
    let content = Content { risk, ..input.content };
    let change = chart.raise(&tx, None).await?;
    if let Some(conditions) = &content.conditions
        && is_newest(&tx, &chart, assessed_on).await?
    {
        replace_conditions(&tx, scope, &chart, conditions, change).await?;
    }
    let screen = match answers {
        Some(answers) => Some(write_once(&tx, scope, &mut chart, (id, answers), change).await?),
        None => None,
    };
    if input.red_flag_signs.is_some() && assessed_on == today {
        asked(&tx, &mut chart).await?;
    }
    let text = serde_json::to_string(&content).map_err(|_| Error::Internal)?;
    let row = Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        kind: input.kind,
        assessed_on,
        next_on: input.next_on,
        risk: content.risk.as_ref().map(|risk| risk.level),
        content: chart.seal(scope, "assessment.content", id, &text)?,
        screen_id: screen.as_ref().map(|screen| screen.id),
        recorded_by: therapist,
        recorded_at: now,
        fingerprint,
        voided_by: None,
        voided_at: None,
        void_reason: None,
        change,
    };
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let object = (id::Kind::Assessment, id);
    let entry = audit::Entry { action: "assessment.record", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(Assessment::of(&chart, &row, screen.as_ref())?.into())
}

/// What is odd beside signs that point to anything does not keep them from being heard: they alone are recorded.
async fn heard(
    tx: Tx,
    scope: &Scope,
    mut chart: Chart,
    (assessment_id, answers): (Uuid, Option<Answers>),
    error: Error,
) -> Result<Recorded> {
    let Some(answers) = answers.filter(|answers| answers.level().is_some()) else { return Err(error) };
    let faults = match error {
        Error::Invalid(faults) => faults,
        Error::Conflict(_) => {
            let message = "An assessment of this id has other content. Give another id.";
            vec![FieldError::new("id", Code::Conflict, message)]
        }
        other => return Err(other),
    };
    let change = chart.raise(&tx, None).await?;
    let screen = write_once(&tx, scope, &mut chart, (assessment_id, answers), change).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(Recorded { assessment: None, screen: Some(Screen::of(&chart, &screen)?), faults })
}

/// Writes the answers that are part of this assessment, unless the same came with it before.
async fn write_once(
    tx: &Tx,
    scope: &Scope,
    chart: &mut Chart,
    (assessment_id, answers): (Uuid, Answers),
    change: i64,
) -> Result<red_flag_screen::Model> {
    let id = Uuid::new_v5(&assessment_id, &answers.fingerprint);
    match red_flag_screen::Entity::find_by_id((chart.clinic_id(), id)).one(tx).await? {
        Some(known) => Ok(known),
        None => answers.write(tx, scope, chart, (id, change)).await,
    }
}

/// Whether none that counts is of a later day.
async fn is_newest(tx: &Tx, chart: &Chart, assessed_on: Day) -> Result<bool> {
    let later =
        of_patient(chart).filter(Column::VoidedAt.is_null()).filter(Column::AssessedOn.gt(assessed_on));
    Ok(later.count(tx).await? == 0)
}

/// The screen that was part of it.
pub(super) async fn screen_of(tx: &Tx, row: &Model) -> Result<Option<red_flag_screen::Model>> {
    let Some(id) = row.screen_id else { return Ok(None) };
    Ok(red_flag_screen::Entity::find_by_id((row.clinic_id, id)).one(tx).await?)
}
