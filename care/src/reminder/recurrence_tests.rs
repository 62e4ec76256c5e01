//! The recurrence rule against an oracle that walks day by day, over every zone and every change of
//! its clock from 1970 to 2040.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::HashSet;

use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, DateTime, Time, date, time},
    tz::{Offset, TimeZone, TimeZoneDatabase},
};
use proptest::prelude::*;

use super::recurrence::{End, Frequency, MAX_COUNT, Occurrence, Rule};
use crate::error::Code;
use crate::library::schedule::Weekday;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

/// Every zone of the bundled database.
pub(super) fn zones() -> Vec<TimeZone> {
    let database = TimeZoneDatabase::bundled();
    let zones: Vec<_> = database.available().map(|name| database.get(name.as_str()).unwrap()).collect();
    assert!(zones.len() > 500, "only {} zones", zones.len());
    zones
}

pub(super) fn zone(name: &str) -> TimeZone {
    TimeZoneDatabase::bundled().get(name).unwrap()
}

/// When the clock of a zone changes, 1970 to 2040.
pub(super) fn changes(zone: &TimeZone) -> Vec<Timestamp> {
    let until: Timestamp = "2040-01-01T00:00Z".parse().unwrap();
    let times = zone.following(Timestamp::UNIX_EPOCH).map(|change| change.timestamp());
    times.take_while(|at| *at < until).collect()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn daily(every_days: u16, times: &[Time], start_on: Date) -> Rule {
    let frequency = Frequency::Daily { every_days };
    Rule { frequency, times: times.to_vec(), start_on, end: End::Never }.check().unwrap()
}

fn minute_of_day(time: Time) -> u16 {
    u16::try_from(i32::from(time.hour()) * 60 + i32::from(time.minute())).unwrap()
}

fn time_of(minute: u16) -> Time {
    Time::midnight() + SignedDuration::from_mins(minute.into())
}

/// The instant of a wall-clock time by the definition of an offset, given the offsets in force
/// around it; none if the zone skips the date.
fn oracle_due(zone: &TimeZone, named: DateTime, offsets: &[Offset]) -> Option<Timestamp> {
    let with = |offset: Offset| offset.to_timestamp(named).unwrap();
    let shown = offsets.iter().filter(|offset| zone.to_offset(with(**offset)) == **offset);
    if let Some(first) = shown.map(|offset| with(*offset)).min() {
        return Some(first);
    }
    let (low, high) = (offsets.iter().min().unwrap(), offsets.iter().max().unwrap());
    let on_date =
        |quarters: i32| zone.to_datetime(with(*low) + MINUTE * 15 * quarters).date() == named.date();
    let long = high.duration_since(*low) > HOUR * 12;
    (!long || (-200..200).any(on_date)).then(|| with(*low))
}

fn oracle(
    zone: &TimeZone,
    named: impl Iterator<Item = DateTime>,
    offsets: impl Fn(DateTime) -> Vec<Offset>,
) -> Vec<Occurrence> {
    let mut found: Vec<_> = named
        .filter_map(|named| {
            let due_at = oracle_due(zone, named, &offsets(named))?;
            let slot = minute_of_day(named.time());
            Some(Occurrence { due_at, local_date: named.date(), slot })
        })
        .collect();
    found.sort();
    found
}

/// Slots on, beside and between the two faces the clock shows at a change, and midnight.
fn slots_around(from: DateTime, to: DateTime) -> Vec<Time> {
    let half = from + from.duration_until(to) / 2;
    let [from, to, half] = [from, to, half].map(|shown| i32::from(minute_of_day(shown.time())));
    let minutes = [0, from - 1, from, half, to - 1, to, to + 1];
    let mut slots: Vec<_> =
        minutes.map(|minute| time_of(u16::try_from(minute.rem_euclid(24 * 60)).unwrap())).to_vec();
    slots.sort();
    slots.dedup();
    slots
}

/// What every question must answer around one change of the clock.
fn check_change(zone: &TimeZone, change: Timestamp) {
    let offsets = [change - MINUTE, change].map(|at| zone.to_offset(at));
    let [from, to] = offsets.map(|offset| offset.to_datetime(change));
    let rule = daily(1, &slots_around(from, to), from.date() - 9.days());
    let (start, end) = (change - HOUR * 26, change + HOUR * 26);
    let days = (-3..=3).map(|days: i64| from.date() + days.days());
    let named = days.flat_map(|day| rule.times.iter().map(move |time| day.to_datetime(*time)));
    let mut expected = oracle(zone, named, |_| offsets.to_vec());
    expected.retain(|occurrence| (start..end).contains(&occurrence.due_at));

    let walked = rule.between(zone, start, end, usize::MAX);
    assert_eq!(walked, expected, "{zone:?} at {change}");
    for occurrence in &walked {
        let named = occurrence.local_date.to_datetime(time_of(occurrence.slot));
        assert!(named <= zone.to_datetime(occurrence.due_at), "early: {zone:?} {occurrence:?}");
    }
    for now in [-30, -1, 0, 30].map(|minutes| change + MINUTE * minutes) {
        let (past, to_come) = expected.split_at(expected.partition_point(|one| one.due_at <= now));
        assert_eq!(rule.next_after(zone, now), to_come.first().copied(), "{zone:?} {now}");
        let latest = rule.latest_at_or_before(zone, now, now - HOUR * 24);
        let within = past.last().filter(|one| now - HOUR * 24 <= one.due_at);
        assert_eq!(latest, within.copied(), "{zone:?} {now}");
        if let Some(due_at) = to_come.first().map(|one| one.due_at) {
            let together = expected.iter().rfind(|one| one.due_at == due_at);
            assert_eq!(rule.latest_at_or_before(zone, due_at, due_at), together.copied());
        }
    }
}

#[test]
fn every_change_of_every_clock_since_1970_loses_nothing_and_doubles_nothing() {
    let mut histories = HashSet::new();
    let mut count = 0;
    for zone in zones() {
        let changes = changes(&zone);
        let offsets = changes.iter().map(|change| zone.to_offset(*change));
        // Many names are links: the same clock again.
        let start = zone.to_offset(Timestamp::UNIX_EPOCH);
        if histories.insert((start, changes.clone(), offsets.collect::<Vec<_>>())) {
            for change in &changes {
                check_change(&zone, *change);
            }
            count += changes.len();
        }
    }
    assert!(count > 15_000, "only {count} changes");
}

/// The dates and times of a rule by its definition, one day after the other.
fn walk(rule: &Rule, days: i64) -> Vec<DateTime> {
    let monday = |date: Date| date - i64::from(date.weekday().to_monday_zero_offset()).days();
    let mut named = Vec::new();
    for day in 0..days {
        let date = rule.start_on + day.days();
        let matches = match &rule.frequency {
            Frequency::Daily { every_days } => day % i64::from(*every_days) == 0,
            Frequency::Weekly { every_weeks, weekdays } => {
                let weeks = monday(date).duration_since(monday(rule.start_on)).as_hours() / (7 * 24);
                let weekday = WEEK[usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())];
                weeks % i64::from(*every_weeks) == 0 && weekdays.contains(&weekday)
            }
        };
        if matches && !matches!(rule.end, End::On(last) if last < date) {
            named.extend(rule.times.iter().map(|time| date.to_datetime(*time)));
        }
    }
    if let End::Count(count) = rule.end {
        named.truncate(usize::try_from(count).unwrap());
    }
    named
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    proptest::sample::select(zones())
}

fn any_date() -> impl Strategy<Value = Date> {
    (0..365 * 68_i64).prop_map(|day| date(1970, 1, 1) + day.days())
}

fn any_frequency() -> impl Strategy<Value = Frequency> {
    let weekdays = proptest::sample::subsequence(WEEK.to_vec(), 1..=7);
    prop_oneof![
        (1..=40_u16).prop_map(|every_days| Frequency::Daily { every_days }),
        (1..=6_u8, weekdays).prop_map(|(every_weeks, weekdays)| Frequency::Weekly { every_weeks, weekdays }),
    ]
}

pub(super) fn any_rule() -> impl Strategy<Value = Rule> {
    let minutes = prop_oneof![0..240_u16, 0..1440_u16];
    let times = proptest::collection::btree_set(minutes.prop_map(time_of), 1..=5);
    let end = (0..3, 0..500_u32);
    (any_frequency(), times, any_date(), end).prop_map(|(frequency, times, start_on, end)| {
        let end = match end {
            (0, _) => End::Never,
            (1, days) => End::On(start_on + i64::from(days).days()),
            (_, count) => End::Count(count + 1),
        };
        let rule = Rule { frequency, times: times.into_iter().collect(), start_on, end };
        // An end before the first date is refused; let such a rule run on.
        rule.clone().check().unwrap_or(Rule { end: End::Never, ..rule })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_question_agrees_with_walking_day_by_day(
        zone in any_zone(),
        rule in any_rule(),
        from in -3000..600_000_i64,
        length in 0..40_000_i64,
        max in 0..60_usize,
    ) {
        let nearby = |named: DateTime| {
            let middle = Offset::UTC.to_timestamp(named).unwrap();
            [-30, -18, -6, 6, 18, 30].map(|hours| zone.to_offset(middle + HOUR * hours)).to_vec()
        };
        let expected = oracle(&zone, walk(&rule, 800).into_iter(), nearby);
        let from = Offset::UTC.to_timestamp(rule.start_on.to_datetime(Time::midnight())).unwrap()
            + MINUTE * i32::try_from(from).unwrap();
        let until = from + MINUTE * i32::try_from(length).unwrap();
        let far = from + HOUR * 24 * 100;

        let first = expected.iter().find(|occurrence| occurrence.due_at > from);
        prop_assert_eq!(rule.next_after(&zone, from), first.copied());

        let mut within = expected.clone();
        within.retain(|occurrence| (from..far).contains(&occurrence.due_at));
        prop_assert_eq!(&rule.between(&zone, from, far, usize::MAX), &within);
        within.retain(|occurrence| occurrence.due_at < until);
        let until_included = rule.latest_at_or_before(&zone, until - SignedDuration::from_nanos(1), from);
        prop_assert_eq!(until_included, within.last().copied());
        within.truncate(max);
        prop_assert_eq!(rule.between(&zone, from, until, max), within);

        let date = zone.to_datetime(from).date();
        let mut on_date = expected;
        on_date.retain(|occurrence| occurrence.local_date == date);
        prop_assert_eq!(rule.on_date(&zone, date), on_date);
    }

    #[test]
    fn rules_that_mean_the_same_answer_the_same_millennia_away(
        zone in any_zone(),
        start_on in any_date(),
        minute in 0..1440_u16,
        weeks in 1..=52_u8,
        count in 1..=MAX_COUNT,
        seconds in 0..253_000_000_000_i64,
    ) {
        let times = vec![time_of(minute)];
        let weekday = WEEK[usize::from(start_on.weekday().to_monday_zero_offset().unsigned_abs())];
        let weekly = Frequency::Weekly { every_weeks: weeks, weekdays: vec![weekday] };
        let days = Frequency::Daily { every_days: u16::from(weeks) * 7 };
        let after = Timestamp::from_second(seconds).unwrap();
        for end in [End::Never, End::Count(count)] {
            let [one, other] = [&weekly, &days]
                .map(|frequency| Rule { frequency: frequency.clone(), times: times.clone(), start_on, end });
            let next = one.next_after(&zone, after);
            prop_assert_eq!(next, other.next_after(&zone, after));
            prop_assert!(next.is_none_or(|next| next.due_at > after));
            prop_assert_eq!(
                one.latest_at_or_before(&zone, after, Timestamp::MIN),
                other.latest_at_or_before(&zone, after, Timestamp::MIN)
            );
        }
    }
}

/// The instants of a rule in a zone from the start of a UTC day on.
fn due(rule: &Rule, zone_name: &str, from: &str, max: usize) -> Vec<String> {
    let found = rule.between(&zone(zone_name), at(from), Timestamp::MAX, max);
    found.iter().map(|occurrence| occurrence.due_at.to_string()).collect()
}

#[test]
fn a_slot_the_clock_skips_moves_by_the_gap() {
    let cairo = daily(1, &[time(0, 30, 0, 0)], date(2024, 4, 1));
    let expected = ["2024-04-24T22:30:00Z", "2024-04-25T22:30:00Z", "2024-04-26T21:30:00Z"];
    assert_eq!(due(&cairo, "Africa/Cairo", "2024-04-24T12:00Z", 3), expected);

    let howe = daily(1, &[time(2, 15, 0, 0)], date(2026, 1, 1));
    let expected = ["2026-10-03T15:45:00Z", "2026-10-04T15:15:00Z"];
    assert_eq!(due(&howe, "Australia/Lord_Howe", "2026-10-03T00:00Z", 2), expected);
}

#[test]
fn a_moved_slot_comes_after_a_later_slot_or_together_with_it() {
    let slots = [time(2, 30, 0, 0), time(3, 15, 0, 0), time(3, 30, 0, 0)];
    let rule = daily(1, &slots, date(2026, 1, 1));
    let new_york = zone("America/New_York");
    let day = rule.on_date(&new_york, date(2026, 3, 8));
    assert_eq!(day.iter().map(|found| found.slot).collect::<Vec<_>>(), [195, 150, 210]);
    assert_eq!(day[1].due_at, at("2026-03-08T07:30Z"));
    assert_eq!(day[2].due_at, day[1].due_at);
    assert_eq!(rule.next_after(&new_york, day[0].due_at), Some(day[1]));
    assert_eq!(rule.following(&new_york, &day[1]), Some(day[2]));
    assert_eq!(rule.latest_at_or_before(&new_york, day[1].due_at, day[0].due_at), Some(day[2]));
}

#[test]
fn a_slot_the_clock_shows_twice_is_due_the_first_time_only() {
    let rule = daily(1, &[time(1, 30, 0, 0)], date(2026, 1, 1));
    let expected = ["2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"];
    assert_eq!(due(&rule, "America/New_York", "2026-11-01T00:00Z", 2), expected);
    let howe = daily(1, &[time(1, 45, 0, 0)], date(2026, 1, 1));
    let expected = ["2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z"];
    assert_eq!(due(&howe, "Australia/Lord_Howe", "2026-04-04T00:00Z", 2), expected);
}

#[test]
fn a_date_the_zone_skips_has_no_occurrence_but_counts() {
    let mut rule = daily(1, &[time(8, 0, 0, 0)], date(2011, 12, 29));
    let expected = ["2011-12-29T18:00:00Z", "2011-12-30T18:00:00Z"];
    assert_eq!(due(&rule, "Pacific/Apia", "2011-12-29T00:00Z", 2), expected);
    let apia = zone("Pacific/Apia");
    assert_eq!(rule.on_date(&apia, date(2011, 12, 30)), []);
    assert_eq!(rule.on_date(&apia, date(2011, 12, 31)).len(), 1);
    rule.end = End::Count(3);
    assert_eq!(due(&rule, "Pacific/Apia", "2011-12-01T00:00Z", 9), expected);
}

#[test]
fn weeks_run_from_monday_and_the_first_may_be_partial() {
    let weekdays = vec![Weekday::Sunday, Weekday::Monday, Weekday::Thursday];
    let rule = Rule {
        frequency: Frequency::Weekly { every_weeks: 2, weekdays },
        times: vec![time(20, 0, 0, 0), time(8, 0, 0, 0)],
        start_on: date(2026, 1, 7), // a Wednesday
        end: End::Count(9),
    };
    let rule = rule.check().unwrap();
    let found = rule.between(&TimeZone::UTC, Timestamp::MIN, Timestamp::MAX, 99);
    let named: Vec<_> = found.iter().map(|one| (one.local_date.day(), one.slot / 60)).collect();
    let expected = [(8, 8), (8, 20), (11, 8), (11, 20), (19, 8), (19, 20), (22, 8), (22, 20), (25, 8)];
    assert_eq!(named, expected);
}

#[test]
fn the_end_date_still_counts() {
    let mut rule = daily(3, &[time(8, 0, 0, 0)], date(2026, 5, 1));
    for (last, expected) in [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3)] {
        rule.end = End::On(date(2026, 5, last));
        let rule = rule.clone().check().unwrap();
        assert_eq!(due(&rule, "Asia/Tokyo", "2026-01-01T00:00Z", 9).len(), expected, "{last}");
    }
}

#[test]
fn the_ends_of_time_have_no_occurrence_and_no_panic() {
    for zone in zones().into_iter().step_by(7) {
        let rule = daily(1, &[time(0, 0, 0, 0), time(23, 59, 0, 0)], date(9999, 12, 28));
        assert_eq!(rule.next_after(&zone, Timestamp::MAX), None);
        let last = rule.latest_at_or_before(&zone, Timestamp::MAX, Timestamp::MIN).unwrap();
        assert_eq!(rule.following(&zone, &last), None);
        assert_eq!(rule.next_after(&zone, Timestamp::MIN).unwrap().local_date, rule.start_on);
        assert_eq!(rule.latest_at_or_before(&zone, Timestamp::MIN, Timestamp::MIN), None);
        assert!(rule.on_date(&zone, Date::MIN).is_empty());
    }
    let none = Frequency::Weekly { every_weeks: 0, weekdays: Vec::new() };
    for frequency in [none, Frequency::Daily { every_days: 0 }] {
        let rule = Rule { frequency, times: Vec::new(), start_on: Date::MIN, end: End::Count(0) };
        assert_eq!(rule.next_after(&TimeZone::UTC, Timestamp::MIN), None);
        assert_eq!(rule.latest_at_or_before(&TimeZone::UTC, Timestamp::MAX, Timestamp::MIN), None);
    }
}

#[test]
fn check_names_every_fault() {
    let fault = |rule: Rule| -> Vec<(String, Code)> {
        let faults = rule.check().unwrap_err();
        faults.into_iter().map(|fault| (fault.path.join("."), fault.code)).collect()
    };
    let of = |field: &str, code| vec![(field.to_owned(), code)];
    let good = daily(1, &[time(8, 0, 0, 0)], date(2026, 5, 1));
    let times = |times: Vec<Time>| fault(Rule { times, ..good.clone() });
    assert_eq!(times(vec![]), of("times", Code::Required));
    assert_eq!(times((0..13).map(time_of).collect()), of("times", Code::TooMany));
    assert_eq!(times(vec![time_of(9), time_of(3), time_of(9)]), of("times", Code::Duplicate));
    assert_eq!(times(vec![time(8, 0, 1, 0)]), of("times", Code::Malformed));
    let days = |frequency| fault(Rule { frequency, ..good.clone() });
    for every_days in [0, 366] {
        assert_eq!(days(Frequency::Daily { every_days }), of("everyDays", Code::OutOfRange));
    }
    let weekly = |every_weeks, weekdays: &[Weekday]| {
        days(Frequency::Weekly { every_weeks, weekdays: weekdays.to_vec() })
    };
    let (monday, sunday) = (Weekday::Monday, Weekday::Sunday);
    assert_eq!(weekly(0, &[monday]), of("everyWeeks", Code::OutOfRange));
    assert_eq!(weekly(53, &[monday]), of("everyWeeks", Code::OutOfRange));
    assert_eq!(weekly(1, &[]), of("weekdays", Code::Required));
    assert_eq!(weekly(1, &[monday, sunday, monday]), of("weekdays", Code::Duplicate));
    let end = |end| fault(Rule { end, ..good.clone() });
    assert_eq!(end(End::On(date(2026, 4, 30))), of("endOn", Code::OutOfRange));
    assert_eq!(end(End::Count(0)), of("count", Code::OutOfRange));
    assert_eq!(end(End::Count(MAX_COUNT + 1)), of("count", Code::OutOfRange));
    let old = Rule { start_on: date(1899, 12, 31), ..good.clone() };
    assert_eq!(fault(old), of("startOn", Code::OutOfRange));
}

#[test]
fn the_stored_form_is_fixed() {
    let weekdays = vec![Weekday::Monday, Weekday::Sunday];
    let rule = Rule {
        frequency: Frequency::Weekly { every_weeks: 2, weekdays },
        end: End::On(date(2026, 12, 31)),
        ..daily(1, &[time(8, 30, 0, 0)], date(2026, 5, 1))
    };
    let text = r#"{"frequency":{"WEEKLY":{"everyWeeks":2,"weekdays":["MONDAY","SUNDAY"]}},"times":["08:30:00"],"startOn":"2026-05-01","end":{"ON":"2026-12-31"}}"#;
    assert_eq!(serde_json::to_string(&rule).unwrap(), text);
    assert_eq!(serde_json::from_str::<Rule>(text).unwrap(), rule);
    let text = r#"{"frequency":{"DAILY":{"everyDays":3}},"times":["08:30:00"],"startOn":"2026-05-01","end":"NEVER"}"#;
    let rule = daily(3, &[time(8, 30, 0, 0)], date(2026, 5, 1));
    assert_eq!(serde_json::to_string(&rule).unwrap(), text);
    assert_eq!(serde_json::from_str::<Rule>(text).unwrap(), rule);
    assert_eq!(serde_json::to_string(&End::Count(5)).unwrap(), r#"{"COUNT":5}"#);
    assert!(serde_json::from_str::<Rule>(&text.replace("\"end\"", "\"until\"")).is_err());
}
