//! The rules that a program is held against, straight from the data files.

use super::data::parse;
use super::dose::DoseKind;
use super::language::{Language, Translations, translations};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Where a rule is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Basis {
    /// A published source.
    Published,
    /// Our own default, to be reviewed by a licensed clinician.
    Default,
}

/// A rule that warns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Caution {
    /// Its key.
    pub key: String,
    /// What it is about.
    #[serde(flatten)]
    pub rule: Rule,
    /// Where it is from.
    pub basis: Basis,
    /// The source, or who is to review it.
    pub source: String,
    /// Whether who goes past it gives a reason.
    pub reason: bool,
}

/// What a rule is about. `weeks` count from the day of surgery, from the first up to the last.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Rule {
    /// Exercises with one of these movement tags.
    Movement {
        /// The condition concerned.
        condition: String,
        /// Any of them.
        tags: Vec<String>,
        /// When, after surgery.
        weeks: Option<[i32; 2]>,
    },
    /// Exercises with a load.
    Loaded {
        /// The condition concerned.
        condition: String,
        /// Of this category alone.
        category: Option<String>,
        /// When, after surgery.
        weeks: Option<[i32; 2]>,
    },
    /// Loads that are heavier.
    Lifting {
        /// The condition concerned.
        condition: String,
        /// Kilograms that are still right.
        over_kilograms: f64,
        /// The most that the limit of a phase, which the clinic or the surgeon sets, makes of them.
        at_most_kilograms: f64,
        /// When, after surgery.
        weeks: Option<[i32; 2]>,
    },
    /// Exercises for the left or the right alone.
    OneSided {
        /// The condition concerned.
        condition: String,
    },
    /// These exercises, and any with one of these movement tags or categories, as a clinic's own may have.
    Exercises {
        /// The condition concerned.
        condition: String,
        /// Their keys in the library.
        exercises: Vec<String>,
        /// Any of them.
        tags: Vec<String>,
        /// Any of them.
        categories: Vec<String>,
    },
    /// A condition after surgery without the day of surgery.
    SurgeryDate,
    /// More exercises than people keep up.
    TooMany {
        /// The most that are right.
        most: usize,
    },
    /// Exercises of this category on days that follow each other, or on too many, where they do not start
    /// like that.
    NoRest {
        /// The category.
        category: String,
        /// The most days a week that are right.
        most_a_week: u8,
    },
    /// Doses of another size than usual and than the exercise starts with, for exercises of this category and kind of dose. Each pair is the
    /// least and the most that are usual.
    Dose {
        /// The category.
        category: String,
        /// The kind of dose.
        dose_kind: DoseKind,
        /// Sets.
        sets: Option<[u32; 2]>,
        /// Repetitions of a set.
        reps: Option<[u32; 2]>,
        /// Seconds of a hold.
        hold_seconds: Option<[u32; 2]>,
        /// Seconds of a bout.
        duration_seconds: Option<[u32; 2]>,
    },
    /// The same exercise twice for the same side.
    Duplicate,
    /// Exercises that the precautions of their own phase speak against.
    PhaseMovement,
    /// Loads that are heavier than the limit of their own phase.
    PhaseLift,
}

impl Caution {
    /// The sentence that a therapist reads.
    pub fn text(&self, language: Language) -> &'static str {
        TEXTS.of(language).get(&self.key).map_or("", String::as_str)
    }
}

#[derive(Deserialize)]
struct Cautions {
    caution: Vec<Caution>,
}

static CAUTIONS: LazyLock<Vec<Caution>> = LazyLock::new(|| {
    let file: Option<Cautions> = parse("cautions", include_str!("../../data/cautions.toml"));
    file.map(|file| file.caution).unwrap_or_default()
});

static TEXTS: LazyLock<Translations<HashMap<String, String>>> = LazyLock::new(|| translations!("cautions"));

/// All rules, in the order of the data file.
pub fn cautions() -> &'static [Caution] {
    &CAUTIONS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::conditions;
    use std::collections::HashSet;

    #[test]
    fn every_rule_has_its_words_its_source_and_a_key_of_its_own() {
        let keys: HashSet<_> = cautions().iter().map(|caution| &caution.key).collect();
        assert_eq!(keys.len(), cautions().len());
        let (english, spanish) = (TEXTS.of(Language::English), TEXTS.of(Language::Spanish));
        assert_eq!(keys, english.keys().collect());
        assert_eq!(keys, spanish.keys().collect());
        for caution in cautions() {
            for language in Language::ALL {
                assert!(caution.text(language).ends_with('.'), "{} {language:?}", caution.key);
            }
            assert_ne!(english[&caution.key], spanish[&caution.key]);
            assert!(caution.source.len() > 10, "{}", caution.key);
            let ours = caution.source.starts_with("Default of Plumbline");
            assert_eq!(ours, caution.basis == Basis::Default, "{}", caution.key);
        }
    }

    #[test]
    fn rules_are_about_conditions_that_there_are_and_weeks_only_after_surgery() {
        let known: std::collections::HashMap<_, _> =
            conditions().map(|record| (record.key.as_str(), record.post_operative)).collect();
        for caution in cautions() {
            let (condition, weeks) = match &caution.rule {
                Rule::Movement { condition, weeks, .. }
                | Rule::Loaded { condition, weeks, .. }
                | Rule::Lifting { condition, weeks, .. } => (condition, weeks),
                Rule::OneSided { condition } | Rule::Exercises { condition, .. } => (condition, &None),
                _ => continue,
            };
            assert_eq!(known[condition.as_str()], weeks.is_some(), "{}", caution.key);
            if let Rule::Exercises { exercises, .. } = &caution.rule {
                let shipped = crate::library::shipped();
                let known = |key: &String| shipped.iter().any(|exercise| exercise.key == *key);
                assert!(exercises.iter().all(known), "{}", caution.key);
            }
            assert!(weeks.is_none_or(|[first, last]| 0 <= first && first < last), "{}", caution.key);
        }
    }
}
