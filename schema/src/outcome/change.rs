//! Asking patients, and answering.

use super::{OutcomeAssignment, OutcomeResponse};
use crate::context::scope;
use crate::error::payload;
use crate::id::{self, chosen};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, ID, InputObject, Object, Result};
use care::error::FieldError;
use care::id::Kind;
use care::outcome::{NewAssignment, NewResponse, UpdateAssignment};

/// A measure that a patient is to answer.
#[derive(InputObject)]
struct AssignOutcomeInput {
    /// TypeID `outcomeplan_…` with a UUIDv7 of your own, so that a repeated attempt assigns nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// The key of the measure: `odi`.
    measure: String,
    /// Whether it is asked on the first day.
    #[graphql(default = true)]
    baseline: bool,
    /// Then after every so many weeks, 1 to 52.
    every_weeks: Option<i32>,
    /// Whether it is asked on the day on which the patient's care ends.
    #[graphql(default)]
    at_discharge: bool,
    /// The first day, a patient-local date within a year of today; today when missing.
    start_on: Option<LocalDate>,
    /// The last day on which it can fall due, within five years of the first.
    end_on: Option<LocalDate>,
}

impl AssignOutcomeInput {
    fn parse(self) -> Result<NewAssignment, FieldError> {
        Ok(NewAssignment {
            id: chosen(Kind::OutcomeAssignment, self.id.as_ref())?,
            patient_id: id::input(Kind::Patient, "patientId", &self.patient_id)?,
            measure: self.measure,
            baseline: self.baseline,
            every_weeks: self.every_weeks,
            at_discharge: self.at_discharge,
            start_on: self.start_on.map(|date| date.0),
            end_on: self.end_on.map(|date| date.0),
        })
    }
}

/// When a measure is asked from now on. What is left out is taken away; the first day stays.
#[derive(InputObject)]
struct UpdateOutcomeAssignmentInput {
    /// The assignment.
    assignment_id: ID,
    /// After every so many weeks from the first day on, 1 to 52.
    every_weeks: Option<i32>,
    /// Whether it is asked on the day on which the patient's care ends.
    #[graphql(default)]
    at_discharge: bool,
    /// The last day on which it can fall due, within five years of the first.
    end_on: Option<LocalDate>,
}

/// A measure that is to be asked no more.
#[derive(InputObject)]
struct EndOutcomeAssignmentInput {
    /// The assignment.
    assignment_id: ID,
}

/// What an item was answered by.
#[derive(InputObject)]
struct OutcomeAnswerInput {
    /// The number of the item, from 1.
    item: String,
    /// What it was answered by: a value of one of its options, or of its scale; 1 for ticked, 0 for not.
    value: i32,
}

/// Answers to a measure.
#[derive(InputObject)]
struct SubmitOutcomeInput {
    /// TypeID `outcome_…` with a UUIDv7 of your own, so that a repeated attempt records nothing twice.
    id: Option<ID>,
    /// The patient, where a clinician enters their answers; patients may leave it out.
    patient_id: Option<ID>,
    /// The key of the measure: `odi`.
    measure: String,
    /// When it was answered, within the past year; its offset decides the patient-local date.
    answered_at: DateTime,
    /// The answers in whatever order, each item once; what was not answered is left out.
    answers: Vec<OutcomeAnswerInput>,
    /// The activities that the patient names, where the items are such: item 1 is the first of them.
    #[graphql(default)]
    activities: Vec<String>,
}

impl SubmitOutcomeInput {
    fn parse(self) -> Result<NewResponse, FieldError> {
        let patient_id = self.patient_id.map(|id| id::input(Kind::Patient, "patientId", &id)).transpose()?;
        Ok(NewResponse {
            id: chosen(Kind::OutcomeResponse, self.id.as_ref())?,
            patient_id,
            measure: self.measure,
            answered_at: self.answered_at.instant,
            offset_seconds: self.answered_at.offset_seconds,
            answers: self.answers.into_iter().map(|answer| (answer.item, answer.value)).collect(),
            activities: self.activities,
        })
    }
}

/// Answers that were mistaken.
#[derive(InputObject)]
struct VoidOutcomeInput {
    /// The response.
    outcome_id: ID,
    /// What was mistaken, 10 to 500 characters.
    reason: String,
}

payload! {
    /// What giving a patient a measure to answer answers.
    AssignOutcomePayload {
        /// The assignment.
        assignment: OutcomeAssignment
    }
}

payload! {
    /// What changing when a measure is asked answers.
    UpdateOutcomeAssignmentPayload {
        /// The assignment.
        assignment: OutcomeAssignment
    }
}

payload! {
    /// What asking a measure no more answers.
    EndOutcomeAssignmentPayload {
        /// The assignment.
        assignment: OutcomeAssignment
    }
}

payload! {
    /// What submitting answers answers.
    SubmitOutcomePayload {
        /// The response, with its score.
        outcome: OutcomeResponse
    }
}

payload! {
    /// What voiding answers answers.
    VoidOutcomePayload {
        /// The response.
        outcome: OutcomeResponse
    }
}

/// The changes of outcome measures.
#[derive(Default)]
pub(crate) struct OutcomeMutation;

#[Object]
impl OutcomeMutation {
    /// Gives a patient a measure to answer. One that belongs to others needs its text: the clinic's own file, by
    /// `plumbline measures import`. Therapists of the care team only.
    async fn assign_outcome(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The measure, and when it is asked.")] input: AssignOutcomeInput,
    ) -> Result<AssignOutcomePayload> {
        let scope = scope(context)?;
        let assigned = async { care::outcome::assign(scope, input.parse()?).await };
        AssignOutcomePayload::of(assigned.await)
    }

    /// Changes when a patient is asked a measure. Therapists of the care team only.
    async fn update_outcome_assignment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The assignment, and when it is asked.")] input: UpdateOutcomeAssignmentInput,
    ) -> Result<UpdateOutcomeAssignmentPayload> {
        let scope = scope(context)?;
        let updated = async {
            let update = UpdateAssignment {
                id: id::input(Kind::OutcomeAssignment, "assignmentId", &input.assignment_id)?,
                every_weeks: input.every_weeks,
                at_discharge: input.at_discharge,
                end_on: input.end_on.map(|date| date.0),
            };
            care::outcome::update(scope, update).await
        };
        UpdateOutcomeAssignmentPayload::of(updated.await)
    }

    /// Asks a patient a measure no more; what was answered stays. Therapists of the care team only.
    async fn end_outcome_assignment(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The assignment.")] input: EndOutcomeAssignmentInput,
    ) -> Result<EndOutcomeAssignmentPayload> {
        let scope = scope(context)?;
        let ended = async {
            let id = id::input(Kind::OutcomeAssignment, "assignmentId", &input.assignment_id)?;
            care::outcome::end(scope, id).await
        };
        EndOutcomeAssignmentPayload::of(ended.await)
    }

    /// Records answers to a measure and scores them, assigned or not. Patients for themselves, therapists and
    /// assistants for patients of their care teams, from paper for example. Where function has much declined, or
    /// nothing was gained for long, the care team gets an alert.
    async fn submit_outcome(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The answers.")] input: SubmitOutcomeInput,
    ) -> Result<SubmitOutcomePayload> {
        let scope = scope(context)?;
        let submitted = async { care::outcome::submit(scope, input.parse()?).await };
        SubmitOutcomePayload::of(submitted.await)
    }

    /// Takes mistaken answers back: they stay to be read, and count for nothing. An alert that they raised stays
    /// for a therapist to resolve. Therapists of the care team; patients and assistants what they recorded
    /// themselves.
    async fn void_outcome(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The response, and why.")] input: VoidOutcomeInput,
    ) -> Result<VoidOutcomePayload> {
        let scope = scope(context)?;
        let voided = async {
            let id = id::input(Kind::OutcomeResponse, "outcomeId", &input.outcome_id)?;
            care::outcome::void(scope, id, &input.reason).await
        };
        VoidOutcomePayload::of(voided.await)
    }
}
