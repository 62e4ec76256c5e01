//! The numbers by which a next step of a program is suggested, as a clinic has set them.

use crate::error::{Code, FieldError};
use serde::{Deserialize, Serialize};

/// The numbers by which a next step of a program is suggested.
///
/// The defaults are our own (basis: default), to be reviewed by a licensed clinician. Pain and effort are rated
/// 0 to 10 throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ProgressionThresholds {
    /// How many sessions of an exercise in a row must have been good, 1 to 10; default 3.
    pub sessions: u8,
    /// How much of the dose each of them must have done, in percent, 1 to 100; default 80.
    pub dose_percent: u8,
    /// The highest pain that any rating of such a session may tell, 0 to 10; default 3.
    pub pain_max: u8,
    /// The highest effort that may be told for the exercise, 0 to 10; default 6.
    pub rpe_max: u8,
    /// After how many sessions with red pain less is suggested, 1 to 10; default 2.
    pub red_sessions: u8,
    /// Within how many days these must be, 1 to 28; default 7.
    pub red_days: u8,
    /// After how many more sessions of the exercise more is suggested again, once that was rejected, 1 to 20;
    /// default 3.
    pub sessions_after_rejection: u8,
}

impl Default for ProgressionThresholds {
    fn default() -> Self {
        Self {
            sessions: 3,
            dose_percent: 80,
            pain_max: 3,
            rpe_max: 6,
            red_sessions: 2,
            red_days: 7,
            sessions_after_rejection: 3,
        }
    }
}

impl ProgressionThresholds {
    /// Whether each number lies within its range.
    ///
    /// # Errors
    /// Every fault found, with the field's name.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let faults: Vec<_> = [
            (self.sessions, 1..=10, "sessions"),
            (self.dose_percent, 1..=100, "dosePercent"),
            (self.pain_max, 0..=10, "painMax"),
            (self.rpe_max, 0..=10, "rpeMax"),
            (self.red_sessions, 1..=10, "redSessions"),
            (self.red_days, 1..=28, "redDays"),
            (self.sessions_after_rejection, 1..=20, "sessionsAfterRejection"),
        ]
        .into_iter()
        .filter(|(number, range, _)| !range.contains(number))
        .map(|(_, range, field)| {
            let message = format!("The number lies from {} to {}.", range.start(), range.end());
            FieldError::new(field, Code::OutOfRange, message)
        })
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_right_and_what_is_out_of_range_is_named() {
        let right = ProgressionThresholds::default();
        assert_eq!(right.check(), Ok(()));
        let wrong = ProgressionThresholds {
            sessions: 0,
            dose_percent: 101,
            pain_max: 11,
            rpe_max: 11,
            red_sessions: 0,
            red_days: 29,
            sessions_after_rejection: 21,
        };
        let fields: Vec<_> =
            wrong.check().unwrap_err().into_iter().map(|fault| fault.path.concat()).collect();
        let all = ["sessions", "dosePercent", "painMax", "rpeMax", "redSessions", "redDays"];
        assert_eq!(fields[..6], all);
        assert_eq!(fields[6], "sessionsAfterRejection");
    }

    #[test]
    fn what_a_clinic_has_not_set_is_as_by_default() {
        let set: ProgressionThresholds = serde_json::from_str(r#"{"painMax":2}"#).unwrap();
        assert_eq!(set, ProgressionThresholds { pain_max: 2, ..ProgressionThresholds::default() });
    }
}
