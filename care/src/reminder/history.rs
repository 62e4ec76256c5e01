//! What became of past occurrences.

use super::readable::readable;
use super::table::{reminder, reminder_delivery};
use super::{DeliveryStatus, Reminder, opened};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::page::{Cursor, Page, Request};
use crate::patient::Chart;
use crate::store::Tx;
use reminder_delivery::{Column, Entity, Model};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

/// An occurrence that was decided.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its id; also the id of its push.
    pub id: Uuid,
    /// The reminder.
    pub reminder: Reminder,
    /// The local date the rule named.
    pub local_date: Day,
    /// When it came due.
    pub due_at: Instant,
    /// What became of it.
    pub status: DeliveryStatus,
    /// After this it is of no use.
    pub expires_at: Instant,
    /// How often a provider was asked to push it.
    pub attempts: i32,
    /// When providers answered, oldest first; of many the last.
    pub answered_at: Vec<Instant>,
    /// How often the patient has put it off.
    pub snoozes: i32,
    /// When a provider took the push.
    pub sent_at: Option<Instant>,
    /// When the patient said it was done.
    pub done_at: Option<Instant>,
    /// When it goes out again, put off or waiting.
    pub next_try_at: Option<Instant>,
}

/// One page of the past occurrences of the patient who acts, newest first.
pub async fn history(scope: &Scope, request: &Request) -> Result<Page<Delivery>> {
    let window = request.check("reminderHistory")?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, scope.patient_id()?).await?;
    let find = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()));
    let rows = window.select(find, (Column::DueAt, Column::Id), &Order::Desc).all(tx.as_ref()).await?;
    let reminders = reminders(&tx, &chart, &rows).await?;
    let entries = rows
        .into_iter()
        .filter_map(|row| {
            let reminder = reminders.get(&row.reminder_id)?.clone();
            let cursor = Cursor { key: row.due_at.0, id: row.id };
            Some((cursor, with(reminder, &row)))
        })
        .collect();
    Ok(Page::cut(&window, entries, None))
}

/// The decided occurrence of this id, of the patient who acts.
pub async fn delivery(scope: &Scope, id: Uuid) -> Result<Delivery> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, scope.actor().person.patient_id().ok_or(Error::NotFound)?).await?;
    find(&tx, &chart, id).await
}

pub(super) async fn find(tx: &Tx, chart: &Chart, id: Uuid) -> Result<Delivery> {
    let row = find_row(tx, chart, id).await?;
    let mut reminders = reminders(tx, chart, std::slice::from_ref(&row)).await?;
    Ok(with(reminders.remove(&row.reminder_id).ok_or(Error::NotFound)?, &row))
}

pub(super) async fn find_row(tx: &Tx, chart: &Chart, id: Uuid) -> Result<Model> {
    Entity::find()
        .filter(Column::Id.eq(id))
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .one(tx)
        .await?
        .ok_or(Error::NotFound)
}

async fn reminders(tx: &Tx, chart: &Chart, rows: &[Model]) -> Result<HashMap<Uuid, Reminder>> {
    let find = reminder::Entity::find()
        .filter(reminder::Column::ClinicId.eq(chart.clinic_id()))
        .filter(reminder::Column::Id.is_in(rows.iter().map(|row| row.reminder_id)));
    let found = readable(tx, find).await?;
    found.iter().map(|row| Ok((row.id, opened(chart, row)?))).collect()
}

fn with(reminder: Reminder, row: &Model) -> Delivery {
    let mut answered_at: Vec<Instant> = row.answers.0.iter().map(|answered| answered.at).collect();
    // One instant for all devices of an attempt.
    answered_at.dedup();
    Delivery {
        id: row.id,
        reminder,
        local_date: row.local_date,
        due_at: row.due_at,
        status: row.status,
        expires_at: row.expires_at,
        attempts: row.attempts,
        answered_at,
        snoozes: row.snoozes,
        sent_at: row.sent_at,
        done_at: row.done_at,
        next_try_at: row.next_try_at,
    }
}
