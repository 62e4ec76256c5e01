//! The special tests, and the numbers of the rules of assessments, straight from the data files.

use super::risk::Cuts;
use crate::library::{Basis, Language, Translations, parse, translations};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// A test by which a clinician looks for something.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SpecialTest {
    /// Its key.
    pub key: String,
    /// Whether the angle at which it speaks is worth noting.
    #[serde(default)]
    pub degrees: bool,
    /// Which of two angles is better; none where that is not plain.
    pub(super) better: Option<Better>,
}

/// Which of two angles is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Better {
    Larger,
    Smaller,
}

impl SpecialTest {
    /// What it is called.
    pub fn name(&self, language: Language) -> &'static str {
        TEXTS.of(language).get(&self.key).map_or("", String::as_str)
    }
}

/// From how many degrees on an angle has changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AngleRule {
    /// The least difference that is one.
    pub degrees: i32,
    /// Where the number is from.
    pub basis: Basis,
    /// Its source, or who is to review it.
    pub source: String,
}

#[derive(Deserialize)]
struct File {
    special_test: Vec<SpecialTest>,
    angle: AngleRule,
    start_back: Cuts,
}

static FILE: LazyLock<Option<File>> =
    LazyLock::new(|| parse("assessment", include_str!("../../data/assessment.toml")));

static TEXTS: LazyLock<Translations<HashMap<String, String>>> = LazyLock::new(|| translations!("assessment"));

/// Every special test, in the order of the data file.
pub fn special_tests() -> &'static [SpecialTest] {
    FILE.as_ref().map_or(&[], |file| &file.special_test)
}

/// From how many degrees on an angle has changed.
pub fn angle_rule() -> Option<&'static AngleRule> {
    FILE.as_ref().map(|file| &file.angle)
}

/// The cuts of `STarT Back`.
pub fn cuts() -> Option<&'static Cuts> {
    FILE.as_ref().map(|file| &file.start_back)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole_and_every_test_has_its_name_in_each_language() {
        let file = FILE.as_ref().unwrap();
        assert!(file.angle.degrees > 0 && file.angle.source.len() > 10 && file.start_back.source.len() > 10);
        let keys: std::collections::HashSet<_> = special_tests().iter().map(|test| &test.key).collect();
        assert_eq!(keys.len(), special_tests().len());
        assert!(special_tests().iter().all(|test| test.degrees || test.better.is_none()));
        for language in Language::ALL {
            assert_eq!(keys, TEXTS.of(language).keys().collect(), "{language:?}");
        }
        assert_eq!(special_tests()[0].name(Language::Spanish), "Elevación de la pierna recta");
    }
}
