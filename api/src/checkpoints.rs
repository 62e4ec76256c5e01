//! Checkpoints of the audit trail: lines of a file, kept where the database's keepers cannot reach.

use crate::failure::Failure;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use care::audit::Checkpoint;
use care::clock::Instant;
use care::id::Kind;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// A file of checkpoints, to which lines are only ever added.
#[derive(Debug, Clone)]
pub struct Checkpoints(PathBuf);

/// One line.
#[derive(Serialize, Deserialize)]
struct Line {
    clinic: String,
    sequence: i64,
    mac: String,
    at: String,
}

impl Checkpoints {
    /// The file at `path`; it need not be there yet.
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Adds these, made at `now`, and waits until they are on the disk.
    pub fn append(&self, checkpoints: &[Checkpoint], now: Instant) -> Result<(), Failure> {
        let mut text = String::new();
        for checkpoint in checkpoints {
            let line = Line {
                clinic: Kind::Clinic.encode(checkpoint.clinic_id),
                sequence: checkpoint.sequence,
                mac: BASE64_STANDARD.encode(&checkpoint.mac),
                at: now.to_string(),
            };
            text += &serde_json::to_string(&line).map_err(|error| self.failure(&error.to_string()))?;
            text.push('\n');
        }
        let mut append = || {
            let mut file = OpenOptions::new().create(true).append(true).read(true).open(&self.0)?;
            if is_torn(&mut file)? {
                text.insert(0, '\n');
            }
            file.write_all(text.as_bytes())?;
            file.sync_data()
        };
        append().map_err(|error: std::io::Error| self.failure(&error.to_string()))
    }

    /// All of them; none where the file has not begun. A line that broke off when the machine stopped is
    /// passed over.
    pub fn read(&self) -> Result<Vec<Checkpoint>, Failure> {
        let text = match fs::read_to_string(&self.0) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.failure(&error.to_string())),
        };
        let read = |(at, line): (usize, &str)| {
            let broken = || self.failure(&format!("line {} is no checkpoint", at + 1));
            let line: Line = serde_json::from_str(line).map_err(|_| broken())?;
            Ok(Checkpoint {
                clinic_id: Kind::Clinic.decode(&line.clinic).ok_or_else(broken)?,
                sequence: line.sequence,
                mac: BASE64_STANDARD.decode(&line.mac).map_err(|_| broken())?,
            })
        };
        text.lines().enumerate().filter(|(_, line)| !broke_off(line)).map(read).collect()
    }

    fn failure(&self, what: &str) -> Failure {
        let path = self.0.display();
        Failure::new(format!(
            "The checkpoints of the audit trail at {path}: {what} (audit.checkpoints, in the environment PLUMBLINE_AUDIT__CHECKPOINTS)."
        ))
    }
}

/// Whether this is the beginning of a line and no more.
fn broke_off(line: &str) -> bool {
    let whole = serde_json::from_str::<Line>(line);
    "{\"clinic".starts_with(line.get(..8).unwrap_or(line)) && whole.is_err_and(|error| error.is_eof())
}

/// Whether the last line of the file broke off.
fn is_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_line_that_broke_off_hides_no_other_and_any_other_fault_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("checkpoints");
        let file = Checkpoints::new(path.clone());
        let of = |sequence| Checkpoint { clinic_id: Uuid::from_u128(7), sequence, mac: vec![1, 2, 3] };
        file.append(&[of(1), of(2)], Instant(0)).unwrap();
        let whole = fs::read(&path).unwrap();
        for cut in 1..whole.len() / 2 {
            fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            file.append(&[of(3)], Instant(0)).unwrap();
            let read = file.read().unwrap();
            // Where only the end of the line is missing, nothing is lost.
            let expected = if cut == 1 { vec![of(1), of(2), of(3)] } else { vec![of(1), of(3)] };
            assert_eq!(read, expected, "{cut}");
        }
        let whole = String::from_utf8(whole).unwrap();
        for spoiled in ["{\"clinic\":7}\n", "garbage\n", &whole.replacen("mac", "\u{0}", 1), &whole[1..]] {
            fs::write(&path, spoiled).unwrap();
            file.read().unwrap_err();
        }
    }
}
