#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::Kind;
use super::decision::{is_settled, rests};
use super::rule::{progress, regress};
use super::session::Session;
use super::table::{Model, Records, Verdict};
use crate::clinic::ProgressionThresholds;
use crate::clock::{Day, Instant};
use uuid::Uuid;

const DAY: i64 = 24 * 60 * 60_000;

/// A good session on this day of June.
fn good(day: i8) -> Session {
    Session {
        log_id: Uuid::from_u128(day.unsigned_abs().into()),
        performed_at: Instant(i64::from(day) * DAY),
        date: Day(jiff::civil::date(2026, 6, day)),
        enough: true,
        pain: Some(3),
        rpe: Some(6),
        red: false,
    }
}

fn red(day: i8) -> Session {
    Session { red: true, pain: Some(7), ..good(day) }
}

fn more(sessions: &[Session]) -> bool {
    progress(sessions, &[], ProgressionThresholds::default()).is_some()
}

fn less(sessions: &[Session]) -> Option<usize> {
    regress(sessions, ProgressionThresholds::default()).map(|red| red.len())
}

#[test]
fn three_good_sessions_speak_for_more_and_two_do_not() {
    assert!(!more(&[]));
    assert!(!more(&[good(1), good(2)]));
    assert!(more(&[good(1), good(2), good(3)]));
    let four = [good(1), good(2), good(3), good(4)];
    let behind = progress(&four, &[], ProgressionThresholds::default()).unwrap();
    assert_eq!(behind, &four[1..], "the last ones are the evidence");
}

#[test]
fn each_of_the_last_three_must_be_good_whatever_was_before() {
    for (change, right) in [
        (Session { enough: false, ..good(1) }, false),
        (Session { pain: Some(4), ..good(1) }, false),
        (Session { pain: Some(3), ..good(1) }, true),
        (Session { pain: Some(0), ..good(1) }, true),
        (Session { pain: None, ..good(1) }, false),
        (Session { rpe: Some(7), ..good(1) }, false),
        (Session { rpe: Some(6), ..good(1) }, true),
        (Session { rpe: None, ..good(1) }, true),
    ] {
        for at in 0..3 {
            let mut last = [good(2), good(3), good(4)];
            last[at] = Session { date: last[at].date, performed_at: last[at].performed_at, ..change.clone() };
            assert_eq!(more(&last), right, "{change:?} at {at}");
        }
        let before = [change, good(2), good(3), good(4)];
        assert!(more(&before), "what was before the last three does not count");
    }
}

#[test]
fn a_flare_since_the_first_of_them_speaks_against_more() {
    let sessions = [good(1), good(2), good(3)];
    let with = |at: i64| progress(&sessions, &[Instant(at)], ProgressionThresholds::default()).is_some();
    assert!(!with(DAY), "at the first");
    assert!(with(DAY - 1), "before it");
    assert!(!with(5 * DAY), "after the last, in a session of another exercise");
}

#[test]
fn red_pain_twice_within_seven_days_speaks_for_less() {
    assert_eq!(less(&[]), None);
    assert_eq!(less(&[red(1), good(2)]), None);
    assert_eq!(less(&[red(1), red(1)]), Some(2), "on one day");
    assert_eq!(less(&[red(1), good(3), red(7)]), Some(2), "the seventh day");
    assert_eq!(less(&[red(1), good(3), red(8)]), None, "the eighth");
    assert_eq!(less(&[red(1), red(2), good(7)]), Some(2), "seen from the last session");
    assert_eq!(less(&[red(1), red(2), good(8)]), None, "the first is over");
    assert_eq!(less(&[red(1), red(2), red(3)]), Some(3), "all of them are the evidence");
}

#[test]
fn the_numbers_are_the_clinic_s() {
    let strict = ProgressionThresholds {
        sessions: 2,
        pain_max: 2,
        rpe_max: 5,
        red_sessions: 1,
        red_days: 1,
        ..ProgressionThresholds::default()
    };
    let calm = |day| Session { pain: Some(2), rpe: Some(5), ..good(day) };
    assert!(progress(&[calm(1), calm(2)], &[], strict).is_some());
    assert!(progress(&[calm(1), good(2)], &[], strict).is_none());
    assert_eq!(regress(&[red(1)], strict).map(|red| red.len()), Some(1));
    assert_eq!(regress(&[red(1), good(2)], strict), None);
}

/// A decision about the exercise of this origin.
fn decided(kind: Kind, origin_id: Option<u128>, records: &[&str], newest_day: i64) -> Model {
    Model {
        clinic_id: Uuid::nil(),
        id: Uuid::nil(),
        patient_id: Uuid::nil(),
        program_id: Uuid::nil(),
        origin_id: origin_id.map(Uuid::from_u128),
        kind,
        verdict: Verdict::Rejected,
        records: Records(records.iter().map(|record| (*record).to_owned()).collect()),
        newest_at: Instant(newest_day * DAY),
        reason: None,
        fingerprint: Vec::new(),
        decided_by: Uuid::nil(),
        decided_at: Instant(0),
    }
}

#[test]
fn more_rests_for_three_further_sessions_of_the_same_exercise() {
    let accepted = Model { verdict: Verdict::Accepted, ..decided(Kind::Progress, Some(3), &[], 9) };
    let decisions =
        [decided(Kind::Progress, Some(1), &[], 3), decided(Kind::Regress, Some(2), &[], 9), accepted];
    let sessions: Vec<_> = (1..=6).map(good).collect();
    let rest = |origin: u128, until: usize| rests(&decisions, Uuid::from_u128(origin), &sessions[..until], 3);
    assert!(rest(1, 3) && rest(1, 5));
    assert!(!rest(1, 6), "three have followed");
    assert!(!rest(2, 6) && !rest(3, 6), "of another kind, or accepted");
}

#[test]
fn less_and_a_hold_rest_until_something_new_speaks_for_them() {
    let decisions = [
        decided(Kind::Regress, Some(1), &["a", "b"], 3),
        decided(Kind::Regress, Some(1), &["c"], 4),
        decided(Kind::Hold, None, &["x"], 0),
    ];
    let settled = |kind, origin: Option<u128>, records: &[&str]| {
        let records: Vec<_> = records.iter().map(|record| (*record).to_owned()).collect();
        is_settled(&decisions, (kind, origin.map(Uuid::from_u128)), &records)
    };
    assert!(settled(Kind::Regress, Some(1), &["b", "c"]), "each was decided about");
    assert!(!settled(Kind::Regress, Some(1), &["b", "d"]));
    assert!(!settled(Kind::Regress, Some(2), &["a"]), "another exercise");
    assert!(settled(Kind::Hold, None, &["x"]) && !settled(Kind::Hold, None, &["x", "y"]));
    assert!(!is_settled(&[], (Kind::Hold, None), &[]), "nothing was decided");
}
