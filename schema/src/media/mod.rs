//! Images and videos of exercises.

mod change;

pub(crate) use change::MediaMutation;

use crate::batch::MediaBatch;
use crate::context::scope;
use crate::error::raise;
use crate::id::encode;
use async_graphql::{Context, Enum, ID, Object, Result};
use care::id::Kind;
use uuid::Uuid;

/// What people see.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::media::Kind")]
pub(crate) enum MediaKind {
    /// A still.
    Image,
    /// Moving.
    Video,
}

/// How far an image or video has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::media::Status")]
pub(crate) enum MediaStatus {
    /// It was announced; upload it, then call `completeMediaUpload`.
    Pending,
    /// The clinic sees it.
    Ready,
    /// It was deleted.
    Deleted,
}

/// An image or video of an exercise.
#[derive(Debug, Clone)]
pub(crate) struct Media(care::library::media::Media);

impl From<care::library::media::Media> for Media {
    fn from(media: care::library::media::Media) -> Self {
        Self(media)
    }
}

/// An image or video that the clinic shows of an exercise.
#[Object]
impl Media {
    /// TypeID `media_…`.
    pub(crate) async fn id(&self) -> ID {
        encode(Kind::Media, self.0.id)
    }

    /// What people see.
    async fn kind(&self) -> MediaKind {
        self.0.content_type.kind().into()
    }

    /// What the file is, for example `image/png`.
    async fn content_type(&self) -> &str {
        self.0.content_type.name()
    }

    /// How many bytes it has.
    async fn bytes(&self) -> i64 {
        self.0.bytes
    }

    /// How far it has come.
    async fn status(&self) -> MediaStatus {
        self.0.status.into()
    }

    /// A link that opens the file for an hour, without anything else. Ask anew rather than keep it. None
    /// while it is not ready.
    async fn url(&self, context: &Context<'_>) -> Option<Result<String>> {
        let link = async { care::library::media::link(scope(context)?, &self.0).await.map_err(raise) };
        link.await.transpose()
    }
}

/// What the clinic shows of an exercise, read with those of the exercises beside it.
pub(crate) async fn of_exercise(context: &Context<'_>, exercise_id: Uuid) -> Result<Vec<Media>> {
    let scope = scope(context)?;
    let batch = context.data::<MediaBatch>()?;
    let read = |ids: Vec<Uuid>| async move { care::library::media::of_exercises(scope, &ids).await };
    let found = batch.of(exercise_id, read).await.map_err(raise)?;
    Ok(found.unwrap_or_default().into_iter().map(Media::from).collect())
}
