//! One reminder's life, told to an operator: its rule, what is to come, and what became of each occurrence. Its
//! title is the patient's and is not read.

use super::dead::{Letter, letters};
use super::decide::{Facts, Fate, kept_back, unless_quiet};
use super::notice::Subjects;
use super::outbound::read;
use super::table::reminder::{Column, Entity, Model};
use super::table::{reminder_batch, reminder_delivery};
use super::words::{clock_of, delivery, quiet, rule};
use super::{DeliveryStatus, Status, ZoneMode};
use crate::access::Worker;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// So many of its deliveries are told, the newest.
const TOLD: u64 = 20;

const UNREADABLE: &str = "Rule:      its row cannot be read; the log of the worker says where";

/// A reminder's life in plain words, a line each.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The reminder.
    pub reminder_id: Uuid,
    /// How it stands and what comes next.
    pub standing: Vec<String>,
    /// What became of its occurrences, newest first.
    pub deliveries: Vec<String>,
}

/// What can be read of a reminder whatever stands in its row.
#[derive(Debug, Clone, FromQueryResult)]
struct Bones {
    clinic_id: Uuid,
    id: Uuid,
    patient_id: Uuid,
    status: String,
    next_due_at: Option<Instant>,
    fire_at: Option<Instant>,
    set_aside_at: Option<Instant>,
}

/// The life of the reminder of this id, or of the one delivery. `NotFound` where there is none.
pub async fn explain(worker: &Worker, (kind, id): (Kind, Uuid)) -> Result<Explained> {
    let now = worker.now();
    // Reading for a decision locks the patient, which only a transaction that writes can do; it is not committed.
    let tx = worker.write().await?;
    let letters = letters_of(&tx, kind, id).await?;
    let reminder_id = match (kind, letters.first()) {
        (Kind::Delivery, Some(letter)) => letter.reminder_id,
        (Kind::Reminder, _) => id,
        _ => return Err(Error::NotFound),
    };
    let bones = bones(&tx, reminder_id).await?;
    let row = Entity::find_by_id((bones.clinic_id, reminder_id)).one(&tx).await.ok().flatten();
    let key = (bones.clinic_id, bones.patient_id);
    let mut facts = read(&tx, &[key], now).await.map(|read| read.facts).unwrap_or_default();
    let mut standing = vec![format!(
        "{} of {} in {}",
        Kind::Reminder.encode(bones.id),
        Kind::Patient.encode(bones.patient_id),
        Kind::Clinic.encode(bones.clinic_id)
    )];
    match &row {
        Some(row) => standing.extend(told(row, facts.get(&key))),
        None => standing.push(UNREADABLE.to_owned()),
    }
    standing.push(format!("Status:    {}", status(&bones)));
    standing.push(format!("Next:      {}", next(&bones, row.as_ref(), facts.remove(&key).as_ref(), now)));
    standing.push(format!("Timetable: {}", in_sql(&tx, &bones).await?));
    let zone = row.as_ref().map(Model::zone);
    let deliveries = letters.iter().flat_map(|letter| delivery(letter, zone.as_ref(), now)).collect();
    Ok(Explained { reminder_id, standing, deliveries })
}

async fn letters_of(tx: &Tx, kind: Kind, id: Uuid) -> Result<Vec<Letter>> {
    let named = match kind {
        Kind::Delivery => reminder_delivery::Column::Id.eq(id),
        _ => reminder_delivery::Column::ReminderId.eq(id),
    };
    let find = letters().filter(named).order_by_desc(reminder_delivery::Column::DueAt).limit(TOLD);
    Ok(find.into_model().all(tx).await?)
}

async fn bones(tx: &Tx, id: Uuid) -> Result<Bones> {
    let columns = [
        Column::ClinicId,
        Column::Id,
        Column::PatientId,
        Column::Status,
        Column::NextDueAt,
        Column::FireAt,
        Column::SetAsideAt,
    ];
    let find = Entity::find().select_only().columns(columns).filter(Column::Id.eq(id));
    find.into_model().one(tx).await?.ok_or(Error::NotFound)
}

/// What its row says.
fn told(row: &Model, facts: Option<&Facts>) -> Vec<String> {
    let whose = match row.zone_mode {
        ZoneMode::Patient => "the patient's, and follows it",
        ZoneMode::Fixed => "kept wherever the patient is",
    };
    let mut lines = vec![
        format!("Rule:      {}", rule(&row.rule)),
        format!("Zone:      {}, {whose}", row.time_zone),
        format!("Grace:     it may go out until {} minutes after its time", row.late_limit_minutes),
        format!("Quiet:     {}", quiet(row.quiet_policy, facts.and_then(|facts| facts.quiet))),
    ];
    if row.only_if_not_done {
        lines.push("Left out:  once the day's sessions are logged".to_owned());
    }
    lines
}

fn status(bones: &Bones) -> String {
    match bones.set_aside_at {
        Some(at) => format!(
            "set aside since {at}: it could not be decided; `plumbline reminders retry {}` puts it back",
            Kind::Reminder.encode(bones.id)
        ),
        None => bones.status.to_lowercase(),
    }
}

/// When it comes due next, and when it will really go out, as things stand.
fn next(bones: &Bones, row: Option<&Model>, facts: Option<&Facts>, now: Instant) -> String {
    let Some(due) = bones.next_due_at else { return "nothing is to come".to_owned() };
    let Some(row) = row else { return format!("{due}") };
    let due_at = format!("{due} ({})", clock_of(due, &row.zone()));
    if bones.set_aside_at.is_some() || row.status != Status::Active {
        return format!("{due_at}, but not while it stands so");
    }
    if due <= now {
        return format!("{due_at}; overdue: a worker takes it within seconds, or no worker runs");
    }
    let Some(facts) = facts else { return format!("{due_at}; its patient's row cannot be read") };
    let date = row.next_date.unwrap_or_else(|| Day(row.zone().to_datetime(due.timestamp()).date()));
    let slot = row.next_slot.unwrap_or_default();
    let kept_back = kept_back(row, (date, slot, due), (facts, &Subjects::default()), due);
    let then = match (kept_back, unless_quiet(row, date, facts, due)) {
        _ if !facts.reachable => format!("left out as things stand: {}", why(DeliveryStatus::NoDevice)),
        (Some(status), _) => format!("left out as things stand: {}", why(status)),
        (None, Fate::Push) => format!("goes out {}", spread(due, bones.fire_at)),
        (None, Fate::Wait(at)) => format!("in the quiet hours; goes out after them, at {at}"),
        (None, Fate::Over(_)) => "left out: it lies in the quiet hours".to_owned(),
    };
    format!("{due_at}; {then}")
}

/// Why it is kept back.
fn why(status: DeliveryStatus) -> &'static str {
    match status {
        DeliveryStatus::NoDevice => "no device of the patient takes pushes",
        DeliveryStatus::Held => "the program is on hold",
        DeliveryStatus::Muted => "the patient wants to hear nothing of its kind",
        DeliveryStatus::CareEnded => "the patient's care has ended",
        _ => "there is nothing to tell",
    }
}

/// A reminder fires a little after its time where many are spread over seconds.
fn spread(due: Instant, fire_at: Option<Instant>) -> String {
    match fire_at.map_or(0, |fire| fire.0 - due.0) {
        late @ 1.. => format!("{late} ms after its time, since reminders of one time are spread"),
        _ => "at its time, or seconds after it where reminders of one time are spread".to_owned(),
    }
}

/// What the timetable in SQL holds of it.
async fn in_sql(tx: &Tx, bones: &Bones) -> Result<String> {
    if let Some(at) = bones.fire_at {
        return Ok(format!("the database fires it at {at}"));
    }
    let batches = reminder_batch::Entity::find().all(tx).await?;
    let holds = |batch: &&reminder_batch::Model| {
        batch.reminder_ids.chunks_exact(16).any(|id| id == bones.id.as_bytes())
    };
    Ok(match batches.iter().find(holds) {
        Some(batch) => format!("a worker has it in hand; its lease ends at {}", batch.until),
        None => "the database does not hold it".to_owned(),
    })
}
