//! The values of what is seen and measured at an assessment.

use async_graphql::Enum;

/// A side of the body.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::patient::BodySide")]
pub(crate) enum BodySide {
    /// The left.
    Left,
    /// The right.
    Right,
    /// Both.
    Both,
    /// Neither: in the middle.
    Midline,
}

/// What the posture shows.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::Posture")]
pub(super) enum PostureKind {
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

/// A kind of diagnostic test.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::Diagnostic")]
pub(super) enum DiagnosticKind {
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

/// A part of the body that moves.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::BodyRegion")]
pub(crate) enum MotionRegion {
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

/// A direction of movement.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::Direction")]
pub(crate) enum MovementDirection {
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

/// What muscles do, with the root that is tested by it.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::MuscleAction")]
pub(super) enum MuscleAction {
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

/// What shows how a nerve root works.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::NeurologicalTest")]
pub(super) enum NeurologicalTest {
    /// Feeling of the skin.
    Dermatome,
    /// Strength.
    Myotome,
    /// Reflex.
    Reflex,
}

/// How a nerve root works.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::NeurologicalResponse")]
pub(super) enum NeurologicalResponse {
    /// As usual.
    Normal,
    /// Less than usual.
    Reduced,
    /// Not at all.
    Absent,
    /// More than usual.
    Increased,
}

/// What a special test says.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::TestOutcome")]
pub(super) enum SpecialTestOutcome {
    /// Nothing found.
    Negative,
    /// Found.
    Positive,
    /// It cannot be told.
    Unclear,
}

/// The risk that the trouble stays, the least first.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::RiskLevel")]
pub(super) enum RiskLevel {
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
}
