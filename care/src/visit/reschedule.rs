//! Moving a visit that is to be.

use super::check::{Plan, check_free, check_member};
use super::find::{find_to_write, save};
use super::{Status, Visit, clinician_id};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use uuid::Uuid;

/// When a visit is to be instead, and what else changes.
#[derive(Debug, Clone)]
pub struct RescheduleVisit {
    /// A scheduled visit.
    pub visit_id: Uuid,
    /// When it begins, from a year ago to two years ahead.
    pub starts_at: Instant,
    /// How long it lasts, in minutes: 5 to 480; as before when missing.
    pub duration_minutes: Option<i32>,
    /// Who sees the patient; as before when missing.
    pub member_id: Option<Uuid>,
    /// Where it is: one line of at most 200 characters; as before when missing.
    pub place: Option<String>,
}

/// Moves a scheduled visit, on the terms of [`schedule`](super::schedule). `NotAllowed` for one that is
/// recorded, canceled or missed.
pub async fn reschedule(scope: &Scope, input: RescheduleVisit) -> Result<Visit> {
    clinician_id(scope)?;
    let tx = scope.write().await?;
    let (chart, mut row) = find_to_write(&tx, scope, input.visit_id).await?;
    if row.status != Status::Scheduled {
        let message = "Only a scheduled visit can be moved. Schedule another.";
        return Err(Error::field("visitId", Code::NotAllowed, message));
    }
    let place = input.place.as_deref().map(str::trim);
    let duration_minutes = input.duration_minutes.unwrap_or(row.duration_minutes());
    let plan = Plan { starts_at: input.starts_at, duration_minutes, place };
    (row.starts_at, row.ends_at) = plan.check(scope.services().now())?;
    if let Some(member_id) = input.member_id {
        check_member(&tx, &chart, member_id).await?;
        row.member_id = member_id;
    }
    let taken = ("startsAt", [Status::Scheduled, Status::Done].as_slice());
    check_free(&tx, &chart, (row.starts_at, row.ends_at), row.id, taken).await?;
    if let Some(place) = place {
        let place = Some(place).filter(|place| !place.is_empty());
        row.place = place.map(|place| chart.seal(scope, "visit.place", row.id, place)).transpose()?;
    }
    save(tx, scope, chart, row, "visit.reschedule").await
}
