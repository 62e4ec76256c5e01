//! Patients: what is known of them, adding them, inviting them to the app.

use crate::context::{Options, scope};
use crate::error::{payload, raise};
use crate::id::{chosen, encode, input, named};
use crate::library;
use crate::member::Member;
use crate::page::{self, Listed};
use crate::program::Program;
use crate::progress::{self, ProgressLog, ProgressSummary};
use crate::scalar::{DateTime, LocalDate, LocalTime, TimeZone};
use crate::visit::{self, Visit};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use care::clock::Day;
use care::id::Kind;
use care::patient::{CreatePatient, UpdatePatient};
use care::progress::Range;

/// Whose zone decides what a patient's day is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::patient::ZonePolicy")]
pub(crate) enum ZonePolicy {
    /// The zone that the patient's device last reported.
    FollowDevice,
    /// The zone that was set, wherever the device is.
    Fixed,
}

/// The daily stretch in which no reminder comes, on the patient's clock; it may span midnight.
#[derive(SimpleObject, Debug, Clone, Copy)]
pub(crate) struct QuietHours {
    /// The first quiet minute.
    start: LocalTime,
    /// The first minute that is no longer quiet.
    end: LocalTime,
}

/// A condition recorded of a patient.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct PatientCondition {
    /// The key of the condition in the library.
    key: String,
    /// The patient's local date on which it was recorded.
    noted_on: LocalDate,
    /// The condition; none when the library no longer has it.
    condition: Option<library::Condition>,
}

impl From<care::patient::Condition> for PatientCondition {
    fn from(noted: care::patient::Condition) -> Self {
        let condition = care::library::condition(&noted.key).map(library::Condition::from);
        Self { key: noted.key, noted_on: LocalDate(noted.noted_on), condition }
    }
}

/// A patient.
#[derive(Debug, Clone)]
pub(crate) struct Patient(care::patient::Patient);

impl From<care::patient::Patient> for Patient {
    fn from(patient: care::patient::Patient) -> Self {
        Self(patient)
    }
}

/// A patient of a clinic.
#[Object]
impl Patient {
    /// TypeID `patient_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Patient, self.0.id)
    }

    /// Full name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Birth date, if recorded.
    async fn birth_date(&self) -> Option<LocalDate> {
        self.0.birth_date.map(LocalDate)
    }

    /// E-mail address, if recorded.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Day of the spine surgery, if there was one.
    async fn surgery_on(&self) -> Option<LocalDate> {
        self.0.surgery_on.map(LocalDate)
    }

    /// The patient's language: a BCP 47 tag.
    async fn language(&self) -> &str {
        &self.0.language
    }

    /// The zone in which the patient's days are counted.
    async fn time_zone(&self) -> TimeZone {
        TimeZone(self.0.time_zone.clone())
    }

    /// Whose zone that is.
    async fn zone_policy(&self) -> ZonePolicy {
        self.0.zone_policy.into()
    }

    /// When no reminder may come; none when not set.
    async fn quiet_hours(&self) -> Option<QuietHours> {
        let (start, end) = self.0.quiet_hours.as_ref()?;
        Some(QuietHours { start: LocalTime(start.parse().ok()?), end: LocalTime(end.parse().ok()?) })
    }

    /// The country whose emergency number is shown: an ISO 3166 alpha-2 code.
    async fn emergency_country(&self) -> &str {
        &self.0.emergency_country
    }

    /// Whether the patient has an account in the app.
    async fn has_account(&self) -> bool {
        self.0.has_account
    }

    /// When the patient last performed a session; until the first, when the patient was added.
    async fn last_activity_at(&self) -> DateTime {
        self.0.last_activity_at.into()
    }

    /// When the patient was added.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Since when signs of danger wait to be looked at: see `redFlagScreens` and `resolveRedFlags`.
    async fn red_flags_since(&self) -> Option<DateTime> {
        self.0.danger_since.map(DateTime::from)
    }

    /// When the patient's care ended, if it has.
    async fn discharged_at(&self) -> Option<DateTime> {
        self.0.discharged_at.map(DateTime::from)
    }

    /// Who of the staff may see the patient.
    async fn care_team(&self, context: &Context<'_>) -> Result<Vec<Member>> {
        let team = care::patient::care_team(scope(context)?, self.0.id).await.map_err(raise)?;
        Ok(team.into_iter().map(Member::from).collect())
    }

    /// The conditions recorded, oldest first.
    async fn conditions(&self, context: &Context<'_>) -> Result<Vec<PatientCondition>> {
        let noted = care::patient::conditions(scope(context)?, self.0.id).await.map_err(raise)?;
        Ok(noted.into_iter().map(PatientCondition::from).collect())
    }

    /// The program that the patient follows now, also while on hold.
    async fn program(&self, context: &Context<'_>) -> Option<Result<Program>> {
        crate::program::current(context, self.0.id).await.transpose()
    }

    /// All programs, newest first; patients do not see drafts.
    async fn programs(&self, context: &Context<'_>) -> Result<Vec<Program>> {
        crate::program::all(context, self.0.id).await
    }

    /// The session logs that stand, last performed first.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn progress_logs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: Option<LocalDate>,
        #[graphql(desc = "The last local date.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<ProgressLog>>> {
        let range = Range { from: from.map(|date| date.0), to: to.map(|date| date.0) };
        Some(progress::logs(context, self.0.id, range, &page::request(first, after, last, before)).await)
    }

    /// The visits, those to come included, the last to begin first.
    #[allow(clippy::too_many_arguments, reason = "the arguments of the field")]
    async fn visits(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: Option<LocalDate>,
        #[graphql(desc = "The last local date.")] to: Option<LocalDate>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Visit>>> {
        let request = page::request(first, after, last, before);
        Some(visit::visits(context, self.0.id, (from, to), &request).await)
    }

    /// Adherence and pain over a stretch of days.
    async fn progress_summary(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The first local date.")] from: LocalDate,
        #[graphql(desc = "The last local date, at most a year later.")] to: LocalDate,
    ) -> Option<Result<ProgressSummary>> {
        Some(progress::summary(context, self.0.id, from, to).await)
    }
}

#[derive(Default)]
pub(crate) struct PatientQuery;

#[Object]
impl PatientQuery {
    /// The patient of this id: one of your care teams, or yourself.
    async fn patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "TypeID `patient_…`.")] id: ID,
    ) -> Option<Result<Patient>> {
        Some(patient(context, &id).await)
    }
}

async fn patient(context: &Context<'_>, id: &ID) -> Result<Patient> {
    let scope = scope(context)?;
    let id = named(Kind::Patient, id).map_err(raise)?;
    Ok(care::patient::get(scope, id).await.map_err(raise)?.into())
}

/// A patient to be added.
#[derive(InputObject)]
pub(crate) struct CreatePatientInput {
    /// TypeID `patient_…` with a UUIDv7 of your own, so that a repeated attempt adds nobody twice.
    id: Option<ID>,
    /// Full name, 1 to 200 characters.
    name: String,
    /// Birth date; without it the short code of an invitation cannot be used.
    birth_date: Option<LocalDate>,
    /// E-mail address.
    email: Option<String>,
    /// The zone of the patient's days; the clinic's when missing.
    time_zone: Option<TimeZone>,
    /// BCP 47 tag; `en` when missing.
    language: Option<String>,
    /// Day of the spine surgery, at most twelve months ahead.
    surgery_on: Option<LocalDate>,
    /// Keys of conditions of the library, at most 20.
    #[graphql(default)]
    conditions: Vec<String>,
    /// ISO 3166 alpha-2 code that chooses the emergency number; `US` when missing.
    emergency_country: Option<String>,
}

impl CreatePatientInput {
    fn parse(self) -> care::error::Result<CreatePatient> {
        Ok(CreatePatient {
            id: chosen(Kind::Patient, self.id.as_ref())?,
            name: self.name,
            birth_date: self.birth_date.map(|date| date.0),
            email: self.email,
            time_zone: self.time_zone.map(|zone| zone.0),
            language: self.language,
            surgery_on: self.surgery_on.map(|date| date.0),
            conditions: self.conditions,
            emergency_country: self.emergency_country,
        })
    }
}

/// A change of what is known of a patient. What is missing stays; null takes it away.
#[derive(InputObject)]
pub(crate) struct UpdatePatientInput {
    /// The patient.
    patient_id: ID,
    /// Full name, 1 to 200 characters.
    name: Option<String>,
    /// Birth date.
    birth_date: MaybeUndefined<LocalDate>,
    /// E-mail address.
    email: MaybeUndefined<String>,
    /// Day of the spine surgery, at most twelve months ahead. Programs keep the day they were made with.
    surgery_on: MaybeUndefined<LocalDate>,
    /// ISO 3166 alpha-2 code that chooses the emergency number.
    emergency_country: Option<String>,
}

payload! {
    /// What changing a patient answers.
    UpdatePatientPayload {
        /// The patient.
        patient: Patient
    }
}

/// Whom to invite.
#[derive(InputObject)]
pub(crate) struct InvitePatientInput {
    /// A patient without an account.
    patient_id: ID,
}

/// An invitation. It is shown this once, works once, and ends earlier ones.
#[derive(SimpleObject)]
pub(crate) struct Invitation {
    /// The link to hand over; who has it can accept.
    link: String,
    /// Ten characters to read out or type, which work together with a patient's birth date.
    code: String,
    /// When both end.
    expires_at: DateTime,
}

impl Invitation {
    /// The invitation, with a link to the installation at `public_url`.
    pub(crate) fn at(public_url: &str, invited: care::account::Invited) -> Self {
        let link = format!("{public_url}/invitation/{}", invited.token);
        Self { link, code: invited.code, expires_at: invited.expires_at.into() }
    }
}

payload! {
    /// What adding a patient answers.
    CreatePatientPayload {
        /// The patient, on your care team.
        patient: Patient
    }
}

payload! {
    /// What inviting a patient answers.
    InvitePatientPayload {
        /// The invitation.
        invitation: Invitation
    }
}

#[derive(Default)]
pub(crate) struct PatientMutation;

#[Object]
impl PatientMutation {
    /// Adds a patient to your care team. Therapists only.
    async fn create_patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient.")] input: CreatePatientInput,
    ) -> Result<CreatePatientPayload> {
        let scope = scope(context)?;
        let created = async { care::patient::create(scope, input.parse()?).await };
        CreatePatientPayload::of(created.await)
    }

    /// Changes what is known of a patient. Therapists of the care team only.
    async fn update_patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdatePatientInput,
    ) -> Result<UpdatePatientPayload> {
        let scope = scope(context)?;
        let updated = async {
            let day = |given: MaybeUndefined<LocalDate>| -> Option<Option<Day>> {
                given.map_value(|date| date.0).into()
            };
            let change = UpdatePatient {
                patient_id: self::input(Kind::Patient, "patientId", &input.patient_id)?,
                name: input.name,
                birth_date: day(input.birth_date),
                email: input.email.into(),
                surgery_on: day(input.surgery_on),
                emergency_country: input.emergency_country,
            };
            care::patient::update(scope, change).await
        };
        UpdatePatientPayload::of(updated.await)
    }

    /// Invites a patient to the app. Clinicians only.
    async fn invite_patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whom to invite.")] input: InvitePatientInput,
    ) -> Result<InvitePatientPayload> {
        let scope = scope(context)?;
        let public_url = &context.data::<Options>()?.public_url;
        let invited = async {
            let patient_id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::patient::invite(scope, patient_id).await
        };
        InvitePatientPayload::of(invited.await.map(|invited| Invitation::at(public_url, invited)))
    }
}
