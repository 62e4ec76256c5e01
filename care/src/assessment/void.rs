//! Taking a mistaken assessment back.

use super::Assessment;
use super::record::screen_of;
use super::table::assessment::Entity;
use crate::access::Scope;
use crate::audit;
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::patient::{Chart, check_reason};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

/// Voids an assessment: it stays to be read, and counts for nothing. `reason` says why in 10 to 500
/// characters. Voiding twice changes nothing. The conditions and the screen that were recorded with it stay.
/// Therapists of the care team only.
pub async fn void(scope: &Scope, id: Uuid, reason: &str) -> Result<Assessment> {
    let therapist = scope.therapist_id()?;
    let reason = check_reason("reason", reason, "Say in 10 to 500 characters what was mistaken.")?;
    let tx = scope.write().await?;
    let find = || Entity::find_by_id((scope.clinic_id(), id));
    let patient_id = find().one(&tx).await?.ok_or(Error::NotFound)?.patient_id;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    // Under the patient's lock it stands as it will be changed.
    let mut row = find().one(&tx).await?.ok_or(Error::NotFound)?;
    let screen = screen_of(&tx, &row).await?;
    if row.voided_at.is_none() {
        row.change = chart.raise(&tx, None).await?;
        (row.voided_by, row.voided_at) = (Some(therapist), Some(scope.services().now()));
        row.void_reason = Some(chart.seal(scope, "assessment.void_reason", id, reason)?);
        row.clone().into_active_model().reset_all().update(&tx).await?;
        let object = (Kind::Assessment, id);
        let entry = audit::Entry { action: "assessment.void", patient_id: Some(patient_id), object };
        audit::record(&tx, scope, entry).await?;
        tx.commit().await?;
        scope.announce(patient_id, row.change);
    }
    Assessment::of(&chart, &row, screen.as_ref())
}
