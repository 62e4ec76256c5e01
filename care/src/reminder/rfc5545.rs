//! A [`Rule`] as the `RRULE` values of iCalendar (RFC 5545, section 3.3.10), both ways.
//!
//! Parts: `FREQ` (`DAILY`, `WEEKLY`), `INTERVAL`, `BYDAY`, `BYHOUR` with `BYMINUTE`, and `UNTIL` or
//! `COUNT`. Everything else is refused by name. Times and dates are local, as a reminder's are
//! ("form #1" of section 3.3.5); seconds are zero; weeks begin on Monday, the standard's default.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use jiff::civil::{Date, DateTime, Time};

use super::recurrence::{End, Frequency, Rule};
use crate::error::{Code, FieldError};
use crate::library::schedule::Weekday;

/// The longest text read, in bytes; the longest written is far shorter.
const MAX_LENGTH: usize = 400;

const PARTS: [&str; 7] = ["FREQ", "INTERVAL", "BYDAY", "BYHOUR", "BYMINUTE", "UNTIL", "COUNT"];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Monday),
    ("TU", Weekday::Tuesday),
    ("WE", Weekday::Wednesday),
    ("TH", Weekday::Thursday),
    ("FR", Weekday::Friday),
    ("SA", Weekday::Saturday),
    ("SU", Weekday::Sunday),
];

impl Rule {
    /// The rule as `RRULE` values, which together name its dates and slots.
    ///
    /// `BYHOUR` and `BYMINUTE` stand for all their combinations. Times that are not such a product
    /// (08:00 and 20:30) give one value for each minute of the hour, and a count is divided among
    /// them. The rule must have passed [`Rule::check`]. The `DTSTART` that goes with the values is
    /// the first date and slot, because the standard counts it as an occurrence.
    pub fn to_rfc5545(&self) -> Vec<String> {
        let hours: BTreeSet<i8> = self.times.iter().map(|time| time.hour()).collect();
        let minutes: BTreeSet<i8> = self.times.iter().map(|time| time.minute()).collect();
        if hours.len() * minutes.len() == self.times.len() {
            return self.value(&self.times).into_iter().collect();
        }
        let group = |minute: i8| -> Vec<Time> {
            self.times.iter().copied().filter(|time| time.minute() == minute).collect()
        };
        minutes.into_iter().filter_map(|minute| self.value(&group(minute))).collect()
    }

    /// The rule as one for each of its times of day that has an occurrence.
    pub fn each_time(&self) -> Vec<Self> {
        let of = |time: &Time| {
            let times = vec![*time];
            let end = match self.end {
                End::Count(count) => End::Count(u32::try_from(self.share(count, &times)).ok()?),
                other => other,
            };
            (end != End::Count(0)).then(|| Self { times, end, ..self.clone() })
        };
        self.times.iter().filter_map(of).collect()
    }

    /// The value for some of the times; none if the count leaves them no occurrence.
    fn value(&self, times: &[Time]) -> Option<String> {
        let end = match self.end {
            End::Never => String::new(),
            End::On(date) => format!(";UNTIL={}T235959", date.strftime("%Y%m%d")),
            End::Count(count) => match self.share(count, times) {
                0 => return None,
                share => format!(";COUNT={share}"),
            },
        };
        let (frequency, every, days) = match &self.frequency {
            Frequency::Daily { every_days } => ("DAILY", *every_days, String::new()),
            Frequency::Weekly { every_weeks, weekdays } => {
                let named = WEEKDAYS.iter().filter(|(_, weekday)| weekdays.contains(weekday));
                let days = format!(";BYDAY={}", join(named.map(|(name, _)| name)));
                ("WEEKLY", u16::from(*every_weeks), days)
            }
        };
        let interval = if every == 1 { String::new() } else { format!(";INTERVAL={every}") };
        let hours: BTreeSet<i8> = times.iter().map(|time| time.hour()).collect();
        let minutes: BTreeSet<i8> = times.iter().map(|time| time.minute()).collect();
        let (hours, minutes) = (join(&hours), join(&minutes));
        Some(format!("FREQ={frequency}{interval}{days};BYHOUR={hours};BYMINUTE={minutes}{end}"))
    }

    /// How many of the rule's first `count` occurrences fall on `times`.
    fn share(&self, count: u32, times: &[Time]) -> usize {
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        let per_day = self.times.len().max(1);
        let on_last = self.times.iter().take(count % per_day).filter(|time| times.contains(time));
        count / per_day * times.len() + on_last.count()
    }

    /// The checked rule that an `RRULE` value describes, with or without the name `RRULE:`.
    ///
    /// `times` stand in where the text has no `BYHOUR` and `BYMINUTE`, and the weekday of
    /// `start_on` where a weekly text has no `BYDAY`, as the standard takes both from `DTSTART`.
    ///
    /// # Errors
    ///
    /// The first fault, at `rrule`, naming the part that is not understood.
    pub fn from_rfc5545(text: &str, times: &[Time], start_on: Date) -> Result<Self, FieldError> {
        let text = text.to_ascii_uppercase();
        let parts = split(text.strip_prefix("RRULE:").unwrap_or(&text))?;
        let times = read_times(&parts, times)?;
        let frequency = read_frequency(&parts, start_on)?;
        let end = read_end(&parts, &times)?;
        Self { frequency, times, start_on, end }.check().map_err(|faults| {
            let first = faults.into_iter().next();
            first.map_or_else(
                || fault(Code::Malformed, "the rule is not valid"),
                |first| fault(first.code, first.message),
            )
        })
    }
}

/// The parts of a value by name.
type Parts<'text> = BTreeMap<&'text str, &'text str>;

fn split(text: &str) -> Result<Parts<'_>, FieldError> {
    if text.len() > MAX_LENGTH {
        return Err(fault(Code::TooLong, "the text has at most 400 characters"));
    }
    let mut parts = Parts::new();
    for part in text.split(';') {
        let (name, value) = part.split_once('=').ok_or_else(|| malformed(part, "NAME=value"))?;
        if !PARTS.contains(&name) {
            let known = PARTS.join(", ");
            let message = format!("{name} is not supported; the parts are {known}");
            return Err(fault(Code::NotAllowed, message));
        }
        if parts.insert(name, value).is_some() {
            return Err(fault(Code::Duplicate, format!("{name} may appear only once")));
        }
    }
    Ok(parts)
}

fn read_frequency(parts: &Parts<'_>, start_on: Date) -> Result<Frequency, FieldError> {
    let by_day = parts.get("BYDAY").copied();
    match parts.get("FREQ").copied() {
        Some("DAILY") if by_day.is_some() => Err(fault(Code::Mismatch, "BYDAY goes with FREQ=WEEKLY only")),
        Some("DAILY") => Ok(Frequency::Daily { every_days: number(parts, "INTERVAL")?.unwrap_or(1) }),
        Some("WEEKLY") => {
            let weekdays = match by_day {
                Some(days) => days.split(',').map(weekday).collect::<Result<_, _>>()?,
                None => vec![Weekday::of(start_on)],
            };
            let every_weeks = number(parts, "INTERVAL")?.unwrap_or(1);
            Ok(Frequency::Weekly { every_weeks, weekdays })
        }
        Some(other) => {
            let message = format!("FREQ={other} is not supported; use DAILY or WEEKLY");
            Err(fault(Code::NotAllowed, message))
        }
        None => Err(fault(Code::Required, "FREQ is needed")),
    }
}

fn read_times(parts: &Parts<'_>, default: &[Time]) -> Result<Vec<Time>, FieldError> {
    let (hours, minutes) = match (parts.get("BYHOUR"), parts.get("BYMINUTE")) {
        (None, None) => return Ok(default.to_vec()),
        (Some(hours), Some(minutes)) => (list("BYHOUR", hours)?, list("BYMINUTE", minutes)?),
        _ => return Err(fault(Code::Mismatch, "BYHOUR and BYMINUTE go together")),
    };
    let pairs = hours.iter().flat_map(|hour| minutes.iter().map(|minute| (*hour, *minute)));
    pairs
        .map(|(hour, minute)| {
            Time::new(hour, minute, 0, 0)
                .map_err(|_| fault(Code::OutOfRange, "BYHOUR is from 0 to 23 and BYMINUTE from 0 to 59"))
        })
        .collect()
}

fn read_end(parts: &Parts<'_>, times: &[Time]) -> Result<End, FieldError> {
    match (parts.get("UNTIL"), number(parts, "COUNT")?) {
        (None, None) => Ok(End::Never),
        (None, Some(count)) => Ok(End::Count(count)),
        (Some(until), None) => Ok(End::On(last_date(until, times)?)),
        (Some(_), Some(_)) => Err(fault(Code::Mismatch, "UNTIL and COUNT exclude each other")),
    }
}

/// The date of `UNTIL`, written `20261231` or, not before the last time of that day,
/// `20261231T235959`.
fn last_date(until: &str, times: &[Time]) -> Result<Date, FieldError> {
    let (date, time) = until.split_once('T').unwrap_or((until, "235959"));
    let moment: Option<DateTime> = if date.len() == 8 && time.len() == 6 && digits(date) && digits(time) {
        format!("{date}T{time}").parse().ok()
    } else {
        None
    };
    let moment =
        moment.ok_or_else(|| malformed("UNTIL", "a local date such as 20261231 or 20261231T235959"))?;
    if times.iter().any(|slot| *slot > moment.time()) {
        let message = "UNTIL does not come before the last time of its day";
        return Err(fault(Code::Mismatch, message));
    }
    Ok(moment.date())
}

fn number<N: FromStr>(parts: &Parts<'_>, name: &str) -> Result<Option<N>, FieldError> {
    parts.get(name).map(|value| parse(name, value)).transpose()
}

fn list(name: &str, values: &str) -> Result<Vec<i8>, FieldError> {
    values.split(',').map(|value| parse(name, value)).collect()
}

fn parse<N: FromStr>(name: &str, value: &str) -> Result<N, FieldError> {
    let number = if digits(value) { value.parse().ok() } else { None };
    number.ok_or_else(|| malformed(name, "a whole number in its range"))
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn weekday(name: &str) -> Result<Weekday, FieldError> {
    let found = WEEKDAYS.iter().find(|(known, _)| *known == name);
    found
        .map(|(_, weekday)| *weekday)
        .ok_or_else(|| malformed("BYDAY", "a list of MO, TU, WE, TH, FR, SA and SU"))
}

fn join<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(",")
}

fn malformed(part: &str, form: &str) -> FieldError {
    fault(Code::Malformed, format!("{part} is {form}"))
}

fn fault(code: Code, message: impl Into<String>) -> FieldError {
    FieldError::new("rrule", code, message)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use jiff::{
        Timestamp,
        civil::{date, time},
        tz::TimeZone,
    };
    use proptest::prelude::*;

    use super::*;
    use crate::reminder::recurrence_tests::any_rule;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn written_and_read_again_it_names_the_same(rule in any_rule()) {
            let values = rule.to_rfc5545();
            let read: Vec<_> = values
                .iter()
                .map(|value| Rule::from_rfc5545(value, &[], rule.start_on).unwrap())
                .collect();
            if let [only] = &read[..] && only.times == rule.times {
                prop_assert_eq!(only, &rule);
            }
            let all = |rule: &Rule| rule.between(&TimeZone::UTC, Timestamp::MIN, Timestamp::MAX, 600);
            let mut union: Vec<_> = read.iter().flat_map(all).collect();
            union.sort();
            union.truncate(600);
            prop_assert_eq!(union, all(&rule));
        }

        #[test]
        fn no_text_makes_it_panic(text in "(RRULE:)?([A-Z]{0,8}[=;,]?[0-9A-ZT]{0,9}[=;,+-]?){0,12}") {
            let _ = Rule::from_rfc5545(&text, &[time(8, 0, 0, 0)], date(2026, 5, 1));
        }
    }

    fn read(text: &str) -> Result<Rule, FieldError> {
        Rule::from_rfc5545(text, &[time(7, 30, 0, 0)], date(2026, 5, 1)) // a Friday
    }

    #[test]
    fn a_product_of_times_is_one_value_and_other_times_one_each_minute() {
        let text = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;BYHOUR=8,20;BYMINUTE=0,30;UNTIL=20261231T235959";
        let rule = read(text).unwrap();
        assert_eq!(rule.times, [(8, 0), (8, 30), (20, 0), (20, 30)].map(|(h, m)| time(h, m, 0, 0)));
        assert_eq!(rule.to_rfc5545(), [text]);
        let odd = Rule { times: rule.times[..3].to_vec(), end: End::Count(5), ..rule };
        let start = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;BYHOUR=";
        let expected = [format!("{start}8,20;BYMINUTE=0;COUNT=3"), format!("{start}8;BYMINUTE=30;COUNT=2")];
        assert_eq!(odd.to_rfc5545(), expected);
    }

    #[test]
    fn what_is_left_out_comes_from_the_start() {
        let rule = read("RRULE:freq=weekly;until=20260601").unwrap();
        assert_eq!(rule.frequency, Frequency::Weekly { every_weeks: 1, weekdays: vec![Weekday::Friday] });
        assert_eq!(rule.times, [time(7, 30, 0, 0)]);
        assert_eq!(rule.end, End::On(date(2026, 6, 1)));
        assert_eq!(read("FREQ=DAILY;UNTIL=20260601T073000").unwrap().end, rule.end);
        assert_eq!(read("FREQ=DAILY").unwrap().to_rfc5545(), ["FREQ=DAILY;BYHOUR=7;BYMINUTE=30"]);
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        let long = format!("FREQ=DAILY;BYHOUR={}", "8,".repeat(200));
        let cases = [
            ("", Code::Malformed, "NAME=value"),
            ("INTERVAL=2", Code::Required, "FREQ"),
            ("FREQ=MONTHLY", Code::NotAllowed, "FREQ=MONTHLY"),
            ("FREQ=DAILY;BYSETPOS=1", Code::NotAllowed, "BYSETPOS"),
            ("FREQ=WEEKLY;WKST=SU", Code::NotAllowed, "WKST"),
            ("FREQ=DAILY;FREQ=DAILY", Code::Duplicate, "FREQ"),
            ("FREQ=DAILY;BYDAY=MO", Code::Mismatch, "BYDAY"),
            ("FREQ=WEEKLY;BYDAY=1MO", Code::Malformed, "BYDAY"),
            ("FREQ=WEEKLY;BYDAY=MO,MO", Code::Duplicate, "weekday"),
            ("FREQ=DAILY;INTERVAL=+1", Code::Malformed, "INTERVAL"),
            ("FREQ=DAILY;INTERVAL=0", Code::OutOfRange, "365"),
            ("FREQ=WEEKLY;INTERVAL=256", Code::Malformed, "INTERVAL"),
            ("FREQ=DAILY;BYHOUR=8", Code::Mismatch, "BYMINUTE"),
            ("FREQ=DAILY;BYHOUR=24;BYMINUTE=0", Code::OutOfRange, "BYHOUR"),
            ("FREQ=DAILY;BYHOUR=8,8;BYMINUTE=0", Code::Duplicate, "time"),
            ("FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=0,20,40", Code::TooMany, "12"),
            ("FREQ=DAILY;COUNT=2;UNTIL=20261231", Code::Mismatch, "COUNT"),
            ("FREQ=DAILY;COUNT=0", Code::OutOfRange, "count"),
            ("FREQ=DAILY;UNTIL=20261231T235959Z", Code::Malformed, "UNTIL"),
            ("FREQ=DAILY;UNTIL=20260230", Code::Malformed, "UNTIL"),
            ("FREQ=DAILY;UNTIL=20261231T072959", Code::Mismatch, "UNTIL"),
            ("FREQ=DAILY;UNTIL=20260430", Code::OutOfRange, "end date"),
            (long.as_str(), Code::TooLong, "400"),
        ];
        for (text, code, word) in cases {
            let fault = read(text).expect_err(text);
            assert_eq!((fault.path.join("."), fault.code), ("rrule".to_owned(), code), "{text}");
            assert!(fault.message.contains(word), "{text}: {}", fault.message);
        }
    }
}
