//! Signs of danger and the rules that make something of them, straight from the data files.

use crate::library::{Basis, Language, Translations, parse, translations};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

/// How much concern, the least first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Level {
    /// To be looked at at the next contact; no progression until then.
    Review,
    /// To be looked at on the same day.
    Urgent,
    /// An emergency now.
    Emergency,
}

/// A sign that is asked for or looked for.
#[derive(Debug, Clone, Deserialize)]
pub struct Sign {
    /// Its key.
    pub key: String,
    /// The key of what it points to.
    pub cluster: String,
    /// Whether it is found by examination, and not asked of patients.
    #[serde(default)]
    pub clinic: bool,
}

impl Sign {
    /// The question.
    pub fn text(&self, language: Language) -> &'static str {
        TEXTS.of(language).sign.get(&self.key).map_or("", String::as_str)
    }
}

/// What is made of the signs that are there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Rule {
    pub(super) cluster: String,
    pub(super) level: Level,
    pub(super) signs: Vec<String>,
    #[serde(default = "one")]
    pub(super) least: usize,
    #[serde(default)]
    pub(super) also: Vec<String>,
    pub(super) basis: Basis,
    pub(super) source: String,
}

fn one() -> usize {
    1
}

/// What the signs point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The key of what it is.
    pub cluster: String,
    /// How much concern.
    pub level: Level,
    /// Where the rule is from.
    pub basis: Basis,
    /// Its source, or who is to review it.
    pub source: String,
}

impl Level {
    /// What is advised, with the number to call where it is needed.
    pub fn advice(self, language: Language, number: &str) -> String {
        let text = TEXTS.of(language).advice.get(&self);
        text.map_or(String::new(), |text| text.replace("{number}", number))
    }

    /// Whether the program rests until a clinician releases it.
    pub fn holds(self) -> bool {
        self >= Self::Urgent
    }
}

#[derive(Deserialize)]
struct File {
    sign: Vec<Sign>,
    rule: Vec<Rule>,
}

#[derive(Default, Deserialize)]
pub(super) struct Words {
    pub(super) sign: HashMap<String, String>,
    pub(super) advice: HashMap<Level, String>,
}

static FILE: LazyLock<File> = LazyLock::new(|| {
    let file = parse("red_flags", include_str!("../../data/red_flags.toml"));
    file.unwrap_or(File { sign: Vec::new(), rule: Vec::new() })
});

pub(super) static TEXTS: LazyLock<Translations<Words>> = LazyLock::new(|| translations!("red_flags"));

/// Every sign, in the order in which they are asked.
pub fn signs() -> &'static [Sign] {
    &FILE.sign
}

pub(super) fn rules() -> &'static [Rule] {
    &FILE.rule
}

impl Rule {
    /// Whether the rule speaks.
    pub(super) fn speaks(&self, present: &BTreeSet<String>) -> bool {
        let count = |keys: &[String]| keys.iter().filter(|key| present.contains(*key)).count();
        count(&self.signs) >= self.least && (self.also.is_empty() || count(&self.also) > 0)
    }
}

/// What these signs point to, the gravest first: of each cluster the gravest rule that speaks.
pub(super) fn findings(present: &BTreeSet<String>) -> Vec<Finding> {
    let mut gravest: BTreeMap<&str, &Rule> = BTreeMap::new();
    for rule in rules().iter().filter(|rule| rule.speaks(present)) {
        let known = gravest.entry(&rule.cluster).or_insert(rule);
        if rule.level > known.level {
            *known = rule;
        }
    }
    let mut findings: Vec<_> = gravest
        .into_values()
        .map(|rule| Finding {
            cluster: rule.cluster.clone(),
            level: rule.level,
            basis: rule.basis,
            source: rule.source.clone(),
        })
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
    findings
}
