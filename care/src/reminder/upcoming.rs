//! What comes due soon, and what will become of it as things stand.

use super::decide::{Fate, fate, kept_back, unless_quiet};
use super::notice::Subjects;
use super::outbound::{Read, about};
use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, Reminder, Status, delivery_id, opened, rows_of};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, Result};
use crate::patient::Chart;
use crate::store::Tx;
use reminder_delivery::Model as Delivery;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// How far ahead one may look: a year, in milliseconds.
const FAR: i64 = 366 * 24 * 60 * 60_000;
/// Whatever still waits has come due within so many milliseconds, and no change of zone moves a slot by more.
const LATELY: i64 = 3 * 24 * 60 * 60_000;

/// An occurrence to come.
#[derive(Debug, Clone)]
pub struct Upcoming {
    /// The id its delivery will have.
    pub id: Uuid,
    /// When it comes due.
    pub due_at: Instant,
    /// The local date the rule names.
    pub local_date: Day,
    /// What will become of it as things stand: `Sent`, or why it will be left out.
    pub expected: DeliveryStatus,
    /// When it will go out: when it comes due, or after the quiet hours; none where it will be left out. Reminders
    /// of one time are spread over some seconds.
    pub goes_out_at: Option<Instant>,
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

/// The next occurrences of a patient in `from..until`, put-off ones included: in two statements where there are none,
/// else in three more and one for each kind of what waits that follows from care.
pub(crate) async fn upcoming_of(
    tx: &Tx,
    chart: &Chart,
    (from, until): (Instant, Instant),
    first: usize,
) -> Result<Vec<Upcoming>> {
    let decided = decided(tx, chart, from).await?;
    let also: Vec<Uuid> = decided.iter().map(|delivery| delivery.reminder_id).collect();
    let rows = rows_of(tx, chart, &also).await?;
    let row_of = |id: Uuid| rows.iter().find(|row| row.id == id);
    let waiting: Vec<_> = decided
        .iter()
        .filter(|delivery| delivery.next_try_at.is_some_and(|at| from <= at && at < until))
        .filter_map(|delivery| Some((row_of(delivery.reminder_id)?, delivery)))
        .collect();
    let active: Vec<_> = rows.iter().filter(|row| row.next_due_at.is_some()).collect();
    if waiting.is_empty() && active.is_empty() {
        return Ok(Vec::new());
    }
    let read = about(tx, vec![(&chart.row).into()], from).await?;
    let subjects = Subjects::of(tx, waiting.iter().map(|(row, _)| *row), &read.facts, from).await?;
    let mut found: Vec<_> =
        waiting.iter().filter_map(|(row, delivery)| again(row, delivery, &read, &subjects)).collect();
    for row in active {
        found.extend(to_come(row, &decided, &read, (from, until), first));
    }
    found.sort_by_key(|next| (next.due_at, next.id));
    let opened = |next: Next<'_>| {
        let Next { id, due_at, local_date, expected, goes_out_at, row } = next;
        Ok(Upcoming { id, due_at, local_date, expected, goes_out_at, reminder: opened(chart, row)? })
    };
    found.into_iter().take(first).map(opened).collect()
}

/// An occurrence to come, its reminder not yet opened.
struct Next<'a> {
    id: Uuid,
    due_at: Instant,
    local_date: Day,
    expected: DeliveryStatus,
    goes_out_at: Option<Instant>,
    row: &'a reminder::Model,
}

/// The occurrences that were decided lately: those that wait, and those that do not come again.
async fn decided(tx: &Tx, chart: &Chart, from: Instant) -> Result<Vec<Delivery>> {
    use reminder_delivery::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::DueAt.gte(from.plus(-LATELY)))
        .all(tx)
        .await?)
}

/// What becomes of one that waits, when its time has come again.
fn again<'a>(
    row: &'a reminder::Model,
    delivery: &Delivery,
    read: &Read,
    subjects: &Subjects,
) -> Option<Next<'a>> {
    let (facts, at) = (read.facts.get(&(row.clinic_id, row.patient_id))?, delivery.next_try_at?);
    let what = (delivery.local_date, delivery.slot, delivery.due_at);
    let fate = if row.status == Status::Paused {
        Fate::Over(DeliveryStatus::Canceled)
    } else if let Some(status) = kept_back(row, what, (facts, subjects), at) {
        Fate::Over(status)
    } else {
        unless_quiet(row, delivery.local_date, facts, at)
    };
    let (expected, goes_out_at) = told(fate, at);
    Some(Next { id: delivery.id, due_at: at, local_date: delivery.local_date, expected, goes_out_at, row })
}

/// The next occurrences of an active reminder that are not decided yet.
fn to_come<'a>(
    row: &'a reminder::Model,
    decided: &[Delivery],
    read: &Read,
    (from, until): (Instant, Instant),
    first: usize,
) -> Vec<Next<'a>> {
    let Some(facts) = read.facts.get(&(row.clinic_id, row.patient_id)) else { return Vec::new() };
    let zone = row.zone();
    let start = row.next_due_at.unwrap_or(from).max(from);
    let nothing = Subjects::default();
    // Of those that were decided the rule may name some again: on one date, in another zone.
    let most = first + decided.len();
    let mut all = Vec::new();
    for next in row.rule.between(&zone, start.timestamp(), until.timestamp(), most) {
        let id = delivery_id(row.id, Day(next.local_date), i32::from(next.slot));
        if decided.iter().any(|delivery| delivery.id == id) {
            continue;
        }
        let due_at = next.due_at.into();
        let (mut expected, mut goes_out_at) = told(fate(row, &next, (facts, &nothing), due_at), due_at);
        // Where another comes due with it or while it waits, only the newest goes out.
        let overtaken =
            |at: Instant| row.rule.following(&zone, &next).is_some_and(|it| Instant::from(it.due_at) <= at);
        if overtaken(goes_out_at.unwrap_or(due_at)) {
            (expected, goes_out_at) = (DeliveryStatus::Expired, None);
        }
        all.push(Next { id, due_at, local_date: Day(next.local_date), expected, goes_out_at, row });
    }
    all
}

/// What is told of a fate at `at`.
fn told(fate: Fate, at: Instant) -> (DeliveryStatus, Option<Instant>) {
    match fate {
        Fate::Push => (DeliveryStatus::Sent, Some(at)),
        Fate::Wait(end) => (DeliveryStatus::Sent, Some(end)),
        Fate::Over(status) => (status, None),
    }
}
