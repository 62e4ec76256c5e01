//! Files in a directory of this machine: taken whole or not at all, and never replaced.

use super::{Does, Ticket};
use axum::body::{Body, Bytes};
use care::clock::Instant;
use care::library::media::File;
use futures::StreamExt;
use object_store::local::LocalFileSystem;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use tokio::fs;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

/// Where files are until they are whole; no clinic's.
const ARRIVING: &str = "arriving";

/// What became of a file that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It is kept.
    Kept,
    /// There is one already, which stays.
    Known,
    /// It has another length than was announced, or broke off.
    Other,
}

/// A directory of files, and the key of the links to them.
#[derive(Clone)]
pub struct Directory {
    root: PathBuf,
    key: Vec<u8>,
    public_url: String,
}

impl std::fmt::Debug for Directory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Directory").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Directory {
    /// The directory at `root`, made if it is missing. Links begin with `public_url` and are signed by
    /// `key`, which every process of the installation must have.
    ///
    /// # Errors
    ///
    /// Where it cannot be made.
    pub fn open(root: &Path, key: Vec<u8>, public_url: &str) -> io::Result<Self> {
        std::fs::create_dir_all(root.join(ARRIVING))?;
        Ok(Self { root: root.canonicalize()?, key, public_url: public_url.to_owned() })
    }

    pub(super) fn objects(&self) -> object_store::Result<LocalFileSystem> {
        LocalFileSystem::new_with_prefix(&self.root)
    }

    pub(super) fn link(&self, ticket: &Ticket) -> String {
        format!("{}{}", self.public_url, ticket.sign(&self.key))
    }

    /// The file that a link opens to do this at `now`; none when it does not.
    pub fn admit(&self, does: Does, path: (&str, &str), query: &str, now: Instant) -> Option<File> {
        Ticket::read(&self.key, does, path, query, now).map(|ticket| ticket.file)
    }

    /// Where a file lies.
    pub fn path(&self, file: &File) -> PathBuf {
        self.root.join(file.clinic_id.simple().to_string()).join(file.media_id.simple().to_string())
    }

    /// Takes a file as it arrives; `arrival` is an id of this attempt.
    ///
    /// # Errors
    ///
    /// Where the directory does not take it.
    pub async fn receive(&self, file: &File, arrival: Uuid, body: Body) -> io::Result<Received> {
        let arriving = Arriving(self.root.join(ARRIVING).join(arrival.simple().to_string()));
        if !arriving.fill(file.bytes, body).await? {
            return Ok(Received::Other);
        }
        let place = self.path(file);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).await?;
        }
        // A second name, which nothing that is there gives way to; the first goes with `arriving`.
        match fs::hard_link(&arriving.0, &place).await {
            Ok(()) => Ok(Received::Kept),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Received::Known),
            Err(error) => Err(error),
        }
    }

    /// Whether it takes files.
    pub(super) async fn takes_files(&self) -> bool {
        let probe = Arriving(self.root.join(ARRIVING).join(format!("probe-{}", std::process::id())));
        probe.fill(2, Body::from("ok")).await.unwrap_or_default()
    }
}

/// A file that is not whole yet; it is gone when this is.
struct Arriving(PathBuf);

impl Arriving {
    /// Writes the body down; whether it has so many bytes.
    async fn fill(&self, bytes: u64, body: Body) -> io::Result<bool> {
        let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&self.0).await?;
        let (mut left, mut body) = (bytes, body.into_data_stream());
        while let Some(piece) = body.next().await {
            let Ok(piece): Result<Bytes, _> = piece else { return Ok(false) };
            let Some(rest) = left.checked_sub(u64::try_from(piece.len()).unwrap_or(u64::MAX)) else {
                return Ok(false);
            };
            left = rest;
            file.write_all(&piece).await?;
        }
        file.sync_all().await?;
        Ok(left == 0)
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // What stays behind where this fails is in nobody's way.
        let _ = std::fs::remove_file(&self.0);
    }
}
