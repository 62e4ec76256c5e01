//! Pain and adherence over time.

use super::rating::{PainRating, ratings};
use super::{ProgressLog, logs};
use crate::context::{acting_patient, scope};
use crate::error::raise;
use crate::page::{self, Listed};
use crate::scalar::LocalDate;
use crate::today::Adherence;
use async_graphql::{ComplexObject, Context, Enum, Object, Result, SimpleObject};
use care::progress::Range;
use uuid::Uuid;

/// What a trend has one point for.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::progress::Bucket")]
pub(crate) enum TrendBucket {
    /// Each day; at most a year of them.
    Day,
    /// Each ISO week; at most five years of them.
    Week,
    /// Each month of the calendar; at most five years of them.
    Month,
}

/// The pain told in a stretch of days. Means are of ratings of 0 to 10; null where none was told.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct PainTrendPoint {
    #[graphql(skip)]
    patient_id: Uuid,
    /// First local date.
    from: LocalDate,
    /// Last local date, included.
    to: LocalDate,
    /// Mean before sessions.
    before: Option<f64>,
    /// Mean while exercising.
    during: Option<f64>,
    /// The highest while exercising.
    during_max: Option<i32>,
    /// Mean after sessions.
    after: Option<f64>,
    /// Mean in the morning after a session, on the day on which it was told.
    next_day: Option<f64>,
    /// Mean outside of sessions at any other time.
    resting: Option<f64>,
    /// Ratings in all.
    count: i32,
    /// Sessions logged, those without pain too.
    log_count: i32,
}

#[ComplexObject]
impl PainTrendPoint {
    /// The logs behind this point, newest first.
    async fn logs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<Listed<ProgressLog>>> {
        let range = Range { from: Some(self.from.0), to: Some(self.to.0) };
        let request = page::request(first, after, last, before);
        Some(logs(context, self.patient_id, range, false, &request).await)
    }

    /// The ratings outside of sessions behind this point, newest first.
    async fn ratings(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start, 1 to 100; 20 when nothing is said.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "So many from the end, 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what precedes this cursor.")] before: Option<String>,
    ) -> Option<Result<Listed<PainRating>>> {
        let request = page::request(first, after, last, before);
        let dates = (Some(LocalDate(self.from.0)), Some(LocalDate(self.to.0)));
        Some(ratings(context, self.patient_id, dates, &request).await)
    }
}

/// The adherence of a stretch of days.
#[derive(SimpleObject)]
pub(crate) struct AdherenceTrendPoint {
    /// First local date.
    from: LocalDate,
    /// Last local date, included.
    to: LocalDate,
    /// How much of what was scheduled in it was done.
    adherence: Adherence,
}

/// The queries of trends.
#[derive(Default)]
pub(crate) struct TrendQuery;

#[Object]
impl TrendQuery {
    /// The pain of the patient who is signed in over time; stretches in which none was told have no point.
    async fn pain_trend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First local date.")] from: LocalDate,
        #[graphql(desc = "Last local date, included.")] to: LocalDate,
        #[graphql(desc = "What there is one point for.")] bucket: TrendBucket,
    ) -> Option<Result<Vec<PainTrendPoint>>> {
        let read = async { pain(context, acting_patient(scope(context)?)?, (from, to), bucket).await };
        Some(read.await)
    }

    /// The adherence of the patient who is signed in over time.
    async fn adherence_trend(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First local date.")] from: LocalDate,
        #[graphql(desc = "Last local date, included.")] to: LocalDate,
        #[graphql(desc = "What there is one point for.")] bucket: TrendBucket,
    ) -> Option<Result<Vec<AdherenceTrendPoint>>> {
        let read = async { adherence(context, acting_patient(scope(context)?)?, (from, to), bucket).await };
        Some(read.await)
    }
}

/// The pain of a visible patient over time.
pub(crate) async fn pain(
    context: &Context<'_>,
    patient_id: Uuid,
    (from, to): (LocalDate, LocalDate),
    bucket: TrendBucket,
) -> Result<Vec<PainTrendPoint>> {
    let dates = (from.0, to.0);
    let points = care::progress::pain_trend(scope(context)?, patient_id, dates, bucket.into()).await;
    let point = |point: care::progress::PainPoint| PainTrendPoint {
        patient_id,
        from: LocalDate(point.from),
        to: LocalDate(point.to),
        before: point.before,
        during: point.during,
        during_max: point.during_max.map(i32::from),
        after: point.after,
        next_day: point.next_day,
        resting: point.resting,
        count: point.count,
        log_count: point.logs,
    };
    Ok(points.map_err(raise)?.into_iter().map(point).collect())
}

/// The adherence of a visible patient over time.
pub(crate) async fn adherence(
    context: &Context<'_>,
    patient_id: Uuid,
    (from, to): (LocalDate, LocalDate),
    bucket: TrendBucket,
) -> Result<Vec<AdherenceTrendPoint>> {
    let dates = (from.0, to.0);
    let points = care::progress::adherence_trend(scope(context)?, patient_id, dates, bucket.into()).await;
    let point = |point: care::progress::AdherencePoint| AdherenceTrendPoint {
        from: LocalDate(point.from),
        to: LocalDate(point.to),
        adherence: Adherence::new(&point.adherence, point.from.until(point.to) + 1, point.adherence.streak),
    };
    Ok(points.map_err(raise)?.into_iter().map(point).collect())
}
