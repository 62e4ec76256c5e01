//! How likely it is that the trouble stays: as a clinician judges, or by the score of `STarT Back`.

use super::data::cuts;
use crate::error::{Code, FieldError};
use crate::library::Basis;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// The risk that the trouble stays, the least first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskLevel {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}

/// The points of `STarT Back`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartBack {
    /// All nine items, 0 to 9.
    pub total: i32,
    /// Items 5 to 9, 0 to 5.
    pub distress: i32,
}

/// Where the score is cut.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Cuts {
    /// The most points in all that are low.
    pub low_total: i32,
    /// The least points of items 5 to 9 that are high.
    pub high_distress: i32,
    /// Where the rule is from.
    pub basis: Basis,
    /// Its source, or who is to review it.
    pub source: String,
}

impl StartBack {
    /// Whether nine questions can be answered so.
    fn is_possible(self) -> bool {
        (0..=5).contains(&self.distress) && (0..=4).contains(&(self.total.saturating_sub(self.distress)))
    }

    /// What the points say.
    fn level(self, cuts: &Cuts) -> RiskLevel {
        if self.distress >= cuts.high_distress {
            RiskLevel::High
        } else if self.total > cuts.low_total {
            RiskLevel::Medium
        } else {
            RiskLevel::Low
        }
    }
}

/// A risk as it is given: judged, with the reason, or by its points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewRisk {
    /// As judged; none where there are points.
    pub level: Option<RiskLevel>,
    /// Why, at most 500 characters; needed where it is judged.
    pub reason: Option<String>,
    /// The points.
    pub start_back: Option<StartBack>,
}

/// A risk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// How much.
    pub level: RiskLevel,
    /// Why.
    pub reason: Option<String>,
    /// The points it follows from; none where it was judged.
    pub start_back: Option<StartBack>,
}

impl NewRisk {
    /// The risk; what is wrong where it is not one.
    pub(super) fn check(&self) -> Result<Risk, FieldError> {
        let reason = self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty());
        if reason.is_some_and(|reason| reason.chars().count() > 500) {
            return Err(FieldError::new("reason", Code::TooLong, "Give at most 500 characters."));
        }
        let level = match (self.level, self.start_back) {
            (Some(_), None) if reason.is_none() => {
                return Err(FieldError::new("reason", Code::Required, "Say why the risk is judged so."));
            }
            (Some(level), None) => level,
            (None, Some(points)) => {
                let message =
                    "Give 0 to 5 points of items 5 to 9, and 0 to 4 more in all: one for each item.";
                let cuts = cuts().filter(|_| points.is_possible());
                points.level(cuts.ok_or_else(|| FieldError::new("startBack", Code::OutOfRange, message))?)
            }
            (None, None) | (Some(_), Some(_)) => {
                let message = "Give the level as judged, or the points of STarT Back.";
                return Err(FieldError::new("level", Code::Mismatch, message));
            }
        };
        Ok(Risk { level, reason: reason.map(str::to_owned), start_back: self.start_back })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(total: i32, distress: i32) -> Result<RiskLevel, Code> {
        let risk =
            NewRisk { level: None, reason: None, start_back: Some(StartBack { total, distress }) }.check();
        risk.map(|risk| risk.level).map_err(|fault| fault.code)
    }

    #[test]
    fn points_are_scored_as_published() {
        use RiskLevel::{High, Low, Medium};
        for (total, distress, level) in [
            (0, 0, Ok(Low)),
            (3, 3, Ok(Low)),
            (3, 0, Ok(Low)),
            (4, 0, Ok(Medium)),
            (4, 3, Ok(Medium)),
            (7, 3, Ok(Medium)),
            (4, 4, Ok(High)),
            (9, 5, Ok(High)),
            (8, 4, Ok(High)),
            (9, 4, Err(Code::OutOfRange)),
            (5, 0, Err(Code::OutOfRange)),
            (2, 3, Err(Code::OutOfRange)),
            (10, 5, Err(Code::OutOfRange)),
            (6, 6, Err(Code::OutOfRange)),
            (0, -1, Err(Code::OutOfRange)),
            (i32::MIN, 5, Err(Code::OutOfRange)),
        ] {
            assert_eq!(scored(total, distress), level, "{total} {distress}");
        }
    }

    #[test]
    fn a_judgment_has_its_reason_and_excludes_points() {
        let judged = |reason: Option<&str>| NewRisk {
            level: Some(RiskLevel::Medium),
            reason: reason.map(str::to_owned),
            start_back: None,
        };
        assert_eq!(judged(Some(" Fears to bend ")).check().unwrap().reason.as_deref(), Some("Fears to bend"));
        for none in [None, Some("  ")] {
            assert_eq!(judged(none).check().unwrap_err().code, Code::Required);
        }
        assert_eq!(judged(Some(&"x".repeat(501))).check().unwrap_err().code, Code::TooLong);
        let both = NewRisk {
            start_back: Some(StartBack { total: 1, distress: 1 }),
            ..judged(Some("Fears to bend"))
        };
        assert_eq!(both.check().unwrap_err().code, Code::Mismatch);
        let neither = NewRisk { level: None, ..judged(None) };
        assert_eq!(neither.check().unwrap_err().code, Code::Mismatch);
    }
}
