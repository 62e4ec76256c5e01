//! The data files of the library, parsed once.

use super::language::{Language, Translations, translations};
use crate::library::dose::{Dose, DoseKind, Load, Side};
use crate::library::schedule::{Frequency, Schedule};
use serde::{Deserialize, Serialize};
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
    pub(super) equipment: Vec<String>,
    pub(super) conditions: Vec<String>,
    default_dose: DoseRecord,
    default_schedule: ScheduleRecord,
}

/// A dose as data files have it.
#[derive(Debug, Deserialize)]
pub(crate) struct DoseRecord {
    kind: DoseKind,
    sets: u8,
    reps: Option<u16>,
    hold_seconds: Option<u16>,
    duration_seconds: Option<u32>,
    distance_metres: Option<u32>,
    side: Side,
    load_kg: Option<f64>,
    target_rpe: Option<u8>,
}

/// A schedule as data files have it.
#[derive(Debug, Deserialize)]
pub(crate) struct ScheduleRecord {
    kind: String,
    times_per_week: Option<u8>,
    times_per_day: u8,
}

impl Record {
    pub(super) fn dose(&self) -> Dose {
        self.default_dose.dose()
    }

    pub(super) fn schedule(&self) -> Schedule {
        self.default_schedule.schedule()
    }
}

impl DoseRecord {
    pub(crate) fn dose(&self) -> Dose {
        Dose {
            kind: self.kind,
            sets: self.sets,
            reps: self.reps,
            hold_seconds: self.hold_seconds,
            duration_seconds: self.duration_seconds,
            distance_metres: self.distance_metres,
            side: self.side,
            load: self.load_kg.map(Load::Kilograms),
            tempo: None,
            rest_seconds: None,
            target_rpe: self.target_rpe,
        }
    }
}

impl ScheduleRecord {
    pub(crate) fn schedule(&self) -> Schedule {
        let frequency = match (self.kind.as_str(), self.times_per_week) {
            ("TIMES_PER_WEEK", Some(times)) => Frequency::TimesPerWeek { times },
            _ => Frequency::Daily,
        };
        Schedule { frequency, times_per_day: self.times_per_day }
    }
}

/// What a patient reads about an exercise. Of a clinic's own, all but name and steps may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl ConditionRecord {
    /// Its words.
    pub fn text(&self, language: Language) -> &'static ConditionText {
        static NONE: ConditionText = ConditionText { name: String::new(), description: String::new() };
        CONDITION_TEXTS.of(language).get(&self.key).unwrap_or(&NONE)
    }
}

/// What a condition is called.
#[derive(Debug, Clone, Deserialize)]
pub struct ConditionText {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub description: String,
}

/// The data file of the exercises, with all words that there are for what it says of them.
#[derive(Default, Deserialize)]
pub(super) struct Exercises {
    pub(super) categories: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) equipment: Vec<String>,
    pub(super) exercise: Vec<Record>,
}

#[derive(Deserialize)]
struct Conditions {
    condition: Vec<ConditionRecord>,
}

/// A data file is part of the program: one that does not parse is caught by the tests below.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Option<T> {
    toml::from_str(text).inspect_err(|error| tracing::error!(file, %error, "a data file does not parse")).ok()
}

pub(super) static EXERCISES: LazyLock<Exercises> =
    LazyLock::new(|| parse("exercises", include_str!("../../data/exercises.toml")).unwrap_or_default());

pub(super) static TEXTS: LazyLock<Translations<HashMap<String, Text>>> =
    LazyLock::new(|| translations!("exercises"));

pub(super) static CONDITIONS: LazyLock<Vec<ConditionRecord>> = LazyLock::new(|| {
    let file: Option<Conditions> = parse("conditions", include_str!("../../data/conditions.toml"));
    file.map(|file| file.condition).unwrap_or_default()
});

static CONDITION_TEXTS: LazyLock<Translations<HashMap<String, ConditionText>>> =
    LazyLock::new(|| translations!("conditions"));

#[cfg(test)]
#[path = "data_tests.rs"]
mod tests;
