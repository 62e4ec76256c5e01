//! Reminders: rules on the patient's clock, what comes due, and what became of it.

mod calendar;
mod change;

pub(crate) use calendar::{CalendarMutation, CalendarQuery};
pub(crate) use change::ReminderMutation;

use crate::context::scope;
use crate::error::raise;
use crate::id::encode;
use crate::page::{self, Listed};
use crate::program::Weekday;
use crate::scalar::{DateTime, LocalDate, LocalTime, TimeZone};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use care::clock::Day;
use care::id::Kind;
use care::reminder::recurrence::{End, Frequency};

/// What a reminder is about; it chooses the words of the push.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::reminder::Kind")]
pub(crate) enum ReminderKind {
    /// Today's exercises.
    Exercise,
    /// Posture and body mechanics: a short break, a change of position.
    Posture,
    /// Logging how it is going.
    CheckIn,
    /// A questionnaire is due: at 09:00 of the day, and once more the next day while it is not answered. Such
    /// reminders set themselves, as those of the next three kinds do.
    Questionnaire,
    /// A visit comes near: a day before it, and two hours before it.
    Appointment,
    /// The care team has written; what comes within five minutes of an unread message is told with it.
    Message,
    /// An article was assigned.
    Article,
    /// Anything else; the title says what.
    Other,
}

/// Whose clock a reminder goes by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::reminder::ZoneMode")]
pub(crate) enum ReminderZoneMode {
    /// The patient's zone, which may follow their device.
    Patient,
    /// The zone that was set with the reminder.
    Fixed,
}

/// What happens to an occurrence in the quiet hours.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::reminder::QuietPolicy")]
pub(crate) enum QuietPolicy {
    /// It waits for their end.
    Defer,
    /// It is left out.
    Drop,
}

/// Whether a reminder is at work.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::reminder::Status")]
pub(crate) enum ReminderStatus {
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
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::reminder::DeliveryStatus")]
pub(crate) enum ReminderDeliveryStatus {
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
    /// It would have come too late, or a newer one of the same reminder came due meanwhile.
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
#[derive(SimpleObject, Debug, Clone)]
pub(crate) struct Reminder {
    /// TypeID `reminder_…`.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// What it is about.
    kind: ReminderKind,
    /// The id of what it is about, where it follows from your care: the visit, the message, the education
    /// assignment or the outcome assignment. Such a reminder cannot be changed, only its kind be muted.
    subject_id: Option<ID>,
    /// The patient's own words; never part of a push.
    title: Option<String>,
    /// Times of day, ascending.
    times: Vec<LocalTime>,
    /// Only on these weekdays; empty when it goes by days.
    weekdays: Vec<Weekday>,
    /// Every so many days from the start; none when it goes by weekdays.
    every_days: Option<u16>,
    /// Every so many weeks; none when it goes by days.
    every_weeks: Option<u8>,
    /// The first local date that may have an occurrence.
    start_on: LocalDate,
    /// The last local date; none when it is open or ends by count.
    end_on: Option<LocalDate>,
    /// After so many occurrences it ends; none when it does not.
    count: Option<u32>,
    /// The zone it goes by now.
    time_zone: TimeZone,
    /// Whose zone that is.
    zone_mode: ReminderZoneMode,
    /// What happens in the quiet hours.
    quiet_policy: QuietPolicy,
    /// Whether it is left out once the day's sessions are logged.
    only_if_not_done: bool,
    /// For how many minutes after its time it may still go out.
    late_limit_minutes: i32,
    /// Whether it is at work.
    status: ReminderStatus,
    /// When it comes due next; none while it rests and after its end.
    next_due_at: Option<DateTime>,
    /// The rule as `RRULE` values of RFC 5545, which together name its local times.
    recurrence: Vec<String>,
}

impl From<care::reminder::Reminder> for Reminder {
    fn from(reminder: care::reminder::Reminder) -> Self {
        let recurrence = reminder.rule.to_rfc5545();
        let rule = reminder.rule;
        let (weekdays, every_days, every_weeks) = match rule.frequency {
            Frequency::Daily { every_days } => (Vec::new(), Some(every_days), None),
            Frequency::Weekly { every_weeks, weekdays } => (weekdays, None, Some(every_weeks)),
        };
        let (end_on, count) = match rule.end {
            End::Never => (None, None),
            End::On(date) => (Some(LocalDate(Day(date))), None),
            End::Count(count) => (None, Some(count)),
        };
        Self {
            id: encode(Kind::Reminder, reminder.id),
            kind: reminder.kind.into(),
            subject_id: reminder.subject.map(|(kind, id)| encode(kind, id)),
            title: reminder.title,
            times: rule.times.into_iter().map(LocalTime).collect(),
            weekdays: weekdays.into_iter().map(Weekday::from).collect(),
            every_days,
            every_weeks,
            start_on: LocalDate(Day(rule.start_on)),
            end_on,
            count,
            time_zone: TimeZone(reminder.time_zone),
            zone_mode: reminder.zone_mode.into(),
            quiet_policy: reminder.quiet_policy.into(),
            only_if_not_done: reminder.only_if_not_done,
            late_limit_minutes: reminder.late_limit_minutes,
            status: reminder.status.into(),
            next_due_at: reminder.next_due_at.map(DateTime::from),
            recurrence,
        }
    }
}

/// An occurrence to come.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(name = "UpcomingReminder")]
pub(crate) struct Upcoming {
    /// TypeID `delivery_…`: the id that the occurrence keeps when it has come.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// When it comes due; of one that was put off or waits, when it comes again.
    due_at: DateTime,
    /// The local date the rule names.
    local_date: LocalDate,
    /// What will become of it as things stand now: SENT, or why it will be left out.
    expected_status: ReminderDeliveryStatus,
    /// When it will go out as things stand now: when it comes due, or after the quiet hours; none where it will be
    /// left out. Reminders that come due together are spread over up to 20 seconds, after quiet hours over two
    /// minutes.
    goes_out_at: Option<DateTime>,
    /// The reminder.
    reminder: Reminder,
}

impl From<care::reminder::Upcoming> for Upcoming {
    fn from(upcoming: care::reminder::Upcoming) -> Self {
        Self {
            id: encode(Kind::Delivery, upcoming.id),
            due_at: upcoming.due_at.into(),
            local_date: LocalDate(upcoming.local_date),
            expected_status: upcoming.expected.into(),
            goes_out_at: upcoming.goes_out_at.map(DateTime::from),
            reminder: upcoming.reminder.into(),
        }
    }
}

/// An occurrence that has come.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(name = "ReminderDelivery")]
pub(crate) struct Delivery {
    /// TypeID `delivery_…`; also the id of the push.
    #[graphql(owned)]
    pub(crate) id: ID,
    /// When it came due.
    due_at: DateTime,
    /// The local date the rule named.
    local_date: LocalDate,
    /// What became of it; where it did not go out, why.
    status: ReminderDeliveryStatus,
    /// After this it is of no use: its time and the late limit, and as long as it waited for quiet hours to end.
    expires_at: DateTime,
    /// How often a push provider was asked to carry it.
    attempts: i32,
    /// When push providers answered, oldest first; at most the last twenty.
    answered_at: Vec<DateTime>,
    /// How often you have put it off, at most five times.
    snoozes: i32,
    /// When a push provider took it.
    sent_at: Option<DateTime>,
    /// When the patient said it was done.
    done_at: Option<DateTime>,
    /// When it goes out again, put off or waiting.
    next_try_at: Option<DateTime>,
    /// The reminder.
    reminder: Reminder,
}

impl From<care::reminder::Delivery> for Delivery {
    fn from(delivery: care::reminder::Delivery) -> Self {
        Self {
            id: encode(Kind::Delivery, delivery.id),
            due_at: delivery.due_at.into(),
            local_date: LocalDate(delivery.local_date),
            status: delivery.status.into(),
            expires_at: delivery.expires_at.into(),
            attempts: delivery.attempts,
            answered_at: delivery.answered_at.into_iter().map(DateTime::from).collect(),
            snoozes: delivery.snoozes,
            sent_at: delivery.sent_at.map(DateTime::from),
            done_at: delivery.done_at.map(DateTime::from),
            next_try_at: delivery.next_try_at.map(DateTime::from),
            reminder: delivery.reminder.into(),
        }
    }
}

#[derive(Default)]
pub(crate) struct ReminderQuery;

#[Object]
impl ReminderQuery {
    /// Your reminders: first at most 50 of your own in the order they were made, then those to come that follow from
    /// your care, soonest first, at most 50. Patients only.
    async fn reminders(&self, context: &Context<'_>) -> Result<Vec<Reminder>> {
        let reminders = care::reminder::list(scope(context)?).await.map_err(raise)?;
        Ok(reminders.into_iter().map(Reminder::from).collect())
    }

    /// What comes due soon, soonest first, put-off occurrences included, each with what will become of it as things
    /// stand. Patients only.
    async fn upcoming_reminders(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Up to this instant, at most a year ahead.")] until: DateTime,
        #[graphql(desc = "At most so many, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Option<Result<Vec<Upcoming>>> {
        Some(upcoming(context, until, first.unwrap_or(20)).await)
    }

    /// What became of past occurrences, newest first. Patients only.
    async fn reminder_history(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Listed<Delivery>>> {
        Some(history(context, &page::request(first, after, last, before)).await)
    }
}

async fn upcoming(context: &Context<'_>, until: DateTime, first: i32) -> Result<Vec<Upcoming>> {
    let found = care::reminder::upcoming(scope(context)?, until.instant, first).await.map_err(raise)?;
    Ok(found.into_iter().map(Upcoming::from).collect())
}

async fn history(context: &Context<'_>, request: &care::page::Request) -> Result<Listed<Delivery>> {
    let page = care::reminder::history(scope(context)?, request).await.map_err(raise)?;
    Ok(page::listed("reminderHistory", page, Delivery::from))
}
