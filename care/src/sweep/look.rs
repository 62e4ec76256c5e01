//! Who may have fallen silent, and who no longer is: a fixed number of statements however many they are.

use super::engagement::Silence;
use crate::alert::table as alert;
use crate::alert::{Closed, ENGAGEMENT, standing_of_patients};
use crate::clinic::AlertThresholds;
use crate::clinic::table::clinic;
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::patient::table::patient;
use crate::program::{self, History, Status};
use crate::progress::adherence::active_days;
use crate::progress::{self, plans, sessions};
use crate::store::Tx;
use jiff::tz::TimeZone;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::HashMap;
use uuid::Uuid;

const HOUR: i64 = 60 * 60_000;
/// How far back silence is looked at, in days.
const FARTHEST: i32 = 366;

/// A patient who may have fallen silent.
pub(super) struct Seen {
    pub(super) row: patient::Model,
    /// The alert about silence that stands.
    pub(super) standing: Option<alert::Model>,
    pub(super) silence: Silence,
    /// The program that asks for something, if one does today.
    pub(super) program_id: Option<Uuid>,
}

/// Up to `most` patients of the clinic who have logged nothing for as long as raises an alert, follow a program,
/// and have not dropped out; by id, those after `after`.
pub(super) async fn silent(
    tx: &Tx,
    clinic: &clinic::Model,
    now: Instant,
    (after, most): (Uuid, u64),
) -> Result<Vec<Seen>> {
    let rows = patient::Entity::find()
        .filter(candidates(clinic.id, &clinic.settings.alerts, now))
        .filter(patient::Column::Id.gt(after))
        .order_by_asc(patient::Column::Id)
        .limit(most)
        .all(tx)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let histories = program::of_clinic(tx, clinic.id, &ids).await?;
    let mut standing = standing_of_patients(tx, clinic.id, &ids).await?;
    let resolved = last_resolved(tx, clinic.id, &ids).await?;
    let since = |row: &patient::Model| {
        let last = row.last_activity_at;
        resolved.get(&row.id).map_or(last, |closed| Ord::max(*closed, last))
    };
    let since: Vec<Instant> = rows.iter().map(since).collect();
    let today = now.date_in(&TimeZone::UTC);
    let first = since.iter().map(|since| week_before(*since, today)).min().unwrap_or(today);
    let mut logged = progress::of_patients(tx, clinic.id, &ids, (first, today.plus(1))).await?;
    let seen = rows.into_iter().zip(since).map(|(row, since)| {
        let own: Vec<_> = histories.iter().filter(|history| history.row.patient_id == row.id).collect();
        let zone = row.zone();
        let today = now.date_in(&zone);
        let window = week_before(since, today).0..today.plus(1).0;
        let sessions = sessions(&logged.remove(&row.id).unwrap_or_default(), &own);
        let days = active_days(&plans(&own), &sessions, &window, today.0);
        let mut standing = standing.remove(&row.id).unwrap_or_default().into_iter();
        Seen {
            standing: standing.find(|alert| alert.rule == ENGAGEMENT),
            silence: Silence::of(&days, (since, now), &zone),
            program_id: asking(&own, today),
            row,
        }
    });
    Ok(seen.collect())
}

/// The first day that is looked at: so early that the week of `since` is seen whole in every zone.
fn week_before(since: Instant, today: Day) -> Day {
    Ord::max(since.date_in(&TimeZone::UTC).plus(-8), today.plus(-FARTHEST))
}

fn asking(histories: &[&History], today: Day) -> Option<Uuid> {
    program::on(histories, today).filter(|history| history.row.status == Status::Active).map(|it| it.row.id)
}

fn candidates(clinic_id: Uuid, thresholds: &AlertThresholds, now: Instant) -> Condition {
    use patient::Column;
    let silent_since = now.plus(-i64::from(thresholds.silent_hours) * HOUR);
    Condition::all()
        .add(Column::ClinicId.eq(clinic_id))
        .add(Column::LastActivityAt.lte(silent_since))
        .add(Column::DischargedAt.is_null())
        .add(Column::SharingEndedAt.is_null())
        .add(Column::DangerSince.is_null())
        .add(Column::Id.in_subquery(following(clinic_id, &[Status::Active])))
        .add(Expr::exists(dropped_out(silent_since)).not())
}

/// The patients of the clinic with a program that stands so.
fn following(clinic_id: Uuid, statuses: &[Status]) -> SelectStatement {
    use crate::program::table::program::{Column, Entity};
    Entity::find()
        .select_only()
        .column(Column::PatientId)
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::Status.is_in(statuses.iter().copied()))
        .into_query()
}

/// The alerts about the silence of the patient at hand by which they have dropped out since they logged last, or
/// that were dealt with so lately that silence cannot have lasted long since.
fn dropped_out(silent_since: Instant) -> SelectStatement {
    use alert::{Column, Entity};
    let its =
        |ours: Column, theirs: patient::Column| Expr::col((Entity, ours)).equals((patient::Entity, theirs));
    let since_then = Expr::col((Entity, Column::ResolvedAt))
        .gt(Expr::col((patient::Entity, patient::Column::LastActivityAt)));
    let gone = Condition::all().add(Column::ClosedBecause.eq(Closed::DroppedOut)).add(since_then);
    let dealt_with =
        Condition::all().add(Column::ResolvedBy.is_not_null()).add(Column::ResolvedAt.gt(silent_since));
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(its(Column::ClinicId, patient::Column::ClinicId))
        .filter(its(Column::PatientId, patient::Column::Id))
        .filter(Column::Rule.eq(ENGAGEMENT))
        .filter(Condition::any().add(gone).add(dealt_with))
        .into_query()
}

/// When somebody last dealt with an alert about the silence of these patients: from then on it counts anew.
async fn last_resolved(tx: &Tx, clinic_id: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, Instant>> {
    use alert::{Column, Entity};
    let rows: Vec<(Uuid, Instant)> = Entity::find()
        .select_only()
        .column(Column::PatientId)
        .column_as(Column::ResolvedAt.max(), "resolved_at")
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(ids.iter().copied()))
        .filter(Column::Rule.eq(ENGAGEMENT))
        .filter(Column::ResolvedBy.is_not_null())
        .group_by(Column::PatientId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Up to `most` patients of the clinic of whose silence an alert stands though it is over: they have told
/// something since, were discharged, or have no program any more.
pub(super) async fn settled(
    tx: &Tx,
    clinic: &clinic::Model,
    now: Instant,
    most: u64,
) -> Result<Vec<(patient::Model, alert::Model)>> {
    use patient::Column;
    let silent_since = now.plus(-i64::from(clinic.settings.alerts.silent_hours) * HOUR);
    let current = following(clinic.id, &[Status::Active, Status::OnHold]);
    let over = Condition::any()
        .add(Column::LastActivityAt.gt(silent_since))
        .add(Column::DischargedAt.is_not_null())
        .add(Column::Id.not_in_subquery(current));
    let standing = alert::Entity::find()
        .select_only()
        .column(alert::Column::PatientId)
        .filter(alert::Column::ClinicId.eq(clinic.id))
        .filter(alert::Column::Rule.eq(ENGAGEMENT))
        .filter(alert::Column::ResolvedAt.is_null())
        .into_query();
    let rows = patient::Entity::find()
        .filter(Column::ClinicId.eq(clinic.id))
        .filter(Column::Id.in_subquery(standing))
        .filter(over)
        .order_by_asc(Column::Id)
        .limit(most)
        .all(tx)
        .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut standing = standing_of_patients(tx, clinic.id, &ids).await?;
    let pair = |row: patient::Model| {
        let mut its = standing.remove(&row.id)?.into_iter();
        Some((row, its.find(|alert| alert.rule == ENGAGEMENT)?))
    };
    Ok(rows.into_iter().filter_map(pair).collect())
}
