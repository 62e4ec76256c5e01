//! What can be done in a visit and what guidelines say to it, straight from the data files.

use crate::library::{Basis, Language, Translations, parse, translations};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Who works in a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TreatmentKind {
    /// The patient moves.
    Active,
    /// Something is done to the patient.
    Passive,
}

/// The part of the body that was treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BodyRegion {
    /// The neck.
    Neck,
    /// The upper back.
    UpperBack,
    /// The lower back.
    LowerBack,
    /// The pelvis and the sacrum.
    Pelvis,
    /// A shoulder.
    Shoulder,
    /// An arm or hand.
    Arm,
    /// A hip.
    Hip,
    /// A leg or foot.
    Leg,
    /// All of it.
    WholeBody,
}

/// How the patient was right after a treatment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Response {
    /// Better than before.
    Better,
    /// As before.
    Same,
    /// Worse than before.
    Worse,
}

/// A treatment as it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Treated {
    /// The key of the treatment.
    pub treatment: String,
    /// How long, in minutes: 1 to 240.
    pub minutes: i32,
    /// What was treated.
    pub body_region: BodyRegion,
    /// How the patient was right after it; none where it was not noted.
    pub response: Option<Response>,
    /// At most 1,000 characters; for clinicians only.
    pub note: Option<String>,
}

/// Something that can be done in a visit.
#[derive(Debug, Deserialize)]
pub struct Treatment {
    /// Its key.
    pub key: String,
    /// Who works.
    pub kind: TreatmentKind,
    /// The key of the guideline that speaks of it.
    guideline: Option<String>,
}

/// What a guideline says to treatments. It forbids nothing.
#[derive(Debug, Deserialize)]
pub struct Guideline {
    /// Its key.
    pub key: String,
    /// Where it is from.
    pub basis: Basis,
    /// Its source.
    pub source: String,
    #[serde(flatten)]
    pub(super) rule: Rule,
}

/// When a guideline gives notice.
#[derive(Debug, Deserialize)]
#[serde(tag = "rule", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Rule {
    /// For patients with one of these conditions, where one of these regions was treated.
    DoNotOffer { conditions: Vec<String>, regions: Vec<BodyRegion> },
    /// Where no active treatment stands beside it.
    OnlyWithActive,
}

/// What a guideline says to a visit.
#[derive(Debug, Clone)]
pub struct Notice {
    /// The guideline.
    pub guideline: &'static Guideline,
    /// The keys of the treatments concerned, each once.
    pub treatments: Vec<String>,
}

/// How long treatments of each kind took together, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Minutes {
    /// The active ones.
    pub active: i32,
    /// The passive ones.
    pub passive: i32,
}

#[derive(Deserialize)]
struct File {
    treatment: Vec<Treatment>,
    guideline: Vec<Guideline>,
}

#[derive(Default, Deserialize)]
pub(super) struct Words {
    pub(super) name: HashMap<String, String>,
    pub(super) guideline: HashMap<String, String>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    let file = parse("treatments", include_str!("../../data/treatments.toml"));
    file.unwrap_or(File { treatment: Vec::new(), guideline: Vec::new() })
});

/// The words of the treatments and guidelines.
pub(super) static WORDS: LazyLock<Translations<Words>> = LazyLock::new(|| translations!("treatments"));

/// Every treatment, active ones first.
pub fn treatments() -> &'static [Treatment] {
    &FILE.treatment
}

/// The treatment of this key.
pub fn treatment(key: &str) -> Option<&'static Treatment> {
    treatments().iter().find(|treatment| treatment.key == key)
}

pub(super) fn guidelines() -> &'static [Guideline] {
    &FILE.guideline
}

impl Treatment {
    /// Its name.
    pub fn name(&self, language: Language) -> &'static str {
        WORDS.of(language).name.get(&self.key).map_or("", String::as_str)
    }

    /// The guideline that speaks of it.
    pub fn guideline(&self) -> Option<&'static Guideline> {
        guidelines().iter().find(|guideline| Some(&guideline.key) == self.guideline.as_ref())
    }
}

impl Guideline {
    /// What it says, one sentence.
    pub fn text(&self, language: Language) -> &'static str {
        WORDS.of(language).guideline.get(&self.key).map_or("", String::as_str)
    }

    /// Whether it gives notice of a treatment that it speaks of.
    fn concerns(&self, treated: &Treated, conditions: &[String], minutes: Minutes) -> bool {
        match &self.rule {
            Rule::OnlyWithActive => minutes.active == 0,
            Rule::DoNotOffer { conditions: those, regions } => {
                regions.contains(&treated.body_region)
                    && conditions.iter().any(|condition| those.contains(condition))
            }
        }
    }
}

/// How long these treatments took together.
pub fn minutes(treated: &[Treated]) -> Minutes {
    treated.iter().fold(Minutes::default(), |mut sum, treated| {
        match treatment(&treated.treatment).map(|treatment| treatment.kind) {
            Some(TreatmentKind::Active) => sum.active += treated.minutes,
            Some(TreatmentKind::Passive) => sum.passive += treated.minutes,
            None => {}
        }
        sum
    })
}

/// What guidelines say to these treatments of a patient with these conditions, in the order of the data file.
pub(super) fn notices(treated: &[Treated], conditions: &[String]) -> Vec<Notice> {
    let minutes = minutes(treated);
    let notice = |guideline: &'static Guideline| {
        let mut keys = Vec::new();
        for treated in treated.iter().filter(|treated| guideline.concerns(treated, conditions, minutes)) {
            let own = treatment(&treated.treatment)
                .is_some_and(|treatment| treatment.guideline.as_ref() == Some(&guideline.key));
            if own && !keys.contains(&treated.treatment) {
                keys.push(treated.treatment.clone());
            }
        }
        (!keys.is_empty()).then_some(Notice { guideline, treatments: keys })
    };
    guidelines().iter().filter_map(notice).collect()
}
