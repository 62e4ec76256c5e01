//! What moves reminders along with the patient: a device in another zone, changed settings.

use super::create::announce;
use super::quiet::QuietHours;
use super::table::reminder::{ActiveModel, Model};
use super::{Kind, Status, ZoneMode, rows_of};
use crate::access::Scope;
use crate::account::{self, Device, RegisterDevice};
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::patient::table::patient;
use crate::patient::{Chart, Patient, ZonePolicy};
use crate::store::Tx;
use crate::{audit, id};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use sea_orm::{ActiveEnum, ActiveModelTrait, EntityTrait, IntoActiveModel, Set};

/// A change of a patient's settings; what is missing stays.
#[derive(Debug, Clone, Default)]
pub struct UpdateSettings {
    /// Whose zone decides what a day is.
    pub zone_policy: Option<ZonePolicy>,
    /// IANA zone.
    pub time_zone: Option<String>,
    /// Quiet hours, local; `Some(None)` removes them.
    pub quiet_hours: Option<Option<(Time, Time)>>,
    /// The kinds of reminders that stay silent; empty: none does.
    pub muted: Option<Vec<Kind>>,
    /// BCP 47 tag.
    pub language: Option<String>,
    /// ISO 3166 alpha-2 code that chooses the emergency number.
    pub emergency_country: Option<String>,
}

/// The kinds of reminders of which a patient wants to hear nothing.
pub fn muted(patient: &Patient) -> Vec<Kind> {
    kinds(&patient.muted)
}

/// The kinds of these names.
pub(super) fn kinds(names: &[String]) -> Vec<Kind> {
    names.iter().filter_map(|name| Kind::try_from_value(name).ok()).collect()
}

fn check(input: &UpdateSettings) -> Result<()> {
    let mut faults = Vec::new();
    if input.time_zone.as_deref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
        faults.push(FieldError::new("timeZone", Code::Malformed, "Give an IANA name such as Europe/Berlin."));
    }
    if let Some(Some((start, end))) = input.quiet_hours {
        let wrong = QuietHours { start, end }.check().err().unwrap_or_default();
        faults.extend(wrong.into_iter().map(|fault| fault.under("quietHours")));
    }
    if input.language.as_deref().is_some_and(|tag| tag.is_empty() || tag.len() > 35 || has_control(tag)) {
        faults.push(FieldError::new("language", Code::Malformed, "Give a language tag such as en or de."));
    }
    let country = |code: &str| code.len() == 2 && code.chars().all(|c| c.is_ascii_uppercase());
    if input.emergency_country.as_deref().is_some_and(|code| !country(code)) {
        let message = "Give two capital letters such as US or DE.";
        faults.push(FieldError::new("emergencyCountry", Code::Malformed, message));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Registers the device of who acts. When a patient's zone follows their device, the patient's
/// days and reminders follow it too, in the same transaction.
pub async fn register_device(scope: &Scope, input: RegisterDevice) -> Result<Device> {
    account::check_device(&input)?;
    let zone = input.time_zone.clone();
    let tx = scope.write().await?;
    let Ok(patient_id) = scope.patient_id() else {
        let device = account::save_device(&tx, scope, input).await?;
        tx.commit().await?;
        return Ok(device);
    };
    // The patient first, as the engine does when it records that a token is dead.
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let device = account::save_device(&tx, scope, input).await?;
    let follows = chart.row.zone_policy == ZonePolicy::FollowDevice && chart.row.time_zone != zone;
    let mut moved = Vec::new();
    if follows {
        chart.row.time_zone = zone;
        moved = move_along(&tx, scope, &mut chart).await?;
    }
    tx.commit().await?;
    if follows {
        announce_all(scope, &chart, &moved);
    }
    Ok(device)
}

/// Changes the settings of the patient who acts; reminders that go by the patient's zone follow it.
pub async fn update_settings(scope: &Scope, input: UpdateSettings) -> Result<Patient> {
    check(&input)?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, scope.patient_id()?).await?;
    let row = &mut chart.row;
    row.zone_policy = input.zone_policy.unwrap_or(row.zone_policy);
    row.language = input.language.unwrap_or_else(|| row.language.clone());
    row.emergency_country = input.emergency_country.unwrap_or_else(|| row.emergency_country.clone());
    row.time_zone = input.time_zone.unwrap_or_else(|| row.time_zone.clone());
    if let Some(quiet) = input.quiet_hours {
        let text = |time: Time| time.strftime("%H:%M").to_string();
        row.quiet_start = quiet.map(|(start, _)| text(start));
        row.quiet_end = quiet.map(|(_, end)| text(end));
    }
    if let Some(mut muted) = input.muted {
        muted.sort_by_key(ActiveEnum::to_value);
        muted.dedup();
        chart.row.muted = patient::Muted(muted.iter().map(ActiveEnum::to_value).collect());
    }
    let moved = move_along(&tx, scope, &mut chart).await?;
    let object = (id::Kind::Patient, chart.id());
    let entry = audit::Entry { action: "patient.settings", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    announce_all(scope, &chart, &moved);
    chart.patient()
}

/// Saves the patient's row and takes the reminders that go by the patient's zone to it.
async fn move_along(tx: &Tx, scope: &Scope, chart: &mut Chart) -> Result<Vec<Model>> {
    let change = chart.raise(tx, None).await?;
    let row = &chart.row;
    patient::ActiveModel {
        clinic_id: Set(row.clinic_id),
        id: Set(row.id),
        zone_policy: Set(row.zone_policy),
        time_zone: Set(row.time_zone.clone()),
        quiet_start: Set(row.quiet_start.clone()),
        quiet_end: Set(row.quiet_end.clone()),
        language: Set(row.language.clone()),
        muted: Set(row.muted.clone()),
        emergency_country: Set(row.emergency_country.clone()),
        // In another zone the month ends at another time.
        months_close_at: Set(Instant::default()),
        ..Default::default()
    }
    .update(tx)
    .await?;
    let now = scope.services().now();
    let follows = |row: &Model| row.zone_mode == ZoneMode::Patient && row.time_zone != chart.row.time_zone;
    let mut moved: Vec<Model> = rows_of(tx, chart, &[]).await?.into_iter().filter(follows).collect();
    for row in &mut moved {
        row.time_zone.clone_from(&chart.row.time_zone);
        row.version += 1;
        row.changed_at = now;
        row.change = change;
        recompute(row, now);
        let active: ActiveModel = row.clone().into_active_model();
        super::table::reminder::Entity::update(active.reset_all()).exec(tx).await?;
    }
    Ok(moved)
}

/// After a change of zone a slot may lie a little in the past that never came due: it still may.
/// One that came due in the old zone is known by its date and slot and does not go out again.
fn recompute(row: &mut Model, now: Instant) {
    if row.status != Status::Active {
        return;
    }
    let since = now.plus(-i64::from(row.late_limit_minutes) * 60_000).max(row.created_at);
    let missed = row.rule.latest_at_or_before(&row.zone(), now.timestamp(), since.timestamp());
    row.set_next(missed.or_else(|| row.rule.next_after(&row.zone(), now.timestamp())));
}

fn announce_all(scope: &Scope, chart: &Chart, moved: &[Model]) {
    scope.announce(chart.id(), chart.row.change);
    for row in moved {
        announce(scope, row);
    }
}
