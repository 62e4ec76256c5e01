//! The data files of the library, parsed once.

use crate::library::dose::{Dose, DoseKind, Side};
use crate::library::schedule::{Frequency, Schedule};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// An exercise as the data file has it.
#[derive(Debug, Deserialize)]
pub(super) struct Record {
    pub(super) number: i32,
    pub(super) key: String,
    pub(super) categories: Vec<String>,
    #[serde(default)]
    pub(super) tags: Vec<String>,
    default_dose: DoseRecord,
    default_schedule: ScheduleRecord,
}

#[derive(Debug, Deserialize)]
struct DoseRecord {
    kind: DoseKind,
    sets: u8,
    reps: Option<u16>,
    hold_seconds: Option<u16>,
    duration_seconds: Option<u32>,
    distance_metres: Option<u32>,
    side: Side,
    target_rpe: Option<u8>,
}

#[derive(Debug, Deserialize)]
struct ScheduleRecord {
    kind: String,
    times_per_week: Option<u8>,
    times_per_day: u8,
}

impl Record {
    pub(super) fn dose(&self) -> Dose {
        let dose = &self.default_dose;
        Dose {
            kind: dose.kind,
            sets: dose.sets,
            reps: dose.reps,
            hold_seconds: dose.hold_seconds,
            duration_seconds: dose.duration_seconds,
            distance_metres: dose.distance_metres,
            side: dose.side,
            load: None,
            tempo: None,
            rest_seconds: None,
            target_rpe: dose.target_rpe,
        }
    }

    pub(super) fn schedule(&self) -> Schedule {
        let schedule = &self.default_schedule;
        let frequency = match (schedule.kind.as_str(), schedule.times_per_week) {
            ("TIMES_PER_WEEK", Some(times)) => Frequency::TimesPerWeek { times },
            _ => Frequency::Daily,
        };
        Schedule { frequency, times_per_day: schedule.times_per_day }
    }
}

/// What a patient reads about an exercise.
#[derive(Debug, Clone, Deserialize)]
pub struct Text {
    /// The exercise's name.
    pub name: String,
    /// How to get into position.
    pub preparation: String,
    /// What to do, step by step.
    pub steps: Vec<String>,
    /// What to watch.
    pub form_cue: String,
    /// How to breathe.
    pub breathing: String,
    /// When to stop, and what to avoid.
    pub safety: String,
}

/// A condition the library knows.
#[derive(Debug, Clone, Deserialize)]
pub struct ConditionRecord {
    /// Its key.
    pub key: String,
    /// Whether it follows surgery, so that phases count from the day of surgery.
    pub post_operative: bool,
    /// The part of the spine concerned.
    pub region: String,
    /// Whether it is a sign that was found, and no diagnosis.
    #[serde(default)]
    pub sign: bool,
}

/// What a condition is called.
#[derive(Debug, Clone, Deserialize)]
pub struct ConditionText {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
}

#[derive(Deserialize)]
struct Exercises {
    exercise: Vec<Record>,
}

#[derive(Deserialize)]
struct Conditions {
    condition: Vec<ConditionRecord>,
}

/// A data file is part of the program: one that does not parse is caught by the tests below.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Option<T> {
    toml::from_str(text).inspect_err(|error| tracing::error!(file, %error, "a data file does not parse")).ok()
}

pub(super) static EXERCISES: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let file: Option<Exercises> = parse("exercises", include_str!("../../data/exercises.toml"));
    file.map(|file| file.exercise).unwrap_or_default()
});

pub(super) static ENGLISH: LazyLock<HashMap<String, Text>> =
    LazyLock::new(|| parse("en/exercises", include_str!("../../data/en/exercises.toml")).unwrap_or_default());

pub(super) static CONDITIONS: LazyLock<Vec<ConditionRecord>> = LazyLock::new(|| {
    let file: Option<Conditions> = parse("conditions", include_str!("../../data/conditions.toml"));
    file.map(|file| file.condition).unwrap_or_default()
});

pub(super) static ENGLISH_CONDITIONS: LazyLock<HashMap<String, ConditionText>> = LazyLock::new(|| {
    parse("en/conditions", include_str!("../../data/en/conditions.toml")).unwrap_or_default()
});

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_exercise_is_complete() {
        assert_eq!(EXERCISES.len(), 66);
        let keys: HashSet<_> = EXERCISES.iter().map(|record| &record.key).collect();
        assert_eq!(keys.len(), 66);
        for (at, record) in EXERCISES.iter().enumerate() {
            assert_eq!(usize::try_from(record.number).unwrap(), at + 1, "{}", record.key);
            assert_eq!(record.dose().check(), Ok(()), "{}", record.key);
            assert_eq!(record.schedule().check(), Ok(()), "{}", record.key);
            assert!(!record.categories.is_empty(), "{}", record.key);
            let text = &ENGLISH[&record.key];
            for part in [&text.name, &text.preparation, &text.form_cue, &text.breathing, &text.safety] {
                assert!(!part.trim().is_empty(), "{}", record.key);
            }
            assert!((2..=6).contains(&text.steps.len()), "{}", record.key);
        }
        assert_eq!(ENGLISH.len(), 66);
    }

    #[test]
    fn every_condition_has_its_words() {
        assert_eq!(CONDITIONS.iter().filter(|condition| !condition.sign).count(), 12);
        assert_eq!(CONDITIONS.iter().filter(|condition| condition.sign).count(), 1);
        for condition in CONDITIONS.iter() {
            assert!(!ENGLISH_CONDITIONS[&condition.key].name.is_empty());
        }
    }

    #[test]
    fn movement_tags_are_those_that_precautions_know() {
        let known =
            ["FLX", "FLXL", "EXT", "ROT", "SB", "AX", "OH", "NT", "IMP", "PRN", "QUAD", "CER", "INV", "BAL"];
        for record in EXERCISES.iter() {
            for tag in &record.tags {
                assert!(known.contains(&tag.as_str()), "{}: {tag}", record.key);
            }
        }
    }
}
