//! The table `caseload_row`: what the caseload says of a patient, kept so that a read need not find it anew.

use super::risk::Reasons;
use crate::clock::Instant;
use sea_orm::entity::prelude::*;

/// A patient's row. It says what was so at the patient's `change`, and until `stale_at`; everything in it can be
/// found anew.
#[derive(Debug, Clone, PartialEq, DeriveEntityModel, serde::Serialize)]
#[sea_orm(table_name = "caseload_row")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) patient_id: Uuid,
    /// The patient's change counter that it was found at.
    pub(crate) change: i64,
    /// The rules that it was found by.
    pub(crate) rules: i32,
    /// From when on time alone makes it another: the patient's midnight, or the end of a snooze.
    pub(crate) stale_at: Instant,
    pub(crate) adherence7: Option<f64>,
    pub(crate) adherence28: Option<f64>,
    pub(crate) pain_now: Option<i16>,
    pub(crate) pain_slope: Option<f64>,
    pub(crate) open_alerts: i32,
    pub(crate) unread_messages: i32,
    pub(crate) outcomes_overdue: i32,
    pub(crate) risk: i16,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) reasons: Reasons,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether the other says something else of the patient, or is of another change.
    pub(super) fn says_else(&self, other: &Self) -> bool {
        *self != Self { stale_at: self.stale_at, ..other.clone() }
    }
}
