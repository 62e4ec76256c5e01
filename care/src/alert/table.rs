//! The table `alert`.

use super::{Closed, Severity, Status};
use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The records that raised an alert, as TypeIDs, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Evidence(pub(crate) Vec<String>);

/// An alert. The database lets one per patient and rule be without `resolved_at`.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "alert")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    pub(crate) rule: String,
    pub(crate) severity: Severity,
    pub(crate) status: Status,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) evidence: Evidence,
    pub(crate) opened_at: Instant,
    pub(crate) newest_at: Instant,
    pub(crate) acknowledged_by: Option<Uuid>,
    pub(crate) acknowledged_at: Option<Instant>,
    pub(crate) snoozed_until: Option<Instant>,
    pub(crate) resolved_by: Option<Uuid>,
    pub(crate) resolved_at: Option<Instant>,
    #[serde(skip)]
    pub(crate) resolution: Option<Sealed>,
    /// Why it is resolved; none too in rows from before there was more than one reason.
    pub(crate) closed_because: Option<Closed>,
    pub(crate) change: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
