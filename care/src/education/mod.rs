//! Education: the articles that a patient is given to read, and those they have read.
//!
//! Offers [`assign`], [`unassign`], [`mark_read`], [`list`], [`get`], [`own`], and to the slices above
//! `of_patient`.

mod assign;
mod list;
mod read;
pub(crate) mod table;

pub use assign::{assign, unassign};
pub(crate) use list::of_patient;
pub use list::{get, list, own};
pub use read::mark_read;

use crate::clock::Instant;
use crate::error::Result;
use crate::library::{self, Article};
use crate::patient::Chart;
use table::Model;
use uuid::Uuid;

/// An article that a patient is given to read, or has read.
#[derive(Clone)]
pub struct Assignment {
    /// Its id, made of patient and article.
    pub id: Uuid,
    /// The article.
    pub article: &'static Article,
    /// The member who assigned it; none where nobody did.
    pub assigned_by: Option<Uuid>,
    /// When it was assigned; none where nobody did.
    pub assigned_at: Option<Instant>,
    /// What they say to the patient.
    pub note: Option<String>,
    /// When the patient read it first.
    pub read_at: Option<Instant>,
    /// Whether the patient is asked to read it, by a member or by the phase of their program.
    pub asked: bool,
    /// Whether it is the patient who acts.
    pub own: bool,
}

impl std::fmt::Debug for Assignment {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Assignment")
    }
}

impl Assignment {
    /// Nothing yet between this patient and this article.
    fn blank(chart: &Chart, article: &'static Article) -> Self {
        Self {
            id: assignment_id(chart.id(), &article.key),
            article,
            assigned_by: None,
            assigned_at: None,
            note: None,
            read_at: None,
            asked: false,
            own: chart.is_own(),
        }
    }

    /// What a row says; none where the library no longer has the article.
    fn of(chart: &Chart, row: &Model) -> Result<Option<Self>> {
        let Some(article) = library::article(&row.article) else { return Ok(None) };
        let note = row.note.as_ref().map(|note| chart.unseal("education_assignment.note", row.id, note));
        Ok(Some(Self {
            assigned_by: row.assigned_by,
            assigned_at: row.assigned_at,
            note: note.transpose()?,
            read_at: row.read_at,
            asked: row.assigned_at.is_some(),
            ..Self::blank(chart, article)
        }))
    }
}

/// The id of what is between a patient and an article: there is one.
fn assignment_id(patient_id: Uuid, article: &str) -> Uuid {
    Uuid::new_v5(&patient_id, article.as_bytes())
}
