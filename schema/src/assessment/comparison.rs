//! Two assessments side by side.

use super::content::{AssessmentRisk, NeurologicalSign, RangeOfMotion, SpecialTestResult, Strength};
use super::{Assessment, each};
use crate::context::scope;
use crate::error::raise;
use crate::id::named;
use crate::library::RuleBasis;
use async_graphql::{Context, Enum, ID, Result, SimpleObject};
use care::assessment::{AngleRule, Compared, Comparison, angle_rule};
use care::id::Kind;

/// What became of a thing that was measured.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::assessment::Verdict")]
enum ComparisonVerdict {
    /// It is better.
    Better,
    /// It is worse.
    Worse,
    /// It is as it was.
    Same,
    /// It is different, and nothing says whether that is better.
    Unclear,
    /// It was not measured before.
    New,
    /// It is not measured any more.
    Gone,
}

/// How far a part of the body moved, before and after. Farther is better; where it is as far, without pain.
#[derive(SimpleObject)]
struct RangeOfMotionChange {
    /// At the earlier assessment.
    before: Option<RangeOfMotion>,
    /// At the later one.
    after: Option<RangeOfMotion>,
    /// Whole degrees, after less before; none where it was measured once.
    change_degrees: Option<i32>,
    /// What became of it.
    verdict: ComparisonVerdict,
}

/// How strong an action was, before and after.
#[derive(SimpleObject)]
struct StrengthChange {
    /// At the earlier assessment.
    before: Option<Strength>,
    /// At the later one.
    after: Option<Strength>,
    /// Grades in halves, after less before; none where it was measured once.
    change_grade: Option<f64>,
    /// What became of it.
    verdict: ComparisonVerdict,
}

/// What a special test said, before and after. Negative is better; of two that are positive, an angle that is
/// better by the test: a straight leg raised higher, a smaller rib hump. Where that is not plain, it is `UNCLEAR`.
#[derive(SimpleObject)]
struct SpecialTestChange {
    /// At the earlier assessment.
    before: Option<SpecialTestResult>,
    /// At the later one.
    after: Option<SpecialTestResult>,
    /// Whole degrees, after less before; none where there are not two angles.
    change_degrees: Option<i32>,
    /// What became of it.
    verdict: ComparisonVerdict,
}

/// How a nerve root worked, before and after.
#[derive(SimpleObject)]
struct NeurologicalSignChange {
    /// At the earlier assessment.
    before: Option<NeurologicalSign>,
    /// At the later one.
    after: Option<NeurologicalSign>,
    /// What became of it.
    verdict: ComparisonVerdict,
}

/// How likely it was that the trouble stays, before and after.
#[derive(SimpleObject)]
struct AssessmentRiskChange {
    /// At the earlier assessment.
    before: Option<AssessmentRisk>,
    /// At the later one.
    after: Option<AssessmentRisk>,
    /// What became of it.
    verdict: ComparisonVerdict,
}

/// Makes a change of these fields of what was compared.
macro_rules! changed {
    ($name:ident of $measured:ident $(, $change:ident)?) => {
        impl From<Compared<care::assessment::$measured>> for $name {
            fn from(compared: Compared<care::assessment::$measured>) -> Self {
                Self {
                    before: compared.before.map(Into::into),
                    after: compared.after.map(Into::into),
                    $($change: compared.change,)?
                    verdict: compared.verdict.into(),
                }
            }
        }
    };
}

changed!(RangeOfMotionChange of RangeOfMotion, change_degrees);
changed!(StrengthChange of Strength, change_grade);
changed!(SpecialTestChange of SpecialTestResult, change_degrees);
changed!(NeurologicalSignChange of NeurologicalSign);
changed!(AssessmentRiskChange of Risk);

/// From where on an angle counts as changed.
#[derive(SimpleObject)]
struct ComparisonRule {
    /// The least difference, in whole degrees.
    degrees: i32,
    /// Where the number is from.
    basis: RuleBasis,
    /// Its source, or who is to review it.
    source: &'static str,
}

impl From<&'static AngleRule> for ComparisonRule {
    fn from(rule: &'static AngleRule) -> Self {
        Self { degrees: rule.degrees, basis: rule.basis.into(), source: &rule.source }
    }
}

/// Two assessments side by side. Each thing that was measured at either is there once, in a fixed order.
#[derive(SimpleObject)]
pub(super) struct AssessmentComparison {
    /// The earlier one.
    from: Assessment,
    /// The later one.
    to: Assessment,
    /// Days from the one to the other.
    days: i32,
    /// From where on an angle counts as changed.
    angle_rule: Option<ComparisonRule>,
    /// How far parts of the body move.
    range_of_motion: Vec<RangeOfMotionChange>,
    /// How strong actions are.
    strength: Vec<StrengthChange>,
    /// What special tests say.
    special_tests: Vec<SpecialTestChange>,
    /// How nerve roots work.
    neurological_signs: Vec<NeurologicalSignChange>,
    /// How likely it is that the trouble stays; none where neither says.
    risk: Option<AssessmentRiskChange>,
}

impl From<Comparison> for AssessmentComparison {
    fn from(comparison: Comparison) -> Self {
        Self {
            from: comparison.from.into(),
            to: comparison.to.into(),
            days: comparison.days,
            angle_rule: angle_rule().map(ComparisonRule::from),
            range_of_motion: each(comparison.range_of_motion),
            strength: each(comparison.strength),
            special_tests: each(comparison.special_tests),
            neurological_signs: each(comparison.neurological_signs),
            risk: comparison.risk.map(AssessmentRiskChange::from),
        }
    }
}

/// What has changed between two assessments.
pub(super) async fn read(context: &Context<'_>, from: &ID, to: &ID) -> Result<AssessmentComparison> {
    let id = |id| named(Kind::Assessment, id).map_err(raise);
    let compared = care::assessment::comparison(scope(context)?, id(from)?, id(to)?).await;
    Ok(compared.map_err(raise)?.into())
}
