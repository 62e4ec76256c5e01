//! The numbers of the pain rule, as a clinic has set them.

use crate::error::{Code, FieldError};
use serde::{Deserialize, Serialize};

/// The numbers of the pain rule.
///
/// The defaults come from published models of monitoring pain in exercise (basis: published).
/// These disagree about each number, so all of them are data of the clinic. Pain is rated 0 to 10
/// throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PainThresholds {
    /// The highest pain that is still green, 0 to 10; default 3.
    pub green_max: u8,
    /// The highest pain that is still amber, `green_max` to 10; default 5. Above it is red.
    pub amber_max: u8,
    /// By how many points pain before exercising must exceed that before the last session to be
    /// worse, 1 to 10; default 1. Worse on the next day is amber.
    pub worse_by: u8,
    /// After how many hours being worse than before the last session is red, 1 to 168; default 24.
    pub flare_hours: u16,
}

impl Default for PainThresholds {
    fn default() -> Self {
        Self { green_max: 3, amber_max: 5, worse_by: 1, flare_hours: 24 }
    }
}

impl PainThresholds {
    /// Whether each number lies within its range.
    ///
    /// # Errors
    /// Every fault found, with the field's name.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let faults: Vec<_> = [
            (self.green_max <= 10, "greenMax", "The number lies from 0 to 10."),
            (
                (self.green_max..=10).contains(&self.amber_max),
                "amberMax",
                "The number lies from greenMax to 10.",
            ),
            ((1..=10).contains(&self.worse_by), "worseBy", "The number lies from 1 to 10."),
            ((1..=168).contains(&self.flare_hours), "flareHours", "The number lies from 1 to 168."),
        ]
        .into_iter()
        .filter(|(right, ..)| !right)
        .map(|(_, field, text)| FieldError::new(field, Code::OutOfRange, text))
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
