//! Setting a reminder.

use super::recurrence::{End, Frequency, Rule};
use super::table::reminder::{ActiveModel, Entity, Model};
use super::{Kind, MOST, QuietPolicy, Reminder, Status, ZoneMode, opened, rows_of};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result};
use crate::id;
use crate::library::schedule::Weekday;
use crate::live::Change;
use crate::patient::Chart;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use sea_orm::{ActiveModelTrait, EntityTrait};
use uuid::Uuid;

/// A new reminder.
#[derive(Debug, Clone)]
pub struct CreateReminder {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// What it is about.
    pub kind: Kind,
    /// The patient's own words, at most 200 characters.
    pub title: Option<String>,
    /// When it comes due.
    pub when: When,
    /// IANA zone to keep wherever the patient is; the patient's own when missing.
    pub time_zone: Option<String>,
    /// Whether it is left out once the day's sessions are logged.
    pub only_if_not_done: bool,
    /// What happens in the quiet hours.
    pub quiet_policy: QuietPolicy,
    /// For how many minutes after its time it may still go out: 5 to 1,440.
    pub late_limit_minutes: i32,
}

/// When a reminder comes due, as people say it.
#[derive(Debug, Clone)]
pub struct When {
    /// 1 to 12 times of day.
    pub times: Vec<Time>,
    /// Only on these weekdays; excludes `every_days`.
    pub weekdays: Vec<Weekday>,
    /// Every so many weeks, with weekdays: 1 to 52.
    pub every_weeks: Option<i32>,
    /// Every so many days, 1 to 365; every day when nothing else is said.
    pub every_days: Option<i32>,
    /// First local date; today when missing.
    pub start_on: Option<Day>,
    /// Last local date; open when missing.
    pub end_on: Option<Day>,
    /// After so many occurrences it ends; excludes `end_on`.
    pub count: Option<i32>,
}

impl When {
    /// The rule of this, starting `today` where it names no start.
    pub(super) fn rule(&self, today: Day) -> std::result::Result<Rule, Vec<FieldError>> {
        let mismatch =
            |field: &str, message: &str| Err(vec![FieldError::new(field, Code::Mismatch, message)]);
        if !self.weekdays.is_empty() && self.every_days.is_some() {
            return mismatch("everyDays", "Give `weekdays` or `everyDays`, not both.");
        }
        if self.weekdays.is_empty() && self.every_weeks.is_some() {
            return mismatch("everyWeeks", "Give `weekdays` with `everyWeeks`.");
        }
        if self.end_on.is_some() && self.count.is_some() {
            return mismatch("count", "Give `endOn` or `count`, not both.");
        }
        // What does not fit its type lies outside its range too, which 0 is for each.
        let frequency = if self.weekdays.is_empty() {
            Frequency::Daily { every_days: u16::try_from(self.every_days.unwrap_or(1)).unwrap_or(0) }
        } else {
            let every_weeks = u8::try_from(self.every_weeks.unwrap_or(1)).unwrap_or(0);
            Frequency::Weekly { every_weeks, weekdays: self.weekdays.clone() }
        };
        let end = match (self.end_on, self.count) {
            (Some(day), _) => End::On(day.0),
            (None, Some(count)) => End::Count(u32::try_from(count).unwrap_or(0)),
            (None, None) => End::Never,
        };
        let start_on = self.start_on.unwrap_or(today).0;
        Rule { frequency, times: self.times.clone(), start_on, end }.check()
    }
}

/// The faults of what a reminder has beside its rule.
pub(super) fn check(
    title: Option<&str>,
    time_zone: Option<&str>,
    late_limit_minutes: i32,
) -> Vec<FieldError> {
    let mut faults = Vec::new();
    if title.is_some_and(|title| title.chars().count() > 200) {
        faults.push(FieldError::new("title", Code::TooLong, "Give at most 200 characters."));
    }
    if time_zone.is_some_and(|zone| TimeZone::get(zone).is_err()) {
        faults.push(FieldError::new("timeZone", Code::Malformed, "Give an IANA name such as Europe/Berlin."));
    }
    if !(5..=1_440).contains(&late_limit_minutes) {
        faults.push(FieldError::new("lateLimitMinutes", Code::OutOfRange, "Give 5 to 1,440 minutes."));
    }
    faults
}

/// Sets a reminder for the patient who acts. The same id and content answer the same reminder;
/// other content under the id is a `Conflict`.
pub async fn create(scope: &Scope, input: CreateReminder) -> Result<Reminder> {
    let patient_id = scope.patient_id()?;
    let services = scope.services();
    let now = services.now();
    let reminder_id = input.id.unwrap_or_else(|| services.new_id());
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let fingerprint = chart.fingerprint("reminder.create", &format!("{input:?}"));
    if let Some(known) = Entity::find_by_id((scope.clinic_id(), reminder_id)).one(&tx).await? {
        let same = known.patient_id == patient_id && known.fingerprint == fingerprint;
        return if same { opened(&chart, &known) } else { Err(Error::Conflict("the id is taken")) };
    }
    let mut faults = check(input.title.as_deref(), input.time_zone.as_deref(), input.late_limit_minutes);
    if input.kind.subject().is_some() {
        let message = "Reminders of this kind set themselves. Give OTHER for one of your own.";
        faults.push(FieldError::new("kind", Code::NotAllowed, message));
    }
    let rule = input.when.rule(chart.date_at(now)).map_err(|more| faults.extend(more)).ok();
    let (Some(rule), true) = (rule, faults.is_empty()) else { return Err(Error::Invalid(faults)) };
    let standing = rows_of(&tx, &chart, &[]).await?;
    if standing.iter().filter(|row| row.subject_id.is_none()).count() >= MOST {
        return Err(Error::field(
            "kind",
            Code::TooMany,
            format!("Delete a reminder first: {MOST} are the most."),
        ));
    }
    let zone_mode = if input.time_zone.is_some() { ZoneMode::Fixed } else { ZoneMode::Patient };
    let title = input.title.as_deref().filter(|title| !title.trim().is_empty());
    let mut row = Model {
        clinic_id: chart.clinic_id(),
        id: reminder_id,
        patient_id,
        kind: input.kind,
        title: title.map(|title| chart.seal(scope, "reminder.title", reminder_id, title)).transpose()?,
        rule,
        zone_mode,
        time_zone: input.time_zone.clone().unwrap_or_else(|| chart.row.time_zone.clone()),
        quiet_policy: input.quiet_policy,
        only_if_not_done: input.only_if_not_done,
        late_limit_minutes: input.late_limit_minutes,
        status: Status::Active,
        version: 1,
        next_due_at: None,
        next_date: None,
        next_slot: None,
        fire_at: None,
        set_aside_at: None,
        fingerprint,
        created_at: now,
        change: chart.raise(&tx, None).await?,
        subject_id: None,
        changed_at: now,
    };
    row.set_next(row.rule.next_after(&row.zone(), now.timestamp()));
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let object = (id::Kind::Reminder, reminder_id);
    let entry = audit::Entry { action: "reminder.create", patient_id: Some(patient_id), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(patient_id, row.change);
    announce(scope, &row);
    opened(&chart, &row)
}

/// Tells the timetable when the reminder comes due.
pub(super) fn announce(scope: &Scope, row: &Model) {
    scope.services().live.publish(Change::Reminder { id: row.id, next_due_at: row.next_due_at });
}
