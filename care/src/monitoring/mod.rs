//! Remote therapeutic monitoring: what members do for it, and what of a month meets which count. It says that
//! a count is met, and nothing of what may be claimed.
//!
//! Offers [`log`], [`void`], [`month`] and [`freeze`].

mod count;
mod figures;
mod freeze;
mod log;
mod month;
mod source;
pub(crate) mod table;
mod void;

pub use count::{Block, Met, Rules};
pub use figures::{Amendment, DataDay, Figure, Figures, Tally};
pub use freeze::freeze;
pub use log::{NewEntry, log};
pub use month::{Month, month};
pub use void::void;

use crate::access::{Role, Scope};
use crate::clock::Instant;
use crate::error::Result;
use crate::patient::Chart;
use sea_orm::{DeriveActiveEnum, EnumIter};
use table::monitoring_entry::Model;
use uuid::Uuid;

/// What an entry is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Time of management.
    Management,
    /// A live contact with the patient.
    LiveContact,
    /// The set-up of the app and the education for it.
    Setup,
}

/// What time of management was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Activity {
    /// What the patient has recorded was looked at.
    DataReview,
    /// The program was planned or adapted.
    ProgramPlanning,
    /// The patient was written or talked to.
    Communication,
    /// The care was agreed with others.
    Coordination,
}

/// By what a live contact was held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Medium {
    /// By telephone.
    Phone,
    /// By video.
    Video,
}

/// What a member did in monitoring a patient.
#[derive(Clone)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// Who did it.
    pub member_id: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// When it began.
    pub started_at: Instant,
    /// When it ended; every time of management has an end.
    pub ended_at: Option<Instant>,
    /// What time of management was spent on.
    pub activity: Option<Activity>,
    /// By what a live contact was held.
    pub medium: Option<Medium>,
    /// What is to be noted.
    pub note: Option<String>,
    /// When it was voided.
    pub voided_at: Option<Instant>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Entry")
    }
}

impl Entry {
    fn of(chart: &Chart, row: &Model) -> Result<Self> {
        let note = row.note.as_ref().map(|note| chart.unseal("monitoring_entry.note", row.id, note));
        Ok(Self {
            id: row.id,
            patient_id: row.patient_id,
            member_id: row.member_id,
            kind: row.kind,
            started_at: row.started_at,
            ended_at: row.ended_at,
            activity: row.activity,
            medium: row.medium,
            note: note.transpose()?,
            voided_at: row.voided_at,
        })
    }
}

/// The therapist or assistant who acts; `Forbidden` for anyone else.
fn clinician_id(scope: &Scope) -> Result<Uuid> {
    match scope.actor().role {
        Role::Therapist | Role::Assistant => scope.member_id(),
        Role::Patient | Role::Administrator | Role::PrivacyOfficer => Err(scope.forbid()),
    }
}
