#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::library::{Rule, cautions};
use std::collections::HashSet;

/// The names that are the same in both languages.
const SAME: [&str; 1] = ["Cobra (yoga)"];

#[test]
fn every_exercise_is_complete() {
    let exercises = &EXERCISES.exercise;
    assert_eq!(exercises.len(), 66);
    let keys: HashSet<_> = exercises.iter().map(|record| &record.key).collect();
    assert_eq!(keys.len(), 66);
    for (at, record) in exercises.iter().enumerate() {
        assert_eq!(usize::try_from(record.number).unwrap(), at + 1, "{}", record.key);
        assert_eq!(record.dose().check(), Ok(()), "{}", record.key);
        assert_eq!(record.schedule().check(), Ok(()), "{}", record.key);
        assert!(!record.categories.is_empty() && !record.conditions.is_empty(), "{}", record.key);
        for language in Language::ALL {
            let text = &TEXTS.of(language)[&record.key];
            for part in [&text.name, &text.preparation, &text.form_cue, &text.breathing, &text.safety] {
                assert!(!part.trim().is_empty(), "{} {language:?}", record.key);
            }
            assert!((2..=6).contains(&text.steps.len()), "{}", record.key);
        }
    }
}

#[test]
fn every_exercise_has_words_of_its_own_in_each_language() {
    let (english, spanish) = (TEXTS.of(Language::English), TEXTS.of(Language::Spanish));
    assert_eq!(english.keys().collect::<HashSet<_>>(), spanish.keys().collect());
    assert_eq!(english.len(), 66);
    for (key, text) in english {
        let other = &spanish[key];
        assert_eq!(text.steps.len(), other.steps.len(), "{key}");
        assert!(text.name != other.name || SAME.contains(&text.name.as_str()), "{key}");
        let parts = |text: &Text| {
            let parts = [&text.preparation, &text.form_cue, &text.breathing, &text.safety];
            parts.into_iter().chain(&text.steps).cloned().collect::<Vec<_>>()
        };
        for (one, other) in parts(text).into_iter().zip(parts(other)) {
            assert_ne!(one, other, "{key}");
        }
    }
}

#[test]
fn every_condition_has_its_words() {
    let signs = CONDITIONS.iter().filter(|condition| condition.sign).count();
    assert_eq!((CONDITIONS.len() - signs, signs), (12, 1));
    for language in Language::ALL {
        assert_eq!(CONDITION_TEXTS.of(language).len(), 13);
    }
    for condition in CONDITIONS.iter() {
        let [english, spanish] = Language::ALL.map(|language| condition.text(language));
        assert!(!english.name.is_empty() && !spanish.name.is_empty(), "{}", condition.key);
        assert_ne!(english.name, spanish.name);
        assert_ne!(english.description, spanish.description);
    }
}

#[test]
fn what_is_said_of_an_exercise_is_said_in_words_that_there_are() {
    let conditions: Vec<_> = CONDITIONS.iter().map(|record| record.key.clone()).collect();
    for record in &EXERCISES.exercise {
        for (words, known) in [
            (&record.categories, &EXERCISES.categories),
            (&record.tags, &EXERCISES.tags),
            (&record.equipment, &EXERCISES.equipment),
            (&record.conditions, &conditions),
        ] {
            assert_eq!(words.iter().collect::<HashSet<_>>().len(), words.len(), "{}", record.key);
            assert!(words.iter().all(|word| known.contains(word)), "{}: {words:?}", record.key);
        }
    }
    for condition in CONDITIONS.iter().filter(|condition| !condition.sign).map(|condition| &condition.key) {
        assert!(EXERCISES.exercise.iter().any(|record| record.conditions.contains(condition)), "{condition}");
    }
}

#[test]
fn no_exercise_is_for_a_condition_that_a_rule_always_warns_of_it_with() {
    let mut looked_at = 0;
    for caution in cautions() {
        let Rule::Movement { condition, tags, weeks: None } = &caution.rule else { continue };
        for record in EXERCISES.exercise.iter().filter(|record| record.conditions.contains(condition)) {
            assert!(!record.tags.iter().any(|tag| tags.contains(tag)), "{}: {}", record.key, caution.key);
            looked_at += 1;
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

#[test]
fn movement_tags_of_rules_are_those_that_exercises_may_have() {
    for caution in cautions() {
        if let Rule::Movement { tags, .. } | Rule::Exercises { tags, .. } = &caution.rule {
            assert!(tags.iter().all(|tag| EXERCISES.tags.contains(tag)), "{}", caution.key);
        }
    }
}
