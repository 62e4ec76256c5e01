use super::*;
use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;
use serde_json::json;

fn schedule(frequency: Frequency, times_per_day: u8) -> Schedule {
    Schedule { frequency, times_per_day }
}

fn weekdays(weekdays: &[Weekday]) -> Frequency {
    Frequency::Weekdays { weekdays: weekdays.to_vec() }
}

fn faults(frequency: Frequency, times_per_day: u8) -> Vec<(String, Code)> {
    let faults = schedule(frequency, times_per_day).check().err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.path.join("."), fault.code)).collect()
}

#[test]
fn numbers_end_at_their_ranges() {
    let right = [
        (Frequency::Daily, 1),
        (Frequency::Daily, 24),
        (Frequency::EveryDays { days: 2 }, 1),
        (Frequency::EveryDays { days: 90 }, 1),
        (Frequency::TimesPerWeek { times: 1 }, 1),
        (Frequency::TimesPerWeek { times: 7 }, 1),
        (weekdays(&[Weekday::Monday]), 1),
    ];
    for (frequency, times) in right {
        assert_eq!(faults(frequency.clone(), times), [], "{frequency:?}");
    }
    let wrong = [
        (Frequency::Daily, 0, "timesPerDay", Code::OutOfRange),
        (Frequency::Daily, 25, "timesPerDay", Code::OutOfRange),
        (Frequency::EveryDays { days: 1 }, 1, "days", Code::OutOfRange),
        (Frequency::EveryDays { days: 91 }, 1, "days", Code::OutOfRange),
        (Frequency::TimesPerWeek { times: 0 }, 1, "times", Code::OutOfRange),
        (Frequency::TimesPerWeek { times: 8 }, 1, "times", Code::OutOfRange),
        (weekdays(&[]), 1, "weekdays", Code::Required),
        (weekdays(&[Weekday::Monday, Weekday::Friday, Weekday::Monday]), 1, "weekdays.2", Code::Duplicate),
    ];
    for (frequency, times, field, code) in wrong {
        assert_eq!(faults(frequency, times), [(field.to_owned(), code)]);
    }
}

#[test]
fn every_fault_is_told() {
    let told = faults(Frequency::EveryDays { days: 1 }, 0);
    assert_eq!(told, [("days".to_owned(), Code::OutOfRange), ("timesPerDay".to_owned(), Code::OutOfRange)]);
}

#[test]
fn days_are_counted_from_the_revision_across_months_and_leap_days() {
    let every_third = schedule(Frequency::EveryDays { days: 3 }, 1);
    let start = date(2028, 2, 26);
    let due: Vec<_> = (-3..8).filter(|&days| every_third.is_due(start, start + days.days())).collect();
    assert_eq!(due, [0, 3, 6]);
    assert!(every_third.is_due(start, date(2028, 2, 29)));
    assert!(every_third.is_due(start, date(2028, 3, 3)));
}

#[test]
fn weekdays_follow_the_calendar() {
    let schedule = schedule(weekdays(&[Weekday::Monday, Weekday::Sunday]), 1);
    let monday = date(2026, 3, 2);
    let due: Vec<_> = (0..9).filter(|&days| schedule.is_due(monday, monday + days.days())).collect();
    assert_eq!(due, [0, 6, 7]);
}

#[test]
fn nothing_is_due_before_the_revision() {
    let start = date(2026, 3, 2);
    for frequency in [Frequency::Daily, Frequency::TimesPerWeek { times: 2 }] {
        assert!(!schedule(frequency.clone(), 1).is_due(start, date(2026, 3, 1)));
        assert!(schedule(frequency, 1).is_due(start, start));
    }
}

#[test]
fn the_text_is_plain() {
    use Weekday::{Friday, Monday, Sunday, Wednesday};
    let cases = [
        (Frequency::Daily, 1, ["Once a day, every day", "Una vez al día, todos los días"]),
        (
            weekdays(&[Friday, Monday, Wednesday]),
            2,
            ["2 times a day, Monday, Wednesday and Friday", "2 veces al día, lunes, miércoles y viernes"],
        ),
        (
            weekdays(&[Sunday, Monday]),
            1,
            ["Once a day, Monday and Sunday", "Una vez al día, lunes y domingo"],
        ),
        (weekdays(&[Sunday]), 3, ["3 times a day, Sunday", "3 veces al día, domingo"]),
        (Frequency::EveryDays { days: 2 }, 1, ["Once a day, every 2 days", "Una vez al día, cada 2 días"]),
        (
            Frequency::TimesPerWeek { times: 3 },
            1,
            ["Once a day, 3 days a week", "Una vez al día, 3 días por semana"],
        ),
        (
            Frequency::TimesPerWeek { times: 1 },
            2,
            ["2 times a day, 1 day a week", "2 veces al día, 1 día por semana"],
        ),
    ];
    for (frequency, times, text) in cases {
        let schedule = schedule(frequency, times);
        assert_eq!([schedule.text(Language::English), schedule.text(Language::Spanish)], text);
    }
}

#[test]
fn the_stored_form_is_stable() {
    let cases = [
        (Frequency::Daily, json!({ "kind": "DAILY", "timesPerDay": 2 })),
        (Frequency::EveryDays { days: 3 }, json!({ "kind": "EVERY_DAYS", "days": 3, "timesPerDay": 2 })),
        (
            weekdays(&[Weekday::Monday, Weekday::Thursday]),
            json!({ "kind": "WEEKDAYS", "weekdays": ["MONDAY", "THURSDAY"], "timesPerDay": 2 }),
        ),
        (
            Frequency::TimesPerWeek { times: 4 },
            json!({ "kind": "TIMES_PER_WEEK", "times": 4, "timesPerDay": 2 }),
        ),
    ];
    for (frequency, stored) in cases {
        let schedule = schedule(frequency, 2);
        assert_eq!(serde_json::to_value(&schedule).unwrap(), stored);
        assert_eq!(serde_json::from_value::<Schedule>(stored).unwrap(), schedule);
    }
}

proptest! {
    #[test]
    fn every_n_days_falls_due_once_in_n_days(days in 2..=90_u16, offset in 0..400_i64) {
        let schedule = schedule(Frequency::EveryDays { days }, 1);
        let start = date(2027, 12, 15);
        let first = start + offset.days();
        let due = (0..i64::from(days)).filter(|&later| schedule.is_due(start, first + later.days())).count();
        prop_assert_eq!(due, 1);
    }

    #[test]
    fn every_weekday_is_named_by_its_date(offset in 0..10_000_i64) {
        let day = date(2020, 1, 1) + offset.days();
        prop_assert_eq!(Weekday::of(day).name(Language::English), day.strftime("%A").to_string());
    }
}
