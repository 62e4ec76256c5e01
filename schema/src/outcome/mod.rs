//! Outcome measures: what they ask, when patients are asked, what they answered, and what has become of it.

mod change;
mod measure;
mod response;
mod trend;

pub(crate) use change::OutcomeMutation;
pub(crate) use measure::{MeasureTexts, OutcomeMeasure};
pub(crate) use response::OutcomeResponse;
pub(crate) use trend::OutcomeTrend;

use crate::context::{acting_patient, scope};
use crate::error::raise;
use crate::id::encode;
use crate::page::{self, Listed};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use care::id::Kind;
use care::outcome::{Due, measures};
use care::page::Request;
use uuid::Uuid;

/// A measure that a patient is to answer.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct OutcomeDue {
    /// The measure.
    measure: OutcomeMeasure,
    /// The patient-local date on which it fell due; the latest, where several did.
    due_on: LocalDate,
    /// Whether it has been waiting for more than a week.
    overdue: bool,
}

impl From<Due> for OutcomeDue {
    fn from(due: Due) -> Self {
        Self { measure: due.measure.into(), due_on: due.due_on.into(), overdue: due.overdue }
    }
}

/// A measure that a patient is asked, and when.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct OutcomeAssignment {
    /// TypeID `outcomeplan_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// The measure; none where it is no more.
    measure: Option<OutcomeMeasure>,
    /// Whether it is asked on the first day.
    baseline: bool,
    /// After every so many weeks from the first day on; none: not again.
    every_weeks: Option<i32>,
    /// Whether it is asked on the day on which the patient's care ends.
    at_discharge: bool,
    /// The first day, a patient-local date.
    start_on: LocalDate,
    /// The last day on which it can fall due.
    end_on: Option<LocalDate>,
    /// The therapist who assigned it.
    assigned_by: ID,
    /// When it was assigned.
    assigned_at: DateTime,
    /// Since when it is asked no more.
    ended_at: Option<DateTime>,
}

impl From<care::outcome::Assignment> for OutcomeAssignment {
    fn from(assignment: care::outcome::Assignment) -> Self {
        let schedule = assignment.schedule;
        Self {
            id: encode(Kind::OutcomeAssignment, assignment.id),
            measure: OutcomeMeasure::named(&assignment.measure),
            baseline: schedule.baseline,
            every_weeks: schedule.every_weeks.map(i32::from),
            at_discharge: schedule.at_discharge,
            start_on: schedule.start_on.into(),
            end_on: schedule.end_on.map(LocalDate),
            assigned_by: encode(Kind::Member, assignment.assigned_by),
            assigned_at: assignment.assigned_at.into(),
            ended_at: assignment.ended_at.map(DateTime::from),
        }
    }
}

/// What a patient is to answer today.
pub(crate) async fn due(context: &Context<'_>, patient_id: Uuid) -> Result<Vec<OutcomeDue>> {
    let due = care::outcome::due(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(due.into_iter().map(OutcomeDue::from).collect())
}

/// What a patient is asked.
pub(crate) async fn assignments(context: &Context<'_>, patient_id: Uuid) -> Result<Vec<OutcomeAssignment>> {
    let all = care::outcome::assignments(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(all.into_iter().map(OutcomeAssignment::from).collect())
}

/// What a patient has answered.
pub(crate) async fn all(
    context: &Context<'_>,
    patient_id: Uuid,
    measure: Option<&str>,
    request: &Request,
) -> Result<Listed<OutcomeResponse>> {
    let page = care::outcome::list(scope(context)?, patient_id, measure, request).await.map_err(raise)?;
    Ok(page::listed("outcomes", page, OutcomeResponse::from))
}

/// What has become of a measure.
pub(crate) async fn trend(context: &Context<'_>, patient_id: Uuid, measure: &str) -> Result<OutcomeTrend> {
    let points = care::outcome::trend(scope(context)?, patient_id, measure).await.map_err(raise)?;
    OutcomeTrend::of(measure, points)
}

/// The queries about outcome measures.
#[derive(Default)]
pub(crate) struct OutcomeQuery;

#[Object]
impl OutcomeQuery {
    /// Every outcome measure that Plumbline scores.
    async fn outcome_measures(&self, context: &Context<'_>) -> Result<Vec<OutcomeMeasure>> {
        scope(context)?;
        Ok(measures().iter().map(OutcomeMeasure::from).collect())
    }

    /// What you are to answer today, what waits longest first. Patients only; of others see
    /// `Patient.outcomesDue`.
    async fn outcome_measures_due(&self, context: &Context<'_>) -> Option<Result<Vec<OutcomeDue>>> {
        Some(match scope(context).and_then(acting_patient) {
            Ok(patient_id) => due(context, patient_id).await,
            Err(error) => Err(error),
        })
    }

    /// What you have answered, the voided too, last answered first. Patients only; of others see
    /// `Patient.outcomes`.
    async fn outcomes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The key of a measure; of all when missing.")] measure: Option<String>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<OutcomeResponse>>> {
        let request = page::request(first, after, last, before);
        Some(match scope(context).and_then(acting_patient) {
            Ok(patient_id) => all(context, patient_id, measure.as_deref(), &request).await,
            Err(error) => Err(error),
        })
    }
}
