//! The table `message`.

use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::entity::prelude::*;

/// A message of the thread between a patient and their care team. It is never edited.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "message")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    /// The member who sent it; none where the patient did.
    pub(crate) member_id: Option<Uuid>,
    #[serde(skip)]
    pub(crate) text: Sealed,
    /// Later than every message of the thread before it.
    pub(crate) sent_at: Instant,
    /// When the other side read it: the patient, or the first member of the care team.
    pub(crate) read_at: Option<Instant>,
    /// That member.
    pub(crate) read_by: Option<Uuid>,
    #[serde(skip)]
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) change: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
