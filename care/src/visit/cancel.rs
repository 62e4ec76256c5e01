//! Visits that do not take place.

use super::find::{find_to_write, opened, save};
use super::table::Model;
use super::{Status, Visit, clinician_id};
use crate::access::Scope;
use crate::error::{Code, Error, Result};
use uuid::Uuid;

/// Calls a scheduled visit off, for a reason of 1 to 500 characters, which the patient reads. Therapists
/// and assistants of the care team only. Once it is canceled, the same again changes nothing;
/// `NotAllowed` for one that is recorded or missed.
pub async fn cancel(scope: &Scope, visit_id: Uuid, reason: &str) -> Result<Visit> {
    let reason = reason.trim();
    if !(1..=500).contains(&reason.chars().count()) {
        return Err(Error::field("reason", Code::OutOfRange, "Give the reason in 1 to 500 characters."));
    }
    close(scope, visit_id, Status::Canceled, Some(reason)).await
}

/// Notes that the patient did not come to a scheduled visit, from when it begins on. Therapists and
/// assistants of the care team only. The same again changes nothing; `NotAllowed` before it begins, and for
/// one that is recorded or canceled.
pub async fn mark_missed(scope: &Scope, visit_id: Uuid) -> Result<Visit> {
    close(scope, visit_id, Status::Missed, None).await
}

async fn close(scope: &Scope, visit_id: Uuid, status: Status, reason: Option<&str>) -> Result<Visit> {
    let (acting, now) = (clinician_id(scope)?, scope.services().now());
    let tx = scope.write().await?;
    let (chart, row) = find_to_write(&tx, scope, visit_id).await?;
    if row.status == status {
        return opened(&tx, scope, &chart, row).await;
    }
    let refused = |message| Err(Error::field("visitId", Code::NotAllowed, message));
    if row.status != Status::Scheduled {
        return refused("The visit is recorded, canceled or missed already.");
    }
    if status == Status::Missed && now < row.starts_at {
        return refused("The visit has not begun. Cancel it, or wait until it has.");
    }
    let cancel_reason =
        reason.map(|reason| chart.seal(scope, "visit.cancel_reason", row.id, reason)).transpose()?;
    let row = Model { status, cancel_reason, closed_by: Some(acting), closed_at: Some(now), ..row };
    let action = if status == Status::Canceled { "visit.cancel" } else { "visit.miss" };
    save(tx, scope, chart, row, action).await
}
