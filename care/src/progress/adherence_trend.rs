//! Adherence over time.

use super::adherence::{Adherence, adherence};
use super::bucket::Bucket;
use super::sessions::{of_patients, plans, sessions};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use crate::patient::Chart;
use crate::program;
use uuid::Uuid;

/// The adherence of a stretch of days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdherencePoint {
    /// First date.
    pub from: Day,
    /// Last date, included.
    pub to: Day,
    /// How much of what was scheduled in it was done.
    pub adherence: Adherence,
}

/// The adherence of a visible patient on the local dates `from..=to`, a point for each day, week or month.
/// At most a year of days, or five years of weeks or months. So many times a week are asked of a week, not of a day:
/// points of days leave them out.
pub async fn adherence_trend(
    scope: &Scope,
    patient_id: Uuid,
    (from, to): (Day, Day),
    bucket: Bucket,
) -> Result<Vec<AdherencePoint>> {
    let buckets = bucket.cut(from, to)?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let histories = program::of_patients(&tx, scope, &[patient_id]).await?;
    let histories: Vec<_> = histories.iter().collect();
    let logged = of_patients(&tx, chart.clinic_id(), &[patient_id], (from, to)).await?;
    let logged = logged.get(&patient_id).map(Vec::as_slice).unwrap_or_default();
    let (mut plans, mut sessions) = (plans(&histories), sessions(logged, &histories));
    if bucket == Bucket::Day {
        let revisions = plans.iter_mut().flat_map(|plan| &mut plan.revisions);
        revisions.for_each(|revision| revision.prescriptions.retain(|one| !one.schedule.is_by_week()));
    }
    sessions.sort_by_key(|session| session.local_date);
    let today = chart.date_at(scope.services().now()).0;
    let point = |(from, to): (Day, Day)| {
        let begin = sessions.partition_point(|session| session.local_date < from.0);
        let end = sessions.partition_point(|session| session.local_date <= to.0);
        let within = sessions.get(begin..end).unwrap_or_default();
        AdherencePoint { from, to, adherence: adherence(&plans, within, from.0..to.plus(1).0, today) }
    };
    Ok(buckets.into_iter().map(point).collect())
}
