//! Templates of programs, and protocols: templates whose phases count from the day of surgery. Some are
//! shipped, one for every condition; clinics write their own. A version is never edited.
//!
//! Offers [`list`], [`get`], [`create`], [`archive`]; and to the rest of the slice, [`blueprint`].

mod archive;
mod create;
mod list;
mod shipped;
pub(crate) mod table;

pub use archive::archive;
pub use create::{NewTemplate, create};
pub use list::{Filter, get, list};

use super::{NewPhase, NewPrescription, Source, find};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::library::{Basis, Language};
use crate::store::Tx;
use uuid::Uuid;

/// A template or protocol, in one version.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// Its id, of this version alone.
    pub id: Uuid,
    /// 1 for the first, and one more for each that replaced it.
    pub version: i32,
    /// What programs made from it are called.
    pub title: String,
    /// For whom it is, and how it goes.
    pub description: Option<String>,
    /// Whether it is a protocol: its phases count from the day of surgery.
    pub after_surgery: bool,
    /// Whose protocol it is.
    pub surgeon: Option<String>,
    /// The keys of the conditions it is for.
    pub conditions: Vec<String>,
    /// Its phases.
    pub phases: Vec<NewPhase>,
    /// Its exercises, with the phases they belong to.
    pub prescriptions: Vec<NewPrescription>,
    /// Where a shipped one is from; none: the clinic's own.
    pub basis: Option<Basis>,
    /// The source of a shipped one, or who is to review it.
    pub source: Option<&'static str>,
    /// The member who wrote it; none: it is shipped.
    pub created_by: Option<Uuid>,
    /// When the clinic wrote it.
    pub created_at: Option<Instant>,
    /// When it was taken out of the list, or replaced by a newer version; programs go on.
    pub archived_at: Option<Instant>,
}

/// The shipped templates.
#[cfg(test)]
pub(super) fn shipped_in(language: Language) -> Vec<Template> {
    shipped::templates(language).collect()
}

/// What a program or a template begins with.
#[derive(Debug, Clone, Default)]
pub(super) struct Blueprint {
    pub(super) title: String,
    pub(super) phases: Vec<NewPhase>,
    pub(super) prescriptions: Vec<NewPrescription>,
    /// Whether the phases count from the day of surgery.
    pub(super) after_surgery: bool,
    /// The template, and its version.
    pub(super) pinned: Option<(Uuid, i32)>,
}

impl Blueprint {
    /// The same, with what is given beside its source.
    pub(super) fn with(
        mut self,
        title: &str,
        phases: &[NewPhase],
        prescriptions: &[NewPrescription],
    ) -> Self {
        if !title.trim().is_empty() {
            title.clone_into(&mut self.title);
        }
        if !phases.is_empty() {
            self.phases = phases.to_vec();
        }
        if !prescriptions.is_empty() {
            self.prescriptions = prescriptions.to_vec();
        }
        self
    }
}

/// What `source` has, in this language where it is shipped. Of programs those of the patient `own` alone keep
/// their title.
pub(super) async fn blueprint(
    tx: &Tx,
    scope: &Scope,
    source: Source,
    (language, own): (Language, Option<Uuid>),
) -> Result<Blueprint> {
    let missing = |field: &str| {
        let message = "This does not exist, or is not visible to you.";
        Error::field(field, Code::NotFound, message)
    };
    match source {
        Source::Template(id) => {
            let template = list::find(tx, scope, id, language).await?;
            let template = template.ok_or_else(|| missing("templateId"))?;
            Ok(Blueprint {
                title: template.title,
                phases: template.phases,
                prescriptions: template.prescriptions,
                after_surgery: template.after_surgery,
                pinned: Some((template.id, template.version)),
            })
        }
        Source::Program(id) => {
            let found = find(tx, scope, id).await;
            let (_, history) = found.map_err(|error| match error {
                Error::NotFound => missing("copyOf"),
                other => other,
            })?;
            let (phases, prescriptions) = history.newest().ok_or(Error::Internal)?;
            let row = history.row;
            Ok(Blueprint {
                // What another patient's program is called may name that patient.
                title: if own == Some(row.patient_id) { row.title } else { String::new() },
                phases,
                prescriptions,
                after_surgery: row.anchor_on.is_some(),
                pinned: row.template_id.zip(row.template_version),
            })
        }
    }
}
