//! The library: exercises with their instructions, and conditions. Its data files are part of the program,
//! shared by all clinics, in the languages of [`Language`]; its table is brought up to them by [`load`]. A
//! clinic adds exercises of its own, which nobody else sees.
//!
//! Offers [`load`], [`list`], [`by_ids`], [`get`], [`create`], [`clone`], [`archive`], [`condition`],
//! [`conditions`], [`cautions`], [`articles`], [`find_articles`], and
//! [`media`].

mod archive;
mod article;
mod caution;
mod check;
mod clone;
mod create;
mod data;
pub mod dose;
mod language;
mod list;
mod load;
pub mod media;
pub mod schedule;
mod search;
pub(crate) mod table;
mod text;

pub use archive::archive;
pub use article::{
    Article, ArticleFilter, ArticleText, Section, Topic, article, article_by_id, articles, find_articles,
};
pub use caution::{Basis, Caution, Rule, cautions};
pub use clone::{CloneExercise, clone};
pub use create::{NewExercise, create};
pub use data::{ConditionRecord, ConditionText, Text};
pub(crate) use data::{DoseRecord, ScheduleRecord, parse};
pub use language::Language;
pub(crate) use language::{Translations, translations};
pub(crate) use list::rows_by_ids;
pub use list::{Filter, by_ids, get, list};
pub use load::load;
#[cfg(test)]
pub(crate) use load::shipped;
pub(crate) use search::Words;
pub use table::Model as Exercise;

use uuid::Uuid;

/// The id of the exercise with this number: the same in every installation.
pub fn exercise_id(number: i32) -> Uuid {
    // UUIDv7 of a fixed instant, with the number where the randomness would be.
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 | u128::from(number.unsigned_abs()))
}

/// Whether this is, or may be in a release to come, the id of a shared exercise.
fn is_reserved(id: Uuid) -> bool {
    id.as_u128() >> 32 == exercise_id(0).as_u128() >> 32
}

/// The id of the shared exercise of this key.
pub(crate) fn exercise_of(key: &str) -> Option<Uuid> {
    data::EXERCISES.exercise.iter().find(|record| record.key == key).map(|record| exercise_id(record.number))
}

/// Whether this is a movement tag.
pub(crate) fn is_movement_tag(tag: &str) -> bool {
    data::EXERCISES.tags.iter().any(|known| known == tag)
}

/// Every condition, in the order of the data file.
pub fn conditions() -> impl Iterator<Item = &'static ConditionRecord> {
    data::CONDITIONS.iter()
}

/// The condition of this key.
pub fn condition(key: &str) -> Option<&'static ConditionRecord> {
    conditions().find(|record| record.key == key)
}
