//! Visits from their rows, and the way of a change through them.

use super::table::{ActiveModel, Entity, Model};
use super::{Treated, Visit};
use crate::access::Scope;
use crate::audit;
use crate::clinic::Member;
use crate::clinic::table::member;
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::sealed::Sealed;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Milliseconds of a minute.
pub(super) const MINUTE: i64 = 60_000;

/// The visit of this id with the chart it belongs to, whose row is locked for the write that follows.
pub(super) async fn find_to_write(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Chart, Model)> {
    let find = || Entity::find_by_id((scope.clinic_id(), id));
    let row = find().one(tx).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open_to_write(tx, scope, row.patient_id).await?;
    // Read again: what stood before the lock may have changed.
    let row = find().one(tx).await?.ok_or(Error::NotFound)?;
    Ok((chart, row))
}

/// Writes a visit and commits. One that carries no change yet is new.
pub(super) async fn save(
    tx: Tx,
    scope: &Scope,
    mut chart: Chart,
    mut row: Model,
    action: &'static str,
) -> Result<Visit> {
    let is_new = row.change == 0;
    row.change = chart.raise(&tx, None).await?;
    row.changed_at = scope.services().now();
    let written = ActiveModel::from(row.clone()).reset_all();
    if is_new {
        written.insert(&tx).await?
    } else {
        written.update(&tx).await?
    };
    let (change, object) = (row.change, (Kind::Visit, row.id));
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    let visit = opened(&tx, scope, &chart, row).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(visit)
}

/// The visit of a row of this chart.
pub(super) async fn opened(tx: &Tx, scope: &Scope, chart: &Chart, row: Model) -> Result<Visit> {
    opened_all(tx, scope, chart, vec![row]).await?.pop().ok_or(Error::Internal)
}

/// The visits of rows of this chart, with who sees the patient: one statement however many they are.
pub(super) async fn opened_all(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    rows: Vec<Model>,
) -> Result<Vec<Visit>> {
    let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.member_id).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let members = member::Entity::find()
        .filter(member::Column::ClinicId.eq(chart.clinic_id()))
        .filter(member::Column::Id.is_in(ids))
        .all(tx)
        .await?;
    let visit = |row: Model| {
        let member = members.iter().find(|member| member.id == row.member_id).ok_or(Error::Internal)?;
        Visit::of(chart, &row, Member::of(scope, member)?)
    };
    rows.into_iter().map(visit).collect()
}

impl Visit {
    fn of(chart: &Chart, row: &Model, member: Member) -> Result<Self> {
        let open = |column, sealed: &Option<Sealed>| {
            sealed.as_ref().map(|sealed| chart.unseal(column, row.id, sealed)).transpose()
        };
        let mut treatments: Vec<Treated> = match open("visit.treatments", &row.treatments)? {
            Some(text) => serde_json::from_str(&text).map_err(|_| Error::Internal)?,
            None => Vec::new(),
        };
        let mut note = open("visit.note", &row.note)?;
        // Notes are for the clinicians.
        if chart.is_own() {
            note = None;
            for treated in &mut treatments {
                treated.note = None;
            }
        }
        Ok(Self {
            id: row.id,
            patient_id: row.patient_id,
            member,
            status: row.status,
            starts_at: row.starts_at,
            duration_minutes: row.duration_minutes(),
            place: open("visit.place", &row.place)?,
            cancel_reason: open("visit.cancel_reason", &row.cancel_reason)?,
            treatments,
            pain_before: row.pain_before,
            pain_after: row.pain_after,
            note,
            program_revision_id: row.program_revision_id,
            closed_at: row.closed_at,
        })
    }
}

impl Model {
    /// How long it lasts, in minutes.
    pub(super) fn duration_minutes(&self) -> i32 {
        i32::try_from((self.ends_at.0 - self.starts_at.0) / MINUTE).unwrap_or(i32::MAX)
    }
}
