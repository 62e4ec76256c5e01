//! The table `exercise`: the shared library, one row an exercise of the data files, and what clinics have
//! added of their own.

use super::data::Text;
use super::language::Language;
use crate::clock::Instant;
use crate::library::dose::Dose;
use crate::library::schedule::Schedule;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Texts kept as one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Words(pub Vec<String>);

/// The words of a clinic's own exercise by language, in one at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct OwnTexts(pub BTreeMap<Language, Text>);

/// An exercise of the library.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exercise")]
pub struct Model {
    /// Its id; of a shared one, the same in every installation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The clinic whose own it is; none: shared by all.
    pub clinic_id: Option<Uuid>,
    /// Its key in the data files; of an own one, its TypeID.
    #[sea_orm(unique)]
    pub key: String,
    /// Its number in the library's table; 0 for own ones, which come after it as they were made.
    pub number: i32,
    /// Keys of its categories.
    #[sea_orm(column_type = "JsonBinary")]
    pub categories: Words,
    /// Its movement tags.
    #[sea_orm(column_type = "JsonBinary")]
    pub tags: Words,
    /// What it takes.
    #[sea_orm(column_type = "JsonBinary")]
    pub equipment: Words,
    /// Keys of the conditions that it is commonly used for.
    #[sea_orm(column_type = "JsonBinary")]
    pub conditions: Words,
    /// What patients read about an own one; none: the data files have it.
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub own_texts: Option<OwnTexts>,
    /// The dose a new prescription starts with.
    #[sea_orm(column_type = "JsonBinary")]
    pub default_dose: Dose,
    /// The schedule a new prescription starts with.
    #[sea_orm(column_type = "JsonBinary")]
    pub default_schedule: Schedule,
    /// The library's counter when the row last changed; of an own one, how often it was written.
    pub change: i64,
    /// When it was taken out of the list; prescriptions keep it.
    pub archived_at: Option<Instant>,
    /// The member who made an own one.
    pub created_by: Option<Uuid>,
    /// When an own one was made.
    pub created_at: Option<Instant>,
    /// Of an own one, the keyed hash of what it was made from.
    pub(crate) fingerprint: Option<Vec<u8>>,
}

/// None.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
