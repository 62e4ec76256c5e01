//! Asking a measure no more.

use super::Assignment;
use super::assignments::{find_any_to_write, save};
use crate::access::Scope;
use crate::error::Result;
use uuid::Uuid;

/// Asks the patient this measure no more; what was answered stays. Ending twice changes nothing. Therapists of
/// the care team only.
pub async fn end(scope: &Scope, id: Uuid) -> Result<Assignment> {
    let therapist = scope.therapist_id()?;
    let tx = scope.write().await?;
    let (chart, mut row) = find_any_to_write(&tx, scope, id).await?;
    if row.ended_at.is_some() {
        return Ok(row.into());
    }
    (row.ended_by, row.ended_at) = (Some(therapist), Some(scope.services().now()));
    save(tx, scope, chart, row, "outcome.end_assignment").await
}
