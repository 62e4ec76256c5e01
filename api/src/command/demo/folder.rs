//! The folder of the demo: its database and its key.

use crate::failure::Failure;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use care::clock::{SystemRandom, random_bytes};
use std::fs;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const DATABASE: &str = "plumbline.sqlite3";
/// The database while it is being made: a first start that is broken off leaves no half a clinic.
const UNFINISHED: &str = "plumbline.sqlite3.unfinished";
const KEY: &str = "installation.key";
/// The images and videos.
pub(super) const MEDIA: &str = "media";

/// The folder of the demo.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder at `path`, made if it is missing. `fresh` removes what a demo made in it, and
    /// nothing else.
    pub(super) fn open(path: &Path, fresh: bool) -> Result<Self, Failure> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| told(path, &error))?;
        let folder = Self(path.to_owned());
        if fresh {
            // The key last: what is there goes on to be readable if removing fails in between.
            folder.remove_database(DATABASE)?;
            folder.remove_database(UNFINISHED)?;
            folder.remove_media()?;
            folder.remove(KEY)?;
        }
        Ok(folder)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// The database.
    pub(super) fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    /// An empty place for a database that is being made.
    pub(super) fn begin(&self) -> Result<PathBuf, Failure> {
        self.remove_database(UNFINISHED)?;
        Ok(self.0.join(UNFINISHED))
    }

    /// Makes what was being made the database.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        let from = self.0.join(UNFINISHED);
        fs::rename(&from, self.database()).map_err(|error| told(&from, &error))
    }

    /// The installation key of the demo in base64, made on the first start and readable for its
    /// owner alone.
    pub(super) fn key(&self) -> Result<String, Failure> {
        let path = self.0.join(KEY);
        match fs::read_to_string(&path) {
            Ok(key) => return Ok(key),
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(told(&path, &error)),
            Err(_) if self.database().exists() => {
                return Err(Failure::new(format!(
                    "{} is gone, and without it the demo's data cannot be read. Begin anew with --fresh.",
                    path.display()
                )));
            }
            Err(_) => {}
        }
        let key = BASE64_STANDARD.encode(random_bytes::<32>(&SystemRandom));
        fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| writeln!(file, "{key}").and_then(|()| file.sync_all()))
            .map_err(|error| told(&path, &error))?;
        Ok(key)
    }

    fn remove_database(&self, name: &str) -> Result<(), Failure> {
        ["", "-wal", "-shm"].iter().try_for_each(|part| self.remove(&format!("{name}{part}")))
    }

    fn remove_media(&self) -> Result<(), Failure> {
        let path = self.0.join(MEDIA);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(told(&path, &error)),
            _ => Ok(()),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Failure> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(told(&path, &error)),
            _ => Ok(()),
        }
    }
}

fn told(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}. Choose another folder with --data.", path.display()))
}

/// The address of the SQLite database at `path`, which is made when it is missing.
pub(super) fn sqlite_url(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3F").replace('#', "%23");
    format!("sqlite://{path}?mode=rwc")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_key_is_made_once_and_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::open(&directory.path().join("a/b"), false).unwrap();
        let key = folder.key().unwrap();
        assert_eq!(BASE64_STANDARD.decode(&key).unwrap().len(), 32);
        assert_eq!(folder.key().unwrap().trim(), key);
        let mode = fs::metadata(folder.path().join(KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_lost_key_is_not_replaced_while_there_are_data() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::open(directory.path(), false).unwrap();
        fs::write(folder.database(), "x").unwrap();
        assert!(folder.key().unwrap_err().to_string().contains("--fresh"));
    }

    #[test]
    fn fresh_removes_only_what_a_demo_made() {
        let directory = tempfile::tempdir().unwrap();
        let own = [DATABASE, "plumbline.sqlite3-wal", "plumbline.sqlite3-shm", UNFINISHED, KEY];
        for name in own.iter().chain(&["letter.txt", "other.sqlite3"]) {
            fs::write(directory.path().join(name), "x").unwrap();
        }
        Folder::open(directory.path(), true).unwrap();
        let mut left: Vec<_> =
            fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["letter.txt", "other.sqlite3"]);
    }

    #[test]
    fn what_was_broken_off_is_made_again() {
        let directory = tempfile::tempdir().unwrap();
        let folder = Folder::open(directory.path(), false).unwrap();
        fs::write(folder.begin().unwrap(), "half").unwrap();
        assert!(!folder.database().exists());
        let again = folder.begin().unwrap();
        assert!(!again.exists());
        fs::write(again, "whole").unwrap();
        folder.finish().unwrap();
        assert_eq!(fs::read_to_string(folder.database()).unwrap(), "whole");
    }

    #[test]
    fn a_path_with_marks_of_an_address_stays_the_same_path() {
        assert_eq!(sqlite_url(Path::new("/a?b#c%d")), "sqlite:///a%3Fb%23c%25d?mode=rwc");
    }
}
