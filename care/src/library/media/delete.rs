//! Taking an image or video away.

use super::table::{Column, Entity};
use super::{Media, Status, Storage, row, storage};
use crate::access::Scope;
use crate::audit;
use crate::error::Result;
use crate::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Deletes an image or video of the clinic; answers its id. Nobody sees it from then on; where its bytes
/// cannot be removed at once, the sweep does. Therapists only.
pub async fn delete(scope: &Scope, id: Uuid) -> Result<Uuid> {
    scope.therapist_id()?;
    let storage = storage(scope)?;
    let media = {
        let tx = scope.read().await?;
        row(&tx, scope, id).await?
    };
    take_away(scope, storage.as_ref(), &media, "media.delete").await?;
    Ok(id)
}

/// Marks the row as deleted, records what was done, and removes the bytes.
pub(super) async fn take_away(
    scope: &Scope,
    storage: &dyn Storage,
    media: &Media,
    action: &'static str,
) -> Result<()> {
    let tx = scope.write().await?;
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Deleted.to_value()))
        .filter(Column::ClinicId.eq(media.clinic_id))
        .filter(Column::Id.eq(media.id))
        .exec(&tx)
        .await?;
    let object = (Kind::Media, media.id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: None, object }).await?;
    tx.commit().await?;
    if storage.remove(&media.file()).await.is_err() {
        tracing::warn!(media = %media.id, "the bytes of a deleted media could not be removed yet");
    }
    Ok(())
}
