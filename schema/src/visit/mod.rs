//! Visits to the clinic.

mod change;
mod treatment;

pub(crate) use change::VisitMutation;

use crate::context::{acting_patient, language, scope};
use crate::error::raise;
use crate::id::{self, encode};
use crate::member::Member;
use crate::page::{self, Listed};
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::error::Error;
use care::id::Kind;
use care::progress::Range;
use care::visit::Status;
use treatment::{Treatment, VisitTreatment};
use uuid::Uuid;

/// Where a visit stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::visit::Status")]
enum VisitStatus {
    /// It is to be.
    Scheduled,
    /// It was, and is recorded.
    Done,
    /// It was called off.
    Canceled,
    /// The patient did not come.
    Missed,
}

/// A visit to the clinic.
#[derive(SimpleObject)]
pub(crate) struct Visit {
    /// TypeID `visit_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// The patient.
    patient_id: ID,
    /// Who sees the patient.
    member: Member,
    /// Where it stands.
    status: VisitStatus,
    /// When it begins; once recorded, when it began.
    starts_at: DateTime,
    /// How long it lasts, in minutes; once recorded, how long it lasted.
    duration_minutes: i32,
    /// Where it is.
    place: Option<String>,
    /// Why it was canceled.
    cancel_reason: Option<String>,
    /// What was done, in the order it was recorded.
    treatments: Vec<VisitTreatment>,
    /// Minutes of active treatments; none until it is recorded.
    active_minutes: Option<i32>,
    /// Minutes of passive treatments; none until it is recorded.
    passive_minutes: Option<i32>,
    /// Pain before, 0 to 10.
    pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pain_after: Option<i32>,
    /// What was found; for clinicians only.
    note: Option<String>,
    /// The revision of a program that the visit led to.
    program_revision_id: Option<ID>,
    /// When it was recorded, canceled or marked as missed.
    closed_at: Option<DateTime>,
}

impl From<care::visit::Visit> for Visit {
    fn from(visit: care::visit::Visit) -> Self {
        let minutes = (visit.status == Status::Done).then(|| care::visit::minutes(&visit.treatments));
        Self {
            id: encode(Kind::Visit, visit.id),
            patient_id: encode(Kind::Patient, visit.patient_id),
            member: visit.member.into(),
            status: visit.status.into(),
            starts_at: visit.starts_at.into(),
            duration_minutes: visit.duration_minutes,
            place: visit.place,
            cancel_reason: visit.cancel_reason,
            treatments: visit.treatments.into_iter().map(VisitTreatment::from).collect(),
            active_minutes: minutes.map(|minutes| minutes.active),
            passive_minutes: minutes.map(|minutes| minutes.passive),
            pain_before: visit.pain_before.map(i32::from),
            pain_after: visit.pain_after.map(i32::from),
            note: visit.note,
            program_revision_id: visit.program_revision_id.map(|id| encode(Kind::Revision, id)),
            closed_at: visit.closed_at.map(DateTime::from),
        }
    }
}

/// What is asked about visits.
#[derive(Default)]
pub(crate) struct VisitQuery;

#[Object]
impl VisitQuery {
    /// The visits of a patient, those to come included, the last to begin first; one's own when `patientId`
    /// is missing.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn visits(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient; who acts when missing.")] patient_id: Option<ID>,
        #[graphql(desc = "The first local date of the patient.")] from: Option<LocalDate>,
        #[graphql(desc = "The last local date of the patient.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Visit>>> {
        let request = page::request(first, after, last, before);
        let listed = async {
            let patient_id = match patient_id {
                Some(id) => id::input(Kind::Patient, "patientId", &id).map_err(|_| raise(Error::NotFound))?,
                None => acting_patient(scope(context)?)?,
            };
            visits(context, patient_id, (from, to), &request).await
        };
        Some(listed.await)
    }

    /// What can be done in a visit, active treatments first, with what guidelines say to it.
    async fn treatments(&self, context: &Context<'_>) -> Result<Vec<Treatment>> {
        scope(context)?;
        let language = language(context)?;
        Ok(care::visit::treatments().iter().map(|treatment| Treatment::new(treatment, language)).collect())
    }
}

/// One page of the visits of a visible patient.
pub(crate) async fn visits(
    context: &Context<'_>,
    patient_id: Uuid,
    (from, to): (Option<LocalDate>, Option<LocalDate>),
    request: &care::page::Request,
) -> Result<Listed<Visit>> {
    let range = Range { from: from.map(|date| date.0), to: to.map(|date| date.0) };
    let page = care::visit::list(scope(context)?, patient_id, range, request).await.map_err(raise)?;
    Ok(page::listed("visits", page, Visit::from))
}
