//! What a patient does with a reminder that came: put it off, or say it is done.

use super::history::{find, find_row};
use super::quiet::QuietHours;
use super::table::reminder_delivery::{ActiveModel, Model};
use super::{Delivery, DeliveryStatus};
use crate::access::Scope;
use crate::audit;
use crate::error::{Code, Error, Result};
use crate::id;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use uuid::Uuid;

/// How often one occurrence can be put off.
const MOST: i32 = 5;

/// Puts an occurrence off by 1 to 240 minutes, never past its late limit nor into quiet hours.
pub async fn snooze(scope: &Scope, id: Uuid, minutes: i32) -> Result<Delivery> {
    let refused = |message: String| Error::field("minutes", Code::OutOfRange, message);
    if !(1..=240).contains(&minutes) {
        return Err(refused("Give 1 to 240 minutes.".to_owned()));
    }
    let tx = scope.write().await?;
    let chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let mut row = find_row(&tx, &chart, id).await?;
    if !matches!(row.status, DeliveryStatus::Sent | DeliveryStatus::Snoozed) {
        let message = "Only a reminder that has come can be put off.";
        return Err(Error::field("deliveryId", Code::NotAllowed, message));
    }
    if row.snoozes >= MOST {
        let message = format!("This reminder has been put off {MOST} times.");
        return Err(Error::field("deliveryId", Code::NotAllowed, message));
    }
    let now = scope.services().now();
    let until = now.plus(i64::from(minutes) * 60_000);
    if until > row.expires_at {
        let left = ((row.expires_at.0 - now.0) / 60_000).max(0);
        return Err(refused(format!("This reminder can be put off by at most {left} more minutes.")));
    }
    let quiet = quiet_hours(&chart).is_some_and(|quiet| quiet.contains(&chart.zone(), until.timestamp()));
    if quiet {
        return Err(refused("That would be within your quiet hours.".to_owned()));
    }
    row.status = DeliveryStatus::Snoozed;
    row.snoozes += 1;
    row.next_try_at = Some(until);
    save(tx, scope, chart, row, "reminder.snooze").await
}

/// Marks an occurrence as done. This logs nothing: what was done is told by a progress log.
pub async fn mark_done(scope: &Scope, id: Uuid) -> Result<Delivery> {
    let tx = scope.write().await?;
    let chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let mut row = find_row(&tx, &chart, id).await?;
    if row.status == DeliveryStatus::Done {
        return find(&tx, &chart, id).await;
    }
    row.status = DeliveryStatus::Done;
    row.done_at = Some(scope.services().now());
    row.next_try_at = None;
    save(tx, scope, chart, row, "reminder.done").await
}

/// The quiet hours a patient has set.
pub(super) fn quiet_hours(chart: &Chart) -> Option<QuietHours> {
    quiet_hours_of(chart.row.quiet_start.as_deref(), chart.row.quiet_end.as_deref())
}

pub(super) fn quiet_hours_of(start: Option<&str>, end: Option<&str>) -> Option<QuietHours> {
    Some(QuietHours { start: start?.parse().ok()?, end: end?.parse().ok()? })
}

async fn save(
    tx: Tx,
    scope: &Scope,
    mut chart: Chart,
    mut row: Model,
    action: &'static str,
) -> Result<Delivery> {
    row.change = chart.raise(&tx, None).await?;
    let (change, id) = (row.change, row.id);
    let active: ActiveModel = row.into_active_model();
    active.reset_all().update(&tx).await?;
    let object = (id::Kind::Delivery, id);
    audit::record(&tx, scope, audit::Entry { action, patient_id: Some(chart.id()), object }).await?;
    let delivery = find(&tx, &chart, id).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(delivery)
}
