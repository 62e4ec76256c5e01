//! The table `education_assignment`.

use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::entity::prelude::*;

/// An article that a patient was assigned or has read: one row for both. Neither: it was taken back.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "education_assignment")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    /// Made of patient and article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    /// The key of the article in the data files.
    pub(crate) article: String,
    pub(crate) assigned_by: Option<Uuid>,
    pub(crate) assigned_at: Option<Instant>,
    /// What whoever assigned it says to the patient.
    #[serde(skip)]
    pub(crate) note: Option<Sealed>,
    /// When the patient read it first.
    pub(crate) read_at: Option<Instant>,
    pub(crate) change: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
