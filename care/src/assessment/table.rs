//! The table `red_flag_screen`.

use super::Level;
use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::entity::prelude::*;

/// The answers to a screen for signs of danger.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "red_flag_screen")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    /// The keys of the signs that are there, separated by spaces.
    #[serde(skip)]
    pub(crate) signs: Sealed,
    #[serde(skip)]
    pub(crate) note: Option<Sealed>,
    pub(crate) level: Option<Level>,
    /// The member who asked; none where the patient told of their own accord.
    pub(crate) member_id: Option<Uuid>,
    pub(crate) screened_at: Instant,
    #[serde(skip)]
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) resolved_at: Option<Instant>,
    /// The therapist who looked at it.
    pub(crate) resolved_by: Option<Uuid>,
    #[serde(skip)]
    pub(crate) resolution: Option<Sealed>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
