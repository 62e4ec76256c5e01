//! The exercises of what was logged.

use crate::access::Scope;
use crate::error::Result;
use crate::library::{Exercise, rows_by_ids};
use crate::program::table::prescription::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// The exercise of each of these prescriptions of the clinic, which say nothing of whose they are; two
/// statements.
pub async fn exercises(scope: &Scope, prescription_ids: &[Uuid]) -> Result<HashMap<Uuid, Exercise>> {
    let tx = scope.read().await?;
    let rows: Vec<(Uuid, Uuid)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::ExerciseId])
        .filter(Column::ClinicId.eq(scope.clinic_id()))
        .filter(Column::Id.is_in(prescription_ids.iter().copied()))
        .into_tuple()
        .all(tx.as_ref())
        .await?;
    let wanted: Vec<_> = rows.iter().map(|(_, exercise_id)| *exercise_id).collect();
    let exercises = rows_by_ids(&tx, scope.clinic_id(), &wanted).await?;
    let of = |(id, exercise_id): (Uuid, Uuid)| Some((id, exercises.get(&exercise_id)?.clone()));
    Ok(rows.into_iter().filter_map(of).collect())
}
