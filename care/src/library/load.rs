//! Bringing the table up to the data files.

use super::data::{EXERCISES, Record};
use super::table::{ActiveModel, Column, Entity, Model, Words};
use crate::access::Worker;
use crate::error::Result;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashMap;

/// Inserts what is missing and renews what differs; answers how many rows changed. Rows that
/// changed carry the next number of the library's counter. What clinics have of their own stays as it is.
pub async fn load(worker: &Worker) -> Result<usize> {
    let tx = worker.write().await?;
    let known = Entity::find().filter(Column::ClinicId.is_null()).all(&tx).await?;
    let known: HashMap<_, _> = known.into_iter().map(|row| (row.id, row)).collect();
    let change = known.values().map(|row| row.change).max().unwrap_or(0) + 1;
    let mut changed = 0;
    for record in &EXERCISES.exercise {
        let wanted = row(record, change);
        match known.get(&wanted.id) {
            Some(row) if same(row, &wanted) => continue,
            Some(_) => {
                ActiveModel::from(wanted).reset_all().update(&tx).await?;
            }
            None => {
                ActiveModel::from(wanted).reset_all().insert(&tx).await?;
            }
        }
        changed += 1;
    }
    tx.commit().await?;
    Ok(changed)
}

/// The exercises as they are shipped.
#[cfg(test)]
pub(crate) fn shipped() -> Vec<Model> {
    EXERCISES.exercise.iter().map(|record| row(record, 0)).collect()
}

fn row(record: &Record, change: i64) -> Model {
    Model {
        id: super::exercise_id(record.number),
        clinic_id: None,
        key: record.key.clone(),
        number: record.number,
        categories: Words(record.categories.clone()),
        tags: Words(record.tags.clone()),
        equipment: Words(record.equipment.clone()),
        conditions: Words(record.conditions.clone()),
        own_texts: None,
        default_dose: record.dose(),
        default_schedule: record.schedule(),
        change,
        archived_at: None,
        created_by: None,
        created_at: None,
        fingerprint: None,
    }
}

fn same(row: &Model, wanted: &Model) -> bool {
    *row == Model { change: row.change, ..wanted.clone() }
}
