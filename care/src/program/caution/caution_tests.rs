#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::library::Rule;
use crate::library::dose::{DoseKind, Load, Side};
use crate::library::schedule::{Frequency, Weekday};
use crate::library::table::Words;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn exercise(categories: &[&str], tags: &[String]) -> Exercise {
    let words = |list: &[&str]| Words(list.iter().map(|word| (*word).to_owned()).collect());
    Exercise {
        id: Uuid::from_u128(7),
        clinic_id: None,
        key: "any".to_owned(),
        number: 1,
        categories: words(categories),
        tags: Words(tags.to_vec()),
        equipment: words(&[]),
        conditions: words(&[]),
        own_texts: None,
        default_dose: dose(),
        default_schedule: twice_a_week(),
        change: 0,
        archived_at: None,
        created_by: None,
        created_at: None,
        fingerprint: None,
    }
}

fn dose() -> Dose {
    Dose {
        kind: DoseKind::Reps,
        sets: 2,
        reps: Some(10),
        hold_seconds: None,
        duration_seconds: None,
        distance_metres: None,
        side: Side::Both,
        load: None,
        tempo: None,
        rest_seconds: None,
        target_rpe: None,
    }
}

fn twice_a_week() -> Schedule {
    Schedule { frequency: Frequency::TimesPerWeek { times: 2 }, times_per_day: 1 }
}

fn surgery() -> Day {
    "2026-01-05".parse().unwrap()
}

/// A patient of this condition, operated on if the weeks since are known: the first and the last.
fn in_weeks(condition: &str, weeks: Option<(i32, i32)>) -> Facts {
    let (first, last) = weeks.unwrap_or((0, 0));
    let end = Some(last).filter(|week| *week < i32::MAX).map(|week| surgery().plus(7 * week + 6));
    Facts {
        clinic_id: Uuid::nil(),
        conditions: vec![condition.to_owned()],
        surgery_on: weeks.map(|_| surgery()),
        days: (surgery().plus(7 * first), end),
        phases: Vec::new(),
    }
}

fn facts(condition: &str, week: Option<i32>) -> Facts {
    in_weeks(condition, week.map(|week| (week, week)))
}

/// The keys of the rules that warn of these.
fn told(facts: &Facts, items: &[(&Exercise, Dose, &Schedule)]) -> BTreeSet<&'static str> {
    let items: Vec<_> = items
        .iter()
        .map(|(exercise, dose, schedule)| Some(Item { exercise, dose: *dose, schedule, places: &[] }))
        .collect();
    let warnings = library::cautions().iter().filter_map(|caution| caution.warn(facts, &items));
    warnings.map(|warning| warning.caution.key.as_str()).collect()
}

/// Weeks in which a rule holds, and those just outside.
fn weeks(bounds: Option<[i32; 2]>) -> Vec<(Option<i32>, bool)> {
    match bounds {
        None => vec![(None, true), (Some(-1), true), (Some(200), true)],
        Some([first, last]) => {
            vec![
                (None, true),
                (Some(first - 1), false),
                (Some(first), true),
                (Some(last - 1), true),
                (Some(last), false),
            ]
        }
    }
}

type Cases = Vec<(Exercise, Dose)>;

#[test]
fn each_rule_of_a_condition_warns_of_what_it_says_then_and_for_whom_it_says() {
    let mut checked = 0;
    for caution in library::cautions() {
        let schedule = twice_a_week();
        let heavy = |kilograms| Dose { load: Some(Load::Kilograms(kilograms)), ..dose() };
        // What the rule is about, and what is just not.
        let (condition, bounds, clashes, passes): (_, _, Cases, Cases) = match &caution.rule {
            Rule::Movement { condition, weeks, tags } => {
                let each =
                    tags.iter().map(|tag| (exercise(&[], std::slice::from_ref(tag)), dose())).collect();
                (condition, *weeks, each, vec![(exercise(&[], &["PRN".to_owned()]), dose())])
            }
            Rule::Loaded { condition, weeks, category } => {
                let category = category.as_deref().unwrap_or("core");
                let of = |load| (exercise(&[category], &[]), Dose { load, ..dose() });
                let light = vec![of(None), of(Some(Load::BodyWeight))];
                (condition, *weeks, vec![of(Some(Load::Band(1))), of(Some(Load::Kilograms(1.0)))], light)
            }
            Rule::Lifting { condition, weeks, over_kilograms, .. } => {
                let of = |kilograms| (exercise(&[], &[]), heavy(kilograms));
                (condition, *weeks, vec![of(over_kilograms + 0.1)], vec![of(*over_kilograms)])
            }
            Rule::OneSided { condition } => {
                let of = |side| (exercise(&[], &[]), Dose { side, ..dose() });
                let both = vec![of(Side::Both), of(Side::Alternate)];
                (condition, None, vec![of(Side::Left), of(Side::Right)], both)
            }
            Rule::Exercises { condition, exercises, tags, categories } => {
                let named = |key: &String| Exercise { key: key.clone(), ..exercise(&[], &[]) };
                let tagged = tags.iter().map(|tag| exercise(&[], std::slice::from_ref(tag)));
                let of_category = categories.iter().map(|category| exercise(&[category], &[]));
                let each = exercises.iter().map(named).chain(tagged).chain(of_category);
                let other = exercise(&["posture"], &["PRN".to_owned()]);
                (condition, None, each.map(|it| (it, dose())).collect(), vec![(other, dose())])
            }
            _ => continue,
        };
        assert!(caution.reason, "{}", caution.key);
        for (week, holds) in weeks(bounds) {
            for (exercise, dose) in &clashes {
                let item = [(exercise, *dose, &schedule)];
                let warns = |facts: &Facts| told(facts, &item).contains(caution.key.as_str());
                assert_eq!(warns(&facts(condition, week)), holds, "{} in week {week:?}", caution.key);
                assert!(!warns(&facts("postural-dysfunction", week)), "{}", caution.key);
                checked += 1;
            }
            for (exercise, dose) in &passes {
                let told = told(&facts(condition, week), &[(exercise, *dose, &schedule)]);
                assert!(!told.contains(caution.key.as_str()), "{} in week {week:?}", caution.key);
            }
        }
    }
    assert!(checked > 70, "{checked}");
}

#[test]
fn what_the_table_of_the_clinic_says_is_what_is_warned_of() {
    let schedule = twice_a_week();
    let with = |tag: &str| exercise(&["core"], &[tag.to_owned()]);
    for (condition, (first, last), tag, load, expected) in [
        ("herniated-disc", (0, 0), "FLXL", None, &["herniated-disc-loaded-flexion"][..]),
        ("herniated-disc", (0, 0), "NT", None, &["herniated-disc-neural-tension"]),
        ("spinal-stenosis", (0, 0), "EXT", None, &["spinal-stenosis-extension"]),
        ("spinal-stenosis", (0, 0), "FLX", None, &[]),
        ("spondylolysis-spondylolisthesis", (0, 0), "IMP", None, &["spondylolysis-impact"]),
        ("osteoporosis-compression-fracture", (0, 0), "FLXL", None, &["osteoporosis-flexion"]),
        ("osteoporosis-compression-fracture", (0, 0), "ROT", None, &["osteoporosis-rotation"]),
        ("after-lumbar-fusion", (5, 5), "SB", None, &["lumbar-fusion-movement"]),
        ("after-lumbar-fusion", (6, 6), "SB", None, &[]),
        // It begins before the surgery and goes on.
        ("after-lumbar-fusion", (-1, i32::MAX), "AX", None, &["lumbar-fusion-movement"]),
        ("after-lumbar-fusion", (-3, -1), "AX", None, &[]),
        ("after-lumbar-fusion", (1, 1), "PRN", Some(Load::Band(10)), &["lumbar-fusion-resistance"]),
        ("after-lumbar-fusion", (8, 8), "PRN", Some(Load::Kilograms(20.0)), &["lumbar-fusion-resistance"]),
        ("after-lumbar-fusion", (12, i32::MAX), "PRN", Some(Load::Kilograms(20.0)), &[]),
        ("after-discectomy-laminectomy", (3, 3), "ROT", None, &["discectomy-movement"]),
        ("after-discectomy-laminectomy", (4, 4), "ROT", None, &[]),
        ("after-discectomy-laminectomy", (0, 3), "PRN", Some(Load::Kilograms(2.4)), &["discectomy-lifting"]),
        ("after-acdf", (11, 11), "OH", None, &["acdf-movement"]),
        ("after-acdf", (12, 12), "CER", None, &[]),
        ("after-acdf", (7, 7), "PRN", Some(Load::Kilograms(10.5)), &["acdf-lifting-later"]),
    ] {
        let facts = in_weeks(condition, Some((first, last)));
        let exercise = with(tag);
        let told = told(&facts, &[(&exercise, Dose { load, ..dose() }, &schedule)]);
        assert_eq!(told, expected.iter().copied().collect(), "{condition} {first} {tag} {load:?}");
    }
}

#[test]
fn with_signs_of_myelopathy_the_neck_is_left_alone_and_the_rest_goes_on() {
    let warned: Vec<_> = library::shipped()
        .iter()
        .filter(|exercise| {
            let item = [(*exercise, exercise.default_dose, &exercise.default_schedule)];
            told(&facts("myelopathy-signs", None), &item).contains("myelopathy-neck")
        })
        .map(|exercise| exercise.number)
        .collect();
    assert_eq!(warned, [29, 30, 31, 52, 53, 56]);
}

#[test]
fn usual_doses_pass_and_each_number_beside_them_is_told() {
    for caution in library::cautions() {
        let Rule::Dose { category, dose_kind, sets, reps, hold_seconds, duration_seconds } = &caution.rule
        else {
            continue;
        };
        let (exercise, schedule) = (exercise(&[category], &[]), twice_a_week());
        let least = |range: &Option<[u32; 2]>| range.map(|[least, _]| least);
        let small = |value: u32| u16::try_from(value).unwrap();
        let usual = Dose {
            kind: *dose_kind,
            sets: u8::try_from(least(sets).unwrap_or(2)).unwrap(),
            reps: least(reps).map(small),
            hold_seconds: least(hold_seconds).map(small),
            duration_seconds: least(duration_seconds),
            ..dose()
        };
        let tells = |dose: Dose| {
            told(&facts("neck-pain", None), &[(&exercise, dose, &schedule)]).contains(caution.key.as_str())
        };
        assert!(!tells(usual), "{}", caution.key);
        let mut ranges = 0;
        for (range, set) in [
            (
                sets,
                (|dose, value| Dose { sets: u8::try_from(value).unwrap(), ..dose }) as fn(Dose, u32) -> Dose,
            ),
            (reps, |dose, value| Dose { reps: u16::try_from(value).ok(), ..dose }),
            (hold_seconds, |dose, value| Dose { hold_seconds: u16::try_from(value).ok(), ..dose }),
            (duration_seconds, |dose, value| Dose { duration_seconds: Some(value), ..dose }),
        ] {
            let Some([least, most]) = range else { continue };
            for (value, unusual) in [(least - 1, true), (*least, false), (*most, false), (most + 1, true)] {
                assert_eq!(tells(set(usual, value)), unusual, "{}: {value}", caution.key);
            }
            ranges += 1;
        }
        assert!(ranges > 0, "{}", caution.key);
    }
}

#[test]
fn strength_wants_a_day_between_and_three_days_a_week_at_most() {
    use Weekday::{Friday, Monday, Sunday, Tuesday, Wednesday};
    let exercise = exercise(&["strength"], &[]);
    let on = |weekdays: &[Weekday]| Frequency::Weekdays { weekdays: weekdays.to_vec() };
    for (frequency, warns) in [
        (Frequency::Daily, true),
        (Frequency::EveryDays { days: 2 }, false),
        (Frequency::TimesPerWeek { times: 3 }, false),
        (Frequency::TimesPerWeek { times: 4 }, true),
        (on(&[Monday, Wednesday, Friday]), false),
        (on(&[Monday, Tuesday]), true),
        (on(&[Sunday, Monday]), true),
    ] {
        let schedule = Schedule { frequency: frequency.clone(), times_per_day: 1 };
        let told = told(&facts("neck-pain", None), &[(&exercise, dose(), &schedule)]);
        assert_eq!(told.contains("strength-without-rest"), warns, "{frequency:?}");
    }
}

#[test]
fn the_librarys_own_defaults_are_usual() {
    let mut unusual = Vec::new();
    for exercise in library::shipped() {
        let item = [(&exercise, exercise.default_dose, &exercise.default_schedule)];
        let told = told(&facts("postural-dysfunction", None), &item);
        unusual.extend(told.into_iter().map(|rule| format!("{} {rule}", exercise.key)));
    }
    assert_eq!(unusual, [""; 0]);
}

#[test]
fn the_program_as_a_whole_is_looked_at_too() {
    let (one, schedule) = (exercise(&[], &[]), twice_a_week());
    let others: Vec<_> =
        (0..6).map(|number| Exercise { id: Uuid::from_u128(number), ..one.clone() }).collect();
    let all: Vec<_> = others.iter().map(|exercise| (exercise, dose(), &schedule)).collect();
    let neck = facts("neck-pain", None);
    assert_eq!(told(&neck, &all[..5]), BTreeSet::new());
    assert_eq!(told(&neck, &all), ["too-many-exercises"].into());
    let side = |side| (&one, Dose { side, ..dose() }, &schedule);
    assert_eq!(told(&neck, &[side(Side::Left), side(Side::Right)]), BTreeSet::new());
    for other in [Side::Left, Side::Both, Side::Alternate] {
        assert_eq!(told(&neck, &[side(Side::Left), side(other)]), ["duplicate-exercise"].into(), "{other:?}");
    }
    let operated = facts("after-acdf", None);
    assert_eq!(told(&operated, &all[..1]), ["surgery-date"].into());
    assert_eq!(told(&facts("after-acdf", Some(20)), &all[..1]), BTreeSet::new());
}

proptest! {
    /// A rule can only raise concern: nothing that is added to a program, and nothing more that is known of
    /// a patient, takes a warning away.
    #[test]
    fn more_never_silences(
        conditions in prop::collection::vec(0_usize..13, 0..4),
        more in 0_usize..13,
        weeks in -2_i32..30,
        picked in prop::collection::vec((0_usize..66, 0_u8..4), 1..6),
        added in 0_usize..66,
    ) {
        let known: Vec<_> = library::conditions().map(|record| record.key.clone()).collect();
        let exercises = library::shipped();
        let sides = [Side::Both, Side::Left, Side::Right, Side::Alternate];
        let items: Vec<_> = picked
            .iter()
            .map(|(at, side)| {
                let exercise = &exercises[*at];
                let dose = Dose { side: sides[usize::from(*side)], ..exercise.default_dose };
                (exercise, dose, &exercise.default_schedule)
            })
            .collect();
        let mut facts = in_weeks("", Some((weeks, weeks + 2)));
        facts.conditions = conditions.iter().map(|at| known[*at].clone()).collect();
        let before = told(&facts, &items);
        let mut longer = items.clone();
        longer.push((&exercises[added], exercises[added].default_dose, &exercises[added].default_schedule));
        prop_assert!(told(&facts, &longer).is_superset(&before));
        facts.conditions.push(known[more].clone());
        prop_assert!(told(&facts, &items).is_superset(&before));
        facts.days.1 = None;
        prop_assert!(told(&facts, &items).is_superset(&before));
        facts.surgery_on = None;
        prop_assert!(told(&facts, &items).is_superset(&before));
    }
}
