//! The library: exercises with their instructions, articles, and conditions. Shared by all clinics; its
//! data files are part of the program, its table is brought up to them by [`load`].
//!
//! Offers [`load`], [`list`], [`by_ids`], [`text`], [`condition`], [`conditions`],
//! [`cautions`], [`articles`], [`find_articles`], and [`media`].

mod article;
mod caution;
mod data;
pub mod dose;
mod list;
mod load;
pub mod media;
pub mod schedule;
pub(crate) mod table;

pub use article::{
    Article, ArticleFilter, ArticleText, Section, Topic, article, article_by_id, articles, find_articles,
};
pub use caution::{Basis, Caution, Rule, cautions};
pub(crate) use data::parse;
pub use data::{ConditionRecord, ConditionText, Text};
pub(crate) use list::rows_by_ids;
pub use list::{Filter, by_ids, get, list};
pub use load::load;
#[cfg(test)]
pub(crate) use load::shipped;
pub use table::Model as Exercise;

use crate::error::{Error, Result};
use uuid::Uuid;

/// The id of the exercise with this number: the same in every installation.
pub fn exercise_id(number: i32) -> Uuid {
    // UUIDv7 of a fixed instant, with the number where the randomness would be.
    Uuid::from_u128(0x018f_0000_0000_7000_8000_0000_0000_0000 | u128::from(number.unsigned_abs()))
}

/// The words of an exercise. English stands in for a language without a file.
pub fn text(key: &str, language: &str) -> Result<&'static Text> {
    let _ = language;
    data::ENGLISH.get(key).ok_or(Error::Internal)
}

/// Every condition, in the order of the data file, with its words.
pub fn conditions() -> impl Iterator<Item = (&'static ConditionRecord, &'static ConditionText)> {
    data::CONDITIONS.iter().filter_map(|record| Some((record, data::ENGLISH_CONDITIONS.get(&record.key)?)))
}

/// The condition of this key.
pub fn condition(key: &str) -> Option<(&'static ConditionRecord, &'static ConditionText)> {
    conditions().find(|(record, _)| record.key == key)
}
