//! The table `monitoring_entry`.

use super::{Activity, Kind, Medium};
use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::entity::prelude::*;

/// What a member did in monitoring a patient. It is never edited; a mistaken one is voided.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "monitoring_entry")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    pub(crate) member_id: Uuid,
    pub(crate) kind: Kind,
    pub(crate) started_at: Instant,
    pub(crate) ended_at: Option<Instant>,
    pub(crate) activity: Option<Activity>,
    pub(crate) medium: Option<Medium>,
    #[serde(skip)]
    pub(crate) note: Option<Sealed>,
    #[serde(skip)]
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) recorded_at: Instant,
    pub(crate) voided_by: Option<Uuid>,
    pub(crate) voided_at: Option<Instant>,
    #[serde(skip)]
    pub(crate) void_reason: Option<Sealed>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
