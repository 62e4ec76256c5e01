//! Breaking the glass: a clinician outside the care team sees one patient in an emergency, for a
//! reason, for an hour, on the record.

use super::Chart;
use super::table::{break_glass, patient};
use crate::access::{Role, Scope};
use crate::account::MailKind;
use crate::audit;
use crate::clinic::tell_officers;
use crate::clock::Instant;
use crate::error::{Code, Error, Result, has_control};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, Set};
use uuid::Uuid;

/// Sixty minutes.
const LASTS: i64 = 60 * 60 * 1_000;

/// An emergency access that has begun.
#[derive(Debug, Clone, Copy)]
pub struct BreakGlass {
    /// The patient.
    pub patient_id: Uuid,
    /// When it ends by itself.
    pub expires_at: Instant,
}

/// The reason for what is unusual, given in `field`, trimmed: 10 to 500 characters, or `message` says what is missing.
pub(crate) fn check_reason<'a>(field: &str, reason: &'a str, message: &str) -> Result<&'a str> {
    let reason = reason.trim();
    if !(10..=500).contains(&reason.chars().count()) || has_control(reason) {
        return Err(Error::field(field, Code::OutOfRange, message));
    }
    Ok(reason)
}

/// Opens a patient of the clinic to the therapist or assistant who acts. `reason`: 10 to 500
/// characters, kept sealed beside the record. Who watches over privacy is told by mail. `StepUpRequired` when the last proof is older than five
/// minutes.
pub async fn break_glass(scope: &Scope, patient_id: Uuid, reason: &str) -> Result<BreakGlass> {
    if !matches!(scope.actor().role, Role::Therapist | Role::Assistant) {
        return Err(scope.forbid());
    }
    scope.freshly_proved()?;
    let reason =
        check_reason("reason", reason, "Say in 10 to 500 characters why you need to see this patient now.")?;
    let (services, clinic_id) = (scope.services(), scope.clinic_id());
    let tx = scope.write().await?;
    let row = patient::Entity::find_by_id((clinic_id, patient_id)).one(&tx).await?;
    let chart = Chart::of(scope, row.ok_or_else(|| scope.missed(patient_id))?)?;
    let (id, now) = (services.new_id(), services.now());
    let expires_at = now.plus(LASTS);
    break_glass::ActiveModel {
        clinic_id: Set(clinic_id),
        id: Set(id),
        patient_id: Set(patient_id),
        member_id: Set(scope.member_id()?),
        reason: Set(chart.seal(scope, "break_glass.reason", id, reason)?),
        begun_at: Set(now),
        expires_at: Set(expires_at),
    }
    .insert(&tx)
    .await?;
    let object = (Kind::Patient, patient_id);
    let entry = audit::Entry { action: "patient.break_glass", patient_id: Some(patient_id), object };
    audit::record(&tx, scope, entry).await?;
    tell_officers(&tx, scope, MailKind::GlassBroken).await?;
    tx.commit().await?;
    tracing::warn!(patient = %patient_id, "the glass was broken");
    Ok(BreakGlass { patient_id, expires_at })
}
