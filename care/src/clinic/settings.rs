//! What a clinic has set. Every threshold of a clinical rule is data here.

use super::{AlertThresholds, PainThresholds, ProgressionThresholds};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A clinic's settings; a key that is missing has its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Settings {
    /// When pain makes a session green, amber or red.
    pub pain: PainThresholds,
    /// When a rule raises an alert.
    pub alerts: AlertThresholds,
    /// When a next step of a program is suggested.
    pub progression: ProgressionThresholds,
    /// For how many years after a patient's discharge the record is kept; none: until it is erased by
    /// hand. What the law of the place asks for is the clinic's to know.
    pub retention_years: Option<u16>,
}
