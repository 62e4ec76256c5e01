//! Adding images and videos to exercises, and taking them away.

use super::{Media, MediaKind};
use crate::context::scope;
use crate::error::{UserError, payload, settle};
use crate::id::{self, chosen, encode};
use crate::scalar::DateTime;
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use care::clock::Instant;
use care::error::FieldError;
use care::id::Kind;
use care::library::media::{NewMedia, Upload};

/// A file that is to be uploaded.
#[derive(InputObject)]
struct CreateMediaUploadInput {
    /// TypeID `media_…` with a UUIDv7 of your own: a repeated attempt announces the same file once, and
    /// gets a fresh link.
    id: Option<ID>,
    /// The exercise that it shows.
    exercise_id: ID,
    /// `image/jpeg`, `image/png`, `image/webp`, `video/mp4` or `video/webm`.
    content_type: String,
    /// How many bytes the file has: of an image at most 10 MiB, of a video at most 200 MiB, unless the
    /// installation says otherwise.
    bytes: i32,
    /// What people see; that of the content type when missing.
    kind: Option<MediaKind>,
}

/// A file that was uploaded.
#[derive(InputObject)]
struct CompleteMediaUploadInput {
    /// The media that it is of.
    media_id: ID,
}

/// What is to be deleted.
#[derive(InputObject)]
struct DeleteMediaInput {
    /// The image or video.
    media_id: ID,
}

/// A header of a request.
#[derive(SimpleObject)]
struct MediaUploadHeader {
    /// Its name.
    name: &'static str,
    /// Its value.
    value: String,
}

/// How a file is uploaded: one request with the file as its body, and its length.
#[derive(SimpleObject)]
struct MediaUpload {
    /// Where to. Who has it can upload.
    url: String,
    /// The method of the request.
    method: &'static str,
    /// The headers that the request must have, beside the length of the file.
    headers: Vec<MediaUploadHeader>,
    /// When the link ends.
    expires_at: DateTime,
}

impl MediaUpload {
    fn of(upload: Upload, expires_at: Instant) -> Self {
        let header = |(name, value)| MediaUploadHeader { name, value };
        let headers = upload.headers.into_iter().map(header).collect();
        Self { url: upload.url, method: "PUT", headers, expires_at: expires_at.into() }
    }
}

/// What announcing a file answers.
#[derive(SimpleObject)]
struct CreateMediaUploadPayload {
    /// The image or video, not ready yet.
    media: Option<Media>,
    /// How to upload it; none when it has been completed before.
    upload: Option<MediaUpload>,
    /// What is wrong with the input; empty when it was done.
    user_errors: Vec<UserError>,
}

payload! {
    /// What completing an upload answers.
    CompleteMediaUploadPayload {
        /// The image or video, which the clinic sees now.
        media: Media
    }
}

payload! {
    /// What deleting an image or video answers.
    DeleteMediaPayload {
        /// What was deleted.
        media_id: ID
    }
}

/// The UUID of the media in an input.
fn media_id(id: &ID) -> Result<uuid::Uuid, FieldError> {
    id::input(Kind::Media, "mediaId", id)
}

/// The changes of media.
#[derive(Default)]
pub(crate) struct MediaMutation;

#[Object]
impl MediaMutation {
    /// Announces an image or video of an exercise, and answers how to upload it. Nobody sees it before
    /// `completeMediaUpload`. Therapists only.
    async fn create_media_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The file.")] input: CreateMediaUploadInput,
    ) -> Result<CreateMediaUploadPayload> {
        let scope = scope(context)?;
        let announced = async {
            let media = NewMedia {
                id: chosen(Kind::Media, input.id.as_ref())?,
                exercise_id: id::input(Kind::Exercise, "exerciseId", &input.exercise_id)?,
                content_type: input.content_type,
                bytes: input.bytes.into(),
                kind: input.kind.map(Into::into),
            };
            care::library::media::create(scope, media).await
        };
        let (announced, user_errors) = settle(announced.await)?;
        let Some(announced) = announced else {
            return Ok(CreateMediaUploadPayload { media: None, upload: None, user_errors });
        };
        let upload = announced.upload.map(|upload| MediaUpload::of(upload, announced.expires_at));
        Ok(CreateMediaUploadPayload { media: Some(announced.media.into()), upload, user_errors })
    }

    /// Looks at what was uploaded. Where it is what was announced, the clinic sees it from now on; anything
    /// else is removed. Therapists only.
    async fn complete_media_upload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What was uploaded.")] input: CompleteMediaUploadInput,
    ) -> Result<CompleteMediaUploadPayload> {
        let scope = scope(context)?;
        let completed = async { care::library::media::complete(scope, media_id(&input.media_id)?).await };
        CompleteMediaUploadPayload::of(completed.await)
    }

    /// Deletes an image or video for good. Therapists only.
    async fn delete_media(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is to be deleted.")] input: DeleteMediaInput,
    ) -> Result<DeleteMediaPayload> {
        let scope = scope(context)?;
        let deleted = async { care::library::media::delete(scope, media_id(&input.media_id)?).await };
        DeleteMediaPayload::of(deleted.await.map(|id| encode(Kind::Media, id)))
    }
}
