//! What a clinic has set. Every threshold of a clinical rule is data here.

use super::PainThresholds;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// A clinic's settings; a key that is missing has its default.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(default)]
pub struct Settings {
    /// When pain makes a session green, amber or red.
    pub pain: PainThresholds,
}
