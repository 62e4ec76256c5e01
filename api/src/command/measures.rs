//! `plumbline measures`.

use super::{Sources, print};
use crate::failure::Failure;
use care::id::Kind;
use care::outcome::{ClinicText, import};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Bring the text of outcome measures that a clinic is licensed to use
#[derive(Debug, Args)]
#[command(long_about = "\
Bring the text of outcome measures that a clinic is licensed to use. Plumbline scores ODI, NDI, RMDQ-24,
STarT Back and SRS-22r, but their items belong to others: it ships none of them.

Example:
  plumbline measures import odi-en.toml")]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(Import),
}

/// Take in the text of a measure in one language
#[derive(Debug, Args)]
#[command(long_about = "\
Take in the text of a measure in one language, from a file in TOML or JSON. The clinic answers for its
license. Every fault is named, and nothing is changed then; the same file again changes nothing; another
one takes the place of what was there. Servers go on working meanwhile.

A file names the measure (odi, ndi, rmdq-24, start-back, srs-22r) and the language (en, es), and has the
items in their order:

  measure = \"odi\"
  language = \"en\"
  instruction = \"What is said before the first item.\"

  [[item]]
  text = \"The first item\"
  options = [\"The answer of 0\", \"of 1\", \"of 2\", \"of 3\", \"of 4\", \"of 5\"]

  [[item]]
  text = \"The second item\"
  options = [{ value = 5, text = \"First on paper\" }, { value = 4, text = \"Second\" }, …]

Options are from the lowest value to the highest, or name their values, in the order they are shown.
`options` before the first item are those of every item without its own. What is only ticked or not
(rmdq-24) needs none. JSON has the same names, with the items as a list `item`.

Example:
  plumbline measures import odi-en.toml --clinic clinic_01h455vb4pex5vsknk084sn02q")]
struct Import {
    /// The file with the text.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The clinic; the only one when left out.
    #[arg(long, value_name = "ID")]
    clinic: Option<String>,
}

pub(super) async fn run(arguments: &Arguments, sources: &Sources) -> Result<(), Failure> {
    let Command::Import(arguments) = &arguments.command;
    let clinic_id = arguments.clinic.as_ref().map(|text| {
        let named = Kind::Clinic.decode(text);
        named.ok_or_else(|| Failure::new(format!("--clinic: {text} is no id of the form clinic_…")))
    });
    let clinic_id = clinic_id.transpose()?;
    let file = std::fs::read_to_string(&arguments.file)
        .map_err(|error| Failure::new(format!("{} cannot be read: {error}.", arguments.file.display())))?;
    let text = ClinicText::parse(&file)?;
    let app = sources.app().await?;
    let imported = import(&care::access::worker(&app.services), clinic_id, text).await;
    app.services.store.close().await;
    let imported = imported?;
    let what = if imported.changed { "has this text of" } else { "had this very text of" };
    let (clinic, language) = (Kind::Clinic.encode(imported.clinic_id), imported.language.tag());
    print(&format!("{clinic} {what} {} in the language {language}.\n", imported.measure))
}
