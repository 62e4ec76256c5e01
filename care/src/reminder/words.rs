//! Rules and deliveries in plain words, for operators.

use super::dead::Letter;
use super::quiet::QuietHours;
use super::recurrence::{End, Frequency, Rule};
use super::{DeliveryStatus, QuietPolicy};
use crate::clock::Instant;
use crate::id::Kind;
use jiff::civil::Time;
use jiff::tz::TimeZone;
use sea_orm::ActiveEnum;

/// What the clock of this zone shows.
pub(super) fn clock_of(at: Instant, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.timestamp()).strftime("%A %Y-%m-%d %H:%M").to_string();
    format!("{local} on its clock")
}

fn minute(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

/// `every 2 weeks on Monday, Friday at 08:00, 20:00, from 2026-06-15`.
pub(super) fn rule(rule: &Rule) -> String {
    let days = match &rule.frequency {
        Frequency::Daily { every_days: 1 } => "every day".to_owned(),
        Frequency::Daily { every_days } => format!("every {every_days} days"),
        Frequency::Weekly { every_weeks, weekdays } => {
            let weekdays: Vec<_> = weekdays.iter().map(|day| format!("{day:?}")).collect();
            let weeks = if *every_weeks == 1 {
                "every week".to_owned()
            } else {
                format!("every {every_weeks} weeks")
            };
            format!("{weeks} on {}", weekdays.join(", "))
        }
    };
    let times: Vec<_> = rule.times.iter().map(|time| minute(*time)).collect();
    let end = match rule.end {
        End::Never => String::new(),
        End::On(date) => format!(" until {date}"),
        End::Count(1) => ", once".to_owned(),
        End::Count(count) => format!(", {count} times in all"),
    };
    format!("{days} at {}, from {}{end}", times.join(", "), rule.start_on)
}

pub(super) fn quiet(policy: QuietPolicy, hours: Option<QuietHours>) -> String {
    let Some(hours) = hours else { return "the patient has no quiet hours".to_owned() };
    let what = match policy {
        QuietPolicy::Defer => "waits for their end",
        QuietPolicy::Drop => "is left out",
    };
    format!("from {} to {} it {what}", minute(hours.start), minute(hours.end))
}

/// A delivery, what became of it and why, and what providers answered to each attempt.
pub(super) fn delivery(letter: &Letter, zone: Option<&TimeZone>, now: Instant) -> Vec<String> {
    let clock = zone.map(|zone| format!(" ({})", clock_of(letter.due_at, zone))).unwrap_or_default();
    let id = Kind::Delivery.encode(letter.id);
    let mut lines = vec![
        format!("{id}, due {}{clock}, for {}", letter.due_at, letter.local_date),
        format!("  {}", became(letter, now)),
    ];
    lines.extend(letter.answers().iter().map(|answer| format!("  {answer}")));
    if let Some(at) = letter.next_try_at {
        lines.push(format!("  comes again at {at}; of use until {}", letter.expires_at));
    }
    lines
}

/// What became of it, and why.
fn became(letter: &Letter, now: Instant) -> String {
    let Ok(status) = DeliveryStatus::try_from_value(&letter.status) else {
        return format!("its status {:?} is not known", letter.status);
    };
    let attempts = match letter.attempts {
        0 => "no provider was asked".to_owned(),
        1 => "1 attempt".to_owned(),
        more => format!("{more} attempts"),
    };
    let at = |instant: Option<Instant>| instant.map(|at| format!(" at {at}")).unwrap_or_default();
    match status {
        DeliveryStatus::Pending if letter.attempts == 0 => {
            "PENDING: it waits for the end of the quiet hours".to_owned()
        }
        DeliveryStatus::Pending => format!("PENDING: on its way, or put off by the provider; {attempts}"),
        DeliveryStatus::Sent => format!("SENT: a provider took it{}; {attempts}", at(letter.sent_at)),
        DeliveryStatus::Snoozed => {
            format!("SNOOZED: the patient put it off, {} times by now", letter.snoozes)
        }
        DeliveryStatus::Done => format!("DONE: the patient said so{}", at(letter.done_at)),
        DeliveryStatus::SkippedDone => {
            "SKIPPED_DONE: left out, what it asks for was done or read already".to_owned()
        }
        DeliveryStatus::Quiet => "QUIET: left out, it came due in the quiet hours".to_owned(),
        DeliveryStatus::Held => "HELD: left out, the program was on hold".to_owned(),
        DeliveryStatus::Expired => {
            "EXPIRED: left out, it would have come too late or a newer one was due".to_owned()
        }
        DeliveryStatus::Muted => "MUTED: left out, the patient wants to hear nothing of its kind".to_owned(),
        DeliveryStatus::CareEnded => "CARE_ENDED: left out, the patient's care has ended".to_owned(),
        DeliveryStatus::NoDevice => format!("NO_DEVICE: no device of the patient takes pushes; {attempts}"),
        DeliveryStatus::Canceled => {
            "CANCELED: the reminder, or what it is about, was paused, moved or taken back before".to_owned()
        }
        DeliveryStatus::Failed if now < letter.expires_at => {
            let until = letter.expires_at;
            format!("FAILED: it never got through; {attempts}. It can be put back until {until}")
        }
        DeliveryStatus::Failed => {
            format!("FAILED: it never got through; {attempts}, of use until {}", letter.expires_at)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::library::schedule::Weekday;

    #[test]
    fn rules_read_as_people_say_them() {
        let told = |frequency, end| {
            let times = vec!["08:00".parse().unwrap(), "20:30".parse().unwrap()];
            rule(&Rule { frequency, times, start_on: "2026-06-15".parse().unwrap(), end })
        };
        let at = "at 08:00, 20:30, from 2026-06-15";
        let daily = |every_days| Frequency::Daily { every_days };
        assert_eq!(told(daily(1), End::Never), format!("every day {at}"));
        assert_eq!(told(daily(3), End::Count(1)), format!("every 3 days {at}, once"));
        let weekdays = vec![Weekday::Monday, Weekday::Friday];
        let weekly = |every_weeks| Frequency::Weekly { every_weeks, weekdays: weekdays.clone() };
        let until = End::On("2026-07-01".parse().unwrap());
        assert_eq!(told(weekly(1), until), format!("every week on Monday, Friday {at} until 2026-07-01"));
        assert_eq!(
            told(weekly(2), End::Count(9)),
            format!("every 2 weeks on Monday, Friday {at}, 9 times in all")
        );
    }

    #[test]
    fn quiet_hours_say_what_happens_in_them() {
        let hours = QuietHours { start: "22:00".parse().unwrap(), end: "07:00".parse().unwrap() };
        assert_eq!(quiet(QuietPolicy::Drop, Some(hours)), "from 22:00 to 07:00 it is left out");
        assert_eq!(quiet(QuietPolicy::Defer, Some(hours)), "from 22:00 to 07:00 it waits for their end");
        assert_eq!(quiet(QuietPolicy::Defer, None), "the patient has no quiet hours");
    }
}
