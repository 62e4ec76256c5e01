//! What patients tell raises alerts, and ends those that it settles, in the transaction in which they tell it.

use super::around::ratings;
use super::pain_alert::{Report, is_settled, judge, may_raise};
use super::pain_reports::PainReport;
use super::record::Rows;
use super::sessions::standing;
use super::table::{progress_log, progress_result};
use crate::access::{By, Scope};
use crate::alert::table::Model as Alert;
use crate::alert::{self, Closed, ENGAGEMENT, Found, PAIN};
use crate::clinic::AlertThresholds;
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// So many reports are looked at beside those told now: more than anybody makes in the days in which they raise
/// concern.
const BESIDE: usize = 100;
/// How far back they are looked at, in days: pain of a quarter of a year ago is no comparison.
const BACK: i32 = 90;
const HOUR: i64 = 60 * 60_000;

/// The pain that these logs report; none where they tell of none.
pub(super) fn reports(told: &[Rows]) -> Vec<Report> {
    told.iter().filter_map(PainReport::of_log).map(Report::from).collect()
}

/// Acts on what the patient whose chart is open to write has just told, as of the chart's change: ends an
/// alert about silence where it is over, raises one about pain, or ends that where the pain has settled. One
/// statement, and one more where pain was told that may matter; those that write where something is written.
pub(super) async fn heard(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    thresholds: &AlertThresholds,
    told: &[Report],
) -> Result<()> {
    let (now, by, change) = (scope.services().now(), By::Person(scope), chart.row.change);
    let mut standing = alert::standing_of_patients(tx, chart.clinic_id(), &[chart.id()]).await?;
    let standing = standing.remove(&chart.id()).unwrap_or_default();
    let of_rule = |rule: &str| standing.iter().find(|row| row.rule == rule).cloned();
    let silent_since = now.plus(-i64::from(thresholds.silent_hours) * HOUR);
    if let Some(row) = of_rule(ENGAGEMENT).filter(|_| chart.row.last_activity_at > silent_since) {
        alert::close(tx, by, row, Closed::Settled, change).await?;
    }
    let stands = of_rule(PAIN);
    let matters = stands.is_some() || told.iter().any(|report| may_raise(thresholds, report.worst));
    if told.is_empty() || !matters {
        return Ok(());
    }
    // Zones move: a date may be a day ahead.
    let today = chart.date_at(now);
    let span = (today.plus(-BACK), today.plus(1));
    let known = newest(tx, chart, span, told.len() + BESIDE).await?;
    if let Some((grade, speaking)) = judge(thresholds, &known, told, now) {
        let Some(severity) = alert::rule(PAIN).and_then(|rule| rule.severity(grade.key())) else {
            return Ok(());
        };
        let evidence = speaking.iter().map(|report| report.record).collect();
        let found = Found { rule: PAIN, severity, evidence };
        return alert::add(tx, by, chart.row.key(), (stands, found), change).await;
    }
    match stands.filter(|row| row.severity < alert::Severity::Critical) {
        Some(row) if last(&row, &known).is_some_and(|last| is_settled(thresholds, &known, last)) => {
            alert::close(tx, by, row, Closed::Settled, change).await
        }
        _ => Ok(()),
    }
}

/// The report that raised this alert last; where it is gone, the last before that.
fn last(row: &Alert, known: &[Report]) -> Option<Report> {
    let raised = |report: &&Report| row.evidence.0.contains(&report.record.0.encode(report.record.1));
    let named = known.iter().rfind(raised).copied();
    named.or_else(|| known.iter().rfind(|report| report.at <= row.newest_at).copied())
}

/// When a session was, its log, and its pain before, after and during it.
type Rated = (Instant, Uuid, Option<i16>, Option<i16>, Option<i16>);

/// The patient's newest reports of pain from the local date `since` on, so many, by time.
async fn newest(tx: &Tx, chart: &Chart, (since, until): (Day, Day), most: usize) -> Result<Vec<Report>> {
    use progress_log::Column;
    let same = |result: progress_result::Column, log: Column| {
        Expr::col((progress_result::Entity, result)).equals((progress_log::Entity, log))
    };
    let during = Query::select()
        .expr(Expr::col((progress_result::Entity, progress_result::Column::PainDuring)).max())
        .from(progress_result::Entity)
        .and_where(same(progress_result::Column::ClinicId, Column::ClinicId))
        .and_where(same(progress_result::Column::LogRowId, Column::Id))
        .to_owned();
    let told = Query::select()
        .expr(Expr::value(1))
        .from(progress_result::Entity)
        .and_where(same(progress_result::Column::ClinicId, Column::ClinicId))
        .and_where(same(progress_result::Column::LogRowId, Column::Id))
        .and_where(progress_result::Column::PainDuring.is_not_null())
        .to_owned();
    let rated = Condition::any()
        .add(Column::PainBefore.is_not_null())
        .add(Column::PainAfter.is_not_null())
        .add(Expr::exists(told));
    let rows: Vec<Rated> = progress_log::Entity::find()
        .select_only()
        .columns([Column::PerformedAt, Column::LogId, Column::PainBefore, Column::PainAfter])
        .expr_as(Expr::from(during), "pain_during")
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::LocalDate.gte(since))
        .filter(standing())
        .filter(rated)
        .order_by_desc(Column::PerformedAt)
        .order_by_desc(Column::LogId)
        .limit(u64::try_from(most).unwrap_or(u64::MAX))
        .into_tuple()
        .all(tx)
        .await?;
    let report = |(at, id, before, after, during): Rated| {
        let worst = [before, after, during].into_iter().flatten().max()?;
        Some(Report { at, worst, record: (Kind::ProgressLog, id) })
    };
    let rated = ratings(tx, chart.clinic_id(), &[chart.id()], (since, until)).await?;
    let rated = rated.iter().map(|row| Report::from(PainReport::of_rating(row)));
    let mut reports: Vec<_> = rows.into_iter().filter_map(report).chain(rated).collect();
    reports.sort_by_key(|report| (report.at, report.record.1));
    Ok(reports.split_off(reports.len().saturating_sub(most)))
}
