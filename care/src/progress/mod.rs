//! Progress: the append-only log of what patients did, and what it says.
//!
//! Offers [`log()`], [`amend`], [`void`], [`list`], [`get`], [`summary`], the rules [`adherence`] and
//! [`traffic_light`], and to the slices above the loaded sessions of many patients.

pub mod adherence;
mod amend;
mod check;
mod list;
mod log;
mod record;
mod screen_due;
mod sessions;
mod summary;
pub(crate) mod table;
pub mod traffic_light;

pub use amend::{amend, void};
pub use list::{Range, get, list};
pub use log::{Outcome, RowStatus, log};
pub(crate) use sessions::{Logged, of_patients, plans, session_days, sessions, standing};
pub use summary::{PainDay, Summary, summary};

use crate::clock::{Day, Instant};
use crate::library::dose::DoneSet;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a version of a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VersionKind {
    /// As first recorded.
    Original,
    /// Corrected.
    Amended,
    /// Taken back: the log no longer counts.
    Voided,
}

/// Why an exercise was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SkipReason {
    /// It hurt.
    Pain,
    /// No time.
    NoTime,
    /// Unwell.
    Unwell,
    /// Travelling.
    Travelling,
    /// Too hard.
    TooHard,
}

/// The sets of a result, one JSON column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Sets(pub(crate) Vec<DoneSet>);

/// What was done of one prescription.
#[derive(Debug, Clone, PartialEq)]
pub struct NewResult {
    /// The prescription.
    pub prescription_id: Uuid,
    /// At most 20 sets; none only with a reason for skipping.
    pub sets: Vec<DoneSet>,
    /// Effort, 0 to 10.
    pub rpe: Option<i32>,
    /// Pain while exercising, 0 to 10.
    pub pain_during: Option<i32>,
    /// Why nothing was done.
    pub skip_reason: Option<SkipReason>,
}

/// A session as performed, perhaps offline and some time ago.
#[derive(Debug, Clone, PartialEq)]
pub struct NewLog {
    /// Chosen by the client: the idempotency key.
    pub id: Uuid,
    /// When it was performed.
    pub performed_at: Instant,
    /// The offset from UTC on the patient's clock then, in seconds; it decides the local date.
    pub offset_seconds: i32,
    /// IANA name of the zone, if known.
    pub time_zone: Option<String>,
    /// Pain before, 0 to 10.
    pub pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pub pain_after: Option<i32>,
    /// At most 4,000 characters.
    pub note: Option<String>,
    /// At most 20.
    pub results: Vec<NewResult>,
}

/// A log as it stands now.
#[derive(Debug, Clone)]
pub struct ProgressLog {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// 1 as first recorded; one more for each amendment.
    pub version: i32,
    /// What the version is.
    pub kind: VersionKind,
    /// When the session was performed.
    pub performed_at: Instant,
    /// The patient-local date of it.
    pub local_date: Day,
    /// Pain before, 0 to 10.
    pub pain_before: Option<i16>,
    /// Pain after, 0 to 10.
    pub pain_after: Option<i16>,
    /// The patient's words.
    pub note: Option<String>,
    /// When this version was recorded.
    pub recorded_at: Instant,
    /// What was done, in the order it was logged.
    pub results: Vec<LoggedResult>,
}

/// What was done of one prescription.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedResult {
    /// The prescription.
    pub prescription_id: Uuid,
    /// The sets.
    pub sets: Vec<DoneSet>,
    /// Effort, 0 to 10.
    pub rpe: Option<i16>,
    /// Pain while exercising, 0 to 10.
    pub pain_during: Option<i16>,
    /// Why nothing was done.
    pub skip_reason: Option<SkipReason>,
}
