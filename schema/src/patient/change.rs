//! Adding patients, changing what is known of them, and inviting them to the app.

use super::Patient;
use crate::context::{Options, scope};
use crate::error::payload;
use crate::id::chosen;
use crate::scalar::{DateTime, LocalDate, TimeZone};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use care::clock::Day;
use care::id::Kind;
use care::patient::{CreatePatient, UpdatePatient};

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
                patient_id: crate::id::input(Kind::Patient, "patientId", &input.patient_id)?,
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
            let patient_id = crate::id::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::patient::invite(scope, patient_id).await
        };
        InvitePatientPayload::of(invited.await.map(|invited| Invitation::at(public_url, invited)))
    }
}
