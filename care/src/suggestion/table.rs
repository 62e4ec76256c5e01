//! The table `suggestion_decision`.

use super::Kind;
use crate::clock::Instant;
use crate::sealed::Sealed;
use sea_orm::entity::prelude::*;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

/// What was decided about a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Verdict {
    /// It was done, perhaps with another dose.
    Accepted,
    /// It was not.
    Rejected,
}

/// The TypeIDs of the records that spoke for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Records(pub(crate) Vec<String>);

/// A decision about a suggestion, whose id it has.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, Serialize)]
#[sea_orm(table_name = "suggestion_decision")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) patient_id: Uuid,
    pub(crate) program_id: Uuid,
    /// The origin of the prescription; none for a hold.
    pub(crate) origin_id: Option<Uuid>,
    pub(crate) kind: Kind,
    pub(crate) verdict: Verdict,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) records: Records,
    /// When the newest session behind it was performed.
    pub(crate) newest_at: Instant,
    #[serde(skip)]
    pub(crate) reason: Option<Sealed>,
    #[serde(skip)]
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) decided_by: Uuid,
    pub(crate) decided_at: Instant,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
