//! Reminders: rules on the patient's wall clock, their occurrences, and what became of each.
//!
//! For people: [`create`], [`update`], [`set_paused`], [`delete`], [`list`], [`upcoming`],
//! [`history`], [`snooze`], [`mark_done`], and what moves reminders along with the patient:
//! [`register_device`], [`update_settings`]. For the engine: [`dispatch`], [`retry`], [`finish`],
//! [`overdue`], what follows from care by itself ([`notice`]), the [`calendar`], the SQL [`timetable`], and what it does with what cannot be decided: [`set_aside`], [`bury`].
//! For those who look after the installation: [`dead`], [`put_back`], [`explain`], [`census`].

pub mod calendar;
mod census;
mod create;
mod dead;
mod decide;
mod dispatch;
mod explain;
mod finish;
mod follow;
mod history;
pub mod notice;
mod outbound;
mod put_back;
pub mod quiet;
mod readable;
pub mod recurrence;
#[cfg(test)]
mod recurrence_tests;
pub mod rfc5545;
mod scan;
mod set_aside;
mod snooze;
pub(crate) mod table;
pub mod timetable;
mod upcoming;
mod update;
mod words;

pub use census::{Census, census};
pub use create::{CreateReminder, When, create};
pub use dead::{Answered, DeadDelivery, DeadLetters, Filter, SetAside, dead};
pub use dispatch::{Dispatched, Terms, dispatch, retry, retry_these};
pub use explain::{Explained, explain};
pub use finish::{DeviceAnswer, Finished, PushOutcome, finish};
pub use follow::{UpdateSettings, muted, register_device, update_settings};
pub use history::{Delivery, delivery, history};
pub use outbound::{Outbound, Target};
pub use put_back::{NotBack, put_back};
pub use scan::{Due, overdue, scheduled_until};
pub use set_aside::{bury, set_aside, waiting};
pub use snooze::{mark_done, snooze};
pub(crate) use upcoming::upcoming_of;
pub use upcoming::{Upcoming, upcoming};
pub use update::{UpdateReminder, delete, set_paused, update};

use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::id;
use crate::patient::Chart;
use crate::store::Tx;
use jiff::tz::TimeZone;
use recurrence::{Occurrence, Rule};
use sea_orm::{ColumnTrait, Condition, DeriveActiveEnum, EntityTrait, EnumIter, QueryFilter, QueryOrder};
use table::reminder::{Column, Entity, Model};
use uuid::Uuid;

/// The most reminders that a patient sets.
const MOST: usize = 50;

/// What a reminder is about; it chooses the words of the push.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// Today's exercises.
    Exercise,
    /// Posture and body mechanics: a short break, a change of position.
    Posture,
    /// Logging how it is going.
    CheckIn,
    /// A questionnaire is due. Such reminders set themselves, as those of the next three kinds do.
    Questionnaire,
    /// A visit comes near.
    Appointment,
    /// The care team has written.
    Message,
    /// An article was assigned.
    Article,
    /// Anything else; the title says what.
    Other,
}

/// Whose clock a reminder goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ZoneMode {
    /// The patient's zone, which may follow their device.
    Patient,
    /// The zone that was set with the reminder.
    Fixed,
}

/// What happens to an occurrence in the quiet hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuietPolicy {
    /// It waits for their end.
    Defer,
    /// It is left out.
    Drop,
}

/// Whether a reminder is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It comes due.
    Active,
    /// It rests.
    Paused,
    /// All its occurrences are over.
    Ended,
    /// It was deleted.
    Deleted,
}

/// What became of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DeliveryStatus {
    /// On its way, or waiting for the quiet hours to end.
    Pending,
    /// The push provider took it.
    Sent,
    /// The patient put it off.
    Snoozed,
    /// The patient says it is done.
    Done,
    /// What it asks for was done already: the day's sessions were logged, the questionnaire was answered, what had
    /// come was read.
    SkippedDone,
    /// It came due in the quiet hours and was left out.
    Quiet,
    /// It would have asked for exercises while the program was on hold.
    Held,
    /// It would have come too late.
    Expired,
    /// The patient wants to hear nothing of this kind.
    Muted,
    /// The patient's care has ended.
    CareEnded,
    /// The patient has no device that takes pushes.
    NoDevice,
    /// The reminder was paused, changed or deleted before it went out, or the visit canceled or moved.
    Canceled,
    /// No attempt got through.
    Failed,
}

/// A reminder of a patient.
#[derive(Debug, Clone)]
pub struct Reminder {
    /// Its id.
    pub id: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// What it is about, where it follows from care: then nobody can change it.
    pub subject: Option<(id::Kind, Uuid)>,
    /// The patient's own words; never part of a push.
    pub title: Option<String>,
    /// When it comes due.
    pub rule: Rule,
    /// Whose clock it goes by.
    pub zone_mode: ZoneMode,
    /// IANA name of the zone it goes by now.
    pub time_zone: String,
    /// What happens in the quiet hours.
    pub quiet_policy: QuietPolicy,
    /// Whether it is left out once the day's sessions are logged.
    pub only_if_not_done: bool,
    /// For how many minutes after its time it may still go out.
    pub late_limit_minutes: i32,
    /// Whether it is at work.
    pub status: Status,
    /// When it comes due next.
    pub next_due_at: Option<Instant>,
}

/// The id of an occurrence, known in advance: of its delivery, its push, and what collapses copies.
pub fn delivery_id(reminder_id: Uuid, date: Day, slot: i32) -> Uuid {
    Uuid::new_v5(&reminder_id, format!("{date}/{slot}").as_bytes())
}

/// The reminders of the patient who acts: first their own in the order they were made, deleted ones left out, then
/// those to come that follow from care, soonest first, at most fifty.
pub async fn list(scope: &Scope) -> Result<Vec<Reminder>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, scope.patient_id()?).await?;
    let rows = rows_of(&tx, &chart, &[]).await?;
    let (mut notices, own): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.subject_id.is_some());
    notices.sort_by_key(|row| (row.next_due_at, row.id));
    own.into_iter().chain(notices.into_iter().take(MOST)).map(|row| opened(&chart, row)).collect()
}

/// The reminder of this id, of the patient who acts.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Reminder> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, scope.actor().person.patient_id().ok_or(Error::NotFound)?).await?;
    opened(&chart, &row(&tx, &chart, id).await?)
}

/// The patient's reminders; of those that follow from care the ones that are over only where `also` names them.
async fn rows_of(tx: &Tx, chart: &Chart, also: &[Uuid]) -> Result<Vec<Model>> {
    let standing = Condition::any()
        .add(Column::SubjectId.is_null())
        .add(Column::Status.ne(Status::Ended))
        .add(Column::Id.is_in(also.iter().copied()));
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::Status.ne(Status::Deleted))
        .filter(standing)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id);
    readable::readable(tx, find).await
}

/// The patient's reminder of this id. A deleted one, and anyone else's, is not found.
async fn row(tx: &Tx, chart: &Chart, id: Uuid) -> Result<Model> {
    Entity::find_by_id((chart.clinic_id(), id))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::Status.ne(Status::Deleted))
        .one(tx)
        .await?
        .ok_or(Error::NotFound)
}

fn opened(chart: &Chart, row: &Model) -> Result<Reminder> {
    let title = row.title.as_ref().map(|title| chart.unseal("reminder.title", row.id, title));
    Ok(Reminder {
        id: row.id,
        kind: row.kind,
        subject: row.kind.subject().zip(row.subject_id),
        title: title.transpose()?,
        rule: row.rule.clone(),
        zone_mode: row.zone_mode,
        time_zone: row.time_zone.clone(),
        quiet_policy: row.quiet_policy,
        only_if_not_done: row.only_if_not_done,
        late_limit_minutes: row.late_limit_minutes,
        status: row.status,
        next_due_at: row.next_due_at,
    })
}

impl Model {
    /// The zone the reminder goes by.
    fn zone(&self) -> TimeZone {
        TimeZone::get(&self.time_zone).unwrap_or(TimeZone::UTC)
    }

    /// Sets what comes next; a reminder that has nothing left has ended.
    fn set_next(&mut self, next: Option<Occurrence>) {
        let active = self.status == Status::Active;
        let next = next.filter(|_| active);
        self.next_due_at = next.map(|next| next.due_at.into());
        self.next_date = next.map(|next| Day(next.local_date));
        self.next_slot = next.map(|next| i32::from(next.slot));
        self.fire_at = self.next_due_at.filter(|_| self.set_aside_at.is_none());
        if active && next.is_none() {
            self.status = Status::Ended;
        }
    }
}
