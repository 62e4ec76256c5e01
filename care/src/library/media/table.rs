//! The table `media`.

use super::ContentType;
use crate::clock::Instant;
use sea_orm::entity::prelude::*;

/// How far an image or video has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It was announced, and its bytes have not been looked at.
    Pending,
    /// Its bytes are there and are what was announced.
    Ready,
    /// It was deleted; its bytes go, and then the row.
    Deleted,
}

/// An image or video of an exercise.
#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "media")]
pub struct Model {
    /// The clinic whose own it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub clinic_id: Uuid,
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The exercise that it shows.
    pub exercise_id: Uuid,
    /// What its bytes are.
    pub content_type: ContentType,
    /// How many bytes it has.
    pub bytes: i64,
    /// How far it has come.
    pub status: Status,
    /// The therapist who announced it.
    pub created_by: Uuid,
    /// When it was announced.
    pub created_at: Instant,
}

/// None.
#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
