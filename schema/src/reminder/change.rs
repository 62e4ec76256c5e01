//! Setting and changing reminders, and what a patient does with one that came.

use super::{Delivery, QuietPolicy, Reminder, ReminderKind};
use crate::context::scope;
use crate::error::payload;
use crate::id::{self, chosen};
use crate::program::Weekday;
use crate::scalar::{LocalDate, LocalTime, TimeZone};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use care::id::Kind;
use care::reminder::{CreateReminder, UpdateReminder, When};

/// A new reminder.
#[derive(InputObject)]
pub(crate) struct CreateReminderInput {
    /// TypeID `reminder_…` with a UUIDv7 of your own, so that a repeated attempt sets nothing twice.
    id: Option<ID>,
    /// What it is about: `EXERCISE`, `POSTURE`, `CHECK_IN` or `OTHER`. Reminders of the other kinds set themselves.
    kind: ReminderKind,
    /// Your own words, at most 200 characters; never part of a push.
    title: Option<String>,
    /// 1 to 12 times of day.
    times: Vec<LocalTime>,
    /// Only on these weekdays, each once; excludes `everyDays`.
    weekdays: Option<Vec<Weekday>>,
    /// Every so many days, 1 to 365; every day when nothing else is said.
    every_days: Option<i32>,
    /// Every so many weeks, 1 to 52; with `weekdays` only.
    every_weeks: Option<i32>,
    /// First local date; today when missing.
    start_on: Option<LocalDate>,
    /// Last local date; open when missing.
    end_on: Option<LocalDate>,
    /// After so many occurrences it ends, 1 to 100,000; excludes `endOn`.
    count: Option<i32>,
    /// The zone to keep wherever you are; your own when missing.
    time_zone: Option<TimeZone>,
    /// Whether it is left out once the day's sessions are logged.
    #[graphql(default_with = "Some(false)")]
    only_if_not_done: Option<bool>,
    /// What happens in the quiet hours.
    #[graphql(default_with = "Some(QuietPolicy::Defer)")]
    quiet_policy: Option<QuietPolicy>,
    /// For how many minutes after its time it may still go out, 5 to 1,440.
    #[graphql(default_with = "Some(60)")]
    late_limit_minutes: Option<i32>,
}

impl CreateReminderInput {
    fn parse(self) -> care::error::Result<CreateReminder> {
        Ok(CreateReminder {
            id: chosen(Kind::Reminder, self.id.as_ref())?,
            kind: self.kind.into(),
            title: self.title,
            when: When {
                times: times(self.times),
                weekdays: weekdays(self.weekdays),
                every_weeks: self.every_weeks,
                every_days: self.every_days,
                start_on: self.start_on.map(|date| date.0),
                end_on: self.end_on.map(|date| date.0),
                count: self.count,
            },
            time_zone: self.time_zone.map(|zone| zone.0),
            // An explicit null says no more than a missing field.
            only_if_not_done: self.only_if_not_done.unwrap_or(false),
            quiet_policy: self.quiet_policy.unwrap_or(QuietPolicy::Defer).into(),
            late_limit_minutes: self.late_limit_minutes.unwrap_or(60),
        })
    }
}

fn times(given: Vec<LocalTime>) -> Vec<jiff::civil::Time> {
    given.into_iter().map(|time| time.0).collect()
}

fn weekdays(given: Option<Vec<Weekday>>) -> Vec<care::library::schedule::Weekday> {
    given.into_iter().flatten().map(Into::into).collect()
}

/// A change of a reminder; what is missing stays.
#[derive(InputObject)]
pub(crate) struct UpdateReminderInput {
    /// The reminder.
    id: ID,
    /// Your own words, at most 200 characters; null removes them.
    title: MaybeUndefined<String>,
    /// 1 to 12 times of day.
    times: Option<Vec<LocalTime>>,
    /// Only on these weekdays from now on, each once; excludes `everyDays`.
    weekdays: Option<Vec<Weekday>>,
    /// Every so many days from now on, 1 to 365; excludes `weekdays`.
    every_days: Option<i32>,
    /// Every so many weeks, 1 to 52; for a reminder that goes by weekdays.
    every_weeks: Option<i32>,
    /// First local date, from which intervals count.
    start_on: Option<LocalDate>,
    /// Last local date; takes the place of a count.
    end_on: Option<LocalDate>,
    /// After so many occurrences since the start it ends, 1 to 100,000; takes the place of `endOn`.
    count: Option<i32>,
    /// The zone to keep wherever you are; null goes by your own again.
    time_zone: MaybeUndefined<TimeZone>,
    /// Whether it is left out once the day's sessions are logged.
    only_if_not_done: Option<bool>,
    /// What happens in the quiet hours.
    quiet_policy: Option<QuietPolicy>,
    /// For how many minutes after its time it may still go out, 5 to 1,440.
    late_limit_minutes: Option<i32>,
}

impl UpdateReminderInput {
    fn parse(self) -> UpdateReminder {
        let changes_rule = self.times.is_some()
            || self.weekdays.is_some()
            || self.every_weeks.is_some()
            || self.every_days.is_some()
            || self.start_on.is_some()
            || self.end_on.is_some()
            || self.count.is_some();
        let when = When {
            times: times(self.times.unwrap_or_default()),
            weekdays: weekdays(self.weekdays),
            every_weeks: self.every_weeks,
            every_days: self.every_days,
            start_on: self.start_on.map(|date| date.0),
            end_on: self.end_on.map(|date| date.0),
            count: self.count,
        };
        UpdateReminder {
            title: self.title.into(),
            when: changes_rule.then_some(when),
            time_zone: self.time_zone.map_value(|zone| zone.0).into(),
            only_if_not_done: self.only_if_not_done,
            quiet_policy: self.quiet_policy.map(Into::into),
            late_limit_minutes: self.late_limit_minutes,
        }
    }
}

/// Which reminder is to rest or to go on.
#[derive(InputObject)]
pub(crate) struct PauseReminderInput {
    /// The reminder.
    id: ID,
    /// Whether it rests; false lets it go on.
    #[graphql(default_with = "Some(true)")]
    paused: Option<bool>,
}

/// Which reminder is to go.
#[derive(InputObject)]
pub(crate) struct DeleteReminderInput {
    /// The reminder.
    id: ID,
}

/// Which occurrence is put off, and for how long.
#[derive(InputObject)]
pub(crate) struct SnoozeReminderInput {
    /// The occurrence, TypeID `delivery_…`.
    delivery_id: ID,
    /// Minutes from now, 1 to 240, at most until its late limit.
    minutes: i32,
}

/// Which occurrence is done.
#[derive(InputObject)]
pub(crate) struct MarkReminderDoneInput {
    /// The occurrence, TypeID `delivery_…`.
    delivery_id: ID,
}

payload! {
    /// What setting a reminder answers.
    CreateReminderPayload {
        /// The reminder.
        reminder: Reminder
    }
}

payload! {
    /// What changing a reminder answers.
    UpdateReminderPayload {
        /// The reminder.
        reminder: Reminder
    }
}

payload! {
    /// What pausing a reminder answers.
    PauseReminderPayload {
        /// The reminder.
        reminder: Reminder
    }
}

payload! {
    /// What deleting a reminder answers.
    DeleteReminderPayload {
        /// The id of the reminder that is gone.
        reminder_id: ID
    }
}

payload! {
    /// What putting an occurrence off answers.
    SnoozeReminderPayload {
        /// The occurrence.
        delivery: Delivery
    }
}

payload! {
    /// What marking an occurrence as done answers.
    MarkReminderDonePayload {
        /// The occurrence.
        delivery: Delivery
    }
}

#[derive(Default)]
pub(crate) struct ReminderMutation;

#[Object]
impl ReminderMutation {
    /// Sets a reminder for yourself; at most 50 of your own stand at a time. Patients only.
    async fn create_reminder(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The reminder.")] input: CreateReminderInput,
    ) -> Result<CreateReminderPayload> {
        let scope = scope(context)?;
        let created = async { care::reminder::create(scope, input.parse()?).await };
        CreateReminderPayload::of(created.await)
    }

    /// Changes a reminder of your own; a changed rule counts from now on. Patients only.
    async fn update_reminder(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateReminderInput,
    ) -> Result<UpdateReminderPayload> {
        let scope = scope(context)?;
        let updated = async {
            let id = id::input(Kind::Reminder, "id", &input.id)?;
            care::reminder::update(scope, id, input.parse()).await
        };
        UpdateReminderPayload::of(updated.await)
    }

    /// Pauses a reminder of your own, or lets it go on. Patients only.
    async fn pause_reminder(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The reminder.")] input: PauseReminderInput,
    ) -> Result<PauseReminderPayload> {
        let scope = scope(context)?;
        let paused = async {
            let id = id::input(Kind::Reminder, "id", &input.id)?;
            care::reminder::set_paused(scope, id, input.paused.unwrap_or(true)).await
        };
        PauseReminderPayload::of(paused.await)
    }

    /// Deletes a reminder of your own. Patients only.
    async fn delete_reminder(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The reminder.")] input: DeleteReminderInput,
    ) -> Result<DeleteReminderPayload> {
        let scope = scope(context)?;
        let deleted = async {
            let id = id::input(Kind::Reminder, "id", &input.id)?;
            care::reminder::delete(scope, id).await
        };
        DeleteReminderPayload::of(deleted.await.map(|()| input.id.clone()))
    }

    /// Puts off an occurrence that has come, at most five times. Patients only.
    async fn snooze_reminder(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The occurrence and for how long.")] input: SnoozeReminderInput,
    ) -> Result<SnoozeReminderPayload> {
        let scope = scope(context)?;
        let snoozed = async {
            let id = id::input(Kind::Delivery, "deliveryId", &input.delivery_id)?;
            care::reminder::snooze(scope, id, input.minutes).await
        };
        SnoozeReminderPayload::of(snoozed.await)
    }

    /// Marks an occurrence as done. This logs nothing: what was done is told by `logProgress`.
    /// Patients only.
    async fn mark_reminder_done(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The occurrence.")] input: MarkReminderDoneInput,
    ) -> Result<MarkReminderDonePayload> {
        let scope = scope(context)?;
        let done = async {
            let id = id::input(Kind::Delivery, "deliveryId", &input.delivery_id)?;
            care::reminder::mark_done(scope, id).await
        };
        MarkReminderDonePayload::of(done.await)
    }
}
