//! What comes due soon.

use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, Reminder, Status, delivery_id, opened, rows_of};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, Result};
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// How far ahead one may look: a year, in milliseconds.
const FAR: i64 = 366 * 24 * 60 * 60_000;

/// An occurrence to come.
#[derive(Debug, Clone)]
pub struct Upcoming {
    /// The id its delivery will have.
    pub id: Uuid,
    /// When it comes due.
    pub due_at: Instant,
    /// The reminder.
    pub reminder: Reminder,
}

/// The next `first` (1 to 100) occurrences until `until`, soonest first, of the patient who acts.
pub async fn upcoming(scope: &Scope, until: Instant, first: i32) -> Result<Vec<Upcoming>> {
    let first = usize::try_from(first).ok().filter(|first| (1..=100).contains(first));
    let first = first.ok_or_else(|| Error::field("first", Code::OutOfRange, "Ask for 1 to 100 entries."))?;
    let now = scope.services().now();
    if until > now.plus(FAR) {
        return Err(Error::field("until", Code::OutOfRange, "Look at most a year ahead."));
    }
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, scope.patient_id()?).await?;
    upcoming_of(&tx, &chart, (now, until), first).await
}

/// The next occurrences of a patient in `from..until`, put-off ones included, in two statements.
pub(crate) async fn upcoming_of(
    tx: &Tx,
    chart: &Chart,
    (from, until): (Instant, Instant),
    first: usize,
) -> Result<Vec<Upcoming>> {
    let rows = rows_of(tx, chart).await?;
    let waiting = reminder_delivery::Entity::find()
        .filter(reminder_delivery::Column::ClinicId.eq(chart.clinic_id()))
        .filter(reminder_delivery::Column::PatientId.eq(chart.id()))
        .filter(reminder_delivery::Column::Status.is_in([DeliveryStatus::Snoozed, DeliveryStatus::Pending]))
        .filter(reminder_delivery::Column::NextTryAt.gte(from))
        .filter(reminder_delivery::Column::NextTryAt.lt(until))
        .all(tx)
        .await?;
    let mut found: Vec<(Instant, Uuid, &reminder::Model)> = Vec::new();
    for delivery in &waiting {
        if let (Some(at), Some(row)) =
            (delivery.next_try_at, rows.iter().find(|row| row.id == delivery.reminder_id))
        {
            found.push((at, delivery.id, row));
        }
    }
    for row in rows.iter().filter(|row| row.status == Status::Active) {
        let start = row.next_due_at.unwrap_or(from).max(from);
        for next in row.rule.between(&row.zone(), start.timestamp(), until.timestamp(), first) {
            let id = delivery_id(row.id, Day(next.local_date), i32::from(next.slot));
            found.push((next.due_at.into(), id, row));
        }
    }
    found.sort_by_key(|(at, id, _)| (*at, *id));
    found.dedup_by_key(|(_, id, _)| *id);
    found
        .into_iter()
        .take(first)
        .map(|(due_at, id, row)| Ok(Upcoming { id, due_at, reminder: opened(chart, row)? }))
        .collect()
}
