//! What is told, seen and measured at an assessment.

use super::measure::{NeurologicalSign, RangeOfMotion, SpecialTestResult, Strength};
use super::risk::Risk;
use crate::clock::Day;
use crate::patient::Diagnosis;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the patient tells. Each text has at most 2,000 characters.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// What the patient complains of.
    pub complaint: Option<String>,
    /// When it began, in words.
    pub onset: Option<String>,
    /// The day on which it began, where it is known.
    pub onset_on: Option<Day>,
    /// How it came about.
    pub mechanism: Option<String>,
    /// What makes it worse.
    pub aggravating: Option<String>,
    /// What makes it better.
    pub easing: Option<String>,
    /// Earlier illnesses, injuries and operations.
    pub past_history: Option<String>,
    /// Medicines.
    pub medications: Option<String>,
    /// What has been tried before, and what came of it.
    pub previous_treatment: Option<String>,
    /// Work, sports and what a day is like.
    pub work_and_activities: Option<String>,
}

impl fmt::Debug for History {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("History")
    }
}

impl History {
    /// Each text with the name of its field.
    pub(super) fn texts(&self) -> [(&'static str, &Option<String>); 9] {
        [
            ("complaint", &self.complaint),
            ("onset", &self.onset),
            ("mechanism", &self.mechanism),
            ("aggravating", &self.aggravating),
            ("easing", &self.easing),
            ("pastHistory", &self.past_history),
            ("medications", &self.medications),
            ("previousTreatment", &self.previous_treatment),
            ("workAndActivities", &self.work_and_activities),
        ]
    }

    fn is_empty(&self) -> bool {
        self.onset_on.is_none() && self.texts().iter().all(|(_, text)| is_blank(text.as_deref()))
    }
}

fn is_blank(text: Option<&str>) -> bool {
    text.is_none_or(|text| text.trim().is_empty())
}

/// What the posture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Posture {
    /// The head is held forward.
    ForwardHead,
    /// The thoracic spine is rounded more than usual.
    Kyphosis,
    /// The lumbar spine is hollowed more than usual.
    Lordosis,
    /// The trunk is shifted to a side.
    LateralShift,
    /// A curve of scoliosis.
    ScoliosisCurve,
    /// The pelvis is tilted.
    PelvicTilt,
    /// The legs differ in length.
    LegLength,
    /// Something else; the note says what.
    Other,
}

/// A finding of the posture.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostureFinding {
    /// What it is.
    pub posture: Posture,
    /// More about it, at most 500 characters; needed for `OTHER`.
    pub note: Option<String>,
}

/// A kind of diagnostic test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Diagnostic {
    /// Radiograph.
    Xray,
    /// Magnetic resonance imaging.
    Mri,
    /// Computed tomography.
    Ct,
    /// Bone density.
    Dexa,
    /// Electromyography and nerve conduction.
    Emg,
    /// Blood test.
    Blood,
    /// Something else.
    Other,
}

/// A diagnostic test and what it found.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticTest {
    /// Its kind.
    pub kind: Diagnostic,
    /// The day on which it was done, if known.
    pub performed_on: Option<Day>,
    /// What it found, 1 to 2,000 characters.
    pub finding: String,
}

/// The clinical content of an assessment.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// What the patient tells.
    pub history: History,
    /// At most 20.
    pub posture: Vec<PostureFinding>,
    /// At most 60, each region, direction and side once.
    pub range_of_motion: Vec<RangeOfMotion>,
    /// At most 60, each action and side once.
    pub strength: Vec<Strength>,
    /// At most 120, each kind, level and side once.
    pub neurological_signs: Vec<NeurologicalSign>,
    /// At most 60, each test and side once.
    pub special_tests: Vec<SpecialTestResult>,
    /// At most 20.
    pub diagnostic_tests: Vec<DiagnosticTest>,
    /// Which take the place of those recorded of the patient, at most 20; none: those stay.
    pub conditions: Option<Vec<Diagnosis>>,
    /// How likely it is that the trouble stays.
    pub risk: Option<Risk>,
    /// Anything else, at most 4,000 characters.
    pub note: Option<String>,
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Content")
    }
}

impl Content {
    /// Whether it says nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.history.is_empty()
            && self.posture.is_empty()
            && self.range_of_motion.is_empty()
            && self.strength.is_empty()
            && self.neurological_signs.is_empty()
            && self.special_tests.is_empty()
            && self.diagnostic_tests.is_empty()
            && self.conditions.is_none()
            && self.risk.is_none()
            && is_blank(self.note.as_deref())
    }
}
