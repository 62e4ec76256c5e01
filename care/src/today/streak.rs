//! The sessions behind a day, and its streak, read no further back than it needs.

use crate::clock::Day;
use crate::error::Result;
use crate::patient::Chart;
use crate::program::History;
use crate::progress::adherence::{Plan, Session, adherence, recent_streak};
use crate::progress::{of_patients, sessions};
use crate::store::Tx;
use jiff::civil::Date;

/// How far back a streak is looked for.
pub(super) const STREAK_DAYS: i32 = 366;
/// How far back it is looked for at first: most have ended within two months.
const RECENT_DAYS: i32 = 56;

/// The sessions of two months and more up to `date`, from a Monday on, and the scheduled days met in a row up
/// to it, which only a streak that has lasted longer makes read on.
pub(super) async fn sessions_and_streak(
    tx: &Tx,
    chart: &Chart,
    (histories, plans): (&[&History], &[Plan]),
    date: Day,
    as_of: Date,
) -> Result<(Vec<Session>, u32)> {
    let end = date.plus(1).0;
    let first = date.plus(-RECENT_DAYS - i32::from(date.0.weekday().to_monday_zero_offset()));
    let recent = performed(tx, chart, histories, (first, date)).await?;
    let (streak, is_all) = recent_streak(plans, &recent, &(first.0..end), as_of);
    if is_all {
        return Ok((recent, streak));
    }
    let mut all = performed(tx, chart, histories, (date.plus(1 - STREAK_DAYS), first.plus(-1))).await?;
    all.extend(recent.iter().cloned());
    let streak = adherence(plans, &all, date.plus(1 - STREAK_DAYS).0..end, as_of).streak;
    Ok((recent, streak))
}

async fn performed(
    tx: &Tx,
    chart: &Chart,
    histories: &[&History],
    dates: (Day, Day),
) -> Result<Vec<Session>> {
    let logged = of_patients(tx, chart.clinic_id(), &[chart.id()], dates).await?;
    Ok(sessions(logged.get(&chart.id()).map(Vec::as_slice).unwrap_or_default(), histories))
}
