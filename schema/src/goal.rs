//! Goals.

use crate::context::{acting_patient, scope};
use crate::error::{payload, raise};
use crate::id::{self, chosen, encode};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use care::error::FieldError;
use care::goal::{Measure, Measured, SetGoal};
use care::id::Kind;
use uuid::Uuid;

/// What a goal is about.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::goal::GoalKind")]
enum GoalKind {
    /// Less pain.
    PainRelief,
    /// To move farther.
    Mobility,
    /// To hold oneself better.
    Posture,
    /// To be stronger.
    Strength,
    /// To do something again.
    Function,
    /// That it does not come back.
    Prevention,
    /// To return safely after surgery.
    ReturnAfterSurgery,
}

/// Where a goal stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::goal::Status")]
enum GoalStatus {
    /// It is aimed at.
    Active,
    /// It is reached.
    Met,
    /// It is given up.
    Dropped,
}

/// The numbers of a goal.
#[derive(SimpleObject, InputObject, Debug, Clone)]
#[graphql(input_name = "GoalMeasureInput")]
struct GoalMeasure {
    /// What is measured, 1 to 100 characters: `Walking distance`.
    name: String,
    /// In what unit, 1 to 30 characters: `m`.
    unit: String,
    /// Where it began, in the unit.
    baseline: f64,
    /// Where it is to end, in the unit; another number than the baseline.
    target: f64,
}

/// A value that was measured.
#[derive(SimpleObject, InputObject, Debug, Clone, Copy)]
#[graphql(input_name = "GoalValueInput")]
struct GoalValue {
    /// The value, in the unit of the goal.
    value: f64,
    /// The patient-local date on which it was measured.
    measured_on: LocalDate,
}

impl From<Measured> for GoalValue {
    fn from(measured: Measured) -> Self {
        Self { value: measured.value, measured_on: measured.measured_on.into() }
    }
}

/// What a patient wants to reach.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct Goal {
    /// TypeID `goal_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// What it is about.
    kind: GoalKind,
    /// The goal, in words.
    text: String,
    /// The goal, in numbers; none where it is not measured.
    measure: Option<GoalMeasure>,
    /// The patient-local date by which it is to be reached.
    target_on: Option<LocalDate>,
    /// Where it stands.
    status: GoalStatus,
    /// The value measured last.
    current: Option<GoalValue>,
    /// The values measured, the newest first; one for each day.
    values: Vec<GoalValue>,
    /// 1 as first set; one more with each change. Give it as `expectedRevision` to change the goal.
    revision: i32,
    /// The member who set it last; none where the patient did.
    set_by: Option<ID>,
    /// When it was first set.
    created_at: DateTime,
    /// When it was last set.
    updated_at: DateTime,
}

impl From<care::goal::Goal> for Goal {
    fn from(goal: care::goal::Goal) -> Self {
        let values: Vec<_> = goal.values.into_iter().map(GoalValue::from).collect();
        Self {
            id: encode(Kind::Goal, goal.id),
            kind: goal.kind.into(),
            text: goal.text,
            measure: goal.measure.map(|Measure { name, unit, baseline, target }| GoalMeasure {
                name,
                unit,
                baseline,
                target,
            }),
            target_on: goal.target_on.map(LocalDate),
            status: goal.status.into(),
            current: values.first().copied(),
            values,
            revision: goal.revision,
            set_by: goal.set_by.map(|id| encode(Kind::Member, id)),
            created_at: goal.created_at.into(),
            updated_at: goal.updated_at.into(),
        }
    }
}

/// The goals of a patient.
pub(crate) async fn all(context: &Context<'_>, patient_id: Uuid) -> Result<Vec<Goal>> {
    let goals = care::goal::list(scope(context)?, patient_id).await.map_err(raise)?;
    Ok(goals.into_iter().map(Goal::from).collect())
}

/// The queries about goals.
#[derive(Default)]
pub(crate) struct GoalQuery;

#[Object]
impl GoalQuery {
    /// Your own goals, first set first. Patients only; of others see `Patient.goals`.
    async fn goals(&self, context: &Context<'_>) -> Option<Result<Vec<Goal>>> {
        Some(match scope(context).and_then(acting_patient) {
            Ok(patient_id) => all(context, patient_id).await,
            Err(error) => Err(error),
        })
    }
}

/// A goal as it is to stand.
#[derive(InputObject)]
struct SetGoalInput {
    /// The goal to change; or TypeID `goal_…` with a UUIDv7 of your own for a new one, so that a repeated
    /// attempt sets nothing twice.
    id: Option<ID>,
    /// The patient, where a clinician sets it; patients may leave it out.
    patient_id: Option<ID>,
    /// What it is about.
    kind: GoalKind,
    /// The goal in words, 1 to 500 characters.
    text: String,
    /// The goal in numbers.
    measure: Option<GoalMeasure>,
    /// The patient-local date by which it is to be reached, within two years.
    target_on: Option<LocalDate>,
    /// Where it stands; `ACTIVE` when missing.
    status: Option<GoalStatus>,
    /// A value that was measured, in place of another of the same day. Values of earlier days stay.
    current: Option<GoalValue>,
    /// To change a goal: its `revision` that you have seen. When it has moved on meanwhile, the answer is
    /// `CONFLICT`. Left out for a new goal.
    expected_revision: Option<i32>,
}

impl SetGoalInput {
    fn parse(self) -> Result<SetGoal, FieldError> {
        let patient_id = self.patient_id.map(|id| id::input(Kind::Patient, "patientId", &id)).transpose()?;
        Ok(SetGoal {
            id: chosen(Kind::Goal, self.id.as_ref())?,
            patient_id,
            kind: self.kind.into(),
            text: self.text,
            measure: self.measure.map(|GoalMeasure { name, unit, baseline, target }| Measure {
                name,
                unit,
                baseline,
                target,
            }),
            target_on: self.target_on.map(|date| date.0),
            status: self.status.map(Into::into).unwrap_or_default(),
            current: self
                .current
                .map(|given| Measured { value: given.value, measured_on: given.measured_on.0 }),
            expected_revision: self.expected_revision,
        })
    }
}

payload! {
    /// What setting a goal answers.
    SetGoalPayload {
        /// The goal.
        goal: Goal
    }
}

/// The changes of goals.
#[derive(Default)]
pub(crate) struct GoalMutation;

#[Object]
impl GoalMutation {
    /// Sets a new goal, or one that is there as it is from now on: what is left out is taken away. Patients
    /// for themselves, therapists and assistants for patients of their care teams.
    async fn set_goal(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The goal.")] input: SetGoalInput,
    ) -> Result<SetGoalPayload> {
        let scope = scope(context)?;
        let set = async { care::goal::set(scope, input.parse()?).await };
        SetGoalPayload::of(set.await)
    }
}
