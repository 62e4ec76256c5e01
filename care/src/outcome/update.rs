//! Changing when a patient is asked a measure.

use super::assignments::{find_to_write, save};
use super::check::check_schedule;
use super::{Assignment, Schedule};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use uuid::Uuid;

/// When a patient is asked a measure from now on. What is left out is taken away.
#[derive(Debug, Clone)]
pub struct UpdateAssignment {
    /// The assignment.
    pub id: Uuid,
    /// After every so many weeks, 1 to 52.
    pub every_weeks: Option<i32>,
    /// Whether it is asked on the day on which the patient's care ends.
    pub at_discharge: bool,
    /// The last day on which it can fall due, within five years of the first.
    pub end_on: Option<Day>,
}

/// Changes when a patient is asked a measure. Its first day stays. Therapists of the care team only.
/// `NotAllowed` where it has been ended.
pub async fn update(scope: &Scope, input: UpdateAssignment) -> Result<Assignment> {
    scope.therapist_id()?;
    let tx = scope.write().await?;
    let (chart, mut row) = find_to_write(&tx, scope, input.id).await?;
    let asked = (row.baseline, input.every_weeks, input.at_discharge);
    let every_weeks = check_schedule(asked, (row.start_on, input.end_on), row.start_on)?;
    let (at_discharge, end_on) = (input.at_discharge, input.end_on);
    let schedule = Schedule { every_weeks, at_discharge, end_on, ..row.schedule() };
    if schedule == row.schedule() {
        return Ok(row.into());
    }
    (row.every_weeks, row.at_discharge, row.end_on) = (every_weeks.map(i16::from), at_discharge, end_on);
    save(tx, scope, chart, row, "outcome.update_assignment").await
}
