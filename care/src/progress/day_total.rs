//! What the logs and ratings that stand come to on a day, kept beside them so that trends over years read
//! one small row a day.

use super::around::Around;
use super::ratings::Moment;
use super::record::Rows;
use super::sessions::with_results;
use super::table::{pain_rating, progress_day};
use crate::clock::Day;
use crate::error::Result;
use crate::library::dose::DoneSet;
use crate::store::Tx;
use progress_day::Column;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What a repetition of a set takes that was logged without its seconds (basis: default).
const SECONDS_A_REPETITION: u32 = 3;

/// The time under exercise of a set: the seconds that were logged, else 3 seconds a repetition. Rests and
/// distances add nothing, because nobody logged how long they took.
fn seconds(set: &DoneSet) -> u32 {
    set.seconds.unwrap_or_else(|| set.reps.map_or(0, u32::from) * SECONDS_A_REPETITION)
}

/// A sum and how many were added up.
fn added(ratings: impl Iterator<Item = Option<i16>>) -> (i32, i32) {
    ratings.flatten().fold((0, 0), |(sum, count), rating| (sum + i32::from(rating), count + 1))
}

fn count(entries: impl Iterator) -> i32 {
    i32::try_from(entries.count()).unwrap_or(i32::MAX)
}

/// The total of a day of the patient (clinic, patient), of the logs and ratings that stand on it; none where
/// there are none.
pub(super) fn total(
    (clinic_id, patient_id): (Uuid, Uuid),
    local_date: Day,
    logs: &[&Rows],
    ratings: &[&pain_rating::Model],
) -> Option<progress_day::Model> {
    if logs.is_empty() && ratings.is_empty() {
        return None;
    }
    let results = || logs.iter().flat_map(|rows| &rows.results);
    let rated =
        |moment: Moment| ratings.iter().filter(move |row| row.moment == moment).map(|row| Some(row.pain));
    let worked = results().flat_map(|result| &result.sets.0).map(seconds).fold(0, u32::saturating_add);
    let (before_sum, before_count) = added(logs.iter().map(|rows| rows.log.pain_before));
    let (during_sum, during_count) = added(results().map(|result| result.pain_during));
    let (after_sum, after_count) = added(logs.iter().map(|rows| rows.log.pain_after));
    let (next_sum, next_count) = added(rated(Moment::NextMorning));
    let (resting_sum, resting_count) = added(rated(Moment::Now));
    Some(progress_day::Model {
        clinic_id,
        patient_id,
        local_date,
        logs: count(logs.iter()),
        sessions: count(
            logs.iter().filter(|rows| rows.results.iter().any(|result| !result.sets.0.is_empty())),
        ),
        seconds: i32::try_from(worked).unwrap_or(i32::MAX),
        done: count(results().filter(|result| !result.sets.0.is_empty())),
        skipped: count(results().filter(|result| result.skip_reason.is_some())),
        before_sum,
        before_count,
        during_sum,
        during_count,
        after_sum,
        after_count,
        next_sum,
        next_count,
        resting_sum,
        resting_count,
        during_max: results().filter_map(|result| result.pain_during).max(),
        rpe_max: results().filter_map(|result| result.rpe).max(),
    })
}

/// Brings the totals of these days up to what stands on them, `fresh` logs among it: three statements at most,
/// however many they are.
pub(super) async fn keep(
    tx: &Tx,
    key: (Uuid, Uuid),
    days: &BTreeSet<Day>,
    around: &Around,
    fresh: &[Rows],
) -> Result<()> {
    let fresh: HashMap<_, _> = fresh.iter().map(|rows| (rows.log.id, rows)).collect();
    let on_them = around.logs.iter().filter(|log| days.contains(&log.local_date));
    let other = on_them.clone().filter(|log| !fresh.contains_key(&log.id)).cloned().collect();
    let other = with_results(tx, key.0, other).await?;
    let logs: Vec<_> = on_them.filter_map(|log| fresh.get(&log.id).copied()).chain(&other).collect();
    let total = |day: &Day| {
        let logs: Vec<_> = logs.iter().copied().filter(|rows| rows.log.local_date == *day).collect();
        let ratings: Vec<_> = around.ratings.iter().filter(|row| row.local_date == *day).collect();
        total(key, *day, &logs, &ratings)
    };
    let totals: Vec<_> = days.iter().filter_map(total).collect();
    let empty = days.iter().filter(|day| totals.iter().all(|row| row.local_date != **day)).copied();
    let empty: Vec<_> = empty.collect();
    if !empty.is_empty() {
        of_patient(key).filter(Column::LocalDate.is_in(empty)).exec(tx).await?;
    }
    tx.put_all(totals).await
}

/// All that is kept of the patient's days, to be deleted.
pub(super) fn of_patient((clinic_id, patient_id): (Uuid, Uuid)) -> sea_orm::DeleteMany<progress_day::Entity> {
    progress_day::Entity::delete_many()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.eq(patient_id))
}

/// The totals of a patient's days `from..=to`, by date.
pub(super) async fn of_days(
    tx: &Tx,
    (clinic_id, patient_id): (Uuid, Uuid),
    (from, to): (Day, Day),
) -> Result<Vec<progress_day::Model>> {
    use sea_orm::QueryOrder;
    Ok(progress_day::Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.eq(patient_id))
        .filter(Column::LocalDate.between(from, to))
        .order_by_asc(Column::LocalDate)
        .all(tx)
        .await?)
}
