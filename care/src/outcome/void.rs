//! Taking mistaken answers back.

use super::table::outcome_response::Entity;
use super::{Response, alarm};
use crate::access::{Role, Scope};
use crate::audit;
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::patient::{Chart, check_reason};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

/// Voids answers: they stay to be read, and count for nothing. `reason` says why in 10 to 500 characters. Voiding
/// twice changes nothing. Therapists of the care team; patients and assistants what they recorded themselves. An
/// alert that they raised stays for a therapist to resolve; one that they ended is raised again.
pub async fn void(scope: &Scope, id: Uuid, reason: &str) -> Result<Response> {
    let actor = scope.actor();
    if !matches!(actor.role, Role::Patient | Role::Therapist | Role::Assistant) {
        return Err(scope.forbid());
    }
    let reason = check_reason("reason", reason, "Say in 10 to 500 characters what was mistaken.")?;
    let tx = scope.write().await?;
    let find = || Entity::find_by_id((scope.clinic_id(), id));
    let patient_id = find().one(&tx).await?.ok_or(Error::NotFound)?.patient_id;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    // Under the patient's lock it stands as it will be changed.
    let mut row = find().one(&tx).await?.ok_or(Error::NotFound)?;
    if actor.role != Role::Therapist && row.recorded_by != actor.account_id {
        return Err(scope.forbid());
    }
    if row.voided_at.is_none() {
        row.change = chart.raise(&tx, None).await?;
        (row.voided_by, row.voided_at) = (Some(actor.account_id), Some(scope.services().now()));
        row.void_reason = Some(chart.seal(scope, "outcome_response.void_reason", id, reason)?);
        row.clone().into_active_model().reset_all().update(&tx).await?;
        let object = (Kind::OutcomeResponse, id);
        let entry = audit::Entry { action: "outcome.void", patient_id: Some(patient_id), object };
        audit::record(&tx, scope, entry).await?;
        alarm::look_again(&tx, scope, &chart, &row, row.change).await?;
        tx.commit().await?;
        scope.announce(patient_id, row.change);
    }
    Response::of(&chart, &row)
}
