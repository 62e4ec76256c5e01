//! Keeping the rows, so that nobody who reads has to wait for them to be found.

use super::risk::rules;
use super::standing;
use super::table::{Column, Entity, Model};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::Result;
use crate::patient::table::patient;
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Patients whose rows are found and written in one transaction.
const CHUNK: u64 = 100;

/// Finds anew the rows that are missing or no longer so, of at most a hundred patients; answers of how many.
/// Repeat until it answers 0.
pub async fn keep(worker: &Worker) -> Result<usize> {
    let now = worker.now();
    let tx = worker.write().await?;
    let stale = stale(&tx, now).await?;
    for chunk in stale.chunk_by(|one, next| one.clinic_id == next.clinic_id) {
        let Some(first) = chunk.first() else { continue };
        let patients: Vec<_> = chunk.iter().collect();
        write(&tx, standing::of_patients(&tx, first.clinic_id, &patients, now).await?).await?;
    }
    tx.commit().await?;
    Ok(stale.len())
}

/// Forgets the rows of a clinic, of all clinics where none is named, so that they are found anew.
pub async fn forget(worker: &Worker, clinic_id: Option<Uuid>) -> Result<()> {
    let tx = worker.write().await?;
    let named = clinic_id.map(|id| Column::ClinicId.eq(id));
    Entity::delete_many().filter(Condition::all().add_option(named)).exec(&tx).await?;
    tx.commit().await
}

/// Patients under care whose row is missing, or is of an earlier change or time.
async fn stale(tx: &Tx, now: Instant) -> Result<Vec<patient::Model>> {
    let row = patient::Entity::belongs_to(Entity)
        .from((patient::Column::ClinicId, patient::Column::Id))
        .to((Column::ClinicId, Column::PatientId))
        .into();
    let differs = Condition::any()
        .add(Column::Change.is_null())
        .add(Expr::col((Entity, Column::Change)).ne(Expr::col((patient::Entity, patient::Column::Change))))
        .add(Column::StaleAt.lte(now))
        .add(Column::Rules.ne(rules()));
    Ok(patient::Entity::find()
        .join(JoinType::LeftJoin, row)
        .filter(patient::Column::DischargedAt.is_null())
        .filter(differs)
        .order_by_asc(patient::Column::ClinicId)
        .order_by_asc(patient::Column::Id)
        .limit(CHUNK)
        .all(tx)
        .await?)
}

/// Writes the rows; one that another process has found at a later change stays.
async fn write(tx: &Tx, rows: Vec<Model>) -> Result<()> {
    let excluded = |column: Column| Expr::col(("excluded", column));
    let newer = excluded(Column::Change).gte(Expr::col((Entity, Column::Change)));
    let rows = rows.into_iter().map(|row| row.into_active_model().reset_all());
    let keys = [Column::ClinicId, Column::PatientId];
    let rest = [
        Column::Change,
        Column::Rules,
        Column::StaleAt,
        Column::Adherence7,
        Column::Adherence28,
        Column::PainNow,
        Column::PainSlope,
        Column::OpenAlerts,
        Column::UnreadMessages,
        Column::OutcomesOverdue,
        Column::Risk,
        Column::Reasons,
    ];
    let replace = OnConflict::columns(keys).update_columns(rest).action_and_where(newer).to_owned();
    Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx).await?;
    Ok(())
}
