//! What is measured, and can be compared with the time before.

use crate::patient::BodySide;
use serde::{Deserialize, Serialize};

/// Values that are written in capitals, in this order.
macro_rules! values {
    ($(#[$about:meta])* $name:ident { $($(#[$each:meta])* $value:ident),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[$each])* $value),+ }
    };
}

values! {
    /// A part of the body that moves.
    BodyRegion {
        /// Neck.
        Cervical,
        /// Upper back.
        Thoracic,
        /// Lower back.
        Lumbar,
        /// Shoulder.
        Shoulder,
        /// Hip.
        Hip,
        /// Knee.
        Knee,
        /// Ankle.
        Ankle,
    }
}

values! {
    /// A direction of movement.
    Direction {
        /// Forward.
        Flexion,
        /// Backward.
        Extension,
        /// To the left.
        SideBendLeft,
        /// To the right.
        SideBendRight,
        /// Turning to the left.
        RotationLeft,
        /// Turning to the right.
        RotationRight,
        /// Of a limb: away from the body.
        Abduction,
        /// Of a limb: toward the body.
        Adduction,
        /// Of a limb: turning inward.
        InternalRotation,
        /// Of a limb: turning outward.
        ExternalRotation,
    }
}

/// How far a part of the body moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RangeOfMotion {
    /// The part.
    pub region: BodyRegion,
    /// Where to.
    pub direction: Direction,
    /// Of a limb, which.
    pub side: Option<BodySide>,
    /// Whole degrees, 0 to 180.
    pub degrees: i32,
    /// Whether it hurts.
    pub painful: bool,
}

values! {
    /// What muscles do, with the root that is tested by it.
    MuscleAction {
        /// Bending the neck forward, C1 and C2.
        NeckFlexion,
        /// Bending the neck to the side, C3.
        NeckSideFlexion,
        /// Lifting the shoulders, C4.
        ShoulderElevation,
        /// Lifting the arm sideways, C5.
        ShoulderAbduction,
        /// Bending the elbow, C5 and C6.
        ElbowFlexion,
        /// Bending the wrist back, C6.
        WristExtension,
        /// Stretching the elbow, C7.
        ElbowExtension,
        /// Bending the fingers, C8.
        FingerFlexion,
        /// Spreading the fingers, T1.
        FingerAbduction,
        /// Bending the trunk forward.
        TrunkFlexion,
        /// Straightening the trunk.
        TrunkExtension,
        /// Lifting the thigh, L2.
        HipFlexion,
        /// Stretching the knee, L3.
        KneeExtension,
        /// Lifting the foot, L4.
        AnkleDorsiflexion,
        /// Lifting the big toe, L5.
        BigToeExtension,
        /// Moving the leg out to the side, L5.
        HipAbduction,
        /// Pressing the foot down, S1.
        AnklePlantarflexion,
        /// Moving the thigh back, S1.
        HipExtension,
        /// Bending the knee, S1 and S2.
        KneeFlexion,
    }
}

/// How strong an action is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// The action.
    pub action: MuscleAction,
    /// The side.
    pub side: BodySide,
    /// The grade of the Medical Research Council, 0 to 5 in halves: 4.5 stands for what is written 4+.
    pub grade: f64,
}

values! {
    /// What shows how a nerve root works.
    NeurologicalTest {
        /// Feeling of the skin.
        Dermatome,
        /// Strength.
        Myotome,
        /// Reflex.
        Reflex,
    }
}

values! {
    /// How a nerve root works.
    NeurologicalResponse {
        /// As usual.
        Normal,
        /// Less than usual.
        Reduced,
        /// Not at all.
        Absent,
        /// More than usual.
        Increased,
    }
}

/// How a nerve root works, by one of the things that show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeurologicalSign {
    /// What shows it.
    pub test: NeurologicalTest,
    /// The nerve root: `L5`.
    pub level: String,
    /// The side.
    pub side: BodySide,
    /// How it works. A myotome is not `INCREASED`.
    pub response: NeurologicalResponse,
}

values! {
    /// What a special test says.
    TestOutcome {
        /// Nothing found.
        Negative,
        /// Found.
        Positive,
        /// It cannot be told.
        Unclear,
    }
}

/// A special test and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpecialTestResult {
    /// The key of the test.
    pub test: String,
    /// The side, if it has one.
    pub side: Option<BodySide>,
    /// What it says.
    pub outcome: TestOutcome,
    /// The angle at which it speaks, whole degrees, 0 to 180; for tests that have one.
    pub degrees: Option<i32>,
}
