//! Nights in which a clock is changed, through the whole engine: for a reminder that goes by the device's zone, and for
//! one that keeps it.

use super::{Rounds, daily};
use care::clock::Instant;
use care::reminder::{self, Kind, When, ZoneMode};
use std::collections::HashMap;
use tests::{Stack, at, register_device};
use uuid::Uuid;

/// How often the engine looks.
const STEP: i64 = 10 * 60_000;

struct Night {
    what: &'static str,
    zone: &'static str,
    times: &'static [&'static str],
    /// The first local date.
    start_on: &'static str,
    /// From when until when it is looked, UTC.
    span: [&'static str; 2],
    /// What comes due: local date, slot and instant.
    expected: &'static [(&'static str, i32, &'static str)],
}

const NIGHTS: [Night; 9] = [
    Night {
        what: "a date that was skipped has nothing",
        zone: "Pacific/Apia",
        times: &["08:00", "23:50"],
        start_on: "2011-12-29",
        span: ["2011-12-29T17:00:00Z", "2011-12-31T19:00:00Z"],
        expected: &[
            ("2011-12-29", 480, "2011-12-29T18:00:00Z"),
            ("2011-12-29", 1430, "2011-12-30T09:50:00Z"),
            ("2011-12-31", 480, "2011-12-30T18:00:00Z"),
            ("2011-12-31", 1430, "2011-12-31T09:50:00Z"),
            ("2012-01-01", 480, "2011-12-31T18:00:00Z"),
        ],
    },
    Night {
        what: "02:30 is not shown, and moves past 03:00",
        zone: "America/New_York",
        times: &["01:30", "02:30", "03:00"],
        start_on: "2026-03-08",
        span: ["2026-03-08T05:00:00Z", "2026-03-08T10:00:00Z"],
        expected: &[
            ("2026-03-08", 90, "2026-03-08T06:30:00Z"),
            ("2026-03-08", 180, "2026-03-08T07:00:00Z"),
            ("2026-03-08", 150, "2026-03-08T07:30:00Z"),
        ],
    },
    Night {
        what: "01:30 is not shown",
        zone: "Europe/London",
        times: &["00:30", "01:30", "02:30"],
        start_on: "2026-03-29",
        span: ["2026-03-29T00:00:00Z", "2026-03-29T03:00:00Z"],
        // It moves onto 02:30, and one push stands for both.
        expected: &[("2026-03-29", 30, "2026-03-29T00:30:00Z"), ("2026-03-29", 150, "2026-03-29T01:30:00Z")],
    },
    Night {
        what: "half an hour is shown twice",
        zone: "Australia/Lord_Howe",
        times: &["01:45", "02:00"],
        start_on: "2026-04-05",
        span: ["2026-04-04T14:00:00Z", "2026-04-04T17:00:00Z"],
        expected: &[("2026-04-05", 105, "2026-04-04T14:45:00Z"), ("2026-04-05", 120, "2026-04-04T15:30:00Z")],
    },
    Night {
        what: "midnight itself is not shown",
        zone: "Africa/Cairo",
        times: &["00:30"],
        start_on: "2026-04-23",
        span: ["2026-04-22T22:00:00Z", "2026-04-25T00:00:00Z"],
        expected: &[
            ("2026-04-23", 30, "2026-04-22T22:30:00Z"),
            ("2026-04-24", 30, "2026-04-23T22:30:00Z"),
            ("2026-04-25", 30, "2026-04-24T21:30:00Z"),
        ],
    },
    Night {
        what: "half an hour is not shown",
        zone: "Australia/Lord_Howe",
        times: &["02:15", "03:00"],
        start_on: "2026-10-04",
        span: ["2026-10-03T15:00:00Z", "2026-10-03T17:00:00Z"],
        expected: &[("2026-10-04", 135, "2026-10-03T15:45:00Z"), ("2026-10-04", 180, "2026-10-03T16:00:00Z")],
    },
    Night {
        what: "01:30 is shown twice in London",
        zone: "Europe/London",
        times: &["01:30", "02:00"],
        start_on: "2026-10-25",
        span: ["2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"],
        expected: &[("2026-10-25", 90, "2026-10-25T00:30:00Z"), ("2026-10-25", 120, "2026-10-25T02:00:00Z")],
    },
    Night {
        what: "the last half hour of a day is shown twice",
        zone: "Africa/Cairo",
        times: &["00:30", "23:30"],
        start_on: "2026-10-29",
        span: ["2026-10-29T20:00:00Z", "2026-10-30T00:00:00Z"],
        expected: &[("2026-10-29", 1410, "2026-10-29T20:30:00Z"), ("2026-10-30", 30, "2026-10-29T22:30:00Z")],
    },
    Night {
        what: "01:30 is shown twice in New York",
        zone: "America/New_York",
        times: &["00:30", "01:30", "02:30"],
        start_on: "2026-11-01",
        span: ["2026-11-01T04:00:00Z", "2026-11-01T09:00:00Z"],
        expected: &[
            ("2026-11-01", 30, "2026-11-01T04:30:00Z"),
            ("2026-11-01", 90, "2026-11-01T05:30:00Z"),
            ("2026-11-01", 150, "2026-11-01T07:30:00Z"),
        ],
    },
];

#[tokio::test]
async fn each_date_and_slot_comes_once_and_never_early() {
    for stack in Stack::BOTH {
        let rounds = Rounds::open(stack).await;
        for night in &NIGHTS {
            pass(&rounds, night, stack).await;
        }
    }
}

async fn pass(rounds: &Rounds, night: &Night, stack: Stack) {
    let engine = rounds.engine();
    let [mut now, until] = night.span.map(at);
    rounds.clinic.clock.set(now);
    register_device(&rounds.clinic.as_patient("ada").await, "token of ada", night.zone).await;
    let when = When { start_on: Some(night.start_on.parse().unwrap()), ..daily(night.times) };
    let mut ids = Vec::new();
    for (kind, time_zone) in [(Kind::CheckIn, None), (Kind::Other, Some(night.zone.to_owned()))] {
        let when = when.clone();
        let reminder = rounds
            .reminder_of("ada", &[], |input| {
                (input.kind, input.when, input.time_zone) = (kind, when, time_zone);
            })
            .await;
        let mode = if kind == Kind::CheckIn { ZoneMode::Patient } else { ZoneMode::Fixed };
        assert_eq!((reminder.zone_mode, reminder.time_zone.as_str()), (mode, night.zone));
        ids.push(reminder.id);
    }
    let before = rounds.gateway.pushes().len();
    engine.feed(now).await.unwrap();
    while now < until {
        rounds.work(&engine, now).await;
        for push in &rounds.gateway.pushes()[before..] {
            assert!(push.due_at <= now, "{stack:?}: {}: early", night.what);
        }
        now = now.plus(STEP);
    }
    let pushes = rounds.gateway.pushes();
    let mut came: HashMap<Kind, Vec<(Uuid, Instant)>> = HashMap::new();
    for push in &pushes[before..] {
        came.entry(push.kind).or_default().push((push.id, push.due_at));
    }
    for (kind, id) in [Kind::CheckIn, Kind::Other].into_iter().zip(ids) {
        let occurrence = |(date, slot, due): &(&str, i32, &str)| {
            (reminder::delivery_id(id, date.parse().unwrap(), *slot), at(due))
        };
        let mut expected: Vec<_> = night.expected.iter().map(occurrence).collect();
        let mut came = came.remove(&kind).unwrap_or_default();
        // What comes due in one instant is pushed in no order.
        expected.sort_by_key(|(id, due)| (*due, *id));
        came.sort_by_key(|(id, due)| (*due, *id));
        assert_eq!(came, expected, "{stack:?}: {}, {kind:?}", night.what);
        reminder::delete(&rounds.clinic.as_patient("ada").await, id).await.unwrap();
    }
}
