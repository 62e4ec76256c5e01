//! Outcome measures: questionnaires by which it is seen whether care helps. When they are asked, the answers and
//! their scores, and what lies between two of them.
//!
//! Offers the definitions by [`measures`] and [`measure()`] with their [`Text`], of a clinic by [`clinic_texts`] and
//! [`import()`]; [`assign`], [`update`], [`end`], [`assignments`], [`get_assignment`]; [`submit`], [`void`], [`list`],
//! [`get`], [`trend()`], [`due()`], and to the slices above `due_of_patients` and
//! `next_due_of_patients`. The rules are [`score()`],
//! [`change()`], [`Schedule`], and that of decline, which raises an alert.

mod alarm;
mod assign;
mod assignments;
mod change;
mod check;
mod decline;
mod due;
mod end;
mod import;
mod list;
mod measure;
mod outstanding;
mod score;
mod submit;
pub(crate) mod table;
mod text;
mod trend;
mod update;
mod void;

pub use assign::{NewAssignment, assign};
pub use assignments::{assignments, get_assignment};
pub use change::{Change, Content, Reason, Test, Verdict, change};
pub use due::Schedule;
pub use end::end;
pub use import::{ClinicText, Imported, import};
pub use list::{get, list};
pub use measure::{Band, Better, Measure, Unit, measure, measures};
pub use outstanding::{Due, due};
pub(crate) use outstanding::{due_of_patients, next_due_of_patients};
pub use score::{Answers, Part, Scored, score};
pub use submit::{NewResponse, submit};
pub use text::{AnswerOption, ClinicTexts, ItemText, Text, clinic_texts};
pub use trend::{PartPoint, Point, trend};
pub use update::{UpdateAssignment, update};
pub use void::void;

use crate::clock::{Day, Instant};
use crate::error::{Code, Error, FieldError, Result};
use crate::patient::Chart;
use table::{outcome_assignment, outcome_response};
use uuid::Uuid;

/// A measure that a patient is asked.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// Its id.
    pub id: Uuid,
    /// The key of the measure.
    pub measure: String,
    /// When it is asked.
    pub schedule: Schedule,
    /// The therapist who assigned it.
    pub assigned_by: Uuid,
    /// When.
    pub assigned_at: Instant,
    /// Since when it is asked no more.
    pub ended_at: Option<Instant>,
}

impl From<outcome_assignment::Model> for Assignment {
    fn from(row: outcome_assignment::Model) -> Self {
        let schedule = row.schedule();
        let (assigned_by, assigned_at, ended_at) = (row.assigned_by, row.assigned_at, row.ended_at);
        Self { id: row.id, measure: row.measure, schedule, assigned_by, assigned_at, ended_at }
    }
}

impl outcome_assignment::Model {
    fn schedule(&self) -> Schedule {
        Schedule {
            baseline: self.baseline,
            every_weeks: self.every_weeks.and_then(|weeks| u8::try_from(weeks).ok()),
            at_discharge: self.at_discharge,
            start_on: self.start_on,
            end_on: self.end_on,
        }
    }
}

/// The answers to a measure, with what they say.
#[derive(Debug, Clone)]
pub struct Response {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// The key of the measure.
    pub measure: String,
    /// The version of its definition by which it was scored.
    pub version: i32,
    /// In what the score is.
    pub unit: Unit,
    /// When it was answered.
    pub answered_at: Instant,
    /// The patient-local date of it.
    pub local_date: Day,
    /// The score; none where too little was answered.
    pub score: Option<f64>,
    /// The key of the band that it is in.
    pub band: Option<String>,
    /// The answers as they were given, and the scores of parts.
    pub content: Content,
    /// Whether the patient recorded it; else a clinician did.
    pub by_patient: bool,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// When it was taken back as mistaken.
    pub voided_at: Option<Instant>,
    /// Why.
    pub void_reason: Option<String>,
}

impl Response {
    fn of(chart: &Chart, row: &outcome_response::Model) -> Result<Self> {
        let content = chart.unseal("outcome_response.content", row.id, &row.content)?;
        let reason = row.void_reason.as_ref();
        let reason = reason.map(|reason| chart.unseal("outcome_response.void_reason", row.id, reason));
        Ok(Self {
            id: row.id,
            patient_id: row.patient_id,
            measure: row.measure.clone(),
            version: row.definition_version,
            unit: row.unit,
            answered_at: row.answered_at,
            local_date: row.local_date,
            score: row.score,
            band: row.band.clone(),
            content: serde_json::from_str(&content).map_err(|_| Error::Internal)?,
            by_patient: row.by_patient,
            recorded_at: row.recorded_at,
            voided_at: row.voided_at,
            void_reason: reason.transpose()?,
        })
    }
}

/// The measure that an input names.
fn named(key: &str) -> std::result::Result<&'static Measure, FieldError> {
    measure(key).ok_or_else(|| FieldError::new("measure", Code::NotFound, "Give a key of outcomeMeasures."))
}
