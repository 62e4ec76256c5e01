//! `plumbline documents`.

use super::print;
use crate::failure::Failure;
use crate::http::{Budgets, Guard, digest};
use clap::Args;
use serde_json::{Map, Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Build manifests of trusted documents from a folder of operations
#[derive(Debug, Args)]
#[command(long_about = "\
Build manifests of trusted documents from a folder of operations.

Reads every *.graphql file below a folder, each with one named operation and its fragments, holds
it against the schema's limits, and writes two manifests of the same documents, by the SHA-256 of
their texts: apollo-manifest.json (Apollo's persisted query manifest) and relay-manifest.json
(Relay's map of ids to texts). Name them in documents.manifests, and clients may send
documentId, or Apollo's persistedQuery extension, instead of a text. With documents.only_trusted
nothing else runs.

Example:
  plumbline documents --operations schema/operations/patient --out manifests")]
pub(super) struct Arguments {
    /// The folder of operations.
    #[arg(long, value_name = "DIR")]
    operations: PathBuf,
    /// The folder that the manifests are written to; made if missing.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut files = Vec::new();
    find(&arguments.operations, &mut files)?;
    files.sort();
    if files.is_empty() {
        let folder = arguments.operations.display();
        return Err(Failure::new(format!(
            "{folder} has no *.graphql file. Give the folder of the operations."
        )));
    }
    let guard = Guard::new(&schema::sdl(), Budgets::default(), false)
        .map_err(|error| Failure::new(format!("The schema cannot be read: {error}.")))?;
    let documents = files.iter().map(|file| document(&guard, file)).collect::<Result<Vec<_>, _>>()?;
    let operations: Vec<_> = documents
        .iter()
        .map(|document| {
            json!({ "id": document.id, "name": document.name, "type": document.kind, "body": document.text })
        })
        .collect();
    let apollo = json!({
        "format": "apollo-persisted-query-manifest", "version": 1, "operations": operations,
    });
    let relay: Map<String, Value> =
        documents.iter().map(|document| (document.id.clone(), document.text.clone().into())).collect();
    fs::create_dir_all(&arguments.out).map_err(|error| unwritten(&arguments.out, &error))?;
    for (name, manifest) in [("apollo-manifest.json", apollo), ("relay-manifest.json", relay.into())] {
        let path = arguments.out.join(name);
        fs::write(&path, format!("{manifest:#}\n")).map_err(|error| unwritten(&path, &error))?;
        print(&format!("{}: {} documents\n", path.display(), documents.len()))?;
    }
    Ok(())
}

struct Document {
    id: String,
    name: String,
    kind: &'static str,
    text: String,
}

fn document(guard: &Guard, path: &Path) -> Result<Document, Failure> {
    let refuse = |reason: &str| Failure::new(format!("{}: {reason}", path.display()));
    let text = fs::read_to_string(path).map_err(|error| refuse(&format!("{error}.")))?;
    let text = text.trim().to_owned();
    let (name, kind) = guard.check_trusted(&text).map_err(|reason| refuse(&reason))?;
    Ok(Document { id: digest(&text), name, kind, text })
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unread = |error: std::io::Error| {
        Failure::new(format!(
            "{} cannot be read ({error}). Give the folder of the operations.",
            folder.display()
        ))
    };
    for entry in fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.is_dir() {
            find(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "graphql") {
            files.push(path);
        }
    }
    Ok(())
}

fn unwritten(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} cannot be written: {error}.", path.display()))
}
