//! Progress: the append-only log of what patients did and felt, and what it says.
//!
//! Offers of logs [`log()`], [`log_all`], [`amend`], [`void`], [`list`], [`get`], [`get_of`], [`versions`], [`exercises`]; of ratings of
//! pain outside of sessions [`rate`], [`void_rating`], [`ratings`], [`get_rating`]; over time [`summary`],
//! [`pain_trend`], [`adherence_trend`]; the rules [`adherence`] and [`traffic_light`]; and to the slices above
//! the loaded sessions and the pain reports of many patients. Each write keeps the tables `progress_day` and
//! `personal_best` up with what stands; [`rebuild`] makes them anew.

pub mod adherence;
mod adherence_trend;
mod amend;
mod around;
mod bucket;
mod check;
mod concern;
mod day_total;
mod exercises;
mod feedback;
mod flare;
mod list;
mod log;
mod pain_alert;
mod pain_reports;
mod pain_trend;
mod personal_best;
mod rate;
mod ratings;
mod rebuild;
mod record;
mod screen_due;
mod sessions;
mod summary;
pub(crate) mod table;
pub mod traffic_light;
mod versions;
mod void_rating;

pub use adherence_trend::{AdherencePoint, adherence_trend};
pub use amend::{amend, void};
pub(crate) use around::ratings_of_patients;
pub use bucket::Bucket;
pub use exercises::exercises;
pub(crate) use flare::flares;
pub use list::{Range, get, get_of, list};
pub use log::{Outcome, RowStatus, log, log_all};
pub(crate) use pain_reports::pain_reports;
pub use pain_trend::{PainPoint, pain_trend};
pub use personal_best::{BestKind, PersonalBest};
pub use rate::{NewRating, rate};
pub use ratings::{Moment, PainRating, get_rating, ratings};
pub use rebuild::{Rebuilt, rebuild};
pub(crate) use record::Rows;
pub(crate) use sessions::{Logged, of_patients, plans, session_days, sessions, standing};
pub use summary::{PainDay, Summary, summary};
pub use versions::{LogKey, versions};
pub use void_rating::void_rating;

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

/// What became of symptoms in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SymptomResponse {
    /// They drew back toward the middle of the spine.
    Centralized,
    /// They spread outward, down the arm or the leg: a reason to stop.
    Peripheralized,
    /// They stayed where they were.
    Unchanged,
}

/// What a session did to symptoms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symptoms {
    /// What became of them.
    pub response: SymptomResponse,
    /// Where they are felt now, in the patient's words, at most 200 characters.
    pub location: Option<String>,
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
    /// What the session did to symptoms, if it was told.
    pub symptoms: Option<Symptoms>,
    /// At most 4,000 characters.
    pub note: Option<String>,
    /// At most 20.
    pub results: Vec<NewResult>,
}

/// A version of a log: the one that stands, unless others are asked for.
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
    /// What the session did to symptoms.
    pub symptoms: Option<Symptoms>,
    /// The patient's words.
    pub note: Option<String>,
    /// When this version was recorded.
    pub recorded_at: Instant,
    /// Whether the patient recorded it.
    pub by_patient: bool,
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
