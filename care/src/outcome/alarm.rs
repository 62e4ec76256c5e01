//! What new answers give reason for: an alert, or the end of one.

use super::Response;
use super::change::Verdict;
use super::decline::{Given, Grade, RULE, between, grade};
use super::list::of_patient;
use super::measure::{Measure, measure as measure_of, measures};
use super::table::outcome_response::{Column, Model};
use crate::access::Scope;
use crate::alert::{self, Raise};
use crate::error::Result;
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// So many of the last answers are looked at, of all measures of function together.
const LAST: u64 = 100;

/// Raises an alert where the answers of this id are the newest to a measure of function and show a decline; ends
/// it where they show a gain and no other measure shows a decline still.
pub(super) async fn look(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    (measure, id): (&'static Measure, Uuid),
    change: i64,
) -> Result<()> {
    if !measure.function {
        return Ok(());
    }
    let rows = last_of_function(tx, chart).await?;
    if rows.iter().find(|row| row.measure == measure.key).is_none_or(|row| row.id != id) {
        return Ok(());
    }
    let surgery_on = chart.row.surgery_on;
    let newest = given(chart, measure, &rows)?;
    if let Some(found) = grade(measure, &newest, surgery_on) {
        return sound(tx, scope, chart, (found, id), change).await;
    }
    let last = newest.first().zip(newest.get(1));
    let gain = last.and_then(|(after, before)| between(measure, before, after, surgery_on));
    if gain.is_some_and(|gain| gain.verdict == Verdict::Improved) && !others(chart, measure, &rows)? {
        alert::subside(tx, scope, chart, RULE, change).await?;
    }
    Ok(())
}

/// Looks again after answers to a measure were voided in `voided`: where they were the newest,
/// what stands is, and raises the alert that they may have ended.
pub(super) async fn look_again(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    voided: &Model,
    change: i64,
) -> Result<()> {
    let Some(measure) = measure_of(&voided.measure).filter(|measure| measure.function) else { return Ok(()) };
    let rows = last_of_function(tx, chart).await?;
    let Some(newest) = rows.iter().find(|row| row.measure == measure.key) else { return Ok(()) };
    if newest.answered_at > voided.answered_at {
        return Ok(());
    }
    match grade(measure, &given(chart, measure, &rows)?, chart.row.surgery_on) {
        Some(found) => sound(tx, scope, chart, (found, newest.id), change).await,
        None => Ok(()),
    }
}

async fn sound(tx: &Tx, scope: &Scope, chart: &Chart, (found, id): (Grade, Uuid), change: i64) -> Result<()> {
    let Some(severity) = alert::rule(RULE).and_then(|rule| rule.severity(found.key())) else { return Ok(()) };
    let raise = Raise { rule: RULE, severity, evidence: (Kind::OutcomeResponse, id) };
    alert::raise(tx, scope, chart, raise, change).await
}

async fn last_of_function(tx: &Tx, chart: &Chart) -> Result<Vec<Model>> {
    let function = measures().iter().filter(|measure| measure.function).map(|measure| measure.key.as_str());
    Ok(of_patient(chart)
        .filter(Column::Measure.is_in(function))
        .filter(Column::VoidedAt.is_null())
        .order_by_desc(Column::AnsweredAt)
        .order_by_desc(Column::Id)
        .limit(LAST)
        .all(tx)
        .await?)
}

/// Those of `rows` that are of this measure as it is defined now, in their order.
fn given(chart: &Chart, measure: &Measure, rows: &[Model]) -> Result<Vec<Given>> {
    let own =
        rows.iter().filter(|row| row.measure == measure.key && row.definition_version == measure.version);
    own.map(|row| {
        let content = Response::of(chart, row)?.content;
        Ok(Given { local_date: row.local_date, content })
    })
    .collect()
}

/// Whether another measure shows a decline.
fn others(chart: &Chart, measure: &Measure, rows: &[Model]) -> Result<bool> {
    for other in measures().iter().filter(|other| other.key != measure.key) {
        let found: Option<Grade> = grade(other, &given(chart, other, rows)?, chart.row.surgery_on);
        if found.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
