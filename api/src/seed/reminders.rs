//! Reminders of the patients, and the one that comes due while you watch.

use super::PATIENT;
use super::diary::local_date;
use super::person::Person;
use super::staff::sign_in;
use care::access::{Scope, Services};
use care::account::{Platform, RegisterDevice};
use care::clock::{Day, Instant};
use care::error::{Error, Result};
use care::library::schedule::Weekday;
use care::patient;
use care::reminder::{
    self, CreateReminder, Kind, QuietPolicy, Reminder, Status, UpdateReminder, UpdateSettings, When,
};
use std::sync::Arc;

/// By this title the reminder is found again.
const DEMO: &str = "Demo reminder";
const MINUTE: i64 = 60_000;
/// The minute may be over by the time the reminder is saved, which would put it off by a day.
const TRIES: usize = 3;

/// Sets the reminders of a patient: everybody's of the exercises, some others; and what goes with
/// them. `today` is the patient's own.
pub(super) async fn set(patient: &Scope, person: &Person, today: Day) -> Result<()> {
    if person.number == 1 {
        register(patient, person).await?;
    }
    // The first patient has none, so that the reminder of the demo comes at any hour.
    if person.number.is_multiple_of(2) {
        let quiet = Some((today.0.at(21, 30, 0, 0).time(), today.0.at(7, 0, 0, 0).time()));
        let change = UpdateSettings { quiet_hours: Some(quiet), ..UpdateSettings::default() };
        reminder::update_settings(patient, change).await?;
    }
    let exercise = CreateReminder {
        only_if_not_done: true,
        ..new(Kind::Exercise, "Time for your exercises", when(today, &[(person.hour(), 0)], &[]))
    };
    reminder::create(patient, exercise).await?;
    if person.number % 3 == 1 {
        let workdays =
            [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        let twice = when(today, &[(10, 30), (15, 0)], &workdays);
        reminder::create(patient, new(Kind::Posture, "Stand up and stretch", twice)).await?;
    }
    if person.number % 4 == 2 {
        let sunday = when(today, &[(18, 0)], &[Weekday::Sunday]);
        reminder::create(patient, new(Kind::CheckIn, "How was the week?", sunday)).await?;
    }
    Ok(())
}

async fn register(patient: &Scope, person: &Person) -> Result<()> {
    let device = RegisterDevice {
        platform: Platform::Console,
        push_token: "demo-console".to_owned(),
        app_version: "demo".to_owned(),
        language: "en".to_owned(),
        time_zone: person.time_zone.to_owned(),
    };
    reminder::register_device(patient, device).await.map(drop)
}

/// Lets the demo's reminder of `patient@demo.example` come due at the next full minute; creates it
/// where it is missing. To be called at each start of the demo; one sign-in.
pub async fn schedule_demo_reminder(services: &Arc<Services>) -> Result<()> {
    let patient = sign_in(services, PATIENT).await?;
    let zone = patient::own(&patient).await?.time_zone;
    let known = reminder::list(&patient).await?;
    let known = known.into_iter().find(|reminder| reminder.title.as_deref() == Some(DEMO));
    let id = match known {
        Some(Reminder { id, status: Status::Paused, .. }) => {
            reminder::set_paused(&patient, id, false).await?.id
        }
        Some(known) => known.id,
        None => {
            let soon = soon(services.now(), &zone)?;
            reminder::create(&patient, new(Kind::Exercise, DEMO, soon)).await?.id
        }
    };
    for _ in 0..TRIES {
        let when = Some(soon(services.now(), &zone)?);
        let change = UpdateReminder { when, only_if_not_done: Some(false), ..UpdateReminder::default() };
        let saved = reminder::update(&patient, id, change).await?;
        if saved.next_due_at.is_some_and(|due| due <= services.now().plus(MINUTE)) {
            break;
        }
    }
    Ok(())
}

/// Every day at the next full minute after `now` on the clock of this zone.
fn soon(now: Instant, time_zone: &str) -> Result<When> {
    let next = Instant((now.0.div_euclid(MINUTE) + 1) * MINUTE);
    let local = next.timestamp().in_tz(time_zone).map_err(|_| Error::Internal)?;
    let today = local_date(now, time_zone)?;
    Ok(When {
        times: vec![local.time()],
        every_days: Some(1),
        start_on: Some(today),
        ..when(today, &[], &[])
    })
}

fn when(today: Day, times: &[(i8, i8)], weekdays: &[Weekday]) -> When {
    When {
        times: times.iter().map(|(hour, minute)| today.0.at(*hour, *minute, 0, 0).time()).collect(),
        weekdays: weekdays.to_vec(),
        every_weeks: None,
        every_days: None,
        start_on: None,
        end_on: None,
        count: None,
    }
}

fn new(kind: Kind, title: &str, when: When) -> CreateReminder {
    CreateReminder {
        id: None,
        kind,
        title: Some(title.to_owned()),
        when,
        time_zone: None,
        only_if_not_done: false,
        quiet_policy: QuietPolicy::Defer,
        late_limit_minutes: 60,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hour, minute and start of the reminder that is set at this time of 2 March in London.
    fn local((hour, minute, second): (i8, i8, i8), zone: &str) -> (i8, i8, Day) {
        let day: Day = "2026-03-02".parse().unwrap();
        let now = day.0.at(hour, minute, second, 999_000_000).in_tz("Europe/London").unwrap();
        let when = soon(now.timestamp().into(), zone).unwrap();
        assert_eq!(when.times.len(), 1);
        (when.times[0].hour(), when.times[0].minute(), when.start_on.unwrap())
    }

    #[test]
    fn the_demo_reminder_comes_at_the_next_full_minute_of_the_local_clock() {
        let day: Day = "2026-03-02".parse().unwrap();
        let zone = "America/New_York";
        assert_eq!(local((15, 10, 0), zone), (10, 11, day));
        assert_eq!(local((15, 10, 59), zone), (10, 11, day));
        assert_eq!(local((15, 11, 0), zone), (10, 12, day));
        assert_eq!(local((4, 59, 30), zone), (0, 0, day.plus(-1)));
        assert!(soon(Instant(0), "Nowhere/Else").is_err());
    }
}
