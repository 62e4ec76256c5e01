//! Setting a goal: a new one, or one that is there as it is from now on.

use super::check::check;
use super::list::values_of;
use super::table::{goal, goal_progress};
use super::{Goal, GoalKind, Measure, Measured, Status};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};
use uuid::Uuid;

/// The most goals of a patient.
const MOST: u64 = 100;
/// The most values that are kept of a goal.
const MOST_VALUES: u64 = 400;

/// A goal as it is to stand.
#[derive(Debug, Clone)]
pub struct SetGoal {
    /// The goal to change, or the id chosen for a new one.
    pub id: Option<Uuid>,
    /// The patient; who acts when missing.
    pub patient_id: Option<Uuid>,
    /// What it is about.
    pub kind: GoalKind,
    /// The goal in words, 1 to 500 characters.
    pub text: String,
    /// The goal in numbers.
    pub measure: Option<Measure>,
    /// The date by which it is to be reached, within two years.
    pub target_on: Option<Day>,
    /// Where it stands.
    pub status: Status,
    /// A value that was measured; in place of another of the same day.
    pub current: Option<Measured>,
    /// The revision that a change was made from; none for a new goal.
    pub expected_revision: Option<i32>,
}

impl SetGoal {
    fn fingerprint(&self, chart: &Chart) -> Vec<u8> {
        let Self { id: _, patient_id: _, kind, text, measure, target_on, status, current, expected_revision } =
            self;
        let content = (kind, text, measure, target_on, status, current, expected_revision);
        chart.fingerprint("goal", &format!("{content:?}"))
    }
}

/// Sets a goal of the patient who acts, or of one cared for by the therapist or assistant who acts. A change
/// names the revision it was made from; where the goal has moved on meanwhile, it is a `Conflict`. The same
/// again answers the goal as it stands; other content under a new goal's id is a `Conflict`.
pub async fn set(scope: &Scope, input: SetGoal) -> Result<Goal> {
    // Patients may name themselves.
    let own = scope.actor().person.patient_id();
    let patient_id = scope.concerned(input.patient_id.filter(|id| own != Some(*id)))?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let fingerprint = input.fingerprint(&chart);
    let known = match input.id {
        Some(id) => goal::Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await?,
        None => None,
    };
    if known.as_ref().is_some_and(|row| row.patient_id != chart.id()) {
        return Err(if input.expected_revision.is_some() { Error::NotFound } else { taken() });
    }
    if let Some(row) = known.as_ref().filter(|row| input.repeats(row, &fingerprint)) {
        return Goal::of(&chart, row, &values_of(&tx, &chart, Some(row.id)).await?);
    }
    match (&known, input.expected_revision) {
        (None, Some(_)) => return Err(Error::NotFound),
        (Some(row), expected) if expected != Some(row.revision) => return Err(taken()),
        _ => {}
    }
    let today = chart.date_at(scope.services().now());
    check(&input, today, known.as_ref().and_then(|row| row.target_on))?;
    if known.is_none() {
        room_for_one_more(&tx, &chart).await?;
    }
    let change = chart.raise(&tx, None).await?;
    let row = input.row(scope, &chart, (known.as_ref(), fingerprint, change))?;
    let written = goal::ActiveModel::from(row.clone()).reset_all();
    match known {
        Some(_) => written.update(&tx).await?,
        None => written.insert(&tx).await?,
    };
    if let Some(current) = input.current {
        keep(&tx, scope, &chart, row.id, current).await?;
    }
    let object = (Kind::Goal, row.id);
    audit::record(&tx, scope, audit::Entry { action: "goal.set", patient_id: Some(patient_id), object })
        .await?;
    let values = values_of(&tx, &chart, Some(row.id)).await?;
    tx.commit().await?;
    scope.announce(patient_id, change);
    Goal::of(&chart, &row, &values)
}

fn taken() -> Error {
    Error::Conflict("the id is taken, or the goal has been changed meanwhile")
}

async fn room_for_one_more(tx: &Tx, chart: &Chart) -> Result<()> {
    let goals = goal::Entity::find()
        .filter(goal::Column::ClinicId.eq(chart.clinic_id()))
        .filter(goal::Column::PatientId.eq(chart.id()));
    if goals.count(tx).await? >= MOST {
        let message = "There are a hundred goals. Change one that is there.";
        return Err(Error::field("id", Code::TooMany, message));
    }
    Ok(())
}

impl SetGoal {
    /// Whether this has been done: it is what `row` was first set to, or was set to last.
    fn repeats(&self, row: &goal::Model, fingerprint: &[u8]) -> bool {
        match self.expected_revision {
            None => row.first_fingerprint == fingerprint,
            Some(expected) => expected == row.revision - 1 && row.fingerprint == fingerprint,
        }
    }

    fn row(
        &self,
        scope: &Scope,
        chart: &Chart,
        (known, fingerprint, change): (Option<&goal::Model>, Vec<u8>, i64),
    ) -> Result<goal::Model> {
        let (services, now) = (scope.services(), scope.services().now());
        let id = self.id.unwrap_or_else(|| services.new_id());
        let seal = |column, text: &str| chart.seal(scope, column, id, text.trim());
        let measure = self.measure.as_ref();
        Ok(goal::Model {
            clinic_id: chart.clinic_id(),
            id,
            patient_id: chart.id(),
            kind: self.kind,
            text: seal("goal.text", &self.text)?,
            measure: measure.map(|measure| seal("goal.measure", &measure.name)).transpose()?,
            unit: measure.map(|measure| seal("goal.unit", &measure.unit)).transpose()?,
            baseline: measure.map(|measure| measure.baseline),
            target: measure.map(|measure| measure.target),
            target_on: self.target_on,
            status: self.status,
            revision: known.map_or(1, |row| row.revision + 1),
            set_by: scope.actor().person.member_id(),
            created_at: known.map_or(now, |row| row.created_at),
            updated_at: now,
            first_fingerprint: known.map_or_else(|| fingerprint.clone(), |row| row.first_fingerprint.clone()),
            fingerprint,
            change,
        })
    }
}

/// Keeps a value, in place of another of the same day.
async fn keep(tx: &Tx, scope: &Scope, chart: &Chart, goal_id: Uuid, current: Measured) -> Result<()> {
    use goal_progress::Column;
    let kept = goal_progress::Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::GoalId.eq(goal_id));
    if kept.count(tx).await? >= MOST_VALUES {
        let message = "This goal has 400 values. Set a new one.";
        return Err(Error::field("current", Code::TooMany, message));
    }
    let row = goal_progress::ActiveModel {
        clinic_id: Set(chart.clinic_id()),
        id: Set(scope.services().new_id()),
        patient_id: Set(chart.id()),
        goal_id: Set(goal_id),
        value: Set(current.value),
        measured_on: Set(current.measured_on),
        recorded_at: Set(scope.services().now()),
    };
    let mut again = OnConflict::columns([Column::ClinicId, Column::GoalId, Column::MeasuredOn]);
    again.update_columns([Column::Value, Column::RecordedAt]);
    goal_progress::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}
