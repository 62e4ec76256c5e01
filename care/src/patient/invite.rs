//! Inviting a patient to the app.

use super::Chart;
use crate::access::{Role, Scope};
use crate::account::{Invited, invitation};
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use uuid::Uuid;

/// Invites a patient of one's care teams. Earlier invitations of the patient end. Clinicians only;
/// a patient who has an account already is refused.
pub async fn invite(scope: &Scope, patient_id: Uuid) -> Result<Invited> {
    let member_id = scope.member_id()?;
    let tx = scope.write().await?;
    let chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    if chart.row.account_id.is_some() {
        return Err(Error::field("patientId", Code::NotAllowed, "This patient has an account already."));
    }
    let whom = invitation::For {
        clinic_id: chart.clinic_id(),
        role: Role::Patient,
        patient_id: Some(patient_id),
        created_by: Some(member_id),
        email: None,
    };
    let invited = invitation::issue(&tx, scope.services(), whom).await?;
    let object = (Kind::Patient, patient_id);
    audit::record(
        &tx,
        scope,
        audit::Entry { action: "patient.invite", patient_id: Some(patient_id), object },
    )
    .await?;
    tx.commit().await?;
    Ok(invited)
}
