//! Scheduling, moving, canceling and recording visits.

use super::Visit;
use super::treatment::{BodyRegion, TreatmentResponse, VisitNotice};
use crate::context::{language, scope};
use crate::error::{UserError, payload, settle};
use crate::id::{self, chosen};
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::error::{Error, FieldError};
use care::id::Kind;
use care::visit::{RecordVisit, RescheduleVisit, ScheduleVisit, Treated};

/// A visit that is to be.
#[derive(InputObject)]
struct ScheduleVisitInput {
    /// TypeID `visit_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// When it begins, from a year ago to two years ahead.
    starts_at: DateTime,
    /// How long it lasts, in minutes: 5 to 480.
    duration_minutes: i32,
    /// Who sees the patient: a therapist or assistant of the care team; who acts when missing.
    member_id: Option<ID>,
    /// Where it is: one line of at most 200 characters, for the patient to read.
    place: Option<String>,
}

impl ScheduleVisitInput {
    fn parse(self) -> care::error::Result<ScheduleVisit> {
        Ok(ScheduleVisit {
            id: chosen(Kind::Visit, self.id.as_ref())?,
            patient_id: id::input(Kind::Patient, "patientId", &self.patient_id)?,
            starts_at: self.starts_at.instant,
            duration_minutes: self.duration_minutes,
            member_id: self.member_id.map(|id| id::input(Kind::Member, "memberId", &id)).transpose()?,
            place: self.place,
        })
    }
}

/// When a visit is to be instead, and what else changes.
#[derive(InputObject)]
struct RescheduleVisitInput {
    /// A scheduled visit.
    visit_id: ID,
    /// When it begins, from a year ago to two years ahead.
    starts_at: DateTime,
    /// How long it lasts, in minutes: 5 to 480; as before when missing.
    duration_minutes: Option<i32>,
    /// Who sees the patient; as before when missing.
    member_id: Option<ID>,
    /// Where it is: one line of at most 200 characters; as before when missing, nowhere when empty.
    place: Option<String>,
}

impl RescheduleVisitInput {
    fn parse(self) -> care::error::Result<RescheduleVisit> {
        Ok(RescheduleVisit {
            visit_id: id::input(Kind::Visit, "visitId", &self.visit_id)?,
            starts_at: self.starts_at.instant,
            duration_minutes: self.duration_minutes,
            member_id: self.member_id.map(|id| id::input(Kind::Member, "memberId", &id)).transpose()?,
            place: self.place,
        })
    }
}

/// A visit that is called off.
#[derive(InputObject)]
struct CancelVisitInput {
    /// A scheduled visit.
    visit_id: ID,
    /// Why, in 1 to 500 characters, for the patient to read.
    reason: String,
}

/// A visit to which the patient did not come.
#[derive(InputObject)]
struct MarkVisitMissedInput {
    /// A scheduled visit that has begun.
    visit_id: ID,
}

/// A treatment as it was done.
#[derive(InputObject)]
struct VisitTreatmentInput {
    /// The key of one of `treatments`.
    treatment: String,
    /// How long, in minutes: 1 to 240.
    minutes: i32,
    /// What was treated.
    body_region: BodyRegion,
    /// How the patient was right after it.
    response: Option<TreatmentResponse>,
    /// What is to be noted, for clinicians only; at most 1,000 characters.
    note: Option<String>,
}

impl From<VisitTreatmentInput> for Treated {
    fn from(input: VisitTreatmentInput) -> Self {
        Self {
            treatment: input.treatment,
            minutes: input.minutes,
            body_region: input.body_region.into(),
            response: input.response.map(Into::into),
            note: input.note,
        }
    }
}

/// A visit that took place.
#[derive(InputObject)]
struct RecordVisitInput {
    /// For a visit that was not scheduled: TypeID `visit_…` with a UUIDv7 of your own, so that a repeated
    /// attempt writes nothing twice.
    id: Option<ID>,
    /// The scheduled visit that took place; also one that was marked as missed.
    visit_id: Option<ID>,
    /// The patient.
    patient_id: ID,
    /// When it began, within the past year.
    started_at: DateTime,
    /// How long it lasted, in minutes: 5 to 480.
    duration_minutes: i32,
    /// What was done: 1 to 20 treatments.
    treatments: Vec<VisitTreatmentInput>,
    /// Pain before, 0 to 10.
    pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pain_after: Option<i32>,
    /// What was found, for clinicians only; at most 4,000 characters.
    note: Option<String>,
    /// The revision of one of the patient's programs that the visit led to. Therapists only.
    program_revision_id: Option<ID>,
}

impl RecordVisitInput {
    fn parse(self) -> Result<RecordVisit, FieldError> {
        let revision = |id| id::input(Kind::Revision, "programRevisionId", &id);
        Ok(RecordVisit {
            id: chosen(Kind::Visit, self.id.as_ref())?,
            visit_id: self.visit_id.map(|id| id::input(Kind::Visit, "visitId", &id)).transpose()?,
            patient_id: id::input(Kind::Patient, "patientId", &self.patient_id)?,
            started_at: self.started_at.instant,
            duration_minutes: self.duration_minutes,
            treatments: self.treatments.into_iter().map(Treated::from).collect(),
            pain_before: self.pain_before,
            pain_after: self.pain_after,
            note: self.note,
            program_revision_id: self.program_revision_id.map(revision).transpose()?,
        })
    }
}

payload! {
    /// What scheduling a visit answers.
    ScheduleVisitPayload {
        /// The visit.
        visit: Visit
    }
}

payload! {
    /// What moving a visit answers.
    RescheduleVisitPayload {
        /// The visit.
        visit: Visit
    }
}

payload! {
    /// What canceling a visit answers.
    CancelVisitPayload {
        /// The visit.
        visit: Visit
    }
}

payload! {
    /// What marking a visit as missed answers.
    MarkVisitMissedPayload {
        /// The visit.
        visit: Visit
    }
}

/// What recording a visit answers.
#[derive(SimpleObject)]
struct RecordVisitPayload {
    /// The visit.
    visit: Option<Visit>,
    /// What guidelines say to its treatments. That they say nothing recommends nothing.
    notices: Vec<VisitNotice>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

/// The changes of visits.
#[derive(Default)]
pub(crate) struct VisitMutation;

#[Object]
impl VisitMutation {
    /// Schedules a visit. Two visits of a patient never overlap. Therapists and assistants of the care team
    /// only.
    async fn schedule_visit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The visit.")] input: ScheduleVisitInput,
    ) -> Result<ScheduleVisitPayload> {
        let scope = scope(context)?;
        let scheduled = async { care::visit::schedule(scope, input.parse()?).await };
        ScheduleVisitPayload::of(scheduled.await)
    }

    /// Moves a scheduled visit. Therapists and assistants of the care team only.
    async fn reschedule_visit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "When it is to be instead.")] input: RescheduleVisitInput,
    ) -> Result<RescheduleVisitPayload> {
        let scope = scope(context)?;
        let moved = async { care::visit::reschedule(scope, input.parse()?).await };
        RescheduleVisitPayload::of(moved.await)
    }

    /// Calls a scheduled visit off; the same again changes nothing. Therapists and assistants of the care
    /// team only.
    async fn cancel_visit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The visit, and why.")] input: CancelVisitInput,
    ) -> Result<CancelVisitPayload> {
        let scope = scope(context)?;
        let canceled = async {
            let visit_id = id::input(Kind::Visit, "visitId", &input.visit_id)?;
            care::visit::cancel(scope, visit_id, &input.reason).await
        };
        CancelVisitPayload::of(canceled.await)
    }

    /// Notes that the patient did not come to a scheduled visit that has begun; the same again changes
    /// nothing. Therapists and assistants of the care team only.
    async fn mark_visit_missed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The visit.")] input: MarkVisitMissedInput,
    ) -> Result<MarkVisitMissedPayload> {
        let scope = scope(context)?;
        let missed = async {
            let visit_id = id::input(Kind::Visit, "visitId", &input.visit_id)?;
            care::visit::mark_missed(scope, visit_id).await
        };
        MarkVisitMissedPayload::of(missed.await)
    }

    /// Records a visit that took place, scheduled before or not. It is history then: the same content again
    /// changes nothing, other content is a `CONFLICT`. Therapists and assistants of the care team only.
    async fn record_visit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was done.")] input: RecordVisitInput,
    ) -> Result<RecordVisitPayload> {
        let (scope, language) = (scope(context)?, language(context)?);
        let recorded = async { care::visit::record(scope, input.parse().map_err(Error::from)?).await };
        let (recorded, user_errors) = settle(recorded.await)?;
        let (visit, notices) = recorded.map(|recorded| (recorded.visit, recorded.notices)).unzip();
        let notices = notices.unwrap_or_default().into_iter();
        Ok(RecordVisitPayload {
            visit: visit.map(Visit::from),
            notices: notices.map(|notice| VisitNotice::new(notice, language)).collect(),
            user_errors,
        })
    }
}
