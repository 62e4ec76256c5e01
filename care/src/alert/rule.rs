//! The rules that raise alerts, straight from the data files.

use crate::library::{Basis, Language, Translations, parse, translations};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// The rule about signs of danger. What it raises is resolved with the signs themselves.
pub(crate) const RED_FLAG: &str = "red-flag";
/// The rule about falls.
pub(crate) const SAFETY: &str = "safety";
/// The rule about pain.
pub(crate) const PAIN: &str = "pain";
/// The rule about patients who log nothing.
pub(crate) const ENGAGEMENT: &str = "engagement";

/// How grave an alert is, the least first.
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
pub enum Severity {
    /// At the next look at the caseload.
    Low,
    /// On the same day.
    High,
    /// Now.
    Critical,
}

/// A rule that raises alerts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// Its key.
    pub key: String,
    /// How grave its alert is, by the grade of what was found.
    severity: BTreeMap<String, Severity>,
    /// Where it is from.
    pub basis: Basis,
    /// Its source, or who is to review it.
    pub source: String,
}

impl Rule {
    /// The sentence that clinicians read.
    pub fn text(&self, language: Language) -> &'static str {
        TEXTS.of(language).get(&self.key).map_or("", String::as_str)
    }

    /// How grave its alert is for this grade; none where the grade raises none.
    pub(crate) fn severity(&self, grade: &str) -> Option<Severity> {
        self.severity.get(grade).copied()
    }
}

#[derive(Deserialize)]
struct Rules {
    rule: Vec<Rule>,
}

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let file: Option<Rules> = parse("alerts", include_str!("../../data/alerts.toml"));
    file.map(|file| file.rule).unwrap_or_default()
});

static TEXTS: LazyLock<Translations<HashMap<String, String>>> = LazyLock::new(|| translations!("alerts"));

/// The rule of this key.
pub fn rule(key: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.key == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_words_in_each_language_and_its_source() {
        for rule in RULES.iter() {
            assert!(!rule.severity.is_empty() && rule.source.len() > 10, "{rule:?}");
            let texts = Language::ALL.map(|language| rule.text(language));
            assert!(texts.iter().all(|text| text.ends_with('.')) && texts[0] != texts[1], "{}", rule.key);
        }
        for language in Language::ALL {
            assert_eq!(TEXTS.of(language).len(), RULES.len(), "{language:?}");
        }
    }

    #[test]
    fn what_is_found_is_as_grave_as_was_decided() {
        for (key, grade, severity) in [
            (RED_FLAG, "EMERGENCY", Some(Severity::Critical)),
            (RED_FLAG, "URGENT", Some(Severity::High)),
            (RED_FLAG, "REVIEW", None),
            (SAFETY, "FALL", Some(Severity::Critical)),
            (SAFETY, "NEAR_FALL", Some(Severity::High)),
            (PAIN, "SEVERE", Some(Severity::Critical)),
            (PAIN, "STEEP", Some(Severity::High)),
            (PAIN, "RISING", Some(Severity::Low)),
            (ENGAGEMENT, "SILENT", Some(Severity::Low)),
            (ENGAGEMENT, "AWAY", Some(Severity::High)),
        ] {
            assert_eq!(rule(key).unwrap().severity(grade), severity, "{key} {grade}");
        }
    }
}
