//! Who may see a patient: the care team, an emergency, and the end of care.

use crate::context::scope;
use crate::error::payload;
use crate::id::{encode, input};
use crate::member::Member;
use crate::patient::Patient;
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::id::Kind;

/// Who is to make up a patient's care team.
#[derive(InputObject)]
struct AssignCareTeamInput {
    /// The patient.
    patient_id: ID,
    /// The whole team: 1 to 20 members, one of them a therapist. Who is not named leaves it.
    member_ids: Vec<ID>,
}

/// The members of the staff who may see a patient.
#[derive(SimpleObject)]
pub(crate) struct CareTeam {
    /// Those who joined the clinic first first.
    members: Vec<Member>,
}

impl From<Vec<care::clinic::Member>> for CareTeam {
    fn from(members: Vec<care::clinic::Member>) -> Self {
        Self { members: members.into_iter().map(Member::from).collect() }
    }
}

/// Whom one needs to see in an emergency, and why.
#[derive(InputObject)]
struct BreakGlassInput {
    /// A patient of the clinic outside your care teams.
    patient_id: ID,
    /// Why, in 10 to 500 characters. It is kept with the record, and the audit trail shows the access.
    reason: String,
}

/// An access in an emergency.
#[derive(SimpleObject)]
pub(crate) struct BreakGlass {
    /// The patient, whom `patient(id:)` answers from now on.
    patient_id: ID,
    /// When it ends by itself: after 60 minutes.
    expires_at: DateTime,
}

impl From<care::patient::BreakGlass> for BreakGlass {
    fn from(opened: care::patient::BreakGlass) -> Self {
        Self { patient_id: encode(Kind::Patient, opened.patient_id), expires_at: opened.expires_at.into() }
    }
}

/// Whose care has ended.
#[derive(InputObject)]
struct DischargePatientInput {
    /// A patient of your care teams.
    patient_id: ID,
}

payload! {
    /// What assigning a care team answers.
    AssignCareTeamPayload {
        /// The care team as it is now.
        care_team: CareTeam
    }
}

payload! {
    /// What breaking the glass answers.
    BreakGlassPayload {
        /// The access.
        access: BreakGlass
    }
}

payload! {
    /// What discharging a patient answers.
    DischargePatientPayload {
        /// The patient.
        patient: Patient
    }
}

#[derive(Default)]
pub(crate) struct CareTeamMutation;

#[Object]
impl CareTeamMutation {
    /// Makes these members the care team of a patient, from their next request on. For therapists
    /// of the team, and for administrators, who see nothing of the patient by it.
    async fn assign_care_team(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient and the whole team.")] input: AssignCareTeamInput,
    ) -> Result<AssignCareTeamPayload> {
        let scope = scope(context)?;
        let assigned = async {
            let patient_id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            let ids = input.member_ids.iter().map(|id| self::input(Kind::Member, "memberIds", id));
            care::patient::assign(scope, patient_id, &ids.collect::<Result<Vec<_>, _>>()?).await
        };
        AssignCareTeamPayload::of(assigned.await)
    }

    /// Opens one patient outside your care teams in an emergency, to read, for 60 minutes. Therapists
    /// and assistants only, with a proof that is not older than five minutes: see `stepUp`.
    async fn break_glass(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient and the reason.")] input: BreakGlassInput,
    ) -> Result<BreakGlassPayload> {
        let scope = scope(context)?;
        let opened = async {
            let patient_id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::patient::break_glass(scope, patient_id, &input.reason).await
        };
        BreakGlassPayload::of(opened.await)
    }

    /// Ends a patient's care: they are signed out, leave the caseload and get no reminder any more.
    /// The record stays, for the care team to read. Therapists only.
    async fn discharge_patient(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The patient.")] input: DischargePatientInput,
    ) -> Result<DischargePatientPayload> {
        let scope = scope(context)?;
        let discharged = async {
            let patient_id = self::input(Kind::Patient, "patientId", &input.patient_id)?;
            care::patient::discharge(scope, patient_id).await
        };
        DischargePatientPayload::of(discharged.await)
    }
}
