//! Notices: reminders that follow from care by themselves. A questionnaire falls due, a visit comes near, the care
//! team writes, an article is assigned.
//!
//! A notice is a reminder like any other, with a rule of its own and a subject; its id is made of what it is about.
//! [`keep`] compares what there ought to be with what there is, as often as one likes; whoever changes a subject
//! calls nothing here. What has become of the subject is asked once more when the notice fires (`moot`), so that
//! a visit that was canceled a second ago reminds nobody.

mod arrival;
mod keep;
mod moot;
mod wanted;

pub use keep::{keep, keep_of};
pub(super) use moot::Subjects;

use super::Kind;
use super::recurrence::{End, Frequency, Rule};
use crate::clock::Instant;
use crate::id;
use jiff::Timestamp;
use jiff::civil::{Time, time};
use jiff::tz::TimeZone;
use uuid::Uuid;

const MINUTE: i64 = 60_000;
/// When the patient's clock shows this, they are told of a questionnaire. A default of ours.
const QUESTIONNAIRE_AT: Time = time(9, 0, 0, 0);
/// On so many days one after the other, while it is not answered.
const QUESTIONNAIRE_DAYS: u32 = 2;
/// What arrives within so many milliseconds after something that waits unread is told together with it.
const TOGETHER: i64 = 5 * MINUTE;
/// For how many minutes a notice of a questionnaire, a message or an article may still go out.
const LATE_LIMIT: i32 = 720;

/// How long before a visit its patient is told.
struct Lead {
    name: &'static str,
    minutes: i64,
    /// For how many minutes it may still go out.
    late_limit: i32,
}

/// A day before, and two hours before. Defaults of ours.
const LEADS: [Lead; 2] = [
    Lead { name: "24h", minutes: 24 * 60, late_limit: 360 },
    Lead { name: "2h", minutes: 2 * 60, late_limit: 90 },
];

impl Lead {
    fn id(&self, visit_id: Uuid) -> Uuid {
        Uuid::new_v5(&visit_id, self.name.as_bytes())
    }

    /// When it comes due for a visit that starts at `starts_at`.
    fn due_at(&self, starts_at: Instant) -> Instant {
        minute_of(starts_at).plus(-self.minutes * MINUTE)
    }
}

impl Kind {
    /// What a notice of this kind is about; none for reminders that people set.
    pub fn subject(self) -> Option<id::Kind> {
        match self {
            Self::Exercise | Self::Posture | Self::CheckIn | Self::Other => None,
            Self::Questionnaire => Some(id::Kind::OutcomeAssignment),
            Self::Appointment => Some(id::Kind::Visit),
            Self::Message => Some(id::Kind::Message),
            Self::Article => Some(id::Kind::EducationAssignment),
        }
    }
}

/// The one notice of this kind that a patient has; of visits each has its own.
fn id_of(kind: Kind, patient_id: Uuid) -> Uuid {
    Uuid::new_v5(&patient_id, format!("{kind:?}").as_bytes())
}

/// The minute that `at` lies in.
fn minute_of(at: Instant) -> Instant {
    Instant(at.0.div_euclid(MINUTE) * MINUTE)
}

/// The rule that comes due once, at the minute `at`, and the zone that it goes by: this one, or UTC where its clock
/// shows that minute a second time.
fn once(at: Instant, time_zone: &str) -> (Rule, String) {
    let rule_in = |zone: &TimeZone| {
        let local = zone.to_datetime(at.timestamp());
        Rule {
            frequency: Frequency::Daily { every_days: 1 },
            times: vec![local.time()],
            start_on: local.date(),
            end: End::Count(1),
        }
    };
    let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
    let rule = rule_in(&zone);
    let due_at = rule.next_after(&zone, Timestamp::MIN).map(|only| only.due_at);
    if due_at == Some(at.timestamp()) {
        (rule, time_zone.to_owned())
    } else {
        (rule_in(&TimeZone::UTC), "UTC".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_is_at_that_minute_also_where_the_clock_shows_it_twice() {
        let at = |text: &str| Instant::from(text.parse::<Timestamp>().unwrap_or_default());
        for (text, expected) in [
            ("2026-06-15T12:00:00Z", "America/New_York"),
            ("2026-11-01T05:30:00Z", "America/New_York"),
            ("2026-11-01T06:30:00Z", "UTC"),
            ("2026-03-08T07:30:00Z", "America/New_York"),
        ] {
            let (rule, zone) = once(at(text), "America/New_York");
            assert_eq!(zone, expected, "{text}");
            let zone = TimeZone::get(&zone).unwrap_or(TimeZone::UTC);
            let all = rule.between(&zone, Timestamp::MIN, Timestamp::MAX, 9);
            assert_eq!(all.iter().map(|one| one.due_at.into()).collect::<Vec<Instant>>(), [at(text)]);
        }
    }
}
