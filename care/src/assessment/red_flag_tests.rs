#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::red_flag::{TEXTS, findings, rules};
use super::*;
use crate::library::Language;
use proptest::prelude::*;
use sea_orm::Iterable;
use std::collections::BTreeSet;

fn set<'a>(keys: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    keys.into_iter().cloned().collect()
}

fn level_of(cluster: &str, present: &BTreeSet<String>) -> Option<Level> {
    findings(present).into_iter().find(|finding| finding.cluster == cluster).map(|finding| finding.level)
}

#[test]
fn every_sign_is_asked_in_words_and_used_and_every_rule_is_of_its_cluster() {
    let keys: BTreeSet<_> = signs().iter().map(|sign| &sign.key).collect();
    assert_eq!(keys.len(), signs().len());
    let [english, spanish] = Language::ALL.map(|language| TEXTS.of(language));
    for words in [english, spanish] {
        assert_eq!(keys, words.sign.keys().collect());
    }
    for (key, question) in &english.sign {
        assert_ne!(*question, spanish.sign[key]);
    }
    let used: BTreeSet<_> = rules().iter().flat_map(|rule| rule.signs.iter().chain(&rule.also)).collect();
    assert_eq!(keys, used);
    for rule in rules() {
        for key in rule.signs.iter().chain(&rule.also) {
            assert_eq!(signs().iter().find(|sign| sign.key == *key).unwrap().cluster, rule.cluster);
        }
        assert!(rule.source.len() > 10 && (1..=rule.signs.len()).contains(&rule.least), "{rule:?}");
    }
    for level in Level::iter() {
        let advice = Language::ALL.map(|language| level.advice(language, "911"));
        assert_ne!(advice[0], advice[1]);
        for text in advice {
            assert!(text.ends_with('.') && !text.contains('{'), "{text}");
            assert_eq!(text.contains("911"), level > Level::Review, "{text}");
        }
    }
}

#[test]
fn each_rule_speaks_at_its_number_of_signs_and_not_before() {
    for rule in rules() {
        let enough = set(rule.signs.iter().take(rule.least).chain(rule.also.iter().take(1)));
        assert!(rule.speaks(&enough), "{rule:?}");
        assert!(level_of(&rule.cluster, &enough) >= Some(rule.level), "{rule:?}");
        let one_less = set(rule.signs.iter().take(rule.least - 1).chain(&rule.also));
        assert!(!rule.speaks(&one_less), "{rule:?}");
        if !rule.also.is_empty() {
            assert!(!rule.speaks(&set(&rule.signs)), "{rule:?}: another sign is wanted beside them");
            for other in &rule.also {
                assert!(rule.speaks(&set(rule.signs.iter().chain([other]))), "{rule:?}");
            }
        }
    }
}

#[test]
fn what_the_clusters_say_is_what_was_decided() {
    use Level::{Emergency, Review, Urgent};
    for (signs, cluster, level) in [
        (&["urine"][..], "cauda-equina", Some(Emergency)),
        (&["saddle"], "cauda-equina", Some(Emergency)),
        (&["both-legs-weak"], "cauda-equina", Some(Emergency)),
        (&["rectal-fullness"], "cauda-equina", Some(Emergency)),
        (&["sexual-function"], "cauda-equina", Some(Review)),
        (&["sexual-function", "saddle"], "cauda-equina", Some(Emergency)),
        (&["chest-pain"], "acute", Some(Emergency)),
        (&["fainting"], "acute", Some(Emergency)),
        (&["tearing-pain"], "acute", Some(Emergency)),
        (&["breathless-after-surgery"], "acute", Some(Emergency)),
        (&["severe-trauma"], "fracture", Some(Urgent)),
        (&["steroids"], "fracture", None),
        (&["steroids", "age-over-70"], "fracture", Some(Urgent)),
        (&["fever"], "infection", Some(Review)),
        (&["fever", "diabetes"], "infection", Some(Urgent)),
        (&["diabetes"], "infection", None),
        (&["wound"], "infection", Some(Urgent)),
        (&["cancer-history"], "malignancy", Some(Review)),
        (&["clumsy-hands"], "myelopathy", Some(Urgent)),
        (&["hoffmann", "babinski"], "myelopathy", None),
        (&["hoffmann", "babinski", "age-over-45"], "myelopathy", Some(Urgent)),
        (&[], "acute", None),
    ] {
        let present = signs.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(level_of(cluster, &present), level, "{signs:?}");
    }
}

proptest! {
    #[test]
    fn another_sign_never_lowers_concern(picked in prop::collection::btree_set(0_usize..31, 0..8), more in 0_usize..31) {
        let mut present: BTreeSet<String> = picked.iter().map(|at| signs()[*at].key.clone()).collect();
        let before = findings(&present);
        present.insert(signs()[more].key.clone());
        for finding in before {
            prop_assert!(level_of(&finding.cluster, &present) >= Some(finding.level));
        }
    }
}
