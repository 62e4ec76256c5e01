//! A calendar read back by a reader of its own gives the occurrences of its rules: by the zones that the calendar itself
//! tells, not by ours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::event::{About, add_rule, add_visit};
use super::lines::Lines;
use super::read::span;
use super::{word, zone};
use crate::clock::Instant;
use crate::library::Language;
use crate::reminder::recurrence::Rule;
use crate::reminder::recurrence_tests::any_rule;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;
use std::collections::HashMap;

/// What stands between `BEGIN` and `END` of a component: names with their parameters, and values.
type Properties<'a> = Vec<(&'a str, &'a str)>;

/// When a clock changes, what it showed before, and what it shows then, in seconds from UTC.
type Change = (DateTime, i64, i64);

/// The zones and events of a calendar.
struct Calendar<'a> {
    zones: HashMap<&'a str, Vec<Change>>,
    events: Vec<Properties<'a>>,
}

fn read(unfolded: &str) -> Calendar<'_> {
    let (mut zones, mut events) = (HashMap::<&str, Vec<Change>>::new(), Vec::new());
    let (mut zone, mut properties) = ("", Properties::new());
    for line in unfolded.split("\r\n").filter(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap();
        match (name, value) {
            ("BEGIN", _) => properties = Properties::new(),
            ("TZID", name) => zone = name,
            ("END", "STANDARD" | "DAYLIGHT") => {
                let offset = |name: &str| {
                    let text = get(&properties, name).unwrap();
                    let number =
                        |at: usize| text.get(at..at + 2).map_or(0, |two| two.parse::<i64>().unwrap());
                    let seconds = number(1) * 3_600 + number(3) * 60 + number(5);
                    if text.starts_with('-') { -seconds } else { seconds }
                };
                let at = date_time(get(&properties, "DTSTART").unwrap());
                zones.entry(zone).or_default().push((at, offset("TZOFFSETFROM"), offset("TZOFFSETTO")));
            }
            ("END", "VEVENT") => events.push(std::mem::take(&mut properties)),
            _ => properties.push((name, value)),
        }
    }
    Calendar { zones, events }
}

fn get<'a>(properties: &Properties<'a>, name: &str) -> Option<&'a str> {
    properties.iter().find(|(known, _)| known.split(';').next() == Some(name)).map(|(_, value)| *value)
}

fn date_time(text: &str) -> DateTime {
    DateTime::strptime("%Y%m%dT%H%M%S", text.trim_end_matches('Z')).unwrap()
}

/// The instant of what the clock shows: the first, where it shows it twice; none, where it never does.
fn instant(changes: &[Change], shown: DateTime) -> Option<Timestamp> {
    let utc =
        |at: DateTime, offset: i64| Offset::UTC.to_timestamp(at).unwrap() - SignedDuration::from_secs(offset);
    let mut all: Vec<_> = changes.iter().map(|(at, before, after)| (utc(*at, *before), *after)).collect();
    all.sort_unstable();
    let within = |at: &usize| {
        let found = utc(shown, all[*at].1);
        let ends = all.get(at + 1).is_none_or(|next| found < next.0);
        (all[*at].0 <= found && ends).then_some(found)
    };
    (0..all.len()).find_map(|at| within(&at))
}

/// Every instant at which the events fall until `until`.
fn expand(calendar: &Calendar<'_>, until: Timestamp) -> Vec<Timestamp> {
    let mut all = Vec::new();
    for event in &calendar.events {
        let (name, start) = event.iter().find(|(name, _)| name.starts_with("DTSTART")).unwrap();
        let changes = &calendar.zones[name.split_once("TZID=").unwrap().1];
        let start = date_time(start);
        for (name, value) in event.iter().filter(|(name, _)| name.starts_with("RDATE")) {
            let changes = &calendar.zones[name.split_once("TZID=").unwrap().1];
            all.push(instant(changes, date_time(value)).expect("it is shown"));
        }
        let rule: HashMap<&str, &str> = get(event, "RRULE").map_or_else(HashMap::new, |rule| {
            rule.split(';').map(|part| part.split_once('=').unwrap()).collect()
        });
        all.push(instant(changes, start).expect("the start is shown"));
        if rule.is_empty() {
            continue;
        }
        let every: i32 = rule.get("INTERVAL").map_or(1, |every| every.parse().unwrap());
        let last = rule.get("UNTIL").map(|until| Offset::UTC.to_timestamp(date_time(until)).unwrap());
        let mut shown = start;
        loop {
            shown += 1.day();
            if Offset::UTC.to_timestamp(shown).unwrap() > until + SignedDuration::from_hours(48) {
                break;
            }
            let at = instant(changes, shown);
            if is_named(&rule, every, start, shown)
                && let Some(at) = at.filter(|at| last.is_none_or(|last| *at <= last))
            {
                all.push(at);
            }
        }
    }
    all.sort_unstable();
    all
}

fn is_named(rule: &HashMap<&str, &str>, every: i32, start: DateTime, shown: DateTime) -> bool {
    let monday = |at: DateTime| at.date() - i64::from(at.weekday().to_monday_zero_offset()).days();
    let days = |from: jiff::civil::Date, to: jiff::civil::Date| from.until(to).unwrap().get_days();
    match rule["FREQ"] {
        "DAILY" => days(start.date(), shown.date()) % every == 0,
        "WEEKLY" => {
            let name = match shown.weekday() {
                Weekday::Monday => "MO",
                Weekday::Tuesday => "TU",
                Weekday::Wednesday => "WE",
                Weekday::Thursday => "TH",
                Weekday::Friday => "FR",
                Weekday::Saturday => "SA",
                Weekday::Sunday => "SU",
            };
            let named = rule["BYDAY"].split(',').any(|day| day == name);
            named && days(monday(start), monday(shown)) / 7 % every == 0
        }
        other => panic!("{other} is not known"),
    }
}

fn about(summary: &str) -> About<'_> {
    About { uid: "reminder_1".to_owned(), sequence: 3, changed_at: Instant(0), summary }
}

fn written(rule: &Rule, time_zone: &str, span: (Timestamp, Timestamp)) -> String {
    let mut lines = Lines::default();
    zone::add(&mut lines, time_zone, span);
    add_rule(&mut lines, &about("Exercises"), (rule, time_zone), span);
    let text = lines.into_text();
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    text.replace("\r\n ", "")
}

const ZONES: [&str; 9] = [
    "America/New_York",
    "Europe/London",
    "Africa/Cairo",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "America/St_Johns",
    "UTC",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn read_back_it_gives_the_occurrences_of_the_rule(
        rule in any_rule(),
        time_zone in proptest::sample::select(&ZONES[..]),
        days in -500..700_i64,
    ) {
        let zone = TimeZone::get(time_zone).unwrap();
        let now = Offset::UTC.to_timestamp(rule.start_on.to_datetime(jiff::civil::Time::midnight())).unwrap()
            + SignedDuration::from_hours(24 * days);
        let span = span(now.into());
        let until = Ord::min(span.0 + SignedDuration::from_hours(24 * 800), span.1);
        let text = written(&rule, time_zone, span);
        let mut read = expand(&read(&text), until);
        read.retain(|at| *at < until);
        let expected = rule.between(&zone, span.0, until, usize::MAX);
        let mut expected: Vec<_> = expected.into_iter().map(|occurrence| occurrence.due_at).collect();
        expected.sort_unstable();
        prop_assert_eq!(read, expected, "{}", text);
    }
}

#[test]
fn a_daily_reminder_in_the_night_of_a_gap_is_an_occurrence_of_its_own() {
    let rule = Rule {
        frequency: crate::reminder::recurrence::Frequency::Daily { every_days: 1 },
        times: vec!["02:30".parse().unwrap()],
        start_on: "2026-03-01".parse().unwrap(),
        end: crate::reminder::recurrence::End::Count(20),
    };
    let span = span("2026-03-01T00:00Z".parse::<Timestamp>().unwrap().into());
    let text = written(&rule, "America/New_York", span);
    for line in [
        "UID:reminder_1-0230@plumbline",
        "DTSTART;TZID=America/New_York:20260301T023000",
        "RRULE:FREQ=DAILY;UNTIL=20260320T063000Z",
        "RDATE;TZID=America/New_York:20260308T033000",
        "SEQUENCE:3",
        "DTSTAMP:19700101T000000Z",
        "SUMMARY:Exercises",
        "TZOFFSETTO:-0400",
    ] {
        assert!(text.split("\r\n").any(|known| known == line), "{line} is not in {text}");
    }
}

#[test]
fn a_visit_is_two_instants() {
    let mut lines = Lines::default();
    let (starts, ends) = ("2026-06-17T14:00Z", "2026-06-17T14:30Z");
    let at = |text: &str| Instant::from(text.parse::<Timestamp>().unwrap());
    add_visit(&mut lines, &about("Appointment"), (at(starts), at(ends)));
    let text = lines.into_text();
    assert!(text.contains("DTSTART:20260617T140000Z\r\nDTEND:20260617T143000Z\r\n"), "{text}");
}

#[test]
fn every_word_is_there_in_every_language() {
    for language in Language::ALL {
        for key in ["NAME", "EXERCISE", "POSTURE", "CHECK_IN", "QUESTIONNAIRE", "OTHER", "VISIT"] {
            assert_ne!(word(language, key), key, "{language:?}");
        }
    }
}
