//! Copying an exercise into one of the clinic's own.

use super::create::add;
use super::data::Text;
use super::dose::Dose;
use super::schedule::Schedule;
use super::{Exercise, Language, NewExercise, rows_by_ids};
use crate::access::Scope;
use crate::error::{Error, Result};
use uuid::Uuid;

/// A copy of an exercise, with the parts that are given in place of its own.
#[derive(Debug, Clone)]
pub struct CloneExercise {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// What is copied: a shared exercise or one of the clinic's own, also one that is archived.
    pub exercise_id: Uuid,
    /// All its words: none stays of those copied.
    pub texts: Option<Vec<(Language, Text)>>,
    /// Keys of its categories.
    pub categories: Option<Vec<String>>,
    /// Its movement tags.
    pub tags: Option<Vec<String>>,
    /// What it takes.
    pub equipment: Option<Vec<String>>,
    /// Keys of the conditions that it is commonly used for.
    pub conditions: Option<Vec<String>>,
    /// The dose a new prescription starts with.
    pub default_dose: Option<Dose>,
    /// The schedule a new prescription starts with.
    pub default_schedule: Option<Schedule>,
}

/// Makes an exercise of the clinic's own from another, as [`super::create`] does. Therapists only.
pub async fn clone(scope: &Scope, input: CloneExercise) -> Result<Exercise> {
    scope.therapist_id()?;
    let content = format!("{input:?}");
    let tx = scope.write().await?;
    let mut known = rows_by_ids(&tx, scope.clinic_id(), &[input.exercise_id]).await?;
    let source = known.remove(&input.exercise_id).ok_or(Error::NotFound)?;
    let copied = || source.texts().map(|(language, text)| (language, text.clone())).collect();
    let new = NewExercise {
        id: input.id,
        texts: input.texts.unwrap_or_else(copied),
        categories: input.categories.unwrap_or(source.categories.0.clone()),
        tags: input.tags.unwrap_or(source.tags.0.clone()),
        equipment: input.equipment.unwrap_or(source.equipment.0.clone()),
        conditions: input.conditions.unwrap_or(source.conditions.0.clone()),
        default_dose: input.default_dose.unwrap_or(source.default_dose),
        default_schedule: input.default_schedule.unwrap_or(source.default_schedule.clone()),
    };
    add(tx, scope, new, ("exercise.clone", &content)).await
}
