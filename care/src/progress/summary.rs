//! A patient's progress over a stretch of days.

use super::adherence::{Adherence, adherence};
use super::personal_best::{self, PersonalBest};
use super::record::Rows;
use super::sessions::{of_patients, plans, sessions};
use super::table::progress_day;
use super::{SkipReason, day_total};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::patient::Chart;
use crate::program;
use sea_orm::Iterable;
use uuid::Uuid;

/// The longest stretch, in days.
const LONGEST: i32 = 366;

/// The pain told on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PainDay {
    /// The patient-local date.
    pub date: Day,
    /// Mean of the ratings before sessions.
    pub before: Option<f64>,
    /// Mean of the ratings after sessions.
    pub after: Option<f64>,
    /// The highest rating while exercising.
    pub during: Option<i16>,
}

/// Progress over a stretch of days.
#[derive(Debug, Clone)]
pub struct Summary {
    /// First date.
    pub from: Day,
    /// Last date, included.
    pub to: Day,
    /// How much of what was scheduled was done.
    pub adherence: Adherence,
    /// Logs, those of pain alone too.
    pub logs: usize,
    /// Logs with a performed set.
    pub sessions: i32,
    /// Time under exercise: seconds as they were logged, else 3 a repetition.
    pub seconds: i32,
    /// How often which reason for skipping was given, most often first; only those that were.
    pub skips: Vec<(SkipReason, usize)>,
    /// The days on which pain was told in sessions, in order.
    pub pain: Vec<PainDay>,
    /// The most done of each exercise in one set, of all time.
    pub bests: Vec<PersonalBest>,
}

/// The progress of a visible patient on the local dates `from..=to`, at most a year. What lies outside of
/// these days costs nothing.
pub async fn summary(scope: &Scope, patient_id: Uuid, from: Day, to: Day) -> Result<Summary> {
    if to < from || to > from.plus(LONGEST) {
        return Err(Error::field("to", Code::OutOfRange, "Give a day from `from` to a year later."));
    }
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let key = (chart.clinic_id(), patient_id);
    let histories = program::of_patients(&tx, scope, &[patient_id]).await?;
    let histories: Vec<_> = histories.iter().collect();
    let logged = of_patients(&tx, chart.clinic_id(), &[patient_id], (from, to)).await?;
    let logged = logged.get(&patient_id).map(Vec::as_slice).unwrap_or_default();
    let days = day_total::of_days(&tx, key, (from, to)).await?;
    let today = chart.date_at(scope.services().now());
    let window = from.0..to.plus(1).0;
    Ok(Summary {
        from,
        to,
        adherence: adherence(&plans(&histories), &sessions(logged, &histories), window, today.0),
        logs: logged.len(),
        sessions: days.iter().map(|day| day.sessions).fold(0, i32::saturating_add),
        seconds: days.iter().map(|day| day.seconds).fold(0, i32::saturating_add),
        skips: skips(logged),
        pain: days.iter().filter_map(PainDay::of).collect(),
        bests: personal_best::list(&tx, key).await?,
    })
}

impl PainDay {
    fn of(day: &progress_day::Model) -> Option<Self> {
        let mean = |sum: i32, count: i32| (count > 0).then(|| f64::from(sum) / f64::from(count));
        let (before, after) = (mean(day.before_sum, day.before_count), mean(day.after_sum, day.after_count));
        let told = before.is_some() || after.is_some() || day.during_max.is_some();
        told.then_some(Self { date: day.local_date, before, after, during: day.during_max })
    }
}

fn skips(logged: &[Rows]) -> Vec<(SkipReason, usize)> {
    let given = |reason| {
        let results = logged.iter().flat_map(|rows| &rows.results);
        (reason, results.filter(|result| result.skip_reason == Some(reason)).count())
    };
    let mut skips: Vec<_> = SkipReason::iter().map(given).filter(|(_, count)| *count > 0).collect();
    skips.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    skips
}
