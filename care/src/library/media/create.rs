//! Announcing an image or video: what it will be, and how to upload it.

use super::table::{ActiveModel, Column, Entity};
use super::{ContentType, Kind, LINK_LASTS, Media, Status, Storage, Upload, row, storage};
use crate::access::Scope;
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::id;
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// The most images and videos that a clinic has of an exercise, those that are under way included.
const MOST: u64 = 10;

/// An image or video that is to be uploaded.
#[derive(Debug, Clone)]
pub struct NewMedia {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The exercise that it shows.
    pub exercise_id: Uuid,
    /// What it is: a name of [`ContentType`].
    pub content_type: String,
    /// How many bytes it has.
    pub bytes: i64,
    /// What people see, if the client says so.
    pub kind: Option<Kind>,
}

/// What was announced.
#[derive(Debug, Clone)]
pub struct Announced {
    /// The image or video.
    pub media: Media,
    /// How to upload it; none when it has been.
    pub upload: Option<Upload>,
    /// Until when.
    pub expires_at: Instant,
}

/// Announces an image or video of an exercise that the clinic sees. Therapists only. The same id and
/// content answer the same media and a fresh link; other content is a `Conflict`.
pub async fn create(scope: &Scope, input: NewMedia) -> Result<Announced> {
    let therapist = scope.therapist_id()?;
    let storage = storage(scope)?;
    let content_type = check(storage.as_ref(), &input)?;
    crate::library::get(scope, input.exercise_id).await.map_err(|error| match error {
        Error::NotFound => {
            let message = "This does not exist, or is not visible to you.";
            Error::field("exerciseId", Code::NotFound, message)
        }
        error => error,
    })?;
    let (services, tx) = (scope.services(), scope.write().await?);
    let wanted = Media {
        clinic_id: scope.clinic_id(),
        id: input.id.unwrap_or_else(|| services.new_id()),
        exercise_id: input.exercise_id,
        content_type,
        bytes: input.bytes,
        status: Status::Pending,
        created_by: therapist,
        created_at: services.now(),
    };
    let media = match Entity::find_by_id((wanted.clinic_id, wanted.id)).one(&tx).await? {
        Some(known) if is_same(&known, &wanted) => renew(&tx, scope, known).await?,
        Some(_) => return Err(Error::Conflict("the id is taken")),
        None => add(&tx, scope, wanted).await?,
    };
    tx.commit().await?;
    let now = services.now();
    let upload = match media.status {
        Status::Pending => Some(storage.upload(&media.file(), now).await?),
        _ => None,
    };
    let lasts = i64::try_from(LINK_LASTS.as_millis()).unwrap_or_default();
    Ok(Announced { media, upload, expires_at: now.plus(lasts) })
}

/// Whether `wanted` says of this row what was said of it before.
fn is_same(known: &Media, wanted: &Media) -> bool {
    let said = |row: &Media| (row.exercise_id, row.content_type, row.bytes);
    known.status != Status::Deleted && said(known) == said(wanted)
}

/// An announcement that is repeated counts from now on, as its fresh link does: no upload outlives its row.
async fn renew(tx: &Tx, scope: &Scope, known: Media) -> Result<Media> {
    if known.status != Status::Pending {
        return Ok(known);
    }
    let now = scope.services().now();
    has_room(tx, scope, &known).await?;
    Entity::update_many()
        .col_expr(Column::CreatedAt, Expr::value(now))
        .filter(Column::ClinicId.eq(known.clinic_id))
        .filter(Column::Id.eq(known.id))
        .filter(Column::Status.eq(Status::Pending))
        .exec(tx)
        .await?;
    // It may have been completed or swept meanwhile.
    row(tx, scope, known.id).await
}

/// Whether the exercise and the clinic may have this one beside all others.
pub(super) async fn has_room(tx: &Tx, scope: &Scope, row: &Media) -> Result<()> {
    let storage = storage(scope)?;
    let lasts = i64::try_from(LINK_LASTS.as_millis()).unwrap_or_default();
    let others = Entity::find().filter(Column::ClinicId.eq(row.clinic_id)).filter(Column::Id.ne(row.id));
    let under_way = Column::CreatedAt.gt(scope.services().now().plus(-lasts));
    let counted = others
        .clone()
        .filter(Column::ExerciseId.eq(row.exercise_id))
        .filter(Column::Status.eq(Status::Ready).or(Column::Status.eq(Status::Pending).and(under_way)));
    if counted.count(tx).await? >= MOST {
        let message = format!("An exercise has at most {MOST} images and videos. Delete one first.");
        return Err(Error::field("exerciseId", Code::TooMany, message));
    }
    // PostgreSQL adds big integers up to a number that is none.
    let bytes = Expr::col(Column::Bytes).sum().cast_as("bigint");
    let bytes = others.select_only().expr(bytes).into_tuple::<Option<i64>>().one(tx).await?.flatten();
    let (bytes, most) = (bytes.unwrap_or_default().saturating_add(row.bytes), storage.clinic_limit());
    if u64::try_from(bytes).is_ok_and(|bytes| bytes <= most) {
        return Ok(());
    }
    let message =
        format!("A clinic has at most {most} bytes of media. Delete some first; they count for up to a day.");
    Err(Error::field("bytes", Code::TooMany, message))
}

async fn add(tx: &Tx, scope: &Scope, row: Media) -> Result<Media> {
    has_room(tx, scope, &row).await?;
    ActiveModel::from(row.clone()).reset_all().insert(tx).await?;
    let object = (id::Kind::Media, row.id);
    audit::record(tx, scope, audit::Entry { action: "media.create", patient_id: None, object }).await?;
    Ok(row)
}

fn check(storage: &dyn Storage, input: &NewMedia) -> Result<ContentType> {
    let Some(content_type) = ContentType::named(&input.content_type) else {
        let message = "Give image/jpeg, image/png, image/webp, video/mp4 or video/webm.";
        return Err(Error::field("contentType", Code::Malformed, message));
    };
    let mut faults = Vec::new();
    let most = storage.limit(content_type.kind());
    if !u64::try_from(input.bytes).is_ok_and(|bytes| (1..=most).contains(&bytes)) {
        let message = format!("A file of this kind has 1 to {most} bytes.");
        faults.push(FieldError::new("bytes", Code::OutOfRange, message));
    }
    if input.kind.is_some_and(|kind| kind != content_type.kind()) {
        let message = "Give the kind of the content type, or leave it out.";
        faults.push(FieldError::new("kind", Code::Mismatch, message));
    }
    if faults.is_empty() { Ok(content_type) } else { Err(Error::Invalid(faults)) }
}
