use super::*;
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// Monday the 15th, noon.
const NOON: Instant = Instant(1_781_524_800_000);
const MONDAY: Date = date(2026, 6, 15);

/// The active days from the Monday on: `x` missed, `o` not, `-` not active.
fn days(text: &str) -> Vec<ActiveDay> {
    let day = |(at, mark): (usize, char)| {
        let date = MONDAY.saturating_add(i64::try_from(at).unwrap().days());
        (mark != '-').then_some(ActiveDay { date, missed: mark == 'x' })
    };
    text.chars().enumerate().filter_map(day).collect()
}

fn silence(text: &str, hours: i64) -> Silence {
    Silence::of(&days(text), (NOON, NOON.plus(hours * HOUR)), &TimeZone::UTC)
}

#[test]
fn held_days_do_not_count_and_rest_days_alone_are_no_silence() {
    assert_eq!(NOON.date_in(&TimeZone::UTC).0, MONDAY);
    for (text, hours, lasted, missed) in [
        ("oxx", 49, 49, true),
        ("ooo", 49, 49, false),
        ("oxo", 49, 49, true),
        ("xoo", 49, 49, false),
        ("o--", 49, 12, false),
        ("o-xx", 73, 49, true),
        ("-", 49, 0, false),
    ] {
        let expected = Silence { lasted: lasted * HOUR, missed };
        assert_eq!(silence(text, hours), expected, "{text} {hours}");
    }
}

#[test]
fn what_was_before_the_last_log_does_not_count() {
    let early = ActiveDay { date: MONDAY.saturating_sub(1.day()), missed: true };
    let days: Vec<_> = [early].into_iter().chain(days("oo")).collect();
    let since = (NOON, NOON.plus(24 * HOUR));
    assert_eq!(Silence::of(&days, since, &TimeZone::UTC), Silence { lasted: 24 * HOUR, missed: false });
}

#[test]
fn a_day_is_the_patients_own_also_when_clocks_change() {
    let zone = TimeZone::get("America/New_York").unwrap();
    // 2026-03-08 has 23 hours there.
    let since: Instant = "2026-03-07T12:00:00-05:00".parse::<jiff::Timestamp>().unwrap().into();
    let days = [7, 8, 9].map(|day| ActiveDay { date: date(2026, 3, day), missed: day == 8 });
    let silence = Silence::of(&days, (since, since.plus(48 * HOUR)), &zone);
    assert_eq!(silence, Silence { lasted: 48 * HOUR, missed: true });
    let held = [days[0], days[2]];
    let silence = Silence::of(&held, (since, since.plus(48 * HOUR)), &zone);
    assert_eq!(silence, Silence { lasted: 25 * HOUR, missed: false });
}

#[test]
fn each_threshold_speaks_at_it_and_above_and_not_below() {
    let thresholds = AlertThresholds::default();
    for (lasted, said) in [
        (49 * HOUR - 1, None),
        (49 * HOUR, Some(Grade::Silent)),
        (49 * HOUR + 1, Some(Grade::Silent)),
        (14 * DAY - 1, Some(Grade::Silent)),
        (14 * DAY, Some(Grade::Silent)),
        (14 * DAY + 1, Some(Grade::Away)),
        (21 * DAY - 1, Some(Grade::Away)),
        (21 * DAY, Some(Grade::DroppedOut)),
        (400 * DAY, Some(Grade::DroppedOut)),
    ] {
        assert_eq!(grade(&thresholds, Silence { lasted, missed: true }), said, "{lasted}");
        assert_eq!(grade(&thresholds, Silence { lasted, missed: false }), None, "{lasted}: nothing was due");
    }
    let own = AlertThresholds { silent_hours: 24, away_days: 3, dropped_out_days: 4, ..thresholds };
    let grades = [24, 73, 96].map(|hours| grade(&own, Silence { lasted: hours * HOUR, missed: true }));
    assert_eq!(grades, [Some(Grade::Silent), Some(Grade::Away), Some(Grade::DroppedOut)]);
}

#[test]
fn an_alert_that_nobody_could_see_does_not_close_itself() {
    let thresholds = AlertThresholds::default();
    for (stood, seen) in [(7 * DAY - 1, false), (7 * DAY, true), (7 * DAY + 1, true)] {
        assert_eq!(was_seen(&thresholds, NOON, NOON.plus(stood)), seen, "{stood}");
    }
}
