//! An alert closes by itself.

use super::standing::standing;
use super::table::Model;
use super::{Closed, Severity, Status};
use crate::access::{By, Scope};
use crate::audit;
use crate::error::Result;
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, IntoActiveModel};

/// Closes an alert of a patient whose row is locked, without anybody who has resolved it, as of this change.
pub(crate) async fn close(tx: &Tx, by: By<'_>, mut row: Model, because: Closed, change: i64) -> Result<()> {
    (row.status, row.snoozed_until) = (Status::Resolved, None);
    (row.closed_because, row.resolved_at) = (Some(because), Some(by.services().now()));
    row.change = change;
    let (clinic_id, patient_id, object) = (row.clinic_id, Some(row.patient_id), (Kind::Alert, row.id));
    row.into_active_model().reset_all().update(tx).await?;
    audit::record_by(tx, by, clinic_id, audit::Entry { action: "alert.close", patient_id, object }).await
}

/// Closes the alert of this rule, if one stands, of the patient whose chart is open to write: what raised it is over.
/// One that is critical stays for a clinician.
pub(crate) async fn subside(tx: &Tx, scope: &Scope, chart: &Chart, rule: &str, change: i64) -> Result<()> {
    match standing(tx, chart.row.key(), rule).await? {
        Some(row) if row.severity < Severity::Critical => {
            close(tx, By::Person(scope), row, Closed::Settled, change).await
        }
        _ => Ok(()),
    }
}
