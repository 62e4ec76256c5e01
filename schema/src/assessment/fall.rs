//! Falls.

use crate::context::{acting_patient, language, scope};
use crate::error::{payload, raise};
use crate::id::{self, chosen, encode};
use crate::page::{self, Listed};
use crate::scalar::{DateTime, LocalDate};
use crate::server_info::emergency_number;
use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use care::assessment::{Fall, NewFall};
use care::error::{Error, FieldError};
use care::id::Kind;

/// Whether it came to a fall.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::FallKind")]
enum FallKind {
    /// The patient fell.
    Fall,
    /// The patient nearly fell.
    NearFall,
}

/// What to do after a fall or near-fall.
#[derive(SimpleObject)]
#[graphql(complex)]
struct FallAdvice {
    #[graphql(skip)]
    fall: Fall,
    /// The number that calls an ambulance where the patient is; none where nothing that was told asks for it.
    emergency_number: Option<String>,
}

#[ComplexObject]
impl FallAdvice {
    /// What to do, in a few sentences in the language asked for.
    async fn text(&self, context: &Context<'_>) -> Result<String> {
        Ok(self.fall.advice(language(context)?, emergency_number(&self.fall.emergency_country)))
    }
}

/// A fall or near-fall that was reported. It is never edited.
#[derive(SimpleObject)]
pub(crate) struct FallReport {
    /// TypeID `fall_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// Whether it came to a fall.
    kind: FallKind,
    /// When it happened.
    happened_at: DateTime,
    /// The patient-local date of it.
    local_date: LocalDate,
    /// Whether the patient is injured; null where that was not told.
    injured: Option<bool>,
    /// In the words of who reported it.
    note: Option<String>,
    /// Whether the patient told of it.
    by_patient: bool,
    /// The member who reported it; none where the patient did.
    recorded_by: Option<ID>,
    /// When it was reported.
    recorded_at: DateTime,
    /// What to do now.
    advice: FallAdvice,
}

impl From<Fall> for FallReport {
    fn from(fall: Fall) -> Self {
        let number = emergency_number(&fall.emergency_country).to_owned();
        Self {
            id: encode(Kind::FallReport, fall.id),
            kind: fall.kind.into(),
            happened_at: fall.happened_at.into(),
            local_date: fall.local_date.into(),
            injured: fall.injured,
            note: fall.note.clone(),
            by_patient: fall.recorded_by.is_none(),
            recorded_by: fall.recorded_by.map(|id| encode(Kind::Member, id)),
            recorded_at: fall.recorded_at.into(),
            advice: FallAdvice { emergency_number: fall.may_be_emergency().then_some(number), fall },
        }
    }
}

/// The queries about falls.
#[derive(Default)]
pub(crate) struct FallQuery;

#[Object]
impl FallQuery {
    /// The falls and near-falls of a patient, the last to have happened first; of one's own when `patientId` is
    /// missing.
    async fn fall_reports(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient; who acts when missing.")] patient_id: Option<ID>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<FallReport>>> {
        let listed = async {
            let scope = scope(context)?;
            let patient_id = match patient_id {
                Some(id) => id::input(Kind::Patient, "patientId", &id).map_err(|_| raise(Error::NotFound))?,
                None => acting_patient(scope)?,
            };
            let request = page::request(first, after, last, before);
            let page = care::assessment::falls(scope, patient_id, &request).await.map_err(raise)?;
            Ok(page::listed("fallReports", page, FallReport::from))
        };
        Some(listed.await)
    }
}

/// A fall or near-fall that is reported.
#[derive(InputObject)]
struct ReportFallInput {
    /// TypeID `fall_…` with a UUIDv7 of your own, so that a repeated attempt writes nothing twice.
    id: Option<ID>,
    /// The patient, where a clinician reports it; patients may leave it out.
    patient_id: Option<ID>,
    /// Whether it came to a fall.
    kind: FallKind,
    /// When it happened, within the past year.
    happened_at: DateTime,
    /// Whether the patient is injured, if that is known.
    injured: Option<bool>,
    /// In the words of who reports it, at most 2,000 characters.
    note: Option<String>,
}

impl ReportFallInput {
    fn parse(self) -> Result<NewFall, FieldError> {
        let patient_id = self.patient_id.map(|id| id::input(Kind::Patient, "patientId", &id)).transpose()?;
        Ok(NewFall {
            id: chosen(Kind::FallReport, self.id.as_ref())?,
            patient_id,
            kind: self.kind.into(),
            happened_at: self.happened_at.instant,
            injured: self.injured,
            note: self.note,
        })
    }
}

payload! {
    /// What reporting a fall answers.
    ReportFallPayload {
        /// The report, with what to do now.
        fall_report: FallReport
    }
}

/// The changes about falls.
#[derive(Default)]
pub(crate) struct FallMutation;

#[Object]
impl FallMutation {
    /// Reports a fall or near-fall, which raises an alert. After a fall every program rests until a clinician
    /// releases it, and the care team is told. Patients for themselves, therapists and assistants for patients
    /// of their care teams.
    async fn report_fall(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The fall.")] input: ReportFallInput,
    ) -> Result<ReportFallPayload> {
        let scope = scope(context)?;
        let reported = async { care::assessment::report_fall(scope, input.parse()?).await };
        ReportFallPayload::of(reported.await)
    }
}
