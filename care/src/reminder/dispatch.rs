//! One round of the engine: what the timetable calls due is decided and recorded in one
//! transaction; what is to go out is answered, and from then on its row is the lease.

use super::Due;
use super::decide::{Decision, Facts, Fate, decide, kept_back, unless_quiet};
use super::notice::Subjects;
use super::outbound::{Outbound, Read, publish, raise, read};
use super::quiet::fires_at;
use super::table::reminder_delivery::Column;
use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, Status};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::Result;
use crate::store::{Tx, among};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// What a round changes of a reminder.
const ADVANCED: [reminder::Column; 6] = {
    use reminder::Column as C;
    [C::Status, C::NextDueAt, C::NextDate, C::NextSlot, C::FireAt, C::Change]
};
/// What deciding anew changes of a delivery.
const DECIDED: [reminder_delivery::Column; 5] = {
    use reminder_delivery::Column as C;
    [C::Status, C::Attempts, C::ExpiresAt, C::NextTryAt, C::Change]
};

/// What a round answers.
#[derive(Debug, Clone, Default)]
pub struct Dispatched {
    /// Pushes that are the caller's to send.
    pub outbound: Vec<Outbound>,
    /// When the reminders of the round come due next.
    pub next: Vec<Due>,
    /// What was decided about each occurrence: `push`, `wait`, or what became of it.
    pub decided: Vec<&'static str>,
}

/// How a round works.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// A push that is not finished after so many milliseconds is found by [`retry`].
    pub lease_ms: i64,
    /// Reminders that come due together are spread over so many seconds.
    pub smear_seconds: u32,
}

/// Decides about the reminders `ids` at `now`. Repeating a round changes nothing.
pub async fn dispatch(worker: &Worker, ids: &[Uuid], now: Instant, terms: Terms) -> Result<Dispatched> {
    let tx = worker.write().await?;
    let read = read(&tx, &keys_of_reminders(&tx, ids).await?, now).await?;
    // Read only now: whoever changes a reminder holds its patient's lock, as this transaction does.
    let rows = reminder::Entity::find()
        .filter(reminder::Column::Id.is_in(ids.iter().copied()))
        .filter(reminder::Column::SetAsideAt.is_null())
        .order_by_asc(reminder::Column::Id)
        .all(&tx)
        .await?;
    let subjects = Subjects::of(&tx, rows.iter(), &read.facts, now).await?;
    let mut round = Round {
        now,
        terms,
        read,
        subjects,
        deliveries: Vec::new(),
        decided: Vec::new(),
        advanced: Vec::new(),
        changed: BTreeSet::new(),
    };
    let mut answer = Dispatched::default();
    for row in rows {
        round.decide(worker, row, &mut answer);
    }
    // Of an occurrence that was decided before, in another zone or by an earlier rule, nothing comes again.
    let new = tx.insert_new(round.deliveries).await?;
    answer.outbound.retain(|outbound| new.contains(&outbound.delivery_id));
    let decided = round.decided.into_iter().filter(|(id, _)| new.contains(id));
    answer.decided.extend(decided.map(|(_, what)| what));
    // Whose push is on its way is told of the round when its result is recorded, which raises the counter.
    for outbound in &answer.outbound {
        round.changed.remove(&(outbound.clinic_id, outbound.patient_id));
    }
    let changed: Vec<_> = round.changed.iter().copied().collect();
    raise(&tx, &changed).await?;
    tx.update_all(round.advanced, &ADVANCED).await?;
    tx.commit().await?;
    publish(worker, changed.iter().map(|key| (*key, round.read.next_change(*key))));
    Ok(answer)
}

struct Round {
    now: Instant,
    terms: Terms,
    read: Read,
    subjects: Subjects,
    deliveries: Vec<reminder_delivery::Model>,
    decided: Vec<(Uuid, &'static str)>,
    advanced: Vec<reminder::Model>,
    changed: BTreeSet<(Uuid, Uuid)>,
}

impl Round {
    fn decide(&mut self, worker: &Worker, mut row: reminder::Model, answer: &mut Dispatched) {
        let key = (row.clinic_id, row.patient_id);
        let Some(facts) = self.read.facts.get(&key) else { return };
        let id = row.id;
        let fires_at = |due| fires_at(id, due, self.terms.smear_seconds);
        let due =
            row.status == Status::Active && row.next_due_at.is_some_and(|due| fires_at(due) <= self.now);
        if due {
            for decision in decide(&row, (facts, &self.subjects), self.now) {
                let delivery = self.delivery(&row, &decision);
                self.decided.push((decision.id, decision.fate.name()));
                if decision.fate == Fate::Push {
                    answer.outbound.push(self.read.outbound(worker.services(), &row, &delivery));
                }
                self.deliveries.push(delivery);
            }
            self.changed.insert(key);
            row.change = self.read.next_change(key);
            row.set_next(row.rule.next_after(&row.zone(), self.now.timestamp()));
            row.fire_at = row.next_due_at.map(fires_at);
        }
        answer.next.extend(row.next_due_at.map(|due_at| Due { id: row.id, due_at }));
        if due {
            self.advanced.push(row);
        }
    }

    fn delivery(&self, row: &reminder::Model, decision: &Decision) -> reminder_delivery::Model {
        let (status, attempts, next_try_at) = match decision.fate {
            Fate::Push => (DeliveryStatus::Pending, 1, Some(self.now.plus(self.terms.lease_ms))),
            Fate::Wait(at) => (DeliveryStatus::Pending, 0, Some(at)),
            Fate::Over(status) => (status, 0, None),
        };
        // Waiting for the end of the quiet hours does not use up the late limit.
        let expires_at = match decision.fate {
            Fate::Wait(at) => decision.expires_at.plus(at.0 - decision.due_at.0),
            Fate::Push | Fate::Over(_) => decision.expires_at,
        };
        reminder_delivery::Model {
            clinic_id: row.clinic_id,
            reminder_id: row.id,
            local_date: decision.date,
            slot: decision.slot,
            id: decision.id,
            patient_id: row.patient_id,
            due_at: decision.due_at,
            expires_at,
            status,
            attempts,
            snoozes: 0,
            next_try_at,
            sent_at: None,
            done_at: None,
            answers: reminder_delivery::Answers::default(),
            change: self.read.next_change((row.clinic_id, row.patient_id)),
        }
    }
}

/// Takes up to `limit` deliveries whose time has come again: put off, deferred, or sent by a
/// worker that never told the result. Each is decided anew.
pub async fn retry(worker: &Worker, now: Instant, limit: u64, lease_ms: i64) -> Result<Vec<Outbound>> {
    retry_among(worker, reminder_delivery::Entity::find(), now, limit, lease_ms).await
}

/// [`retry`] of those of these deliveries whose time has come again.
pub async fn retry_these(
    worker: &Worker,
    ids: &[Uuid],
    now: Instant,
    lease_ms: i64,
) -> Result<Vec<Outbound>> {
    let these = reminder_delivery::Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    retry_among(worker, these, now, u64::try_from(ids.len()).unwrap_or(u64::MAX), lease_ms).await
}

async fn retry_among(
    worker: &Worker,
    deliveries: Select<reminder_delivery::Entity>,
    now: Instant,
    limit: u64,
    lease_ms: i64,
) -> Result<Vec<Outbound>> {
    let tx = worker.write().await?;
    let waiting: Vec<(Uuid, Uuid, Uuid)> = deliveries
        .select_only()
        .columns([Column::Id, Column::ClinicId, Column::PatientId])
        .filter(Column::NextTryAt.lte(now))
        .order_by_asc(Column::NextTryAt)
        .limit(limit)
        .into_tuple()
        .all(&tx)
        .await?;
    if waiting.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<_> = waiting.iter().map(|(_, clinic_id, patient_id)| (*clinic_id, *patient_id)).collect();
    let read = read(&tx, &keys, now).await?;
    // Read again under the patients' locks: another worker or the patient may have been faster.
    let deliveries = reminder_delivery::Entity::find()
        .filter(Column::Id.is_in(waiting.iter().map(|(id, ..)| *id)))
        .filter(Column::NextTryAt.lte(now))
        .order_by_asc(Column::NextTryAt)
        .all(&tx)
        .await?;
    let keys: Vec<_> = deliveries.iter().map(|row| (row.clinic_id, row.patient_id)).collect();
    let ids: Vec<_> = deliveries.iter().map(|delivery| delivery.reminder_id).collect();
    let reminders: HashMap<_, _> = reminder::Entity::find()
        .filter(reminder::Column::Id.is_in(ids))
        .all(&tx)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let newest = newest_due(&tx, &keys, &deliveries).await?;
    let subjects = Subjects::of(&tx, reminders.values(), &read.facts, now).await?;
    let (mut outbound, mut decided) = (Vec::new(), Vec::new());
    for mut delivery in deliveries {
        let Some(row) = reminders.get(&delivery.reminder_id) else { continue };
        let superseded = newest.get(&row.id).is_some_and(|newest| delivery.due_at < *newest);
        let Some(facts) = read.facts.get(&(row.clinic_id, row.patient_id)) else { continue };
        if decide_again(row, (facts, &subjects), &mut delivery, superseded, now) {
            delivery.attempts += 1;
            delivery.next_try_at = Some(now.plus(lease_ms));
            outbound.push(read.outbound(worker.services(), row, &delivery));
        }
        delivery.change = read.next_change((row.clinic_id, row.patient_id));
        decided.push(delivery);
    }
    tx.update_all(decided, &DECIDED).await?;
    raise(&tx, &keys).await?;
    tx.commit().await?;
    publish(worker, keys.iter().map(|key| (*key, read.next_change(*key))));
    Ok(outbound)
}

/// When the newest occurrence of each reminder of these patients came due, where it is not older than all of these.
async fn newest_due(
    tx: &Tx,
    keys: &[(Uuid, Uuid)],
    deliveries: &[reminder_delivery::Model],
) -> Result<HashMap<Uuid, Instant>> {
    let oldest = deliveries.iter().map(|delivery| delivery.due_at).min().unwrap_or_default();
    let rows: Vec<(Uuid, Instant)> = reminder_delivery::Entity::find()
        .select_only()
        .column(Column::ReminderId)
        .column_as(Column::DueAt.max(), "newest")
        .filter(among((Column::ClinicId, Column::PatientId), keys))
        .filter(Column::DueAt.gte(oldest))
        .group_by(Column::ReminderId)
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Whether the delivery goes out now; if not, it says what became of it. One that waited while a
/// newer occurrence came due, `superseded`, is of no use; one that the patient put off still is.
fn decide_again(
    row: &reminder::Model,
    (facts, subjects): (&Facts, &Subjects),
    delivery: &mut reminder_delivery::Model,
    superseded: bool,
    now: Instant,
) -> bool {
    let what = (delivery.local_date, delivery.slot, delivery.due_at);
    let mut goes_out = false;
    delivery.next_try_at = None;
    delivery.status = if row.status == Status::Paused || row.status == Status::Deleted {
        DeliveryStatus::Canceled
    } else if delivery.expires_at <= now || (superseded && delivery.status == DeliveryStatus::Pending) {
        if delivery.attempts > 0 { DeliveryStatus::Failed } else { DeliveryStatus::Expired }
    } else if let Some(status) = kept_back(row, what, (facts, subjects), now) {
        status
    } else {
        match unless_quiet(row, delivery.local_date, facts, now) {
            Fate::Over(status) => status,
            Fate::Wait(at) => {
                delivery.next_try_at = Some(at);
                delivery.expires_at = delivery.expires_at.plus(at.0 - now.0);
                DeliveryStatus::Pending
            }
            Fate::Push => {
                goes_out = true;
                DeliveryStatus::Pending
            }
        }
    };
    goes_out
}

/// The patients (clinic, patient) of these reminders.
async fn keys_of_reminders(tx: &Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    Ok(reminder::Entity::find()
        .select_only()
        .columns([reminder::Column::ClinicId, reminder::Column::PatientId])
        .filter(reminder::Column::Id.is_in(ids.iter().copied()))
        .filter(reminder::Column::SetAsideAt.is_null())
        .into_tuple()
        .all(tx)
        .await?)
}
