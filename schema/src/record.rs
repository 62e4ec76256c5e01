//! A patient's record as a whole: consent, export, legal hold, erasure.

use crate::account::Clinic;
use crate::context::scope;
use crate::error::payload;
use crate::id::{encode, input};
use crate::scalar::DateTime;
use crate::threshold::{AlertThresholdsInput, PainThresholdsInput};
use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use care::clinic::UpdateClinic;
use care::id::Kind;

/// What a patient consents to.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConsentKind {
    /// The care team sees the record.
    CareTeam,
}

/// A consent and whether it stands.
#[derive(SimpleObject)]
pub(crate) struct Consent {
    /// What it is about.
    kind: ConsentKind,
    /// Whether it stands.
    granted: bool,
    /// When it was withdrawn, if it does not.
    withdrawn_at: Option<DateTime>,
}

impl From<care::patient::Consent> for Consent {
    fn from(consent: care::patient::Consent) -> Self {
        Self {
            kind: ConsentKind::CareTeam,
            granted: consent.sharing_ended_at.is_none(),
            withdrawn_at: consent.sharing_ended_at.map(DateTime::from),
        }
    }
}

/// What is consented to.
#[derive(InputObject)]
struct GrantConsentInput {
    /// What.
    kind: ConsentKind,
}

/// What is no longer consented to.
#[derive(InputObject)]
struct WithdrawConsentInput {
    /// What.
    kind: ConsentKind,
}

/// A patient's record, complete.
#[derive(SimpleObject)]
pub(crate) struct RecordExport {
    /// A name for the file; the patient's is not in it.
    file_name: String,
    /// The type of the content: `application/json`.
    media_type: String,
    /// The document: `tables` has the rows of each table, times in RFC 3339, texts opened.
    content: String,
}

impl From<care::record::Export> for RecordExport {
    fn from(export: care::record::Export) -> Self {
        let media_type = "application/json".to_owned();
        Self { file_name: export.file_name, media_type, content: export.content }
    }
}

/// What keeps a record from being erased.
#[derive(SimpleObject)]
pub(crate) struct LegalHold {
    /// The patient.
    patient_id: ID,
    /// Since when.
    placed_at: DateTime,
    /// Until when; none while it stands.
    lifted_at: Option<DateTime>,
}

impl From<care::record::LegalHold> for LegalHold {
    fn from(hold: care::record::LegalHold) -> Self {
        Self {
            patient_id: encode(Kind::Patient, hold.patient_id),
            placed_at: hold.placed_at.into(),
            lifted_at: hold.lifted_at.map(DateTime::from),
        }
    }
}

/// Whose record is handed out.
#[derive(InputObject)]
struct ExportPatientInput {
    /// A patient of the clinic.
    patient_id: ID,
}

/// Whose record is to be kept, and why.
#[derive(InputObject)]
struct PlaceLegalHoldInput {
    /// A patient of the clinic.
    patient_id: ID,
    /// Why, in 10 to 500 characters.
    reason: String,
}

/// Whose record need no longer be kept.
#[derive(InputObject)]
struct LiftLegalHoldInput {
    /// A patient of the clinic.
    patient_id: ID,
}

/// What is to change of the clinic; what is missing stays.
#[derive(InputObject)]
struct UpdateClinicInput {
    /// For how many years after a discharge the record is kept, 1 to 100; null: until it is erased by
    /// hand.
    retention_years: MaybeUndefined<i32>,
    /// The numbers by which a session's pain is green, amber or red.
    pain_thresholds: Option<PainThresholdsInput>,
    /// The numbers by which alerts are raised.
    alert_thresholds: Option<AlertThresholdsInput>,
}

/// Who is to be erased.
#[derive(InputObject)]
struct ErasePatientInput {
    /// A patient of the clinic.
    patient_id: ID,
}

payload! {
    /// What granting a consent answers.
    GrantConsentPayload {
        /// The consent.
        consent: Consent
    }
}

payload! {
    /// What withdrawing a consent answers.
    WithdrawConsentPayload {
        /// The consent.
        consent: Consent
    }
}

payload! {
    /// What handing out a patient's record answers.
    ExportPatientPayload {
        /// The record.
        export: RecordExport
    }
}

payload! {
    /// What handing out one's own record answers.
    ExportMyDataPayload {
        /// The record.
        export: RecordExport
    }
}

payload! {
    /// What placing a legal hold answers.
    PlaceLegalHoldPayload {
        /// The hold.
        legal_hold: LegalHold
    }
}

payload! {
    /// What lifting a legal hold answers.
    LiftLegalHoldPayload {
        /// The hold.
        legal_hold: LegalHold
    }
}

payload! {
    /// What changing the clinic answers.
    UpdateClinicPayload {
        /// The clinic.
        clinic: Clinic
    }
}

payload! {
    /// What erasing a patient answers.
    ErasePatientPayload {
        /// The id of the patient who is no more.
        erased_patient_id: ID
    }
}

payload! {
    /// What deleting one's account answers.
    DeleteMyAccountPayload {
        /// The id of the patient who is no more.
        erased_patient_id: ID
    }
}

#[derive(Default)]
pub(crate) struct RecordMutation;

#[Object]
impl RecordMutation {
    /// Lets the care team see the record of the patient who acts. It does, unless withdrawn.
    async fn grant_consent(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is consented to.")] input: GrantConsentInput,
    ) -> Result<GrantConsentPayload> {
        let ConsentKind::CareTeam = input.kind;
        GrantConsentPayload::of(care::patient::share(scope(context)?, true).await)
    }

    /// Withdraws a consent of the patient who acts, from the next request on: nobody of the staff sees
    /// anything of them then, but in an emergency (`breakGlass`). Reminders go on.
    async fn withdraw_consent(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is no longer consented to.")] input: WithdrawConsentInput,
    ) -> Result<WithdrawConsentPayload> {
        let ConsentKind::CareTeam = input.kind;
        WithdrawConsentPayload::of(care::patient::share(scope(context)?, false).await)
    }

    /// Hands out the whole record of a patient. Administrators only, with a proof that is not older than
    /// five minutes: see `stepUp`.
    async fn export_patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose.")] input: ExportPatientInput,
    ) -> Result<ExportPatientPayload> {
        let scope = scope(context)?;
        let exported = async {
            let id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::record::export(scope, id).await
        };
        ExportPatientPayload::of(exported.await)
    }

    /// Hands out the whole record of the patient who acts, with a proof that is not older than five
    /// minutes: see `stepUp`.
    async fn export_my_data(&self, context: &Context<'_>) -> Result<ExportMyDataPayload> {
        ExportMyDataPayload::of(care::record::export_own(scope(context)?).await)
    }

    /// Keeps a patient's record from being erased until the hold is lifted. Administrators only.
    async fn place_legal_hold(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose record, and why.")] input: PlaceLegalHoldInput,
    ) -> Result<PlaceLegalHoldPayload> {
        let scope = scope(context)?;
        let placed = async {
            let id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::record::place_hold(scope, id, &input.reason).await
        };
        PlaceLegalHoldPayload::of(placed.await)
    }

    /// Lifts the hold that stands on a patient's record. Administrators only.
    async fn lift_legal_hold(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Whose record.")] input: LiftLegalHoldInput,
    ) -> Result<LiftLegalHoldPayload> {
        let scope = scope(context)?;
        let lifted = async {
            let id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::record::lift_hold(scope, id).await
        };
        LiftLegalHoldPayload::of(lifted.await)
    }

    /// Changes what the clinic has set. Once a discharge is longer ago than `retentionYears`, the worker
    /// erases the record, unless a legal hold stands. Administrators only, with a proof that is not older
    /// than five minutes: see `stepUp`.
    async fn update_clinic(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateClinicInput,
    ) -> Result<UpdateClinicPayload> {
        let scope = scope(context)?;
        // Out of range as it is, whatever does not fit.
        let years = |years: i32| u16::try_from(years).unwrap_or(0);
        let updated = care::clinic::update(scope, |set| UpdateClinic {
            retention_years: input.retention_years.map_value(years).into(),
            pain: input.pain_thresholds.map(|given| given.over(set.pain)),
            alerts: input.alert_thresholds.map(|given| given.over(set.alerts)),
        });
        UpdateClinicPayload::of(updated.await)
    }

    /// Erases a patient for good: record, account, and the key that sealed them. The audit trail keeps
    /// ids. Refused while a legal hold stands. Administrators only, with a proof that is not older than
    /// five minutes: see `stepUp`.
    async fn erase_patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Who.")] input: ErasePatientInput,
    ) -> Result<ErasePatientPayload> {
        let scope = scope(context)?;
        let erased = async {
            let id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::record::erase(scope, id).await
        };
        ErasePatientPayload::of(erased.await.map(|()| input.patient_id))
    }

    /// Erases the patient who acts for good, and their account. Refused while a legal hold stands. It
    /// needs a proof that is not older than five minutes: see `stepUp`.
    async fn delete_my_account(&self, context: &Context<'_>) -> Result<DeleteMyAccountPayload> {
        let erased = care::record::erase_own(scope(context)?).await;
        DeleteMyAccountPayload::of(erased.map(|id| encode(Kind::Patient, id)))
    }
}
