//! An alert whose reason has gone.

use super::Status;
use super::raise::standing;
use crate::access::Scope;
use crate::error::Result;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

/// Ends the patient's alert of this rule, if one stands, in words of ours: what raised it is so no longer. Nobody
/// has resolved it.
pub(crate) async fn subside(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    rule: &str,
    because: &str,
    change: i64,
) -> Result<()> {
    if let Some(mut row) = standing(tx, chart, rule).await? {
        row.resolution = Some(chart.seal(scope, "alert.resolution", row.id, because)?);
        (row.status, row.snoozed_until) = (Status::Resolved, None);
        (row.resolved_at, row.change) = (Some(scope.services().now()), change);
        row.into_active_model().reset_all().update(tx).await?;
    }
    Ok(())
}
