use super::*;
use proptest::prelude::*;
use serde_json::json;

/// 3 × 10 with both sides.
fn reps(side: Side) -> Dose {
    Dose {
        kind: DoseKind::Reps,
        sets: 3,
        reps: Some(10),
        hold_seconds: None,
        duration_seconds: None,
        distance_metres: None,
        side,
        load: None,
        tempo: None,
        rest_seconds: None,
        target_rpe: None,
    }
}

fn of_kind(kind: DoseKind) -> Dose {
    let dose = Dose { kind, reps: None, ..reps(Side::Both) };
    match kind {
        DoseKind::Reps => Dose { reps: Some(10), ..dose },
        DoseKind::Hold => Dose { hold_seconds: Some(20), ..dose },
        DoseKind::Duration => Dose { duration_seconds: Some(600), ..dose },
        DoseKind::Distance => Dose { distance_metres: Some(400), ..dose },
    }
}

fn set(reps: u16, side: Option<Side>) -> DoneSet {
    DoneSet { reps: Some(reps), side, ..DoneSet::default() }
}

fn faults(dose: &Dose) -> Vec<(String, Code)> {
    let faults = dose.check().err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.path.join("."), fault.code)).collect()
}

fn fault(field: &str, code: Code) -> Vec<(String, Code)> {
    vec![(field.to_owned(), code)]
}

#[test]
fn each_kind_takes_its_own_unit() {
    for kind in [DoseKind::Reps, DoseKind::Hold, DoseKind::Duration, DoseKind::Distance] {
        assert_eq!(faults(&of_kind(kind)), [], "{kind:?}");
    }
    assert_eq!(faults(&Dose { hold_seconds: Some(5), ..of_kind(DoseKind::Reps) }), []);
}

#[test]
fn a_kind_misses_its_unit_and_refuses_others() {
    assert_eq!(faults(&Dose { reps: None, ..of_kind(DoseKind::Reps) }), fault("reps", Code::Required));
    assert_eq!(
        faults(&Dose { hold_seconds: None, ..of_kind(DoseKind::Hold) }),
        fault("holdSeconds", Code::Required)
    );
    assert_eq!(faults(&Dose { reps: Some(4), ..of_kind(DoseKind::Hold) }), fault("reps", Code::Mismatch));
    let both = Dose { distance_metres: Some(400), ..of_kind(DoseKind::Duration) };
    assert_eq!(faults(&both), fault("distanceMetres", Code::Mismatch));
    let swapped = Dose { duration_seconds: Some(60), distance_metres: None, ..of_kind(DoseKind::Distance) };
    assert_eq!(
        faults(&swapped),
        [("durationSeconds".to_owned(), Code::Mismatch), ("distanceMetres".to_owned(), Code::Required)]
    );
}

#[test]
fn numbers_end_at_their_ranges() {
    let dose = reps(Side::Both);
    let cases = [
        ("sets", Dose { sets: 20, ..dose }, Dose { sets: 21, ..dose }),
        ("sets", Dose { sets: 1, ..dose }, Dose { sets: 0, ..dose }),
        ("reps", Dose { reps: Some(200), ..dose }, Dose { reps: Some(201), ..dose }),
        ("reps", Dose { reps: Some(1), ..dose }, Dose { reps: Some(0), ..dose }),
        ("holdSeconds", Dose { hold_seconds: Some(3600), ..dose }, Dose { hold_seconds: Some(3601), ..dose }),
        ("restSeconds", Dose { rest_seconds: Some(3600), ..dose }, Dose { rest_seconds: Some(3601), ..dose }),
        ("targetRpe", Dose { target_rpe: Some(10), ..dose }, Dose { target_rpe: Some(11), ..dose }),
        ("load", Dose { load: Some(Load::Band(10)), ..dose }, Dose { load: Some(Load::Band(11)), ..dose }),
        ("load", Dose { load: Some(Load::Band(1)), ..dose }, Dose { load: Some(Load::Band(0)), ..dose }),
    ];
    for (field, right, wrong) in cases {
        assert_eq!(faults(&right), [], "{right:?}");
        assert_eq!(faults(&wrong), fault(field, Code::OutOfRange));
    }
    let slow = Tempo { eccentric_seconds: 30, pause_seconds: 31, concentric_seconds: 0 };
    assert_eq!(faults(&Dose { tempo: Some(slow), ..dose }), fault("tempo.pauseSeconds", Code::OutOfRange));
    let long = Dose { duration_seconds: Some(86_401), ..of_kind(DoseKind::Duration) };
    assert_eq!(faults(&long), fault("durationSeconds", Code::OutOfRange));
    let far = Dose { distance_metres: Some(100_001), ..of_kind(DoseKind::Distance) };
    assert_eq!(faults(&far), fault("distanceMetres", Code::OutOfRange));
}

#[test]
fn a_load_is_positive_and_finite_and_at_most_500_kg() {
    for right in [Load::Kilograms(500.0), Load::Kilograms(0.5), Load::Pounds(1102.0), Load::BodyWeight] {
        assert_eq!(faults(&Dose { load: Some(right), ..reps(Side::Both) }), [], "{right:?}");
    }
    let wrong = [0.0, -1.0, f64::NAN, f64::INFINITY, 500.1].map(Load::Kilograms);
    for wrong in wrong.into_iter().chain([Load::Pounds(1103.0), Load::Pounds(f64::NAN)]) {
        assert_eq!(faults(&Dose { load: Some(wrong), ..reps(Side::Both) }), fault("load", Code::OutOfRange));
    }
}

#[test]
fn pounds_become_kilograms() {
    assert!((Load::Pounds(10.0).kilograms().unwrap() - 4.535_923_7).abs() < 1e-12);
    assert_eq!(Load::Kilograms(4.0).kilograms(), Some(4.0));
    assert_eq!(Load::Band(3).kilograms(), None);
    assert_eq!(Load::BodyWeight.kilograms(), None);
}

#[test]
#[allow(clippy::float_cmp, reason = "whole numbers")]
fn volume_is_sets_times_unit_times_sides() {
    assert_eq!(reps(Side::Both).volume(), 30.0);
    assert_eq!(reps(Side::Left).volume(), 30.0);
    assert_eq!(reps(Side::Alternate).volume(), 60.0);
    assert_eq!(Dose { hold_seconds: Some(5), ..reps(Side::Both) }.volume(), 30.0);
    assert_eq!(of_kind(DoseKind::Hold).volume(), 60.0);
    assert_eq!(of_kind(DoseKind::Duration).volume(), 1800.0);
    assert_eq!(of_kind(DoseKind::Distance).volume(), 1200.0);
}

#[test]
#[allow(clippy::float_cmp, reason = "whole numbers")]
fn done_volume_counts_the_own_unit_and_the_sides_asked_for() {
    let seconds = DoneSet { seconds: Some(30), ..DoneSet::default() };
    assert_eq!(done_volume(&reps(Side::Both), &[set(10, None), set(8, Some(Side::Left)), seconds]), 18.0);
    assert_eq!(done_volume(&of_kind(DoseKind::Hold), &[seconds, set(10, None)]), 30.0);
    assert_eq!(done_volume(&of_kind(DoseKind::Duration), &[seconds]), 30.0);
    let alternate = reps(Side::Alternate);
    assert_eq!(done_volume(&alternate, &[set(10, None)]), 20.0);
    assert_eq!(done_volume(&alternate, &[set(10, Some(Side::Both))]), 20.0);
    assert_eq!(done_volume(&alternate, &[set(10, Some(Side::Alternate))]), 20.0);
    assert_eq!(done_volume(&alternate, &[set(10, Some(Side::Left)), set(6, Some(Side::Right))]), 16.0);
    assert_eq!(done_volume(&reps(Side::Left), &[set(10, Some(Side::Right)), set(9, None)]), 9.0);
    assert_eq!(done_volume(&reps(Side::Right), &[set(10, Some(Side::Left)), set(9, Some(Side::Right))]), 9.0);
}

#[test]
fn all_sets_are_done_when_enough_of_them_reach_the_unit() {
    let dose = reps(Side::Both);
    assert!(all_sets_done(&dose, &[set(10, None), set(12, None), set(10, None)]));
    assert!(!all_sets_done(&dose, &[set(10, None), set(30, None)]));
    assert!(!all_sets_done(&dose, &[set(10, None), set(10, None), set(9, None)]));
    assert!(!all_sets_done(&dose, &[]));
}

#[test]
fn alternating_sides_are_each_done_in_full() {
    let dose = reps(Side::Alternate);
    let [left, right] = [Side::Left, Side::Right].map(|side| set(10, Some(side)));
    assert!(all_sets_done(&dose, &[left, right, left, right, left, right]));
    assert!(all_sets_done(&dose, &[set(10, None), left, right, set(10, Some(Side::Both))]));
    assert!(!all_sets_done(&dose, &[left, right, left, right, left]));
    assert!(!all_sets_done(&dose, &[left; 6]));
    assert!(!all_sets_done(&reps(Side::Left), &[right; 3]));
}

#[test]
fn a_dose_without_its_unit_is_never_done() {
    let faulty = Dose { reps: None, ..reps(Side::Both) };
    assert!(!all_sets_done(&faulty, &[set(0, None); 3]));
}

#[test]
fn a_performed_set_says_how_much_within_range() {
    let codes = |set: DoneSet| {
        let faults = set.check().err().unwrap_or_default();
        faults.into_iter().map(|fault| (fault.path.join("."), fault.code)).collect::<Vec<_>>()
    };
    assert_eq!(codes(set(1000, None)), []);
    assert_eq!(codes(set(0, None)), []);
    assert_eq!(codes(DoneSet { load_kg: Some(0.0), ..set(5, None) }), []);
    assert_eq!(codes(DoneSet::default()), fault("reps", Code::Required));
    assert_eq!(codes(set(1001, None)), fault("reps", Code::OutOfRange));
    let long = DoneSet { seconds: Some(86_401), ..DoneSet::default() };
    assert_eq!(codes(long), fault("seconds", Code::OutOfRange));
    let far = DoneSet { metres: Some(100_001), ..DoneSet::default() };
    assert_eq!(codes(far), fault("metres", Code::OutOfRange));
    for load in [-0.1, 500.5, f64::NAN, f64::INFINITY] {
        assert_eq!(codes(DoneSet { load_kg: Some(load), ..set(5, None) }), fault("loadKg", Code::OutOfRange));
    }
}

#[test]
fn the_stored_form_is_stable() {
    let dose = Dose {
        hold_seconds: Some(2),
        load: Some(Load::Pounds(10.0)),
        tempo: Some(Tempo { eccentric_seconds: 3, pause_seconds: 1, concentric_seconds: 2 }),
        rest_seconds: Some(60),
        target_rpe: Some(5),
        ..reps(Side::Alternate)
    };
    let stored = json!({
        "kind": "REPS", "sets": 3, "reps": 10, "holdSeconds": 2, "side": "ALTERNATE",
        "load": { "unit": "POUNDS", "value": 10.0 },
        "tempo": { "eccentricSeconds": 3, "pauseSeconds": 1, "concentricSeconds": 2 },
        "restSeconds": 60, "targetRpe": 5,
    });
    assert_eq!(serde_json::to_value(dose).unwrap(), stored);
    let bare = json!({ "kind": "DISTANCE", "sets": 3, "distanceMetres": 400, "side": "BOTH" });
    assert_eq!(serde_json::to_value(of_kind(DoseKind::Distance)).unwrap(), bare);
    assert_eq!(serde_json::to_value(Load::BodyWeight).unwrap(), json!({ "unit": "BODY_WEIGHT" }));
    let set = DoneSet { load_kg: Some(2.5), ..set(8, Some(Side::Left)) };
    assert_eq!(serde_json::to_value(set).unwrap(), json!({ "reps": 8, "side": "LEFT", "loadKg": 2.5 }));
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(vec![Side::Both, Side::Left, Side::Right, Side::Alternate])
}

fn dose() -> impl Strategy<Value = Dose> {
    let kinds = vec![DoseKind::Reps, DoseKind::Hold, DoseKind::Duration, DoseKind::Distance];
    let load = prop_oneof![
        (1..1000_u32).prop_map(|half| Load::Kilograms(f64::from(half) / 2.0)),
        (1..1000_u32).prop_map(|half| Load::Pounds(f64::from(half) / 2.0)),
        (1..=10_u8).prop_map(Load::Band),
        Just(Load::BodyWeight),
    ];
    let rest = prop::option::of(0..=3600_u16);
    (prop::sample::select(kinds), 1..=20_u8, 1..=200_u16, side(), prop::option::of(load), rest).prop_map(
        |(kind, sets, amount, side, load, rest_seconds)| Dose {
            kind,
            sets,
            reps: (kind == DoseKind::Reps).then_some(amount),
            hold_seconds: (kind == DoseKind::Hold).then_some(amount),
            duration_seconds: (kind == DoseKind::Duration).then_some(amount.into()),
            distance_metres: (kind == DoseKind::Distance).then_some(amount.into()),
            side,
            load,
            rest_seconds,
            ..reps(side)
        },
    )
}

fn performed() -> impl Strategy<Value = DoneSet> {
    let amount = || prop::option::of(0..=300_u16);
    (amount(), amount(), amount(), prop::option::of(side())).prop_map(|(reps, seconds, metres, side)| {
        DoneSet { reps, seconds: seconds.map(u32::from), metres: metres.map(u32::from), side, load_kg: None }
    })
}

proptest! {
    #[test]
    fn a_right_dose_has_volume_and_survives_storage(dose in dose()) {
        prop_assert_eq!(faults(&dose), []);
        prop_assert!(dose.volume() > 0.0);
        let stored = serde_json::to_string(&dose).unwrap();
        prop_assert_eq!(serde_json::from_str::<Dose>(&stored).unwrap(), dose);
    }

    #[test]
    fn a_performed_set_survives_storage(set in performed()) {
        let stored = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(serde_json::from_str::<DoneSet>(&stored).unwrap(), set);
    }

    #[test]
    fn more_sets_never_lower_what_was_done(dose in dose(), sets in prop::collection::vec(performed(), 1..50)) {
        let fewer = sets.split_last().unwrap().1;
        prop_assert!(done_volume(&dose, fewer) >= 0.0);
        prop_assert!(done_volume(&dose, &sets) >= done_volume(&dose, fewer));
        prop_assert!(all_sets_done(&dose, &sets) || !all_sets_done(&dose, fewer));
    }

    #[test]
    fn all_sets_done_is_at_least_the_prescribed_volume(
        dose in dose(), sets in prop::collection::vec(performed(), 0..50),
    ) {
        prop_assert!(!all_sets_done(&dose, &sets) || done_volume(&dose, &sets) >= dose.volume());
    }
}
