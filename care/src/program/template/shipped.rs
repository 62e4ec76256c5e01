//! The templates and protocols of the data files, one for every condition.

use super::Template;
use crate::library::{
    Basis, DoseRecord, Language, ScheduleRecord, Translations, exercise_of, parse, translations,
};
use crate::program::{NewPhase, NewPrescription, Precaution, Terms};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

#[derive(Deserialize)]
struct File {
    template: Vec<Record>,
}

/// A template as the data file has it.
#[derive(Deserialize)]
pub(super) struct Record {
    number: u32,
    pub(super) key: String,
    pub(super) conditions: Vec<String>,
    after_surgery: bool,
    version: i32,
    basis: Basis,
    source: String,
    pub(super) phase: Vec<PhaseRecord>,
}

#[derive(Deserialize)]
pub(super) struct PhaseRecord {
    pub(super) key: String,
    weeks: Option<u16>,
    #[serde(default)]
    pub(super) entry_criteria: Vec<String>,
    #[serde(default)]
    pub(super) exit_criteria: Vec<String>,
    #[serde(default)]
    pub(super) precautions: Vec<PrecautionRecord>,
    lift_limit_kg: Option<f64>,
    sit_limit_minutes: Option<u16>,
    walk_goal_minutes: Option<u16>,
    #[serde(default)]
    education: Vec<String>,
    prescriptions: Vec<PrescriptionRecord>,
}

#[derive(Deserialize)]
pub(super) struct PrecautionRecord {
    pub(super) key: String,
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct PrescriptionRecord {
    exercise: String,
    dose: Option<DoseRecord>,
    schedule: Option<ScheduleRecord>,
}

/// The words of a language.
#[derive(Default, Deserialize)]
pub(super) struct Words {
    pub(super) template: HashMap<String, TemplateWords>,
    pub(super) criteria: HashMap<String, String>,
    pub(super) precautions: HashMap<String, String>,
}

#[derive(Deserialize)]
pub(super) struct TemplateWords {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) phases: HashMap<String, String>,
}

static RECORDS: LazyLock<Vec<Record>> = LazyLock::new(|| {
    let file: Option<File> = parse("templates", include_str!("../../../data/templates.toml"));
    file.map(|file| file.template).unwrap_or_default()
});

pub(super) static WORDS: LazyLock<Translations<Words>> = LazyLock::new(|| translations!("templates"));

pub(super) fn records() -> &'static [Record] {
    &RECORDS
}

/// The shipped templates in the order of the data file, in this language.
pub(super) fn templates(language: Language) -> impl Iterator<Item = Template> {
    let words = WORDS.of(language);
    RECORDS.iter().filter_map(|record| record.template(words))
}

impl Record {
    /// Its id, the same in every installation.
    pub(super) fn id(&self) -> Uuid {
        // UUIDv7 of a fixed instant, with the number where the randomness would be.
        Uuid::from_u128(0x018f_0000_0001_7000_8000_0000_0000_0000 | u128::from(self.number))
    }

    fn template(&'static self, words: &Words) -> Option<Template> {
        let told = words.template.get(&self.key)?;
        let prescriptions = self.phase.iter().zip(0..).flat_map(|(phase, at)| phase.prescriptions(at));
        Some(Template {
            id: self.id(),
            version: self.version,
            title: told.title.clone(),
            description: Some(told.description.clone()),
            after_surgery: self.after_surgery,
            surgeon: None,
            conditions: self.conditions.clone(),
            phases: self.phase.iter().map(|phase| phase.new_phase(told, words)).collect(),
            prescriptions: prescriptions.collect(),
            basis: Some(self.basis),
            source: Some(&self.source),
            created_by: None,
            created_at: None,
            archived_at: None,
        })
    }
}

impl PhaseRecord {
    fn new_phase(&self, told: &TemplateWords, words: &Words) -> NewPhase {
        let text =
            |words: &HashMap<String, String>, key: &String| words.get(key).cloned().unwrap_or_default();
        let criteria = |keys: &[String]| keys.iter().map(|key| text(&words.criteria, key)).collect();
        let precaution = |record: &PrecautionRecord| Precaution {
            text: text(&words.precautions, &record.key),
            tags: record.tags.clone(),
        };
        NewPhase {
            name: text(&told.phases, &self.key),
            weeks: self.weeks,
            terms: Terms {
                entry_criteria: criteria(&self.entry_criteria),
                exit_criteria: criteria(&self.exit_criteria),
                precautions: self.precautions.iter().map(precaution).collect(),
                lift_limit_kg: self.lift_limit_kg,
                sit_limit_minutes: self.sit_limit_minutes,
                walk_goal_minutes: self.walk_goal_minutes,
                education: self.education.clone(),
            },
            ..NewPhase::default()
        }
    }

    fn prescriptions(&self, at: u16) -> impl Iterator<Item = NewPrescription> {
        self.prescriptions.iter().filter_map(move |record| {
            Some(NewPrescription {
                exercise_id: exercise_of(&record.exercise)?,
                dose: record.dose.as_ref().map(DoseRecord::dose),
                schedule: record.schedule.as_ref().map(ScheduleRecord::schedule),
                continues: None,
                phases: vec![at],
            })
        })
    }
}

#[cfg(test)]
#[path = "shipped_tests.rs"]
mod tests;
