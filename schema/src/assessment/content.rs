//! What is told, seen and measured at an assessment, as it is given and as it is read.

use super::values::{
    BodySide, DiagnosticKind, MotionRegion, MovementDirection, MuscleAction, NeurologicalResponse,
    NeurologicalTest, PostureKind, RiskLevel, SpecialTestOutcome,
};
use crate::library::RuleBasis;
use crate::scalar::LocalDate;
use async_graphql::{InputObject, SimpleObject};
use care::assessment::{NewRisk, Risk};
use care::patient::Diagnosis;

/// An object that is given and read in the same form: its fields, and after them those that may be missing.
macro_rules! both_ways {
    (
        $(#[$about:meta])*
        $name:ident as $input:literal of $care:ty {
            $($(#[$each:meta])* $field:ident: $type:ty,)*
        } maybe {
            $($(#[$every:meta])* $option:ident: $inner:ty,)*
        }
    ) => {
        $(#[$about])*
        #[allow(clippy::struct_field_names, reason = "a past history is part of a history")]
        #[derive(SimpleObject, InputObject, Debug, Clone)]
        #[graphql(input_name = $input)]
        pub(super) struct $name {
            $($(#[$each])* $field: $type,)*
            $($(#[$every])* $option: Option<$inner>,)*
        }

        impl From<$care> for $name {
            fn from(from: $care) -> Self {
                Self {
                    $($field: from.$field.into(),)*
                    $($option: from.$option.map(Into::into),)*
                }
            }
        }

        impl From<$name> for $care {
            fn from(from: $name) -> Self {
                Self {
                    $($field: from.$field.into(),)*
                    $($option: from.$option.map(Into::into),)*
                }
            }
        }
    };
}

both_ways! {
    /// What a patient tells. Each text has at most 2,000 characters.
    History as "HistoryInput" of care::assessment::History {} maybe {
        /// What the patient complains of.
        complaint: String,
        /// When it began, in words.
        onset: String,
        /// The day on which it began, where it is known.
        onset_on: LocalDate,
        /// How it came about.
        mechanism: String,
        /// What makes it worse.
        aggravating: String,
        /// What makes it better.
        easing: String,
        /// Earlier illnesses, injuries and operations.
        past_history: String,
        /// Medicines.
        medications: String,
        /// What has been tried before, and what came of it.
        previous_treatment: String,
        /// Work, sports and what a day is like.
        work_and_activities: String,
    }
}

both_ways! {
    /// A finding of the posture.
    PostureFinding as "PostureFindingInput" of care::assessment::PostureFinding {
        /// What it is.
        posture: PostureKind,
    } maybe {
        /// More about it, at most 500 characters; needed for `OTHER`.
        note: String,
    }
}

both_ways! {
    /// How far a part of the body moves.
    RangeOfMotion as "RangeOfMotionInput" of care::assessment::RangeOfMotion {
        /// The part.
        region: MotionRegion,
        /// Where to.
        direction: MovementDirection,
        /// Whole degrees, 0 to 180.
        degrees: i32,
        /// Whether it hurts.
        painful: bool,
    } maybe {
        /// Of a limb, which.
        side: BodySide,
    }
}

both_ways! {
    /// How strong an action is.
    Strength as "StrengthInput" of care::assessment::Strength {
        /// The action.
        action: MuscleAction,
        /// The side.
        side: BodySide,
        /// The grade of the Medical Research Council, 0 to 5 in halves: 4.5 stands for what is written 4+.
        grade: f64,
    } maybe {}
}

both_ways! {
    /// How a nerve root works, by one of the things that show it.
    NeurologicalSign as "NeurologicalSignInput" of care::assessment::NeurologicalSign {
        /// What shows it.
        test: NeurologicalTest,
        /// The nerve root, `C1` to `S5`.
        level: String,
        /// The side.
        side: BodySide,
        /// How it works. A myotome is not `INCREASED`.
        response: NeurologicalResponse,
    } maybe {}
}

both_ways! {
    /// A special test and what it says.
    SpecialTestResult as "SpecialTestResultInput" of care::assessment::SpecialTestResult {
        /// The key of the test, of `specialTests`.
        test: String,
        /// What it says.
        outcome: SpecialTestOutcome,
    } maybe {
        /// The side, if it has one.
        side: BodySide,
        /// The angle at which it speaks, whole degrees, 0 to 180; for tests that have one.
        degrees: i32,
    }
}

both_ways! {
    /// A diagnostic test and what it found.
    DiagnosticTest as "DiagnosticTestInput" of care::assessment::DiagnosticTest {
        /// Its kind.
        kind: DiagnosticKind,
        /// What it found, 1 to 2,000 characters.
        finding: String,
    } maybe {
        /// The day on which it was done, if known.
        performed_on: LocalDate,
    }
}

both_ways! {
    /// A condition with its place.
    AssessmentCondition as "AssessmentConditionInput" of Diagnosis {
        /// The key of the condition in the library.
        key: String,
    } maybe {
        /// The side, if it has one.
        side: BodySide,
        /// A vertebra, or two neighbors from above: `L5`, `L4/L5`.
        level: String,
    }
}

both_ways! {
    /// The points of `STarT Back`, which is for low-back pain alone.
    StartBack as "StartBackInput" of care::assessment::StartBack {
        /// All nine items, 0 to 9.
        total: i32,
        /// Items 5 to 9, 0 to 5.
        distress: i32,
    } maybe {}
}

/// How likely it is that the trouble stays: as judged, or by the points of `STarT Back`.
#[derive(InputObject)]
pub(super) struct AssessmentRiskInput {
    /// As judged; left out where there are points.
    level: Option<RiskLevel>,
    /// Why, at most 500 characters; needed where it is judged.
    reason: Option<String>,
    /// The points; left out where it is judged.
    start_back: Option<StartBack>,
}

impl From<AssessmentRiskInput> for NewRisk {
    fn from(risk: AssessmentRiskInput) -> Self {
        Self {
            level: risk.level.map(Into::into),
            reason: risk.reason,
            start_back: risk.start_back.map(Into::into),
        }
    }
}

/// How likely it is that the trouble stays.
#[derive(SimpleObject)]
pub(super) struct AssessmentRisk {
    /// How likely.
    level: RiskLevel,
    /// Why.
    reason: Option<String>,
    /// The points of `STarT Back` that it follows from; none where it was judged.
    start_back: Option<StartBack>,
    /// Where the rule is from by which points are scored; none where it was judged.
    basis: Option<RuleBasis>,
    /// Its source, or who is to review it.
    source: Option<&'static str>,
}

impl From<Risk> for AssessmentRisk {
    fn from(risk: Risk) -> Self {
        let cuts = care::assessment::cuts().filter(|_| risk.start_back.is_some());
        Self {
            level: risk.level.into(),
            reason: risk.reason,
            start_back: risk.start_back.map(Into::into),
            basis: cuts.map(|cuts| cuts.basis.into()),
            source: cuts.map(|cuts| cuts.source.as_str()),
        }
    }
}
