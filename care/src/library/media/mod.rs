//! Images and videos that a clinic adds to exercises, the shared ones too; nobody else sees them.
//!
//! The rows are here; the bytes are kept behind the port [`Storage`], and people put and get them there by
//! links that are signed and end. No transaction is held while the storage is spoken to.
//!
//! Offers [`create`], [`complete`], [`delete`], [`get`], [`of_exercises`], [`link`], [`sweep`].

mod complete;
mod content_type;
mod create;
mod delete;
mod read;
mod storage;
mod sweep;
pub(crate) mod table;

pub use complete::complete;
pub use content_type::{ContentType, Kind};
pub use create::{Announced, NewMedia, create};
pub use delete::delete;
pub use read::{get, link, of_exercises};
pub use storage::{File, LINK_LASTS, Seen, Storage, Upload};
pub use sweep::sweep;
pub use table::{Model as Media, Status};

use crate::access::Scope;
use crate::error::{Code, Error, Result};
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;
use table::{Column, Entity};
use uuid::Uuid;

impl Media {
    /// Where its bytes lie, and what they are.
    fn file(&self) -> File {
        let (clinic_id, media_id, content_type) = (self.clinic_id, self.id, self.content_type);
        File { clinic_id, media_id, content_type, bytes: u64::try_from(self.bytes).unwrap_or_default() }
    }
}

/// The storage of this installation; `NotAllowed` where there is none.
fn storage(scope: &Scope) -> Result<Arc<dyn Storage>> {
    scope.services().media.clone().ok_or_else(|| {
        let message = "This installation keeps no media. Its operator can name a place in [media].";
        Error::field("exerciseId", Code::NotAllowed, message)
    })
}

/// The row of this id, of the clinic of who acts; a deleted one is not found.
async fn row(tx: &Tx, scope: &Scope, id: Uuid) -> Result<Media> {
    let find = Entity::find_by_id((scope.clinic_id(), id)).filter(Column::Status.ne(Status::Deleted));
    find.one(tx).await?.ok_or(Error::NotFound)
}
