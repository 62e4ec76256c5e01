use super::*;
use proptest::prelude::*;

const NOW: Instant = Instant(100 * DAY);

/// Reports with these ratings, an hour apart, the last one now.
fn reports(ratings: &[i16]) -> Vec<Report> {
    let hours = |at: usize| i64::try_from(ratings.len() - 1 - at).unwrap() * 60 * 60_000;
    let report = |(at, worst): (usize, &i16)| Report {
        at: NOW.plus(-hours(at)),
        worst: *worst,
        record: (Kind::ProgressLog, Uuid::from_u128(at as u128)),
    };
    ratings.iter().enumerate().map(report).collect()
}

fn judged(ratings: &[i16]) -> Option<Grade> {
    let known = reports(ratings);
    judge(&AlertThresholds::default(), &known, &known[known.len() - 1..], NOW).map(|(grade, _)| grade)
}

#[test]
fn each_threshold_speaks_at_it_and_above_and_not_below() {
    for (before, worst, grade) in [
        (Some(4), 5, Some(Grade::Rising)),
        (Some(5), 6, Some(Grade::Rising)),
        (Some(3), 4, None),
        (Some(5), 5, None),
        (Some(6), 5, None),
        (Some(0), 1, None),
        (Some(0), 2, Some(Grade::Steep)),
        (Some(0), 3, Some(Grade::Steep)),
        (Some(3), 5, Some(Grade::Steep)),
        (Some(4), 6, Some(Grade::Steep)),
        (Some(6), 7, Some(Grade::Severe)),
        (Some(10), 7, Some(Grade::Severe)),
        (Some(10), 8, Some(Grade::Severe)),
        (Some(10), 6, None),
        (Some(2), 7, Some(Grade::Severe)),
        (None, 6, None),
        (None, 7, Some(Grade::Severe)),
        (None, 0, None),
    ] {
        let ratings: Vec<i16> = before.into_iter().chain([worst]).collect();
        assert_eq!(judged(&ratings), grade, "{before:?} {worst}");
    }
}

#[test]
fn the_order_in_which_reports_arrive_changes_nothing() {
    let known = reports(&[5, 2, 5]);
    let told = |at: usize| judge(&AlertThresholds::default(), &known, &known[at..=at], NOW);
    assert_eq!(told(2).map(|(grade, _)| grade), Some(Grade::Steep));
    let (late, speaking) = told(1).unwrap();
    assert_eq!((late, speaking), (Grade::Steep, vec![known[2]]), "told late, it makes the next one a rise");
    assert_eq!(told(0), None);
}

#[test]
fn the_numbers_are_the_clinics() {
    let thresholds = AlertThresholds {
        pain_from: 3,
        pain_rise: 2,
        pain_steep_rise: 3,
        pain_critical_from: 9,
        ..AlertThresholds::default()
    };
    for (before, worst, grade) in [
        (2, 3, None),
        (1, 3, Some(Grade::Rising)),
        (1, 4, Some(Grade::Steep)),
        (0, 2, None),
        (8, 8, None),
        (9, 9, Some(Grade::Severe)),
    ] {
        let known = reports(&[before, worst]);
        let judged = judge(&thresholds, &known, &known[1..], NOW);
        assert_eq!(judged.map(|(grade, _)| grade), grade, "{before} {worst}");
    }
}

#[test]
fn what_was_felt_long_ago_is_history() {
    let thresholds = AlertThresholds::default();
    let week = 7 * DAY;
    for (ago, speaks) in [(week - 1, true), (week, true), (week + 1, false)] {
        let report = Report { at: NOW.plus(-ago), worst: 9, record: (Kind::ProgressLog, Uuid::nil()) };
        assert_eq!(judge(&thresholds, &[report], &[report], NOW).is_some(), speaks, "{ago}");
    }
}

#[test]
fn of_a_batch_the_gravest_counts_and_all_that_speak_are_named() {
    let known = reports(&[1, 3, 2, 8, 5]);
    let (grade, speaking) = judge(&AlertThresholds::default(), &known, &known, NOW).unwrap();
    assert_eq!(grade, Grade::Severe);
    assert_eq!(speaking, [known[1], known[3]], "a rise by two, and eight");
    let told_before = judge(&AlertThresholds::default(), &known, &known[4..], NOW);
    assert_eq!(told_before, None, "what was told before does not speak again");
}

#[test]
fn it_is_settled_by_two_low_reports_in_a_row_that_have_not_risen() {
    for (after, settled) in [
        (&[][..], false),
        (&[3], false),
        (&[4, 4], true),
        (&[3, 2], true),
        (&[5, 4], false),
        (&[5, 4, 4], true),
        (&[6, 6, 4, 3], true),
        (&[2, 3], false),
        (&[2, 3, 3], false),
        (&[2, 3, 3, 3], true),
        (&[0, 0, 1], false),
    ] {
        let ratings: Vec<i16> = [4, 6].into_iter().chain(after.iter().copied()).collect();
        let known = reports(&ratings);
        assert_eq!(is_settled(&AlertThresholds::default(), &known, known[1]), settled, "{after:?}");
    }
    let thrice = AlertThresholds { pain_settled_reports: 3, ..AlertThresholds::default() };
    let known = reports(&[6, 4, 4, 4]);
    assert!(is_settled(&thrice, &known, known[0]) && !is_settled(&thrice, &known[..3], known[0]));
}

proptest! {
    #[test]
    fn more_pain_never_says_less(before in proptest::option::of(0..=10_i16), worst in 0..10_i16) {
        let thresholds = AlertThresholds::default();
        prop_assert!(grade(&thresholds, worst + 1, before) >= grade(&thresholds, worst, before));
    }

    #[test]
    fn what_cannot_raise_anything_never_does(before in proptest::option::of(0..=10_i16), worst in 0..=10_i16) {
        let thresholds = AlertThresholds::default();
        prop_assert!(may_raise(&thresholds, worst) || grade(&thresholds, worst, before).is_none());
    }

    #[test]
    fn what_speaks_now_settles_nothing(ratings in proptest::collection::vec(0..=10_i16, 3..8)) {
        let known = reports(&ratings);
        let thresholds = AlertThresholds::default();
        if judge(&thresholds, &known, &known[known.len() - 1..], NOW).is_some() {
            prop_assert!(!is_settled(&thresholds, &known, known[0]));
        }
    }
}
