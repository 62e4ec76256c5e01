//! The port to where the bytes of media are kept.

use super::{ContentType, Kind};
use crate::clock::Instant;
use crate::error::Result;
use async_trait::async_trait;
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

/// For how long a link opens what it was made for.
pub const LINK_LASTS: Duration = Duration::from_hours(1);

/// A file: where it lies, and what it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// The clinic whose own it is.
    pub clinic_id: Uuid,
    /// The media that it is of.
    pub media_id: Uuid,
    /// What it is.
    pub content_type: ContentType,
    /// How many bytes it has.
    pub bytes: u64,
}

/// How a file is uploaded: by PUT, once.
#[derive(Clone)]
pub struct Upload {
    /// Where to; who has it can upload.
    pub url: String,
    /// The headers that the request must have.
    pub headers: Vec<(&'static str, String)>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Upload")
    }
}

/// What lies in the place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// How many bytes it has.
    pub bytes: u64,
    /// The first of them, at most [`ContentType::TELLING`].
    pub first: Vec<u8>,
}

/// Where files are kept. What is put there stays as it is: a link to upload replaces nothing.
/// `Unavailable` where it does not answer.
#[async_trait]
pub trait Storage: Send + Sync + fmt::Debug {
    /// The most bytes of a file of this kind.
    fn limit(&self, kind: Kind) -> u64;

    /// The most bytes of all files of a clinic.
    fn clinic_limit(&self) -> u64;

    /// How to upload this file, from `now` on for [`LINK_LASTS`].
    async fn upload(&self, file: &File, now: Instant) -> Result<Upload>;

    /// A link that opens this file, from `now` on for [`LINK_LASTS`].
    async fn link(&self, file: &File, now: Instant) -> Result<String>;

    /// What lies in the place of this file; none when nothing does.
    async fn look(&self, file: &File) -> Result<Option<Seen>>;

    /// Removes what lies in the place of this file, if anything does.
    async fn remove(&self, file: &File) -> Result<()>;
}
