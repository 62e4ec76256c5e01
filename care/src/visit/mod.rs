//! Visits to the clinic: scheduled, rescheduled, canceled, missed, and recorded with what was done.
//!
//! Offers [`schedule`], [`reschedule`], [`cancel`], [`mark_missed`], [`record`], [`list`], [`get`],
//! [`treatments`] (what can be done, with what guidelines say) and [`minutes`].

mod cancel;
mod check;
mod find;
mod list;
mod record;
mod reschedule;
mod schedule;
pub(crate) mod table;
mod treatment;
#[cfg(test)]
mod treatment_tests;

pub use cancel::{cancel, mark_missed};
pub use list::{get, list};
pub use record::{RecordVisit, Recorded, record};
pub use reschedule::{RescheduleVisit, reschedule};
pub use schedule::{ScheduleVisit, schedule};
pub use treatment::{
    BodyRegion, Guideline, Minutes, Notice, Response, Treated, Treatment, TreatmentKind, minutes, treatment,
    treatments,
};

use crate::access::{Role, Scope};
use crate::clinic::Member;
use crate::clock::Instant;
use crate::error::Result;
use sea_orm::{DeriveActiveEnum, EnumIter};
use uuid::Uuid;

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is to be.
    Scheduled,
    /// It was, and is recorded.
    Done,
    /// It was called off.
    Canceled,
    /// The patient did not come.
    Missed,
}

/// A visit as it stands now, opened for those who may see it.
#[derive(Clone)]
pub struct Visit {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// Who sees the patient.
    pub member: Member,
    /// Where it stands.
    pub status: Status,
    /// When it begins; once recorded, when it began.
    pub starts_at: Instant,
    /// How long it lasts, in minutes: 5 to 480.
    pub duration_minutes: i32,
    /// Where it is.
    pub place: Option<String>,
    /// Why it was canceled.
    pub cancel_reason: Option<String>,
    /// What was done, in the order it was recorded. Notes are for clinicians only.
    pub treatments: Vec<Treated>,
    /// Pain before, 0 to 10.
    pub pain_before: Option<i16>,
    /// Pain after, 0 to 10.
    pub pain_after: Option<i16>,
    /// What was found; for clinicians only.
    pub note: Option<String>,
    /// The revision of a program that the visit led to.
    pub program_revision_id: Option<Uuid>,
    /// When it was recorded, canceled or marked as missed.
    pub closed_at: Option<Instant>,
}

impl std::fmt::Debug for Visit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Visit")
    }
}

/// The therapist or assistant who acts; `Forbidden` for anyone else.
fn clinician_id(scope: &Scope) -> Result<Uuid> {
    match scope.actor().role {
        Role::Therapist | Role::Assistant => scope.member_id(),
        Role::Patient | Role::Administrator | Role::PrivacyOfficer => Err(scope.forbid()),
    }
}
