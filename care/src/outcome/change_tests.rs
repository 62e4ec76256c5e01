use super::*;
use crate::outcome::measure::measure;
use proptest::prelude::*;

/// What lies between two scores of a measure by its rule.
fn judged(key: &str, before: f64, after: f64, after_surgery: bool) -> (Verdict, Option<Test>) {
    let measure = measure(key).unwrap();
    let change = rule(measure, after_surgery).unwrap().judge(measure.better, before, after);
    assert_eq!(change.by, Some(after - before));
    (change.verdict, change.test)
}

const IMPROVED: Verdict = Verdict::Improved;
const WORSE: Verdict = Verdict::Worse;
const NOTHING: (Verdict, Option<Test>) = (Verdict::Uncertain, None);

fn by(verdict: Verdict, test: Test) -> (Verdict, Option<Test>) {
    (verdict, Some(test))
}

#[test]
fn a_difference_matters_from_its_least_on() {
    use Test::{Absolute, Percent};
    for (key, before, after, expected) in [
        // Two points or 30 percent.
        ("nprs", 8.0, 6.0, by(IMPROVED, Absolute)),
        ("nprs", 8.0, 7.0, NOTHING),
        ("nprs", 3.0, 2.0, by(IMPROVED, Percent)),
        ("nprs", 4.0, 3.0, NOTHING),
        ("nprs", 4.0, 6.0, by(WORSE, Absolute)),
        ("nprs", 0.0, 1.0, NOTHING),
        ("nprs", 0.0, 2.0, by(WORSE, Absolute)),
        ("nprs", 5.0, 5.0, NOTHING),
        ("nprs", 0.0, 0.0, NOTHING),
        // Ten points or 30 percent.
        ("odi", 50.0, 40.0, by(IMPROVED, Absolute)),
        ("odi", 50.0, 42.0, NOTHING),
        ("odi", 20.0, 14.0, by(IMPROVED, Percent)),
        ("odi", 20.0, 16.0, NOTHING),
        ("odi", 40.0, 50.0, by(WORSE, Absolute)),
        ("odi", 20.0, 26.0, by(WORSE, Percent)),
        // Five points or 30 percent.
        ("rmdq-24", 15.0, 10.0, by(IMPROVED, Absolute)),
        ("rmdq-24", 15.0, 11.0, NOTHING),
        ("rmdq-24", 10.0, 7.0, by(IMPROVED, Percent)),
        ("rmdq-24", 10.0, 15.0, by(WORSE, Absolute)),
        // Ten of fifty points: no percent of the score counts.
        ("ndi", 30.0, 20.0, by(IMPROVED, Absolute)),
        ("ndi", 30.0, 21.0, NOTHING),
        ("ndi", 9.0, 0.0, NOTHING),
        ("ndi", 20.0, 30.0, by(WORSE, Absolute)),
    ] {
        assert_eq!(judged(key, before, after, false), expected, "{key} {before} {after}");
    }
}

#[test]
fn after_surgery_the_part_of_the_score_before_counts() {
    for (before, after, expected) in [
        (50.0, 41.0, by(IMPROVED, Test::Percent)),
        (50.0, 42.0, NOTHING),
        (80.0, 70.0, NOTHING),
        (50.0, 59.0, by(WORSE, Test::Percent)),
        (0.0, 40.0, NOTHING),
    ] {
        assert_eq!(judged("odi", before, after, true), expected, "{before} {after}");
    }
    assert_eq!(judged("odi", 80.0, 70.0, false), by(IMPROVED, Test::Absolute));
    assert_eq!(judged("nprs", 8.0, 6.0, true), by(IMPROVED, Test::Absolute), "others have one rule");
}

#[test]
fn at_the_ends_of_roland_morris_a_gain_or_a_loss_cannot_show() {
    let rule = measure("rmdq-24").unwrap().change.unwrap();
    for (before, after, verdict, reason) in [
        (4.0, 0.0, IMPROVED, None),
        (3.0, 0.0, Verdict::Uncertain, Some(Reason::Floor)),
        (3.0, 3.0, Verdict::Uncertain, Some(Reason::Floor)),
        (3.0, 8.0, WORSE, None),
        (20.0, 24.0, Verdict::Uncertain, None),
        (19.0, 24.0, WORSE, None),
        (21.0, 24.0, Verdict::Uncertain, Some(Reason::Ceiling)),
        (21.0, 16.0, IMPROVED, None),
        (21.0, 20.0, Verdict::Uncertain, None),
    ] {
        let change = rule.judge(Better::Lower, before, after);
        assert_eq!((change.verdict, change.reason), (verdict, reason), "{before} {after}");
        assert_eq!(change.test.is_some(), verdict != Verdict::Uncertain);
    }
}

/// A response that names these activities with their values.
fn activities(named: &[(&str, i32)]) -> Content {
    Content {
        answers: (1..).zip(named).map(|(item, (_, value))| (item, *value)).collect(),
        activities: named.iter().map(|(activity, _)| (*activity).to_owned()).collect(),
        parts: (1..)
            .zip(named)
            .map(|(item, (_, value))| Part { key: u8::to_string(&item), score: Some(f64::from(*value)) })
            .collect(),
    }
}

#[test]
fn only_the_same_activities_are_compared() {
    let psfs = measure("psfs").unwrap();
    let before = activities(&[("Walk", 2), ("Lift", 3), ("Sleep", 4)]);
    let between = |after: &Content| {
        let change = change(psfs, &before, after, false).unwrap();
        (change.by, change.verdict, change.reason)
    };
    let same = activities(&[("Sleep", 6), (" walk ", 4), ("LIFT", 5)]);
    assert_eq!(between(&same), (Some(2.0), IMPROVED, None), "in whatever order and letters");
    let less = activities(&[("Walk", 4), ("Lift", 5), ("Sleep", 5)]);
    assert_eq!(between(&less).1, Verdict::Uncertain, "five thirds are less than two");
    // Of the two that are the same the mean is 4 more; that swimming is new says nothing.
    let two = activities(&[("Walk", 6), ("Lift", 7), ("Swim", 0)]);
    assert_eq!(between(&two), (Some(4.0), IMPROVED, None));
    // One activity alone needs three.
    for (value, verdict) in [(4, Verdict::Uncertain), (5, IMPROVED), (0, Verdict::Uncertain)] {
        let one = activities(&[("Walk", value), ("Swim", 0), ("Ride", 0)]);
        assert_eq!(between(&one).1, verdict, "{value}");
    }
    let other = activities(&[("Swim", 9), ("Ride", 9), ("Run", 9)]);
    assert_eq!(between(&other), (None, Verdict::Uncertain, Some(Reason::OtherActivities)));
    let verdict = |at: usize, after: &Content| {
        of_part(psfs, &after.parts[at], &before, after).map(|change| (change.verdict, change.test))
    };
    assert_eq!(
        verdict(0, &activities(&[("Walk", 5), ("Lift", 0), ("Swim", 9)])),
        Some(by(IMPROVED, Test::Absolute))
    );
    assert_eq!(
        verdict(1, &activities(&[("Walk", 5), ("Lift", 0), ("Swim", 9)])),
        Some(by(WORSE, Test::Absolute))
    );
    assert_eq!(verdict(2, &activities(&[("Walk", 5), ("Lift", 0), ("Swim", 9)])), None);
    assert_eq!(verdict(0, &activities(&[("Walk", 4), ("Lift", 3), ("Sleep", 4)])), Some(NOTHING));
}

/// A response to SRS-22r in which the items of every part have this value, but those of one.
fn scoliosis(value: i32, part: &str, other: &[i32]) -> Content {
    let srs = measure("srs-22r").unwrap();
    let mut answers: Answers = (1..=22).map(|item| (item, value)).collect();
    let rule = srs.parts.iter().find(|rule| rule.key == part).unwrap();
    answers.extend(rule.items.iter().copied().zip(other.iter().copied()));
    Content { parts: score(srs, &answers).parts, answers, activities: Vec::new() }
}

#[test]
fn each_part_of_scoliosis_has_its_own_least_difference() {
    let srs = measure("srs-22r").unwrap();
    assert_eq!(change(srs, &scoliosis(3, "pain", &[]), &scoliosis(4, "pain", &[]), false), None);
    for (part, after, expected) in [
        // 3 of 5 items one higher: 0.6. Two: 0.4.
        ("pain", &[4, 4, 4, 3, 3][..], Some(by(IMPROVED, Test::Absolute))),
        ("pain", &[4, 4, 3, 3, 3], Some(NOTHING)),
        ("function", &[4, 4, 3, 3, 3], Some(by(IMPROVED, Test::Absolute))),
        ("function", &[4, 3, 3, 3, 3], Some(NOTHING)),
        ("mental-health", &[2, 2, 3, 3, 3], Some(by(WORSE, Test::Absolute))),
        ("self-image", &[5, 5, 4, 4, 4], Some(by(IMPROVED, Test::Absolute))),
        ("self-image", &[4, 4, 4, 4, 5], Some(NOTHING)),
        ("satisfaction", &[5, 5], None),
    ] {
        let (before, after) = (scoliosis(3, part, &[]), scoliosis(3, part, after));
        let at = after.parts.iter().find(|it| it.key == part).unwrap();
        let change = of_part(srs, at, &before, &after).map(|change| (change.verdict, change.test));
        assert_eq!(change, expected, "{part}");
    }
}

#[test]
fn what_only_looks_ahead_or_sorts_out_has_no_verdict() {
    for key in ["start-back", "phq-2", "phq-4"] {
        let measure = measure(key).unwrap();
        let all = |value: i32| Content {
            answers: (1..=measure.item_count()).map(|item| (item, value)).collect(),
            ..Content::default()
        };
        assert_eq!(change(measure, &all(1), &all(0), false), None, "{key}");
    }
}

#[test]
fn change_since_the_start_is_a_change_by_itself() {
    let groc = measure("groc").unwrap();
    for (value, expected) in [
        (3.0, by(IMPROVED, Test::Absolute)),
        (2.5, by(IMPROVED, Test::Absolute)),
        (2.0, NOTHING),
        (0.0, NOTHING),
        (-2.0, NOTHING),
        (-3.0, by(WORSE, Test::Absolute)),
    ] {
        let change = itself(groc, value).unwrap();
        assert_eq!((change.verdict, change.test), expected, "{value}");
    }
}

proptest! {
    #[test]
    fn nothing_is_improved_that_is_not_better_and_the_way_back_is_its_mirror(
        at in 0_usize..5, before in 0_i32..=24, after in 0_i32..=24,
    ) {
        let measure = measure(["nprs", "odi", "rmdq-24", "ndi", "psfs"][at]).unwrap();
        let rule = measure.change.unwrap();
        let (before, after) = (f64::from(before), f64::from(after));
        let there = rule.judge(measure.better, before, after);
        let gain = measure.better.gain(after - before);
        prop_assert!(there.verdict != Verdict::Improved || gain > 0.0);
        prop_assert!(there.verdict != Verdict::Worse || gain < 0.0);
        prop_assert_eq!(there.test.is_some(), there.verdict != Verdict::Uncertain);
        let back = rule.judge(measure.better, after, before);
        prop_assert!(there.test != Some(Test::Absolute) || back.verdict != there.verdict);
    }
}
