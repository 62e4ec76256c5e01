//! Rules over phases: what belongs to a phase is held against the days and the terms of that phase.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::library::dose::Load;
use crate::program::{Precaution, Terms, template};
use std::collections::BTreeSet;

fn surgery() -> Day {
    "2026-01-05".parse().unwrap()
}

/// A patient of this condition who begins these phases on the day of surgery.
fn facts(condition: &str, phases: &[NewPhase]) -> Facts {
    let laid = Phases::lay(phases, &Phases::default(), || Uuid::from_u128(1));
    Facts {
        clinic_id: Uuid::nil(),
        conditions: vec![condition.to_owned()],
        surgery_on: Some(surgery()),
        days: (surgery(), None),
        phases: laid.dated(surgery()),
    }
}

fn phase(name: &str, weeks: u16, terms: Terms) -> NewPhase {
    NewPhase { name: name.to_owned(), weeks: Some(weeks), terms, ..NewPhase::default() }
}

/// The keys of the rules that warn of these prescriptions, with the places concerned.
fn told(facts: &Facts, prescriptions: &[NewPrescription]) -> Vec<(&'static str, Vec<usize>)> {
    let exercises = library::shipped();
    let items: Vec<_> = prescriptions
        .iter()
        .map(|wanted| {
            let exercise = exercises.iter().find(|exercise| exercise.id == wanted.exercise_id)?;
            let schedule = wanted.schedule.as_ref().unwrap_or(&exercise.default_schedule);
            let dose = wanted.dose.unwrap_or(exercise.default_dose);
            Some(Item { exercise, dose, schedule, places: &wanted.phases })
        })
        .collect();
    let warnings = library::cautions().iter().filter_map(|caution| caution.warn(facts, &items));
    warnings.map(|warning| (warning.caution.key.as_str(), warning.prescriptions)).collect()
}

fn prescribed(number: i32, kilograms: Option<f64>, phases: &[u16]) -> NewPrescription {
    let exercise = library::shipped().swap_remove(usize::try_from(number - 1).unwrap());
    let load = kilograms.map(Load::Kilograms);
    NewPrescription {
        exercise_id: exercise.id,
        dose: Some(Dose { load, ..exercise.default_dose }),
        phases: phases.to_vec(),
        ..NewPrescription::default()
    }
}

#[test]
fn what_a_phase_speaks_against_warns_in_it_alone() {
    let careful = Terms {
        precautions: vec![Precaution { text: "No turning.".to_owned(), tags: vec!["ROT".to_owned()] }],
        lift_limit_kg: Some(5.0),
        ..Terms::default()
    };
    let known = facts("neck-pain", &[phase("careful", 2, careful), phase("free", 2, Terms::default())]);
    // 33: open book, which turns. 22: sit-to-stand.
    assert_eq!(told(&known, &[prescribed(33, None, &[1])]), []);
    for phases in [&[0][..], &[0, 1], &[]] {
        assert_eq!(told(&known, &[prescribed(33, None, phases)]), [("phase-movement", vec![0])]);
        assert_eq!(told(&known, &[prescribed(22, Some(5.1), phases)]), [("phase-lifting", vec![0])]);
        assert_eq!(told(&known, &[prescribed(22, Some(5.0), phases)]), []);
    }
    let later = Facts { days: (surgery().plus(14), None), ..known };
    for phases in [&[0][..], &[0, 1], &[]] {
        assert_eq!(told(&later, &[prescribed(33, None, phases)]), [], "the phase is over");
    }
}

#[test]
fn weeks_after_surgery_are_those_of_the_phase() {
    let gate = Terms { exit_criteria: vec!["cleared".to_owned()], ..Terms::default() };
    let phases =
        [phase("first", 6, Terms::default()), phase("second", 6, gate), phase("third", 6, Terms::default())];
    let known = facts("after-lumbar-fusion", &phases);
    // 20: mini squat, under load along the spine, against which the first six weeks speak.
    assert_eq!(told(&known, &[prescribed(20, None, &[0])]), [("lumbar-fusion-movement", vec![0])]);
    assert_eq!(told(&known, &[prescribed(20, None, &[1])]), []);
    // Resistance from the twelfth week: the second phase begins before.
    assert_eq!(told(&known, &[prescribed(20, Some(1.0), &[1])]), [("lumbar-fusion-resistance", vec![0])]);
    assert_eq!(told(&known, &[prescribed(20, Some(1.0), &[2])]), []);
}

#[test]
fn a_limit_of_the_phase_stands_for_the_default_within_the_range_of_the_rule_and_no_further() {
    let limit = |kilograms| Terms { lift_limit_kg: Some(kilograms), ..Terms::default() };
    let lifts = |known: &Facts, kilograms| {
        let told = told(known, &[prescribed(22, Some(kilograms), &[])]);
        told.iter().any(|(rule, _)| *rule == "discectomy-lifting")
    };
    let known = |terms| facts("after-discectomy-laminectomy", &[phase("first", 4, terms)]);
    for (terms, kilograms, warns) in [
        (Terms::default(), 2.3, false),
        (Terms::default(), 2.4, true),
        (limit(4.0), 4.0, false),
        (limit(4.0), 4.1, true),
        (limit(20.0), 4.5, false),
        (limit(20.0), 4.6, true),
        (limit(1.0), 1.1, true),
    ] {
        assert_eq!(lifts(&known(terms.clone()), kilograms), warns, "{terms:?} {kilograms}");
    }
}

#[test]
fn what_is_not_done_at_the_same_time_is_neither_too_much_nor_twice() {
    let known = facts("neck-pain", &[phase("one", 2, Terms::default()), phase("two", 2, Terms::default())]);
    let apart: Vec<_> = [1, 2, 4, 14, 15]
        .into_iter()
        .map(|number| prescribed(number, None, &[0]))
        .chain([1, 2, 4, 14, 15].into_iter().map(|number| prescribed(number, None, &[1])))
        .collect();
    assert_eq!(told(&known, &apart), []);
    let mut more = apart.clone();
    more.push(prescribed(29, None, &[]));
    assert_eq!(told(&known, &more), [("too-many-exercises", vec![])]);
    assert_eq!(
        told(&known, &[prescribed(1, None, &[0]), prescribed(1, None, &[])]),
        [("duplicate-exercise", vec![0, 1])]
    );
}

#[test]
fn no_shipped_template_clashes_with_the_condition_it_is_for() {
    let mut clashes = Vec::new();
    for template in template::shipped_in(library::Language::English) {
        for condition in &template.conditions {
            let known = facts(condition, &template.phases);
            let told: BTreeSet<_> = told(&known, &template.prescriptions).into_iter().collect();
            clashes.extend(
                told.into_iter().map(|(rule, places)| format!("{}: {rule} {places:?}", template.title)),
            );
        }
    }
    assert_eq!(clashes, [""; 0]);
}
