//! Which patients wait for their care team to read them.

use super::table::{Column, Entity};
use super::{Message, unread_of_patients};
use crate::access::Scope;
use crate::error::Result;
use crate::patient::{Patient, cared_for_by, charts, table::patient};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// A patient whose messages nobody of their care team has read.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// The patient.
    pub patient: Patient,
    /// The last of those messages.
    pub newest: Message,
    /// How many they are.
    pub unread: u32,
}

/// The patients of the care teams of who acts, `among` these or all, whose messages wait to be read, but for
/// those whose newest such message `is_known`. Patients themselves wait for nobody: `Forbidden`.
pub async fn waiting(
    scope: &Scope,
    among: Option<&BTreeSet<Uuid>>,
    is_known: impl Fn(&(Uuid, Uuid)) -> bool,
) -> Result<Vec<Waiting>> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let visible = patient::Entity::find().select_only().column(patient::Column::Id);
    let mut find = Entity::find()
        .select_only()
        .columns([Column::PatientId, Column::Id, Column::SentAt])
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(Column::ReadAt.is_null())
        .filter(Column::MemberId.is_null())
        .filter(Column::PatientId.in_subquery(visible.filter(cared_for_by(scope)).into_query()));
    if let Some(among) = among {
        find = find.filter(Column::PatientId.is_in(among.iter().copied()));
    }
    let mut rows: Vec<(Uuid, Uuid, i64)> = find.into_tuple().all(tx.as_ref()).await?;
    rows.sort_unstable_by_key(|(_, _, sent_at)| *sent_at);
    let newest: HashMap<Uuid, Uuid> = rows.into_iter().map(|(patient_id, id, _)| (patient_id, id)).collect();
    let fresh: HashMap<_, _> = newest.into_iter().filter(|entry| !is_known(entry)).collect();
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = fresh.keys().copied().collect();
    let unread = unread_of_patients(&tx, scope.clinic_id(), &ids).await?;
    let charts = charts(&tx, scope, ids).await?;
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(Column::Id.is_in(fresh.into_values()))
        .all(tx.as_ref())
        .await?;
    let mut waiting = Vec::new();
    for row in rows {
        let Some(chart) = charts.get(&row.patient_id) else { continue };
        waiting.push(Waiting {
            patient: chart.patient()?,
            newest: Message::of(scope, chart, &row, &HashMap::new())?,
            unread: unread.get(&row.patient_id).copied().unwrap_or_default(),
        });
    }
    waiting.sort_by_key(|waiting| waiting.newest.sent_at);
    Ok(waiting)
}
