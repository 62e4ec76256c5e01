use super::*;
use crate::outcome::measure::measure;
use crate::outcome::score::Answers;

fn day() -> Day {
    "2026-06-15".parse().unwrap()
}

fn given(answers: Answers) -> Given {
    Given { local_date: day(), content: Content { answers, ..Content::default() } }
}

/// Answers to ten items of 0 to 5 that add up to this.
fn sum(sum: i32) -> Given {
    given((1..=10).zip((0..10).map(|at| (sum - at * 5).clamp(0, 5))).collect())
}

fn ticked(ones: i32) -> Given {
    given((1..=24).map(|item| (item, i32::from(i32::from(item) <= ones))).collect())
}

fn rated(values: &[i32]) -> Given {
    let activities = ["Walk", "Lift", "Sleep"].map(str::to_owned).to_vec();
    Given {
        local_date: day(),
        content: Content {
            answers: (1..).zip(values.iter().copied()).collect(),
            activities,
            parts: Vec::new(),
        },
    }
}

/// What these responses give reason for, told in the order they were given.
fn found(key: &str, in_order: &[Given]) -> Option<Grade> {
    let newest: Vec<_> = in_order.iter().rev().cloned().collect();
    grade(measure(key).unwrap(), &newest, None)
}

#[test]
fn a_fifth_of_the_score_before_is_much_worse() {
    for (before, after, expected) in [
        // 40 to 46, 48 and 50 percent: 15, 20 and 25 percent of what it was.
        (20, 23, None),
        (20, 24, Some(Grade::Worse)),
        (20, 25, Some(Grade::Worse)),
        (20, 16, None),
        // 10 to 12 percent is a fifth too.
        (5, 6, Some(Grade::Worse)),
        // From nothing on, ten points are much: five of fifty.
        (0, 4, None),
        (0, 5, Some(Grade::Worse)),
    ] {
        assert_eq!(found("odi", &[sum(before), sum(after)]), expected, "odi {before} {after}");
    }
    assert_eq!(found("ndi", &[sum(25), sum(29)]), None);
    assert_eq!(found("ndi", &[sum(25), sum(30)]), Some(Grade::Worse));
    assert_eq!(found("rmdq-24", &[ticked(10), ticked(11)]), None);
    assert_eq!(found("rmdq-24", &[ticked(10), ticked(12)]), Some(Grade::Worse));
}

#[test]
fn with_activities_the_lower_is_worse() {
    assert_eq!(found("psfs", &[rated(&[5, 5, 5]), rated(&[4, 4, 5])]), None, "13 percent");
    assert_eq!(found("psfs", &[rated(&[5, 5, 5]), rated(&[4, 4, 4])]), Some(Grade::Worse));
    assert_eq!(found("psfs", &[rated(&[5, 5, 5]), rated(&[8, 8, 8])]), None);
    assert_eq!(found("psfs", &[rated(&[0, 0, 0]), rated(&[0, 0, 0])]), None, "less than nothing is not");
    let mut other = rated(&[0, 0, 0]);
    other.content.activities = ["Swim", "Ride", "Run"].map(str::to_owned).to_vec();
    assert_eq!(found("psfs", &[rated(&[5, 5, 5]), other]), None, "what is not the same is not worse");
}

#[test]
fn two_changes_without_a_gain_are_no_gain() {
    assert_eq!(found("odi", &[sum(20), sum(20)]), None, "one change is not enough");
    assert_eq!(found("odi", &[sum(20), sum(20), sum(20)]), Some(Grade::NoGain));
    assert_eq!(found("odi", &[sum(20), sum(18), sum(16)]), Some(Grade::NoGain), "small steps are none");
    assert_eq!(found("odi", &[sum(20), sum(15), sum(15)]), None, "the first was a gain");
    assert_eq!(found("odi", &[sum(20), sum(20), sum(15)]), None, "the last was a gain");
    // Before the last three it may have been what it was.
    assert_eq!(found("odi", &[sum(40), sum(20), sum(20), sum(20)]), Some(Grade::NoGain));
    // 20 percent are minimal disability, 22 are not.
    assert_eq!(found("odi", &[sum(10), sum(10), sum(10)]), None, "who has recovered need not gain");
    assert_eq!(found("odi", &[sum(11), sum(11), sum(11)]), Some(Grade::NoGain));
    assert_eq!(found("rmdq-24", &[ticked(2), ticked(2), ticked(2)]), None);
    assert_eq!(found("rmdq-24", &[ticked(3), ticked(3), ticked(3)]), None, "from there a gain cannot show");
    assert_eq!(found("rmdq-24", &[ticked(4), ticked(4), ticked(4)]), Some(Grade::NoGain));
    assert_eq!(found("ndi", &[sum(4), sum(4), sum(4)]), None);
    assert_eq!(found("ndi", &[sum(5), sum(5), sum(5)]), Some(Grade::NoGain));
    assert_eq!(
        found("psfs", &[rated(&[5, 5, 5]), rated(&[5, 5, 5]), rated(&[5, 5, 6])]),
        Some(Grade::NoGain)
    );
}

#[test]
fn activities_that_are_others_each_time_are_no_standstill() {
    let named = |names: [&str; 3]| {
        let mut given = rated(&[5, 5, 5]);
        given.content.activities = names.map(str::to_owned).to_vec();
        given
    };
    let (first, other) = (named(["a", "b", "c"]), named(["d", "e", "f"]));
    assert_eq!(found("psfs", &[first.clone(), other, first.clone()]), None);
    assert_eq!(found("psfs", &[first.clone(), first.clone(), first]), Some(Grade::NoGain));
}

#[test]
fn only_measures_of_function_give_reason() {
    let pain = |value: i32| given([(1, value)].into_iter().collect());
    assert_eq!(found("nprs", &[pain(2), pain(10)]), None);
    assert_eq!(found("nprs", &[pain(5), pain(5), pain(5)]), None);
}

#[test]
fn the_rule_is_as_grave_as_was_decided() {
    use crate::alert::{Severity, rule};
    let rule = rule(RULE).unwrap();
    assert_eq!(rule.severity(Grade::NoGain.key()), Some(Severity::High));
    assert_eq!(rule.severity(Grade::Worse.key()), Some(Severity::Critical));
}
