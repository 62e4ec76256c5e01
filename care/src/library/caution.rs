//! The rules that a program is held against, straight from the data files.

use super::data::parse;
use super::dose::DoseKind;
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
        /// When, after surgery.
        weeks: Option<[i32; 2]>,
    },
    /// Exercises for the left or the right alone.
    OneSided {
        /// The condition concerned.
        condition: String,
    },
    /// These exercises, and any with one of these movement tags.
    Exercises {
        /// The condition concerned.
        condition: String,
        /// Their keys in the library.
        exercises: Vec<String>,
        /// Any of them.
        tags: Vec<String>,
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
}

impl Caution {
    /// The sentence that a therapist reads. English stands in for a language without a file.
    pub fn text(&self) -> &'static str {
        ENGLISH.get(&self.key).map_or("", String::as_str)
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

static ENGLISH: LazyLock<HashMap<String, String>> =
    LazyLock::new(|| parse("en/cautions", include_str!("../../data/en/cautions.toml")).unwrap_or_default());

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
        assert_eq!(keys, ENGLISH.keys().collect());
        for caution in cautions() {
            assert!(caution.text().ends_with('.') && caution.source.len() > 10, "{}", caution.key);
            let ours = caution.source.starts_with("Default of Plumbline");
            assert_eq!(ours, caution.basis == Basis::Default, "{}", caution.key);
        }
    }

    #[test]
    fn rules_are_about_conditions_that_there_are_and_weeks_only_after_surgery() {
        let known: std::collections::HashMap<_, _> =
            conditions().map(|(record, _)| (record.key.as_str(), record.post_operative)).collect();
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
