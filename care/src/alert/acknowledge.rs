//! Somebody is on it.

use super::{Alert, Status, find_to_write, save};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::Result;
use uuid::Uuid;

/// Notes that who acts is on this alert; one that is acknowledged stays as it is. Clinicians of the care team
/// only. `NotAllowed` where it is resolved; `Conflict` where it was raised again after `seen_newest_at`.
pub async fn acknowledge(scope: &Scope, id: Uuid, seen_newest_at: Option<Instant>) -> Result<Alert> {
    let member_id = scope.member_id()?;
    let tx = scope.write().await?;
    let (chart, mut row) = find_to_write(&tx, scope, id, seen_newest_at).await?;
    let now = scope.services().now();
    if row.status == Status::Acknowledged {
        return row.opened(&chart, now);
    }
    (row.status, row.snoozed_until) = (Status::Acknowledged, None);
    (row.acknowledged_by, row.acknowledged_at) = (Some(member_id), Some(now));
    save(tx, scope, chart, row, "alert.acknowledge").await
}
