//! Fictional people and weeks of fictional data, for the demo.
//!
//! Everything is made through the use cases, as real people would make it, on a clock of its own
//! that begins eight weeks ago. What varies comes from a fixed seed; keys, tokens and ids do not.

mod logs;
mod people;
mod plans;
mod variety;

use care::access::{Scope, Services, authenticate, door};
use care::account::{Platform, RegisterDevice};
use care::clock::{Instant, ManualClock};
use care::error::{Error, Result};
use care::live::InProcess;
use care::reminder::{self, CreateReminder, Kind, QuietPolicy, UpdateReminder, When};
use care::{account, patient};
use jiff::civil::Time;
use jiff::tz::TimeZone;
use std::sync::Arc;
use variety::Variety;

/// The password of everybody in the demo.
pub const PASSWORD: &str = "plumbline-demo";
/// The patient whose device prints its pushes.
const PATIENT: &str = "patient@demo.example";
/// The reminder of that patient that comes due soon after every start.
const TITLE: &str = "Demo reminder";
const DAY: i64 = 24 * 60 * 60_000;
/// How far back the data reach.
const DAYS: i64 = 56;

/// What is seeded.
#[derive(Debug, Clone, Copy)]
pub struct Seeds {
    /// How many patients, at least 1.
    pub patients: u32,
}

/// Seeds an empty database: a clinic, its staff, and patients with programs, logs and reminders.
pub async fn seed(services: &Arc<Services>, data: Seeds) -> Result<()> {
    let now = services.now();
    let clock = Arc::new(ManualClock::new(now.plus(-DAYS * DAY)));
    let past = Arc::new(Services {
        clock: Arc::clone(&clock) as _,
        live: Arc::new(InProcess::default()),
        ..Services::clone(services)
    });
    let variety = Variety::new(7);
    let staff = people::staff(&past).await?;
    let mut cases = Vec::new();
    for number in 0..data.patients.max(1) {
        cases.push(people::patient(&past, &staff, number, &variety).await?);
    }
    clock.set(now.plus(-DAYS / 2 * DAY));
    for case in cases.iter().filter(|case| case.number % 5 == 2) {
        plans::revise(&staff, case).await?;
    }
    clock.set(now.plus(-3 * DAY));
    if let Some(case) = cases.iter().find(|case| case.number == 10) {
        plans::hold(&staff, case).await?;
    }
    clock.set(now);
    for case in &cases {
        logs::write(&past, case, &variety).await?;
        remind(case, &variety).await?;
    }
    let patient = sign_in(services, PATIENT).await?;
    let device = RegisterDevice {
        platform: Platform::Console,
        push_token: "demo-console".to_owned(),
        app_version: env!("CARGO_PKG_VERSION").to_owned(),
        language: "en".to_owned(),
        time_zone: people::ZONE.to_owned(),
    };
    reminder::register_device(&patient, device).await?;
    Ok(())
}

/// Sets the demo's reminder to the next full minute, so that a push is seen soon after the start.
pub async fn schedule_demo_reminder(services: &Arc<Services>) -> Result<()> {
    let patient = sign_in(services, PATIENT).await?;
    let zone = TimeZone::get(&patient::own(&patient).await?.time_zone).map_err(|_| Error::Internal)?;
    let time = next_minute(services.now(), &zone);
    let known =
        reminder::list(&patient).await?.into_iter().find(|known| known.title.as_deref() == Some(TITLE));
    match known {
        Some(known) => {
            let when = Some(daily_at(vec![time]));
            reminder::update(&patient, known.id, UpdateReminder { when, ..UpdateReminder::default() })
                .await?;
        }
        None => {
            reminder::create(&patient, exercise_reminder(TITLE, vec![time])).await?;
        }
    }
    Ok(())
}

/// The next full minute on the clock of `zone`, at least a second away.
fn next_minute(now: Instant, zone: &TimeZone) -> Time {
    let minute = (now.0 + 1_000) / 60_000 + 1;
    let shown = zone.to_datetime(Instant(minute * 60_000).timestamp()).time();
    Time::new(shown.hour(), shown.minute(), 0, 0).unwrap_or(shown)
}

async fn sign_in(services: &Arc<Services>, email: &str) -> Result<Scope> {
    let door = door(services);
    let tokens = account::sign_in(&door, email, PASSWORD).await?;
    authenticate(&door, &tokens.access, "demo".to_owned()).await
}

fn daily_at(times: Vec<Time>) -> When {
    When {
        times,
        weekdays: Vec::new(),
        every_weeks: None,
        every_days: None,
        start_on: None,
        end_on: None,
        count: None,
    }
}

fn exercise_reminder(title: &str, times: Vec<Time>) -> CreateReminder {
    CreateReminder {
        id: None,
        kind: Kind::Exercise,
        title: Some(title.to_owned()),
        when: daily_at(times),
        time_zone: None,
        only_if_not_done: false,
        quiet_policy: QuietPolicy::Defer,
        late_limit_minutes: 60,
    }
}

/// A morning reminder for each patient, and quiet hours for every third.
async fn remind(case: &people::Case, variety: &Variety) -> Result<()> {
    let hour = i8::try_from(7 + variety.below(3)).unwrap_or(7);
    let time = Time::new(hour, 0, 0, 0).unwrap_or(Time::MIN);
    let mut morning = exercise_reminder("Morning session", vec![time]);
    morning.only_if_not_done = true;
    reminder::create(&case.patient, morning).await?;
    if case.number % 3 == 1 {
        let night = (Time::new(22, 0, 0, 0), Time::new(7, 0, 0, 0));
        let quiet_hours = night.0.ok().zip(night.1.ok()).map(Some);
        let settings = reminder::UpdateSettings { quiet_hours, ..reminder::UpdateSettings::default() };
        reminder::update_settings(&case.patient, settings).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_minute_is_full_and_at_least_a_second_away() {
        let at = |text: &str| Instant::from(text.parse::<jiff::Timestamp>().unwrap());
        for (now, expected) in [
            ("2026-06-15T10:00:00Z", "06:01"),
            ("2026-06-15T10:00:58Z", "06:01"),
            ("2026-06-15T10:00:59.5Z", "06:02"),
            ("2026-06-15T03:59:30Z", "00:00"),
        ] {
            let time = next_minute(at(now), &TimeZone::get("America/New_York").unwrap());
            assert_eq!(time.strftime("%H:%M").to_string(), expected, "{now}");
        }
    }
}
