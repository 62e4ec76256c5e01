//! The numbers of the rules that raise alerts, as a clinic has set them.

use crate::error::{Code, FieldError};
use serde::{Deserialize, Serialize};

/// The numbers of the rules that raise alerts.
///
/// The defaults are our own (basis: default; source: Plumbline, to be reviewed by a licensed clinician before
/// use), so all of them are data of the clinic. Pain is rated 0 to 10 throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AlertThresholds {
    /// After how many hours without a log, while something was due, an alert is raised, 24 to 336; default 49.
    pub silent_hours: u16,
    /// After more than how many days without a log it is grave, 3 to 90; default 14.
    pub away_days: u16,
    /// After how many days without a log the patient has dropped out and it closes itself, more than
    /// `away_days` up to 180; default 21.
    pub dropped_out_days: u16,
    /// From which rating on pain that has risen raises an alert, 1 to 10; default 5.
    pub pain_from: u8,
    /// By how many points such pain has risen since the report before, 1 to 10; default 1.
    pub pain_rise: u8,
    /// By how many points pain has risen since the report before where it is grave, however high it is,
    /// `pain_rise` to 10; default 2.
    pub pain_steep_rise: u8,
    /// From which rating on pain is critical, whatever it was before, `pain_from` to 10; default 7.
    pub pain_critical_from: u8,
    /// For how many days after it was felt reported pain raises alerts, 1 to 90; default 7. What is told
    /// later is history.
    pub pain_recent_days: u16,
    /// After how many reports in a row below `pain_from` and not risen an alert that is not critical closes
    /// itself, 1 to 10; default 2.
    pub pain_settled_reports: u8,
}

impl Default for AlertThresholds {
    fn default() -> Self {
        Self {
            silent_hours: 49,
            away_days: 14,
            dropped_out_days: 21,
            pain_from: 5,
            pain_rise: 1,
            pain_steep_rise: 2,
            pain_critical_from: 7,
            pain_recent_days: 7,
            pain_settled_reports: 2,
        }
    }
}

impl AlertThresholds {
    /// Whether each number lies within its range.
    ///
    /// # Errors
    /// Every fault found, with the field's name.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let faults: Vec<_> = [
            ((24..=336).contains(&self.silent_hours), "silentHours", "The number lies from 24 to 336."),
            ((3..=90).contains(&self.away_days), "awayDays", "The number lies from 3 to 90."),
            (
                self.dropped_out_days > self.away_days && self.dropped_out_days <= 180,
                "droppedOutDays",
                "The number lies above awayDays, up to 180.",
            ),
            ((1..=10).contains(&self.pain_from), "painFrom", "The number lies from 1 to 10."),
            ((1..=10).contains(&self.pain_rise), "painRise", "The number lies from 1 to 10."),
            (
                (self.pain_rise.max(1)..=10).contains(&self.pain_steep_rise),
                "painSteepRise",
                "The number lies from painRise to 10.",
            ),
            (
                (self.pain_from.max(1)..=10).contains(&self.pain_critical_from),
                "painCriticalFrom",
                "The number lies from painFrom to 10.",
            ),
            ((1..=90).contains(&self.pain_recent_days), "painRecentDays", "The number lies from 1 to 90."),
            (
                (1..=10).contains(&self.pain_settled_reports),
                "painSettledReports",
                "The number lies from 1 to 10.",
            ),
        ]
        .into_iter()
        .filter(|(right, ..)| !right)
        .map(|(_, field, text)| FieldError::new(field, Code::OutOfRange, text))
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(change: impl FnOnce(&mut AlertThresholds)) -> Vec<String> {
        let mut thresholds = AlertThresholds::default();
        change(&mut thresholds);
        let faults = thresholds.check().err().unwrap_or_default();
        faults.into_iter().flat_map(|fault| fault.path).collect()
    }

    #[test]
    fn the_defaults_are_right_and_whatever_lies_outside_its_range_is_named() {
        assert_eq!(faults(|_| {}), [""; 0]);
        assert_eq!(faults(|all| all.silent_hours = 23), ["silentHours"]);
        assert_eq!(faults(|all| all.away_days = 2), ["awayDays"]);
        assert_eq!(faults(|all| all.away_days = 21), ["droppedOutDays"]);
        assert_eq!(faults(|all| all.dropped_out_days = 181), ["droppedOutDays"]);
        assert_eq!(faults(|all| all.pain_from = 8), ["painCriticalFrom"]);
        assert_eq!(faults(|all| all.pain_rise = 3), ["painSteepRise"]);
        assert_eq!(faults(|all| all.pain_critical_from = 11), ["painCriticalFrom"]);
        assert_eq!(faults(|all| all.pain_recent_days = 0), ["painRecentDays"]);
        assert_eq!(faults(|all| all.pain_settled_reports = 0), ["painSettledReports"]);
        let nothing = |all: &mut AlertThresholds| (all.pain_from, all.pain_rise) = (0, 0);
        assert_eq!(faults(nothing), ["painFrom", "painRise"]);
    }

    #[test]
    fn a_number_that_was_never_set_has_its_default() {
        let set: AlertThresholds = serde_json::from_str(r#"{"painFrom":6}"#).unwrap();
        assert_eq!(set, AlertThresholds { pain_from: 6, ..AlertThresholds::default() });
    }
}
