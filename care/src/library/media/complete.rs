//! An upload has ended: what lies there is looked at, and is seen from then on.

use super::delete::take_away;
use super::table::{Column, Entity};
use super::{Media, Seen, Status, row, storage};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveEnum, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Looks at what was uploaded, and lets the clinic see it where it is what was announced: as many bytes,
/// beginning as its type does. Anything else is removed and refused. Therapists only.
pub async fn complete(scope: &Scope, id: Uuid) -> Result<Media> {
    scope.therapist_id()?;
    let storage = storage(scope)?;
    let media = {
        let tx = scope.read().await?;
        row(&tx, scope, id).await?
    };
    if media.status == Status::Ready {
        return Ok(media);
    }
    // Nothing is held while the storage is spoken to.
    scope.finish().await;
    let Some(seen) = storage.look(&media.file()).await? else {
        let message = "Nothing has been uploaded yet. Upload it, then repeat this.";
        return Err(Error::field("mediaId", Code::NotAllowed, message));
    };
    if !is_announced(&media, &seen) {
        take_away(scope, storage.as_ref(), &media, "media.refuse").await?;
        let message = "What was uploaded is not what was announced, and was removed. Begin anew.";
        return Err(Error::field("mediaId", Code::Mismatch, message));
    }
    show(scope, media).await
}

/// Whether as many bytes lie there as were announced, and they begin as they should.
fn is_announced(media: &Media, seen: &Seen) -> bool {
    seen.bytes == media.file().bytes && media.content_type.begins(&seen.first)
}

async fn show(scope: &Scope, media: Media) -> Result<Media> {
    let tx = scope.write().await?;
    let shown = Entity::update_many()
        .col_expr(Column::Status, Expr::value(Status::Ready.to_value()))
        .filter(Column::ClinicId.eq(media.clinic_id))
        .filter(Column::Id.eq(media.id))
        .filter(Column::Status.eq(Status::Pending))
        .exec(&tx)
        .await?;
    if shown.rows_affected == 0 {
        // It was completed or deleted meanwhile.
        return row(&tx, scope, media.id).await;
    }
    let object = (Kind::Media, media.id);
    audit::record(&tx, scope, audit::Entry { action: "media.complete", patient_id: None, object }).await?;
    tx.commit().await?;
    Ok(Media { status: Status::Ready, ..media })
}
