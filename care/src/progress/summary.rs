//! A patient's progress over a stretch of days.

use super::adherence::{Adherence, adherence};
use super::record::Rows;
use super::sessions::{of_patients, plans, sessions};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::patient::Chart;
use crate::program;
use std::collections::BTreeMap;
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
    /// Sessions logged.
    pub logs: usize,
    /// The days on which pain was told, in order.
    pub pain: Vec<PainDay>,
}

/// The progress of a visible patient on the local dates `from..=to`, at most a year.
pub async fn summary(scope: &Scope, patient_id: Uuid, from: Day, to: Day) -> Result<Summary> {
    if to < from || to > from.plus(LONGEST) {
        return Err(Error::field("to", Code::OutOfRange, "Give a day from `from` to a year later."));
    }
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let histories = program::of_patients(&tx, scope, &[patient_id]).await?;
    let histories: Vec<_> = histories.iter().collect();
    let logged = of_patients(&tx, chart.clinic_id(), &[patient_id], (from, to)).await?;
    let logged = logged.get(&patient_id).map(Vec::as_slice).unwrap_or_default();
    let today = chart.date_at(scope.services().now());
    let window = from.0..to.plus(1).0;
    Ok(Summary {
        from,
        to,
        adherence: adherence(&plans(&histories), &sessions(logged, &histories), window, today.0),
        logs: logged.len(),
        pain: pain_days(logged),
    })
}

fn pain_days(logged: &[Rows]) -> Vec<PainDay> {
    let mut days: BTreeMap<Day, Vec<&Rows>> = BTreeMap::new();
    for rows in logged {
        days.entry(rows.log.local_date).or_default().push(rows);
    }
    let mean = |ratings: Vec<i16>| {
        let sum: f64 = ratings.iter().map(|rating| f64::from(*rating)).sum();
        u32::try_from(ratings.len()).ok().filter(|count| *count > 0).map(|count| sum / f64::from(count))
    };
    days.into_iter()
        .map(|(date, rows)| PainDay {
            date,
            before: mean(rows.iter().filter_map(|rows| rows.log.pain_before).collect()),
            after: mean(rows.iter().filter_map(|rows| rows.log.pain_after).collect()),
            during: rows.iter().flat_map(|rows| &rows.results).filter_map(|result| result.pain_during).max(),
        })
        .filter(|day| day.before.is_some() || day.after.is_some() || day.during.is_some())
        .collect()
}
