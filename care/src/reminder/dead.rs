//! Dead letters: deliveries that never got through, and reminders that were set aside.
//!
//! Rows are read so that one which is not what it should be stops no other.

use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, table};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Kind;
use reminder_delivery::Column;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Select};
use std::fmt;
use uuid::Uuid;

/// Which of the dead are meant.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// Of this clinic alone.
    pub clinic_id: Option<Uuid>,
    /// Due, or set aside, at this instant or later.
    pub since: Option<Instant>,
}

/// What lies dead, newest first.
#[derive(Debug, Clone, Default)]
pub struct DeadLetters {
    /// Deliveries that never got through.
    pub deliveries: Vec<DeadDelivery>,
    /// Reminders that were set aside.
    pub reminders: Vec<SetAside>,
}

/// A delivery that never got through: no provider took it for any device.
#[derive(Debug, Clone)]
pub struct DeadDelivery {
    /// The clinic.
    pub clinic_id: Uuid,
    /// Its id.
    pub id: Uuid,
    /// Its reminder.
    pub reminder_id: Uuid,
    /// When it came due.
    pub due_at: Instant,
    /// Until when it may go out.
    pub expires_at: Instant,
    /// How often a provider was asked.
    pub attempts: i32,
    /// What the providers answered, oldest first.
    pub answers: Vec<Answered>,
}

/// What a provider answered to a push to one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// When.
    pub at: Instant,
    /// The device; none where the engine says why it gave up.
    pub device_id: Option<Uuid>,
    /// The answer.
    pub code: String,
}

impl fmt::Display for Answered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let device = self.device_id.map_or_else(|| "the engine".to_owned(), |id| Kind::Device.encode(id));
        write!(formatter, "{}  {device}: {}", self.at, self.code)
    }
}

/// A reminder that was set aside because it could not be decided.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub struct SetAside {
    /// The clinic.
    pub clinic_id: Uuid,
    /// Its id.
    pub id: Uuid,
    /// When it was set aside.
    pub set_aside_at: Instant,
    /// The occurrence that could not be decided.
    pub next_due_at: Option<Instant>,
}

/// The dead of `filter`, newest first, at most `limit` of each kind.
pub async fn dead(worker: &Worker, filter: &Filter, limit: u64) -> Result<DeadLetters> {
    let tx = worker.read().await?;
    let mut deliveries = letters().filter(Column::Status.eq(DeliveryStatus::Failed));
    let mut reminders = reminder::Entity::find()
        .select_only()
        .columns([
            reminder::Column::ClinicId,
            reminder::Column::Id,
            reminder::Column::SetAsideAt,
            reminder::Column::NextDueAt,
        ])
        .filter(reminder::Column::SetAsideAt.is_not_null());
    if let Some(clinic_id) = filter.clinic_id {
        deliveries = deliveries.filter(Column::ClinicId.eq(clinic_id));
        reminders = reminders.filter(reminder::Column::ClinicId.eq(clinic_id));
    }
    if let Some(since) = filter.since {
        deliveries = deliveries.filter(Column::DueAt.gte(since));
        reminders = reminders.filter(reminder::Column::SetAsideAt.gte(since));
    }
    let deliveries = deliveries.order_by_desc(Column::DueAt).order_by_desc(Column::Id).limit(limit);
    let reminders = reminders
        .order_by_desc(reminder::Column::SetAsideAt)
        .order_by_desc(reminder::Column::Id)
        .limit(limit);
    let letters: Vec<Letter> = deliveries.into_model().all(&tx).await?;
    let reminders = reminders.into_model().all(&tx).await?;
    tx.commit().await?;
    Ok(DeadLetters { deliveries: letters.into_iter().map(DeadDelivery::from).collect(), reminders })
}

/// A delivery as it stands in the table, whatever stands there.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Letter {
    pub(super) clinic_id: Uuid,
    pub(super) id: Uuid,
    pub(super) reminder_id: Uuid,
    pub(super) local_date: String,
    pub(super) due_at: Instant,
    pub(super) expires_at: Instant,
    pub(super) status: String,
    pub(super) attempts: i32,
    pub(super) snoozes: i32,
    pub(super) next_try_at: Option<Instant>,
    pub(super) sent_at: Option<Instant>,
    pub(super) done_at: Option<Instant>,
    answers: Option<String>,
}

/// Finds deliveries as [`Letter`]s.
pub(super) fn letters() -> Select<reminder_delivery::Entity> {
    reminder_delivery::Entity::find()
        .select_only()
        .columns([
            Column::ClinicId,
            Column::Id,
            Column::ReminderId,
            Column::LocalDate,
            Column::DueAt,
            Column::ExpiresAt,
            Column::Status,
            Column::Attempts,
            Column::Snoozes,
            Column::NextTryAt,
            Column::SentAt,
            Column::DoneAt,
        ])
        .expr_as(Expr::col(Column::Answers).cast_as("text"), "answers")
}

impl Letter {
    /// What the providers answered, oldest first; nothing where that cannot be read.
    pub(super) fn answers(&self) -> Vec<Answered> {
        let text = self.answers.as_deref().unwrap_or_default();
        let kept: table::reminder_delivery::Answers = serde_json::from_str(text).unwrap_or_default();
        let answer = |said: table::reminder_delivery::Answered| {
            let device_id = Some(said.device).filter(|device| !device.is_nil());
            Answered { at: said.at, device_id, code: said.code }
        };
        kept.0.into_iter().map(answer).collect()
    }
}

impl From<Letter> for DeadDelivery {
    fn from(letter: Letter) -> Self {
        let answers = letter.answers();
        let Letter { clinic_id, id, reminder_id, due_at, expires_at, attempts, .. } = letter;
        Self { clinic_id, id, reminder_id, due_at, expires_at, attempts, answers }
    }
}
