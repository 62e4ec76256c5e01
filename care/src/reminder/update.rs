//! Changing, pausing and deleting a reminder.

use super::create::{When, announce, check};
use super::recurrence::{End, Frequency};
use super::table::reminder::{ActiveModel, Model};
use super::{DeliveryStatus, QuietPolicy, Reminder, Status, ZoneMode, opened, row};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

/// A change of a reminder; what is missing stays.
#[derive(Debug, Clone, Default)]
pub struct UpdateReminder {
    /// The patient's own words; `Some(None)` removes them.
    pub title: Option<Option<String>>,
    /// When it comes due; its parts that say nothing stay as they are.
    pub when: Option<When>,
    /// IANA zone to keep; `Some(None)` goes by the patient's again.
    pub time_zone: Option<Option<String>>,
    /// Whether it is left out once the day's sessions are logged.
    pub only_if_not_done: Option<bool>,
    /// What happens in the quiet hours.
    pub quiet_policy: Option<QuietPolicy>,
    /// For how many minutes after its time it may still go out: 5 to 1,440.
    pub late_limit_minutes: Option<i32>,
}

/// Changes a reminder of the patient who acts. A changed rule counts from now on.
pub async fn update(scope: &Scope, id: Uuid, input: UpdateReminder) -> Result<Reminder> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let mut row = own_row(&tx, &chart, id).await?;
    let late_limit = input.late_limit_minutes.unwrap_or(row.late_limit_minutes);
    let title = input.title.as_ref().and_then(Option::as_deref);
    let mut faults = check(title, input.time_zone.as_ref().and_then(Option::as_deref), late_limit);
    if let Some(when) = input.when {
        let today = chart.date_at(scope.services().now());
        match when.or(&row, today).rule(today) {
            Ok(rule) => row.rule = rule,
            Err(more) => faults.extend(more),
        }
    }
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    row.late_limit_minutes = late_limit;
    row.only_if_not_done = input.only_if_not_done.unwrap_or(row.only_if_not_done);
    row.quiet_policy = input.quiet_policy.unwrap_or(row.quiet_policy);
    if let Some(title) = input.title {
        let title = title.filter(|title| !title.trim().is_empty());
        row.title = title.map(|title| chart.seal(scope, "reminder.title", id, &title)).transpose()?;
    }
    match input.time_zone {
        Some(Some(zone)) => (row.zone_mode, row.time_zone) = (ZoneMode::Fixed, zone),
        Some(None) => (row.zone_mode, row.time_zone) = (ZoneMode::Patient, chart.row.time_zone.clone()),
        None => {}
    }
    if row.status == Status::Ended {
        row.status = Status::Active;
    }
    save(tx, scope, &mut chart, row, "reminder.update").await
}

/// Pauses a reminder of the patient who acts, or lets it go on.
pub async fn set_paused(scope: &Scope, id: Uuid, paused: bool) -> Result<Reminder> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let mut row = own_row(&tx, &chart, id).await?;
    let wanted = if paused { Status::Paused } else { Status::Active };
    if row.status == wanted {
        return opened(&chart, &row);
    }
    row.status = wanted;
    save(tx, scope, &mut chart, row, if paused { "reminder.pause" } else { "reminder.resume" }).await
}

/// Deletes a reminder of the patient who acts.
pub async fn delete(scope: &Scope, id: Uuid) -> Result<()> {
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let mut row = own_row(&tx, &chart, id).await?;
    row.status = Status::Deleted;
    save(tx, scope, &mut chart, row, "reminder.delete").await?;
    Ok(())
}

/// The patient's reminder of this id, which they have set themselves.
async fn own_row(tx: &Tx, chart: &Chart, id: Uuid) -> Result<Model> {
    let row = row(tx, chart, id).await?;
    if row.subject_id.is_some() {
        let message =
            "This reminder follows from your care. Mute its kind by updateSettings to hear nothing of it.";
        return Err(Error::field("id", Code::NotAllowed, message));
    }
    Ok(row)
}

async fn save(
    tx: Tx,
    scope: &Scope,
    chart: &mut Chart,
    mut row: Model,
    action: &'static str,
) -> Result<Reminder> {
    row.version += 1;
    row.changed_at = scope.services().now();
    row.change = chart.raise(&tx, None).await?;
    // What could not be decided may be another thing now.
    row.set_aside_at = None;
    row.set_next(row.rule.next_after(&row.zone(), scope.services().now().timestamp()));
    let active: ActiveModel = row.clone().into_active_model();
    active.reset_all().update(&tx).await?;
    cancel_waiting(&tx, &row).await?;
    let object = (id::Kind::Reminder, row.id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    tx.commit().await?;
    scope.announce(chart.id(), row.change);
    announce(scope, &row);
    opened(chart, &row)
}

/// What waits for the quiet hours to end was meant by the rule as it was; it does not go out.
async fn cancel_waiting(tx: &Tx, row: &Model) -> Result<()> {
    use super::table::reminder_delivery::{Column, Entity};
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(DeliveryStatus::Canceled))
        .col_expr(Column::NextTryAt, Expr::value(None::<i64>))
        .col_expr(Column::Change, Expr::value(row.change))
        .filter(Column::ClinicId.eq(row.clinic_id))
        .filter(Column::ReminderId.eq(row.id))
        .filter(Column::Status.eq(DeliveryStatus::Pending))
        .filter(Column::Attempts.eq(0))
        .exec(tx)
        .await?;
    Ok(())
}

impl When {
    /// This, with what it does not say taken from the reminder's rule.
    fn or(mut self, row: &Model, today: Day) -> Self {
        let rule = &row.rule;
        if self.times.is_empty() {
            self.times.clone_from(&rule.times);
        }
        if self.weekdays.is_empty() && self.every_days.is_none() {
            match &rule.frequency {
                Frequency::Daily { every_days } => self.every_days = Some(i32::from(*every_days)),
                Frequency::Weekly { every_weeks, weekdays } => {
                    self.weekdays.clone_from(weekdays);
                    self.every_weeks = self.every_weeks.or(Some(i32::from(*every_weeks)));
                }
            }
        }
        if self.end_on.is_none() && self.count.is_none() {
            match rule.end {
                End::Never => {}
                End::On(date) => self.end_on = Some(Day(date)),
                End::Count(count) => self.count = i32::try_from(count).ok(),
            }
        }
        self.start_on = self.start_on.or(Some(Day(rule.start_on))).or(Some(today));
        self
    }
}
