//! Pain over time, from the totals kept of each day.

use super::bucket::Bucket;
use super::day_total::of_days;
use super::table::progress_day::Model;
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use crate::patient::Chart;
use uuid::Uuid;

/// The pain told in a stretch of days. Means are of 0 to 10; none where nothing was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PainPoint {
    /// First date.
    pub from: Day,
    /// Last date, included.
    pub to: Day,
    /// Mean of the ratings before sessions.
    pub before: Option<f64>,
    /// Mean of the ratings while exercising.
    pub during: Option<f64>,
    /// The highest of them.
    pub during_max: Option<i16>,
    /// Mean of the ratings after sessions.
    pub after: Option<f64>,
    /// Mean of the ratings told in the morning after a session, on the day they were told.
    pub next_day: Option<f64>,
    /// Mean of the ratings told outside of sessions at any other time.
    pub resting: Option<f64>,
    /// Ratings in all.
    pub count: i32,
    /// Logs that stand, those without pain too.
    pub logs: i32,
}

impl PainPoint {
    /// The point of these days, which lie in `from..=to`; none where no pain was told.
    pub(super) fn of((from, to): (Day, Day), days: &[Model]) -> Option<Self> {
        let total = |of: fn(&Model) -> i32| days.iter().map(of).fold(0, i32::saturating_add);
        let counts: [fn(&Model) -> i32; 5] = [
            |day| day.before_count,
            |day| day.during_count,
            |day| day.after_count,
            |day| day.next_count,
            |day| day.resting_count,
        ];
        let mean = |sum: fn(&Model) -> i32, count: fn(&Model) -> i32| {
            let count = total(count);
            (count > 0).then(|| f64::from(total(sum)) / f64::from(count))
        };
        let [before, during, after, next, resting] = counts;
        let count = counts.into_iter().map(total).fold(0, i32::saturating_add);
        (count > 0).then(|| Self {
            from,
            to,
            before: mean(|day| day.before_sum, before),
            during: mean(|day| day.during_sum, during),
            during_max: days.iter().filter_map(|day| day.during_max).max(),
            after: mean(|day| day.after_sum, after),
            next_day: mean(|day| day.next_sum, next),
            resting: mean(|day| day.resting_sum, resting),
            count,
            logs: total(|day| day.logs),
        })
    }
}

/// The pain of a visible patient on the local dates `from..=to`, in order; stretches in which none was told
/// have no point. At most a year of days, or five years of weeks or months.
pub async fn pain_trend(
    scope: &Scope,
    patient_id: Uuid,
    (from, to): (Day, Day),
    bucket: Bucket,
) -> Result<Vec<PainPoint>> {
    let buckets = bucket.cut(from, to)?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let days = of_days(&tx, (chart.clinic_id(), chart.id()), (from, to)).await?;
    let point = |(from, to): (Day, Day)| {
        let begin = days.partition_point(|day| day.local_date < from);
        let end = days.partition_point(|day| day.local_date <= to);
        PainPoint::of((from, to), days.get(begin..end)?)
    };
    Ok(buckets.into_iter().filter_map(point).collect())
}
