//! Not now.

use super::{Alert, RED_FLAG, Status, find_to_write, save};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use uuid::Uuid;

/// For how long an alert may be put off: 14 days.
const LONGEST: i64 = 14 * 24 * 60 * 60_000;

/// Puts an alert off until a time within 14 days, after which it is open again. Therapists of the care team
/// only. `NotAllowed` for signs of danger, and where it is resolved; `Conflict` where it was raised again after
/// `seen_newest_at`.
pub async fn snooze(
    scope: &Scope,
    id: Uuid,
    until: Instant,
    seen_newest_at: Option<Instant>,
) -> Result<Alert> {
    scope.therapist_id()?;
    let now = scope.services().now();
    if until <= now || until > now.plus(LONGEST) {
        return Err(Error::field("until", Code::OutOfRange, "Give a time within the next 14 days."));
    }
    let tx = scope.write().await?;
    let (chart, mut row) = find_to_write(&tx, scope, id, seen_newest_at).await?;
    if row.rule == RED_FLAG {
        let message = "Signs of danger are not put off. Look at them, and resolve them.";
        return Err(Error::field("alertId", Code::NotAllowed, message));
    }
    (row.status, row.snoozed_until) = (Status::Snoozed, Some(until));
    save(tx, scope, chart, row, "alert.snooze").await
}
