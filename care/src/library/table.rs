//! The table `exercise`: the shared library, one row an exercise of the data files.

use crate::clock::Instant;
use crate::library::dose::Dose;
use crate::library::schedule::Schedule;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Texts kept as one JSON column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Words(pub Vec<String>);

/// An exercise of the library.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "exercise")]
pub struct Model {
    /// Its id, the same in every installation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its key in the data files.
    #[sea_orm(unique)]
    pub key: String,
    /// Its number in the library's table.
    pub number: i32,
    /// Keys of its categories.
    #[sea_orm(column_type = "JsonBinary")]
    pub categories: Words,
    /// Its movement tags.
    #[sea_orm(column_type = "JsonBinary")]
    pub tags: Words,
    /// The dose a new prescription starts with.
    #[sea_orm(column_type = "JsonBinary")]
    pub default_dose: Dose,
    /// The schedule a new prescription starts with.
    #[sea_orm(column_type = "JsonBinary")]
    pub default_schedule: Schedule,
    /// The library's counter when the row last changed.
    pub change: i64,
    /// When it was taken out of the list; prescriptions keep it.
    pub archived_at: Option<Instant>,
}

/// None.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
