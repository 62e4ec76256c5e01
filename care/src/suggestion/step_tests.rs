#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::step::{Usual, back, further};
use crate::library::dose::{Dose, DoseKind, Load, Side};
use crate::library::{Exercise, shipped};
use proptest::prelude::*;

fn dose(kind: DoseKind, sets: u8, unit: u32) -> Dose {
    let is = |other| (kind == other).then_some(unit);
    let small = |other| is(other).map(|unit| u16::try_from(unit).unwrap());
    Dose {
        kind,
        sets,
        reps: small(DoseKind::Reps),
        hold_seconds: small(DoseKind::Hold),
        duration_seconds: is(DoseKind::Duration),
        distance_metres: is(DoseKind::Distance),
        side: Side::Both,
        load: None,
        tempo: None,
        rest_seconds: None,
        target_rpe: None,
    }
}

fn reps(sets: u8, reps: u32) -> Dose {
    dose(DoseKind::Reps, sets, reps)
}

fn kilograms(dose: Dose, kilograms: f64) -> Dose {
    Dose { load: Some(Load::Kilograms(kilograms)), ..dose }
}

const USUAL: Usual = Usual { unit: [8, 15], sets: Some([1, 4]) };
const BOUT: Usual = Usual { unit: [600, 7200], sets: None };

#[test]
fn a_step_further_is_small_and_goes_to_the_top_of_what_is_usual() {
    for (from, to) in [
        (reps(2, 10), Some(reps(2, 11))),
        (reps(2, 14), Some(reps(2, 15))),
        (reps(2, 5), Some(reps(2, 6))),
        // At the top there is another set, each with less.
        (reps(2, 15), Some(reps(3, 11))),
        (reps(1, 15), Some(reps(2, 8))),
        (reps(4, 15), None),
        (reps(5, 15), None),
        // With a load, that goes up instead.
        (kilograms(reps(2, 10), 10.0), Some(kilograms(reps(2, 11), 10.0))),
        (kilograms(reps(2, 15), 10.0), Some(kilograms(reps(2, 15), 11.0))),
        (kilograms(reps(2, 15), 12.0), Some(kilograms(reps(2, 15), 13.0))),
        (kilograms(reps(2, 15), 2.0), Some(kilograms(reps(2, 15), 2.25))),
        (kilograms(reps(2, 15), 500.0), None),
        (
            Dose { load: Some(Load::Band(3)), ..reps(2, 15) },
            Some(Dose { load: Some(Load::Band(4)), ..reps(2, 15) }),
        ),
        (Dose { load: Some(Load::Band(10)), ..reps(2, 15) }, None),
        (
            Dose { load: Some(Load::Pounds(20.0)), ..reps(2, 15) },
            Some(Dose { load: Some(Load::Pounds(22.0)), ..reps(2, 15) }),
        ),
        (
            Dose { load: Some(Load::BodyWeight), ..reps(2, 15) },
            Some(Dose { load: Some(Load::BodyWeight), ..reps(3, 11) }),
        ),
    ] {
        assert_eq!(further(&from, &USUAL), to, "{from:?}");
    }
    assert_eq!(
        further(&dose(DoseKind::Duration, 1, 1_230), &BOUT),
        Some(dose(DoseKind::Duration, 1, 1_350)),
        "whole minutes"
    );
    assert_eq!(further(&dose(DoseKind::Duration, 1, 7_200), &BOUT), None);
    let carry = Usual { unit: [10, 5_000], sets: None };
    assert_eq!(
        further(&dose(DoseKind::Distance, 3, 20), &carry),
        Some(dose(DoseKind::Distance, 3, 22)),
        "a tenth, where that is no whole grain"
    );
}

#[test]
fn a_step_back_mirrors_it_and_goes_below_what_is_usual_where_it_must() {
    for (from, to) in [
        (reps(2, 10), Some(reps(2, 9))),
        (reps(2, 15), Some(reps(2, 14))),
        (reps(3, 8), Some(reps(2, 11))),
        (reps(1, 8), Some(reps(1, 7))),
        (reps(1, 2), Some(reps(1, 1))),
        (reps(2, 1), Some(reps(1, 1))),
        (reps(1, 1), None),
        (kilograms(reps(2, 15), 11.0), Some(kilograms(reps(2, 15), 10.0))),
        (kilograms(reps(2, 10), 11.0), Some(kilograms(reps(2, 9), 11.0))),
        (kilograms(reps(2, 8), 11.0), Some(kilograms(reps(2, 8), 10.0))),
        (kilograms(reps(1, 8), 0.25), Some(kilograms(reps(1, 7), 0.25))),
        (
            Dose { load: Some(Load::Band(1)), ..reps(2, 15) },
            Some(Dose { load: Some(Load::Band(1)), ..reps(2, 14) }),
        ),
    ] {
        assert_eq!(back(&from, &USUAL), to, "{from:?}");
    }
    assert_eq!(back(&dose(DoseKind::Duration, 1, 600), &BOUT), Some(dose(DoseKind::Duration, 1, 540)));
}

fn exercise(key: &str) -> Exercise {
    shipped().into_iter().find(|exercise| exercise.key == key).unwrap()
}

#[test]
fn what_is_usual_is_what_the_rules_about_doses_say_and_the_exercise_starts_with() {
    let of = |key: &str, dose: Option<Dose>| {
        let exercise = exercise(key);
        Usual::of(&exercise, &dose.unwrap_or(exercise.default_dose)).unwrap()
    };
    let plank = of("front-plank-knees", None);
    assert_eq!(plank, Usual { unit: [20, 20], sets: Some([1, 4]) }, "outside the rule: sets alone");
    let short = of("front-plank-knees", Some(dose(DoseKind::Hold, 3, 8)));
    assert_eq!(short.unit, [7, 10], "the rule");
    assert_eq!(of("log-roll-practice", None).unit, [5, 15], "no rule, and it starts below the usual");
    assert_eq!(of("deep-neck-flexor-nod", None).sets, Some([1, 10]));
    assert_eq!(of("suitcase-carry", None).sets, None);
}

#[test]
fn every_shipped_exercise_can_go_either_way_from_its_own_dose() {
    for exercise in shipped() {
        let usual = Usual::of(&exercise, &exercise.default_dose).unwrap();
        let own = &exercise.default_dose;
        assert!(back(own, &usual).is_some(), "{}", exercise.key);
        let top =
            own.unit() >= usual.unit[1] && usual.sets.is_none_or(|[_, most]| u32::from(own.sets) >= most);
        assert_eq!(further(own, &usual).is_none(), top && own.load.is_none(), "{}", exercise.key);
    }
}

fn loads() -> impl Strategy<Value = Option<Load>> {
    prop_oneof![
        Just(None),
        Just(Some(Load::BodyWeight)),
        (1..=10_u8).prop_map(|level| Some(Load::Band(level))),
        (1..50_000_u32).prop_map(|grams| Some(Load::Kilograms(f64::from(grams) / 100.0))),
        (1..110_000_u32).prop_map(|amount| Some(Load::Pounds(f64::from(amount) / 100.0))),
    ]
}

/// Any dose that is right, and a range that is usual.
fn any_dose() -> impl Strategy<Value = (Dose, Usual)> {
    let kinds = prop_oneof![
        Just((DoseKind::Reps, 200_u32)),
        Just((DoseKind::Hold, 3_600)),
        Just((DoseKind::Duration, 86_400)),
        Just((DoseKind::Distance, 100_000)),
    ];
    let parts = kinds.prop_flat_map(|(kind, most)| {
        (
            Just(kind),
            1..=most,
            (1..=most, 1..=most),
            1..=20_u8,
            (1..=20_u32, 1..=20_u32),
            loads(),
            any::<bool>(),
        )
    });
    parts.prop_map(|(kind, unit, (one, other), sets, (few, many), load, fixed)| {
        let usual = Usual {
            unit: [one.min(other), one.max(other)],
            sets: (!fixed).then_some([few.min(many), few.max(many)]),
        };
        (Dose { load, ..dose(kind, sets, unit) }, usual)
    })
}

fn is_usual(dose: &Dose, usual: &Usual) -> bool {
    let within = |[least, most]: [u32; 2], number: u32| (least..=most).contains(&number);
    within(usual.unit, dose.unit()) && usual.sets.is_none_or(|sets| within(sets, dose.sets.into()))
}

fn weight(dose: &Dose) -> f64 {
    match dose.load {
        Some(Load::Kilograms(amount) | Load::Pounds(amount)) => amount,
        Some(Load::Band(level)) => level.into(),
        Some(Load::BodyWeight) | None => 0.0,
    }
}

/// Whether one asks for more than the other: of volume, or of weight with the same volume.
fn is_more(one: &Dose, than: &Dose) -> bool {
    let heavier = one.volume() >= than.volume() && weight(one) > weight(than);
    one.volume() > than.volume() && weight(one) >= weight(than) || heavier
}

proptest! {
    #[test]
    fn a_step_is_right_and_strictly_more_or_less((dose, usual) in any_dose()) {
        if let Some(more) = further(&dose, &usual) {
            prop_assert_eq!(more.check(), Ok(()));
            prop_assert!(is_more(&more, &dose), "{:?} {:?}", dose, more);
        }
        if let Some(less) = back(&dose, &usual) {
            prop_assert_eq!(less.check(), Ok(()));
            prop_assert!(is_more(&dose, &less), "{:?} {:?}", dose, less);
        }
    }

    #[test]
    fn what_is_usual_stays_so_further_and_back_as_long_as_it_can((dose, usual) in any_dose()) {
        prop_assume!(is_usual(&dose, &usual));
        if let Some(more) = further(&dose, &usual) {
            prop_assert!(is_usual(&more, &usual), "{:?} {:?}", more, usual);
        }
        let least = dose.unit() == usual.unit[0]
            && usual.sets.is_none_or(|[least, _]| u32::from(dose.sets) <= least.max(1));
        if let Some(less) = back(&dose, &usual).filter(|_| !least) {
            prop_assert!(is_usual(&less, &usual), "{:?} {:?}", less, usual);
        }
    }

    #[test]
    fn back_after_a_step_further_is_no_more_than_before((dose, usual) in any_dose()) {
        prop_assume!(is_usual(&dose, &usual));
        if let Some(again) = further(&dose, &usual).and_then(|more| back(&more, &usual)) {
            prop_assert!(weight(&again) <= weight(&dose) + 0.011, "{:?} {:?}", dose, again);
            if weight(&dose) == 0.0 {
                prop_assert!(again.volume() <= dose.volume(), "{:?} {:?}", dose, again);
            }
        }
    }

    #[test]
    fn steps_back_come_to_an_end((dose, usual) in any_dose()) {
        let mut steps = 0;
        let mut now = dose;
        while let Some(less) = back(&now, &usual) {
            now = less;
            steps += 1;
            prop_assert!(steps < 5_000);
        }
        prop_assert_eq!((now.sets, now.unit()), (1, 1));
    }
}
