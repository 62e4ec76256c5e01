//! Taking a template or protocol of the clinic out of the list.

use super::Template;
use super::table::Entity;
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, Set};
use uuid::Uuid;

/// Archives it: it is listed no more, and programs that were made from it go on. Archiving an archived one
/// changes nothing. Therapists only.
pub async fn archive(scope: &Scope, id: Uuid) -> Result<Template> {
    scope.therapist_id()?;
    let tx = scope.write().await?;
    let missing = || Error::field("templateId", Code::NotFound, "Give a template of your clinic.");
    let mut row = Entity::find_by_id((scope.clinic_id(), id)).one(&tx).await?.ok_or_else(missing)?;
    if row.archived_at.is_some() {
        return Ok(row.into());
    }
    row.archived_at = Some(scope.services().now());
    let mut change = row.clone().into_active_model();
    change.archived_at = Set(row.archived_at);
    change.update(&tx).await?;
    let object = (Kind::Template, id);
    audit::record(&tx, scope, audit::Entry { action: "template.archive", patient_id: None, object }).await?;
    tx.commit().await?;
    Ok(row.into())
}
