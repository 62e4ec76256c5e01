//! What a clinic sees of its images and videos.

use super::table::{Column, Entity};
use super::{Media, Status, row};
use crate::access::Scope;
use crate::error::{Error, Result};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// The image or video of this id; those that are not ready for members of the clinic only.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Media> {
    let tx = scope.read().await?;
    let media = row(&tx, scope, id).await?;
    let visible = media.status == Status::Ready || scope.actor().person.member_id().is_some();
    if visible { Ok(media) } else { Err(Error::NotFound) }
}

/// What the clinic of who acts shows of each of these exercises, in the order in which it was announced.
pub async fn of_exercises(scope: &Scope, exercise_ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Media>>> {
    let tx = scope.read().await?;
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(Column::ExerciseId.is_in(exercise_ids.iter().copied()))
        .filter(Column::Status.eq(Status::Ready))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(tx.as_ref())
        .await?;
    let mut found: HashMap<Uuid, Vec<Media>> = HashMap::new();
    for row in rows {
        found.entry(row.exercise_id).or_default().push(row);
    }
    Ok(found)
}

/// A link that opens an image or video for [`super::LINK_LASTS`]; none while it is not ready.
pub async fn link(scope: &Scope, media: &Media) -> Result<Option<String>> {
    match &scope.services().media {
        Some(storage) if media.status == Status::Ready => {
            storage.link(&media.file(), scope.services().now()).await.map(Some)
        }
        _ => Ok(None),
    }
}
