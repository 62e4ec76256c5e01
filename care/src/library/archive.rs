//! Taking an exercise of the clinic's own out of the list.

use super::{Exercise, rows_by_ids};
use crate::access::{Role, Scope};
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};
use uuid::Uuid;

/// Takes an exercise of the clinic's own out of the list: no program takes it up any more, and those that
/// have it keep it. Once more changes nothing. Therapists and administrators only; `NotAllowed` for a
/// shared one.
pub async fn archive(scope: &Scope, exercise_id: Uuid) -> Result<Exercise> {
    if !matches!(scope.actor().role, Role::Therapist | Role::Administrator) {
        return Err(scope.forbid());
    }
    let tx = scope.write().await?;
    let mut known = rows_by_ids(&tx, scope.clinic_id(), &[exercise_id]).await?;
    let row = known.remove(&exercise_id).ok_or(Error::NotFound)?;
    if row.clinic_id.is_none() {
        let message = "This exercise is shared by all clinics. Archive one of your own.";
        return Err(Error::field("exerciseId", Code::NotAllowed, message));
    }
    if row.archived_at.is_some() {
        return Ok(row);
    }
    let change = row.change + 1;
    let mut row = row.into_active_model();
    (row.archived_at, row.change) = (Set(Some(scope.services().now())), Set(change));
    let row = row.update(&tx).await?;
    let object = (Kind::Exercise, exercise_id);
    audit::record(&tx, scope, audit::Entry { action: "exercise.archive", patient_id: None, object }).await?;
    tx.commit().await?;
    Ok(row)
}
