//! What has become of a measure since the first answers.

use super::measure::{OutcomeBand, OutcomeMeasure};
use super::response::{OutcomePart, band};
use crate::context::language;
use crate::error::raise;
use crate::id::encode;
use crate::scalar::{DateTime, LocalDate};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::error::Error;
use care::id::Kind;
use care::outcome::{Change, Point, measure};

/// What became of a score.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::outcome::Verdict")]
enum OutcomeVerdict {
    /// It is better by what matters.
    Improved,
    /// It is worse by what matters.
    Worse,
    /// It differs by less than what matters, or cannot show it.
    Uncertain,
}

/// By which rule a difference matters.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::outcome::Test")]
enum OutcomeChangeTest {
    /// By so many points.
    Absolute,
    /// By so many percent of the earlier score.
    Percent,
}

/// Why a difference says nothing.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::outcome::Reason")]
enum OutcomeChangeReason {
    /// The earlier score is so good that a gain cannot show.
    Floor,
    /// The earlier score is so bad that a loss cannot show.
    Ceiling,
    /// The patient named no activity that was named before.
    OtherActivities,
}

/// What lies between two scores.
#[derive(SimpleObject, Debug, Clone)]
struct OutcomeChange {
    /// The later less the earlier, in the unit of the measure; of activities, over those that are the same. None
    /// where they cannot be compared. A score that is a change by itself is told as it is.
    by: Option<f64>,
    /// What that means.
    verdict: OutcomeVerdict,
    /// The test that says so; none where it is uncertain.
    test: Option<OutcomeChangeTest>,
    /// Why it says nothing, where that is known.
    reason: Option<OutcomeChangeReason>,
}

impl From<Change> for OutcomeChange {
    fn from(change: Change) -> Self {
        Self {
            by: change.by,
            verdict: change.verdict.into(),
            test: change.test.map(Into::into),
            reason: change.reason.map(Into::into),
        }
    }
}

/// The score of a part beside the earlier ones.
#[derive(SimpleObject, Debug, Clone)]
struct OutcomePartChange {
    /// The part and its score.
    part: OutcomePart,
    /// What lies between the first response and this one; none where it is the first, or no rule says.
    change_from_baseline: Option<OutcomeChange>,
    /// What lies between the response before and this one.
    change_from_previous: Option<OutcomeChange>,
}

/// A response beside the earlier ones.
#[derive(Debug, Clone)]
struct OutcomePoint(Point);

/// A response beside the earlier ones.
#[Object]
impl OutcomePoint {
    /// The response: TypeID `outcome_…`.
    async fn response_id(&self) -> ID {
        encode(Kind::OutcomeResponse, self.0.response.id)
    }

    /// The patient-local date on which it was answered.
    async fn local_date(&self) -> LocalDate {
        self.0.response.local_date.into()
    }

    /// When it was answered.
    async fn answered_at(&self) -> DateTime {
        self.0.response.answered_at.into()
    }

    /// The score, in the unit of the measure; none where too little was answered.
    async fn score(&self) -> Option<f64> {
        self.0.response.score
    }

    /// The band that the score is in; none where the measure has none for it.
    async fn band(&self, context: &Context<'_>) -> Result<Option<OutcomeBand>> {
        band(context, &self.0.response)
    }

    /// What lies between the first response and this one. None where it is the first, was scored by an earlier
    /// definition, or the measure has no rule of change, as those that only look ahead.
    async fn change_from_baseline(&self) -> Option<OutcomeChange> {
        self.0.from_baseline.map(OutcomeChange::from)
    }

    /// What lies between the response before and this one.
    async fn change_from_previous(&self) -> Option<OutcomeChange> {
        self.0.from_previous.map(OutcomeChange::from)
    }

    /// The parts of the measure; of activities that the patient named, each of them.
    async fn parts(&self, context: &Context<'_>) -> Result<Vec<OutcomePartChange>> {
        let language = language(context)?;
        let response = &self.0.response;
        let measure = measure(&response.measure);
        let part = |point: &care::outcome::PartPoint| OutcomePartChange {
            part: OutcomePart::of(measure, &response.content, &point.part, language),
            change_from_baseline: point.from_baseline.map(OutcomeChange::from),
            change_from_previous: point.from_previous.map(OutcomeChange::from),
        };
        Ok(self.0.parts.iter().map(part).collect())
    }
}

/// What has become of a measure since the first response.
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct OutcomeTrend {
    /// The measure.
    measure: OutcomeMeasure,
    /// The responses that are not voided, in the order they were given; of very many the last 400.
    points: Vec<OutcomePoint>,
}

impl OutcomeTrend {
    pub(super) fn of(key: &str, points: Vec<Point>) -> Result<Self> {
        let measure = OutcomeMeasure::named(key).ok_or_else(|| raise(Error::NotFound))?;
        Ok(Self { measure, points: points.into_iter().map(OutcomePoint).collect() })
    }
}
