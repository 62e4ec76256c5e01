//! Bringing the table up to the data files.

use super::data::{EXERCISES, Record};
use super::table::{ActiveModel, Entity, Model, Words};
use crate::access::Worker;
use crate::error::Result;
use sea_orm::{ActiveModelTrait, EntityTrait};
use std::collections::HashMap;

/// Inserts what is missing and renews what differs; answers how many rows changed. Rows that
/// changed carry the next number of the library's counter.
pub async fn load(worker: &Worker) -> Result<usize> {
    let tx = worker.write().await?;
    let known: HashMap<_, _> = Entity::find().all(&tx).await?.into_iter().map(|row| (row.id, row)).collect();
    let change = known.values().map(|row| row.change).max().unwrap_or(0) + 1;
    let mut changed = 0;
    for record in EXERCISES.iter() {
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
    EXERCISES.iter().map(|record| row(record, 0)).collect()
}

fn row(record: &Record, change: i64) -> Model {
    Model {
        id: super::exercise_id(record.number),
        key: record.key.clone(),
        number: record.number,
        categories: Words(record.categories.clone()),
        tags: Words(record.tags.clone()),
        default_dose: record.dose(),
        default_schedule: record.schedule(),
        change,
        archived_at: None,
    }
}

fn same(row: &Model, wanted: &Model) -> bool {
    *row == Model { change: row.change, ..wanted.clone() }
}
