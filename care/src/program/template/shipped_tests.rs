#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::library::{Language, conditions};
use crate::program::check::Content;
use std::collections::BTreeSet;

fn keys<'a>(all: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    all.map(String::as_str).collect()
}

#[test]
fn every_condition_has_a_template_and_those_after_surgery_a_protocol() {
    for condition in conditions().filter(|condition| !condition.sign) {
        let fitting: Vec<_> =
            records().iter().filter(|record| record.conditions.contains(&condition.key)).collect();
        assert!(!fitting.is_empty(), "{}", condition.key);
        assert!(fitting.iter().all(|record| record.after_surgery == condition.post_operative));
    }
    let ids: BTreeSet<_> = records().iter().map(Record::id).collect();
    assert_eq!(ids.len(), records().len());
}

#[test]
fn every_template_is_complete_in_both_languages() {
    for words in Language::ALL.map(|language| WORDS.of(language)) {
        assert_eq!(keys(words.template.keys()), keys(records().iter().map(|record| &record.key)));
        let phases = || records().iter().flat_map(|record| &record.phase);
        let criteria = phases().flat_map(|phase| phase.entry_criteria.iter().chain(&phase.exit_criteria));
        assert_eq!(keys(words.criteria.keys()), keys(criteria));
        let precautions = phases().flat_map(|phase| &phase.precautions).map(|record| &record.key);
        assert_eq!(keys(words.precautions.keys()), keys(precautions));
        for record in records() {
            let told = &words.template[&record.key];
            assert_eq!(keys(told.phases.keys()), keys(record.phase.iter().map(|phase| &phase.key)));
            assert!(!told.title.is_empty() && !told.description.is_empty(), "{}", record.key);
            assert!(record.source.len() > 10, "{}", record.key);
        }
    }
    for (english, spanish) in templates(Language::English).zip(templates(Language::Spanish)) {
        assert_ne!(english.title, spanish.title);
        assert_eq!(english.prescriptions, spanish.prescriptions);
    }
}

#[test]
fn every_template_could_be_given_as_it_is() {
    for template in Language::ALL.into_iter().flat_map(templates) {
        let (phases, prescriptions) = (template.phases.as_slice(), template.prescriptions.as_slice());
        Content { title: &template.title, note: None, phases, prescriptions }.check().unwrap();
        let asked: usize = records()
            .iter()
            .filter(|record| record.id() == template.id)
            .flat_map(|record| &record.phase)
            .map(|phase| phase.prescriptions.len())
            .sum();
        assert_eq!(prescriptions.len(), asked, "{}: an exercise is not known", template.title);
        let last = phases.len() - 1;
        for phase in &phases[..last] {
            assert!(!phase.terms.exit_criteria.is_empty(), "{}: {}", template.title, phase.name);
        }
        if template.after_surgery {
            assert!(phases[0].terms.lift_limit_kg.is_some(), "{}", template.title);
        }
    }
}
