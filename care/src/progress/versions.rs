//! The history of logs: every version, those that were amended or voided since included.

use super::ProgressLog;
use super::sessions::with_results;
use super::table::progress_log::{Column, Entity};
use crate::access::Scope;
use crate::error::Result;
use crate::patient::Chart;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// The patient and the log, whose id is unique for the patient alone.
pub type LogKey = (Uuid, Uuid);

/// All versions of these logs, first recorded first: three statements a patient. Those of patients whom who
/// acts may not see are `NotFound`.
pub async fn versions(scope: &Scope, keys: &[LogKey]) -> Result<HashMap<LogKey, Vec<ProgressLog>>> {
    let mut wanted: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (patient_id, log_id) in keys {
        wanted.entry(*patient_id).or_default().push(*log_id);
    }
    let tx = scope.read().await?;
    let mut found: HashMap<LogKey, Vec<ProgressLog>> = HashMap::new();
    for (patient_id, log_ids) in wanted {
        let chart = Chart::open(&tx, scope, patient_id).await?;
        let rows = Entity::find()
            .filter(Column::ClinicId.eq(chart.clinic_id()))
            .filter(Column::PatientId.eq(chart.id()))
            .filter(Column::LogId.is_in(log_ids))
            .order_by_asc(Column::Version)
            .all(tx.as_ref())
            .await?;
        for rows in with_results(&tx, chart.clinic_id(), rows).await? {
            found.entry((patient_id, rows.log.log_id)).or_default().push(rows.opened(&chart)?);
        }
    }
    Ok(found)
}
