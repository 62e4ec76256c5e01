#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::treatment::{Rule, WORDS, guidelines, notices};
use super::*;
use crate::library::{Basis, Language, conditions};
use proptest::prelude::*;
use std::collections::BTreeSet;

const LOW_BACK: &str = "chronic-low-back-pain";

fn treated(key: &str, minutes: i32, body_region: BodyRegion) -> Treated {
    Treated { treatment: key.to_owned(), minutes, body_region, response: None, note: None }
}

/// The guidelines that give notice, and of what.
fn told(treated: &[Treated], conditions: &[&str]) -> Vec<(&'static str, Vec<String>)> {
    let conditions: Vec<_> = conditions.iter().map(|key| (*key).to_owned()).collect();
    let pair = |notice: Notice| (notice.guideline.key.as_str(), notice.treatments);
    notices(treated, &conditions).into_iter().map(pair).collect()
}

#[test]
fn treatments_and_guidelines_are_complete_in_both_languages() {
    let keys: BTreeSet<_> = treatments().iter().map(|treatment| &treatment.key).collect();
    assert_eq!((keys.len(), treatments().len()), (21, 21));
    let said: BTreeSet<_> = guidelines().iter().map(|guideline| &guideline.key).collect();
    for words in Language::ALL.map(|language| WORDS.of(language)) {
        assert_eq!(keys, words.name.keys().collect());
        assert_eq!(said, words.guideline.keys().collect());
        assert!(words.name.values().all(|name| name.len() > 2));
    }
    let used: BTreeSet<_> =
        treatments().iter().filter_map(Treatment::guideline).map(|guideline| &guideline.key).collect();
    assert_eq!(used, said);
    for guideline in guidelines() {
        assert!(guideline.basis == Basis::Published && guideline.source.contains("NG59"), "{guideline:?}");
        let (english, spanish) = (guideline.text(Language::English), guideline.text(Language::Spanish));
        assert!(english.ends_with('.') && spanish.ends_with('.') && english != spanish, "{guideline:?}");
        if let Rule::DoNotOffer { conditions: those, regions } = &guideline.rule {
            assert!(!those.is_empty() && !regions.is_empty());
            assert!(those.iter().all(|key| conditions().any(|record| record.key == *key)), "{those:?}");
        }
    }
    assert!(treatments().is_sorted_by_key(|treatment| treatment.kind == TreatmentKind::Passive));
    let passive = treatments().iter().filter(|treatment| treatment.kind == TreatmentKind::Active);
    assert!(passive.into_iter().all(|treatment| treatment.guideline().is_none()));
}

#[test]
fn guidelines_give_notice_where_they_speak_and_not_elsewhere() {
    use BodyRegion::{LowerBack, Neck};
    let manual = |key: &str| vec![("manual-therapy", vec![key.to_owned()])];
    let alone = [treated("spinal-manipulation", 10, LowerBack)];
    assert_eq!(told(&alone, &[]), manual("spinal-manipulation"));
    let package = [treated("mobilization", 10, LowerBack), treated("core-strengthening", 15, LowerBack)];
    assert_eq!(told(&package, &[LOW_BACK]), []);
    let heated = [treated("soft-tissue-work", 10, Neck), treated("heat", 10, Neck)];
    assert_eq!(told(&heated, &[]), manual("soft-tissue-work"), "heat is no exercise");
    for key in ["therapeutic-ultrasound", "tens", "interferential-current", "pens", "traction"] {
        let exercised = |region| [treated(key, 10, region), treated("aerobic", 20, BodyRegion::WholeBody)];
        let expected = vec![("electrotherapy-traction", vec![key.to_owned()])];
        for condition in [LOW_BACK, "acute-low-back-pain", "herniated-disc"] {
            assert_eq!(told(&exercised(LowerBack), &["neck-pain", condition]), expected, "{key} {condition}");
        }
        assert_eq!(told(&exercised(LowerBack), &["neck-pain"]), [], "{key}");
        assert_eq!(told(&exercised(Neck), &[LOW_BACK]), [], "{key}: of another part");
    }
    let twice = [treated("tens", 10, LowerBack), treated("tens", 5, LowerBack), treated("traction", 5, Neck)];
    assert_eq!(told(&twice, &[LOW_BACK]), [("electrotherapy-traction", vec!["tens".to_owned()])]);
}

fn any_treated() -> impl Strategy<Value = Treated> {
    let regions = [BodyRegion::Neck, BodyRegion::LowerBack, BodyRegion::Leg];
    (0..treatments().len(), 1..=240, 0..regions.len())
        .prop_map(move |(at, minutes, region)| treated(&treatments()[at].key, minutes, regions[region]))
}

proptest! {
    #[test]
    fn minutes_are_of_one_kind_or_the_other_and_none_is_lost(
        list in prop::collection::vec(any_treated(), 0..20), cut in 0_usize..20,
    ) {
        let all = minutes(&list);
        prop_assert_eq!(all.active + all.passive, list.iter().map(|treated| treated.minutes).sum::<i32>());
        let (front, back) = list.split_at(cut.min(list.len()));
        let (front, back) = (minutes(front), minutes(back));
        prop_assert_eq!((front.active + back.active, front.passive + back.passive), (all.active, all.passive));
    }

    #[test]
    fn exercise_beside_it_never_adds_a_notice_and_alone_gives_none(
        list in prop::collection::vec(any_treated(), 1..10),
    ) {
        let before = told(&list, &[LOW_BACK]);
        let mut more = list;
        more.push(treated("balance", 5, BodyRegion::WholeBody));
        prop_assert!(told(&more, &[LOW_BACK]).iter().all(|notice| before.contains(notice)));
        more.retain(|treated| treatment(&treated.treatment).unwrap().kind == TreatmentKind::Active);
        prop_assert!(told(&more, &[LOW_BACK]).is_empty());
    }
}
