//! The table `audit_event`.

use crate::clock::Instant;
use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_event")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) clinic_id: Option<Uuid>,
    pub(crate) at: Instant,
    pub(crate) account_id: Option<Uuid>,
    pub(crate) role: String,
    pub(crate) action: String,
    pub(crate) patient_id: Option<Uuid>,
    pub(crate) object_kind: String,
    pub(crate) object_id: Option<Uuid>,
    pub(crate) outcome: String,
    pub(crate) request_id: Option<String>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
