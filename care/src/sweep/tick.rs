//! One sweep over all clinics.

use super::act::{Step, act};
use super::engagement::{Grade, grade, was_seen};
use super::look::{Seen, settled, silent};
use crate::access::Worker;
use crate::alert::table::Model as Alert;
use crate::alert::{self, Closed, ENGAGEMENT, Found};
use crate::clinic::AlertThresholds;
use crate::clinic::table::clinic;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::table::patient;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// What a sweep has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Alerts about silence that were raised, or became graver.
    pub raised: u64,
    /// Alerts that closed themselves: the patient has dropped out.
    pub dropped_out: u64,
    /// Alerts that closed themselves: the silence is over.
    pub settled: u64,
}

/// Raises an alert for each patient who has logged nothing for too long although something was due, makes it
/// graver and closes it as the silence goes on, and closes it where it is over. `most` patients of a clinic are
/// looked at together; each is written in a transaction of its own.
pub async fn tick(worker: &Worker, most: u64) -> Result<Swept> {
    let tx = worker.read().await?;
    let clinics = clinic::Entity::find().all(&tx).await?;
    tx.commit().await?;
    let mut swept = Swept::default();
    for clinic in clinics {
        sweep_silent(worker, &clinic, most, &mut swept).await?;
        let tx = worker.read().await?;
        let over = settled(&tx, &clinic, worker.now(), most).await?;
        tx.commit().await?;
        for (row, standing) in over {
            let step = Step::Close(standing, Closed::Settled);
            swept.settled += u64::from(tried(&row, act(worker, &row, step).await));
        }
    }
    Ok(swept)
}

async fn sweep_silent(worker: &Worker, clinic: &clinic::Model, most: u64, swept: &mut Swept) -> Result<()> {
    let mut after = Uuid::nil();
    loop {
        let now = worker.now();
        let tx = worker.read().await?;
        let seen = silent(&tx, clinic, now, (after, most)).await?;
        tx.commit().await?;
        let Some(last) = seen.last().map(|seen| seen.row.id) else { return Ok(()) };
        after = last;
        for seen in seen {
            let Some(step) = step(&clinic.settings.alerts, &seen, now) else { continue };
            let count = match &step {
                Step::Raise(..) => &mut swept.raised,
                Step::Close(..) => &mut swept.dropped_out,
            };
            *count += u64::from(tried(&seen.row, act(worker, &seen.row, step).await));
        }
    }
}

/// Whether something was done. One patient who cannot be looked at keeps nobody else from being; the next sweep tries
/// again.
fn tried(row: &patient::Model, done: Result<bool>) -> bool {
    done.unwrap_or_else(|error| {
        tracing::warn!(patient_id = %row.id, %error, "a patient could not be looked at");
        false
    })
}

/// What is to be done about this patient, if anything has not been done yet.
fn step(thresholds: &AlertThresholds, seen: &Seen, now: Instant) -> Option<Step> {
    let grade = grade(thresholds, seen.silence)?;
    let standing = seen.standing.clone();
    let gone = |row: &Alert| grade == Grade::DroppedOut && was_seen(thresholds, row.opened_at, now);
    if standing.as_ref().is_some_and(gone) {
        return standing.map(|row| Step::Close(row, Closed::DroppedOut));
    }
    let severity = alert::rule(ENGAGEMENT)?.severity(grade.key())?;
    if standing.as_ref().is_some_and(|row| row.severity >= severity) {
        return None;
    }
    let evidence = seen.program_id.map(|id| (Kind::Program, id)).into_iter().collect();
    Some(Step::Raise(standing, Found { rule: ENGAGEMENT, severity, evidence }))
}
