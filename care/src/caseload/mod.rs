//! The read model of the therapist's first screen: the patients of the care team, each with what
//! matters now, in a number of statements that does not grow with the rows.
//!
//! What is found of a patient is kept as a row of `caseload_row` by the worker ([`keep`]). A read takes the
//! kept rows, and finds those anew that something has been written of since, so that its answer is always as
//! things are, whatever has been kept.
//!
//! Offers [`read`], [`of_patient`], [`news`], and to the worker [`keep`] and [`forget`].

mod keep;
mod order;
mod read;
mod risk;
mod slope;
mod standing;
pub(crate) mod table;

pub use keep::{forget, keep};
pub use order::{Filter, Sort};
pub use read::{Told, news, of_patient, read};
pub use risk::RiskReason;

use crate::clock::Instant;
use crate::patient::Patient;
use crate::program::Program;

/// A patient of the caseload.
#[derive(Debug, Clone)]
pub struct Row {
    /// The patient.
    pub patient: Patient,
    /// How soon somebody should look, 0 to 100.
    pub risk: u8,
    /// Why, the gravest first.
    pub reasons: Vec<RiskReason>,
    /// Session adherence over the last 7 days, 0 to 1; none when nothing was scheduled.
    pub adherence7: Option<f64>,
    /// Session adherence over the last 28 days, 0 to 1.
    pub adherence28: Option<f64>,
    /// The pain last told, within 28 days, 0 to 10: after the session, else before it, else during it; or rated
    /// outside of sessions.
    pub pain_now: Option<i16>,
    /// The slope of pain over 28 days, in points a week; none with fewer than three days of it.
    pub pain_slope: Option<f64>,
    /// When the patient last told of a session, symptoms or a fall; none before the first.
    pub last_activity_at: Option<Instant>,
    /// Alerts that are neither resolved nor put off.
    pub open_alerts: i32,
    /// Messages of the patient that nobody of the care team has read.
    pub unread_messages: i32,
    /// Questionnaires that are overdue.
    pub outcomes_overdue: i32,
    /// The program followed now; else the newest draft.
    pub program: Option<Program>,
}
