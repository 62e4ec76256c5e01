#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::assessment::risk::RiskLevel;
use proptest::prelude::*;

fn flexion(degrees: i32, painful: bool) -> RangeOfMotion {
    RangeOfMotion { region: BodyRegion::Lumbar, direction: Direction::Flexion, side: None, degrees, painful }
}

fn reflex(response: NeurologicalResponse) -> NeurologicalSign {
    NeurologicalSign {
        test: NeurologicalTest::Reflex,
        level: "S1".to_owned(),
        side: BodySide::Left,
        response,
    }
}

fn raise(outcome: TestOutcome, degrees: Option<i32>) -> SpecialTestResult {
    SpecialTestResult { test: "straight-leg-raise".to_owned(), side: Some(BodySide::Left), outcome, degrees }
}

fn only<T: Measured>(before: T, after: T) -> (Verdict, Option<T::Change>) {
    let mut compared = compare(&[before], &[after]);
    assert_eq!(compared.len(), 1);
    compared.pop().map(|compared| (compared.verdict, compared.change)).unwrap()
}

#[test]
fn an_angle_has_changed_from_five_degrees_on_and_pain_decides_between_equals() {
    for (before, after, verdict, change) in [
        (flexion(40, false), flexion(45, false), Verdict::Better, 5),
        (flexion(40, false), flexion(44, false), Verdict::Same, 4),
        (flexion(40, false), flexion(36, false), Verdict::Same, -4),
        (flexion(40, false), flexion(35, false), Verdict::Worse, -5),
        (flexion(40, true), flexion(41, false), Verdict::Better, 1),
        (flexion(40, false), flexion(41, true), Verdict::Worse, 1),
        (flexion(40, false), flexion(60, true), Verdict::Better, 20),
    ] {
        assert_eq!(only(before.clone(), after.clone()), (verdict, Some(change)), "{before:?} {after:?}");
    }
}

#[test]
fn too_much_and_too_little_are_different_things() {
    use NeurologicalResponse::{Absent, Increased, Normal, Reduced};
    for (before, after, verdict) in [
        (Absent, Reduced, Verdict::Better),
        (Reduced, Normal, Verdict::Better),
        (Increased, Normal, Verdict::Better),
        (Normal, Increased, Verdict::Worse),
        (Reduced, Absent, Verdict::Worse),
        (Reduced, Increased, Verdict::Unclear),
        (Increased, Absent, Verdict::Unclear),
        (Absent, Absent, Verdict::Same),
    ] {
        assert_eq!(only(reflex(before), reflex(after)).0, verdict, "{before:?} {after:?}");
    }
}

#[test]
fn a_test_that_speaks_later_is_better_and_one_that_cannot_be_told_says_nothing() {
    use TestOutcome::{Negative, Positive, Unclear};
    for (before, after, verdict, change) in [
        (raise(Positive, Some(35)), raise(Positive, Some(60)), Verdict::Better, Some(25)),
        (raise(Positive, Some(35)), raise(Positive, None), Verdict::Same, None),
        (raise(Positive, Some(35)), raise(Negative, Some(70)), Verdict::Better, Some(35)),
        (raise(Negative, None), raise(Positive, Some(70)), Verdict::Worse, None),
        (raise(Positive, None), raise(Unclear, None), Verdict::Unclear, None),
    ] {
        assert_eq!(only(before.clone(), after.clone()), (verdict, change), "{before:?} {after:?}");
    }
    let angle =
        |test: &str, degrees| SpecialTestResult { test: test.to_owned(), ..raise(Positive, Some(degrees)) };
    for (test, verdict) in [
        ("crossed-straight-leg-raise", Verdict::Better),
        ("adam-forward-bend", Verdict::Worse),
        ("thomas", Verdict::Worse),
        ("slump", Verdict::Unclear),
        ("a test of tomorrow", Verdict::Unclear),
    ] {
        assert_eq!(only(angle(test, 10), angle(test, 25)), (verdict, Some(15)), "{test}");
        assert_eq!(only(angle(test, 10), angle(test, 14)), (Verdict::Same, Some(4)), "{test}");
    }
    let strength = |grade| Strength { action: MuscleAction::BigToeExtension, side: BodySide::Left, grade };
    assert_eq!(only(strength(4.0), strength(4.5)), (Verdict::Better, Some(0.5)));
    let risk = |level| Risk { level, reason: None, start_back: None };
    assert_eq!(only(risk(RiskLevel::High), risk(RiskLevel::Low)).0, Verdict::Better);
    assert_eq!(compare(&[], &[risk(RiskLevel::High)])[0].verdict, Verdict::New);
}

fn mirrored(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Better => Verdict::Worse,
        Verdict::Worse => Verdict::Better,
        Verdict::New => Verdict::Gone,
        Verdict::Gone => Verdict::New,
        Verdict::Same | Verdict::Unclear => verdict,
    }
}

/// Swapping the two sides mirrors every verdict; comparing with itself finds nothing changed; each thing that was
/// measured is there once, in order.
fn holds<T: Measured + PartialEq + std::fmt::Debug>(before: &[T], after: &[T]) -> Result<(), TestCaseError> {
    let (there, back) = (compare(before, after), compare(after, before));
    prop_assert_eq!(there.len(), back.len());
    for (there, back) in there.iter().zip(&back) {
        prop_assert_eq!(&there.before, &back.after);
        prop_assert_eq!(&there.after, &back.before);
        prop_assert_eq!(mirrored(there.verdict), back.verdict);
    }
    prop_assert!(compare(before, before).iter().all(|same| same.verdict == Verdict::Same));
    let keys: Vec<_> =
        there.iter().filter_map(|it| it.before.as_ref().or(it.after.as_ref())).map(Measured::key).collect();
    prop_assert!(keys.windows(2).all(|pair| pair[0] < pair[1]));
    Ok(())
}

fn ranges() -> impl Strategy<Value = Vec<RangeOfMotion>> {
    let regions = [BodyRegion::Cervical, BodyRegion::Lumbar, BodyRegion::Hip];
    let directions = [Direction::Flexion, Direction::Extension, Direction::RotationLeft];
    let one = (0..3_usize, 0..3_usize, 0..=180_i32, any::<bool>());
    prop::collection::vec(one, 0..9).prop_map(move |all| {
        all.into_iter()
            .map(|(region, direction, degrees, painful)| RangeOfMotion {
                region: regions[region],
                direction: directions[direction],
                side: None,
                degrees,
                painful,
            })
            .collect()
    })
}

fn tests() -> impl Strategy<Value = Vec<SpecialTestResult>> {
    let outcomes = [TestOutcome::Negative, TestOutcome::Positive, TestOutcome::Unclear];
    let one = (0..3_usize, 0..3_usize, prop::option::of(0..=180_i32));
    prop::collection::vec(one, 0..6).prop_map(move |all| {
        all.into_iter()
            .map(|(test, outcome, degrees)| SpecialTestResult {
                test: ["slump", "straight-leg-raise", "thomas"][test].to_owned(),
                side: None,
                outcome: outcomes[outcome],
                degrees,
            })
            .collect()
    })
}

fn signs() -> impl Strategy<Value = Vec<NeurologicalSign>> {
    use NeurologicalResponse::{Absent, Increased, Normal, Reduced};
    let one = (0..3_usize, 0..4_usize);
    prop::collection::vec(one, 0..6).prop_map(move |all| {
        all.into_iter()
            .map(|(level, response)| NeurologicalSign {
                level: ["L4", "L5", "S1"][level].to_owned(),
                ..reflex([Normal, Reduced, Absent, Increased][response])
            })
            .collect()
    })
}

fn strengths() -> impl Strategy<Value = Vec<Strength>> {
    let actions = [MuscleAction::HipFlexion, MuscleAction::KneeExtension, MuscleAction::BigToeExtension];
    prop::collection::vec((0..3_usize, 0..=10_u8), 0..6).prop_map(move |all| {
        all.into_iter()
            .map(|(action, halves)| Strength {
                action: actions[action],
                side: BodySide::Right,
                grade: f64::from(halves) / 2.0,
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn swapping_mirrors_every_verdict(
        ranges in (ranges(), ranges()),
        tests in (tests(), tests()),
        signs in (signs(), signs()),
        strengths in (strengths(), strengths()),
    ) {
        holds(&ranges.0, &ranges.1)?;
        holds(&tests.0, &tests.1)?;
        holds(&signs.0, &signs.1)?;
        holds(&strengths.0, &strengths.1)?;
    }
}
