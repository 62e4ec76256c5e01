//! It is done.

use super::standing::standing;
use super::table::Model;
use super::{Alert, Closed, RED_FLAG, Status, find_to_write, save};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::patient::{Chart, check_reason};
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

/// Resolves an alert; `reason` says in 10 to 500 characters what was found and done. Therapists of the care
/// team only. `NotAllowed` for signs of danger, which are resolved themselves, and where it is resolved.
/// `Conflict` where it was raised again after `seen_newest_at`.
pub async fn resolve(
    scope: &Scope,
    id: Uuid,
    reason: &str,
    seen_newest_at: Option<Instant>,
) -> Result<Alert> {
    let therapist = scope.therapist_id()?;
    let reason = check_reason("reason", reason, "Say in 10 to 500 characters what was found and done.")?;
    let tx = scope.write().await?;
    let (chart, mut row) = find_to_write(&tx, scope, id, seen_newest_at).await?;
    if row.rule == RED_FLAG {
        let message = "Signs of danger are resolved by resolveRedFlags, and this alert with them.";
        return Err(Error::field("alertId", Code::NotAllowed, message));
    }
    row.end(scope, &chart, (therapist, reason))?;
    save(tx, scope, chart, row, "alert.resolve").await
}

/// Whether an alert of this rule stands of the patient.
pub(crate) async fn stands(tx: &Tx, chart: &Chart, rule: &str) -> Result<bool> {
    Ok(standing(tx, chart.row.key(), rule).await?.is_some())
}

/// Resolves the patient's alert of this rule, if one stands, with what raised it.
pub(crate) async fn settle(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    rule: &str,
    by: (Uuid, &str),
    change: i64,
) -> Result<()> {
    if let Some(mut row) = standing(tx, chart.row.key(), rule).await? {
        row.end(scope, chart, by)?;
        row.change = change;
        row.into_active_model().reset_all().update(tx).await?;
    }
    Ok(())
}

impl Model {
    fn end(&mut self, scope: &Scope, chart: &Chart, (member_id, reason): (Uuid, &str)) -> Result<()> {
        self.resolution = Some(chart.seal(scope, "alert.resolution", self.id, reason)?);
        (self.status, self.snoozed_until) = (Status::Resolved, None);
        self.closed_because = Some(Closed::Resolved);
        (self.resolved_by, self.resolved_at) = (Some(member_id), Some(scope.services().now()));
        Ok(())
    }
}
