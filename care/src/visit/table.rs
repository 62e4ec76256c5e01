//! The table `visit`.

use super::Status;
use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::entity::prelude::*;

/// A visit, from when it is scheduled until it is closed.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "visit")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    /// Who sees the patient.
    pub(crate) member_id: Uuid,
    pub(crate) status: Status,
    pub(crate) starts_at: Instant,
    pub(crate) ends_at: Instant,
    #[serde(skip)]
    pub(crate) place: Option<Sealed>,
    #[serde(skip)]
    pub(crate) cancel_reason: Option<Sealed>,
    /// What was done: a JSON list of `Treated`.
    #[serde(skip)]
    pub(crate) treatments: Option<Sealed>,
    pub(crate) pain_before: Option<i16>,
    pub(crate) pain_after: Option<i16>,
    #[serde(skip)]
    pub(crate) note: Option<Sealed>,
    pub(crate) program_revision_id: Option<Uuid>,
    /// Of how it came to be: scheduled, or recorded without having been.
    #[serde(skip)]
    pub(crate) fingerprint: Vec<u8>,
    /// Of what was recorded.
    #[serde(skip)]
    pub(crate) record_fingerprint: Option<Vec<u8>>,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: Instant,
    /// Who recorded it, canceled it or marked it as missed.
    pub(crate) closed_by: Option<Uuid>,
    pub(crate) closed_at: Option<Instant>,
    pub(crate) changed_at: Instant,
    pub(crate) change: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
