//! The outcome measures, straight from the data files.

use super::change::Rule;
use super::text::Text;
use crate::library::{Basis, Language, Translations, parse, translations};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// In what a score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Unit {
    /// Points, as they are added up or averaged.
    Points,
    /// Percent of the most that the answered items could have.
    Percent,
}

/// Which of two scores is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Better {
    /// The lower.
    Lower,
    /// The higher.
    Higher,
}

/// How answers become a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Scoring {
    /// The sum of the answers; what is not answered adds nothing.
    Sum,
    /// The sum, each missing answer taken as the mean of those given.
    Filled,
    /// The mean of the answers.
    Mean,
    /// The sum in percent of the most that the answered items could have.
    Percent,
}

/// The items of a measure, numbered from 1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Items {
    pub(super) count: u8,
    /// What each can be answered by, the lowest first.
    values: Vec<i32>,
    /// The items that are answered by other values, by their number.
    #[serde(default)]
    other: BTreeMap<String, Vec<i32>>,
}

/// A stretch of scores that has a name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Band {
    /// Its key.
    pub key: String,
    /// The part whose score counts; none: that of the whole.
    pub(super) of: Option<String>,
    /// The highest score that is in it.
    pub(super) up_to: Option<f64>,
    /// The lowest score that is no longer in it.
    pub(super) below: Option<f64>,
    /// Whether who is in it has recovered, or nearly.
    #[serde(default)]
    pub best: bool,
}

/// Items of a measure that have a score of their own.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct PartRule {
    pub(super) key: String,
    pub(super) scoring: Scoring,
    pub(super) items: Vec<u8>,
    /// With fewer answers it has no score.
    pub(super) least_answered: u8,
    pub(super) change: Option<Rule>,
}

/// That the items are activities which the patient names.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Activities {
    /// The fewest that are named.
    pub(super) least: u8,
    /// When one activity alone has changed.
    pub(super) change: Rule,
}

/// An outcome measure.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Measure {
    /// Its key.
    pub key: String,
    /// The version of its definition, which every response keeps.
    pub version: i32,
    /// Whether its items belong to others, so that a clinic has to bring their text.
    #[serde(default)]
    pub licensed: bool,
    /// Whether it tells how well the patient functions.
    #[serde(default)]
    pub function: bool,
    pub(super) scoring: Scoring,
    /// In what its score is.
    pub unit: Unit,
    /// Which of two scores is better.
    pub better: Better,
    pub(super) items: Items,
    /// With fewer answers there is no score.
    pub least_answered: u8,
    pub(super) activities: Option<Activities>,
    #[serde(default)]
    pub(super) parts: Vec<PartRule>,
    /// From the first on; the last has no edge.
    #[serde(default)]
    pub bands: Vec<Band>,
    /// Whether its score is a change by itself.
    #[serde(default)]
    pub is_change: bool,
    pub(super) change: Option<Rule>,
    pub(super) after_surgery: Option<Rule>,
    /// Whose the text is, and who licenses it.
    pub license: String,
    /// Where the rules are from.
    pub basis: Basis,
    /// Their source, or who is to review them.
    pub source: String,
}

impl Measure {
    /// How many items it has.
    pub fn item_count(&self) -> u8 {
        self.items.count
    }

    /// How many activities the patient names at least and at most, where its items are such.
    pub fn activities(&self) -> Option<(u8, u8)> {
        self.activities.map(|activities| (activities.least, self.items.count))
    }

    /// What the item of this number can be answered by, the lowest first; none where there is no such item.
    pub fn values(&self, item: u8) -> Option<&[i32]> {
        if !(1..=self.items.count).contains(&item) {
            return None;
        }
        Some(self.items.other.get(&item.to_string()).unwrap_or(&self.items.values))
    }

    /// The lowest and the highest score.
    pub fn range(&self) -> (f64, f64) {
        let end = |of: fn(&[i32]) -> Option<i32>| {
            let each = (1..=self.items.count).filter_map(|item| self.values(item).and_then(of));
            f64::from(each.sum::<i32>())
        };
        let ends = (end(|values| values.iter().copied().min()), end(|values| values.iter().copied().max()));
        match self.scoring {
            Scoring::Sum | Scoring::Filled => ends,
            Scoring::Mean => (ends.0 / f64::from(self.items.count), ends.1 / f64::from(self.items.count)),
            Scoring::Percent => (0.0, 100.0),
        }
    }

    /// The band of this key.
    pub fn band(&self, key: &str) -> Option<&Band> {
        self.bands.iter().find(|band| band.key == key)
    }

    fn words(&self, language: Language) -> &'static Words {
        static NONE: LazyLock<Words> = LazyLock::new(Words::default);
        WORDS.of(language).get(&self.key).unwrap_or(&NONE)
    }

    /// What it is called.
    pub fn name(&self, language: Language) -> &'static str {
        &self.words(language).name
    }

    /// What one of its bands is called.
    pub fn band_name(&self, band: &str, language: Language) -> &'static str {
        self.words(language).band.get(band).map_or("", String::as_str)
    }

    /// What one of its parts is called.
    pub fn part_name(&self, part: &str, language: Language) -> &'static str {
        self.words(language).part.get(part).map_or("", String::as_str)
    }

    /// What is asked, in our own words; none where these are others'.
    pub fn own_text(&self, language: Language) -> Option<&'static Text> {
        self.words(language).text.as_ref()
    }
}

/// What there is to say of a measure.
#[derive(Debug, Default, Deserialize)]
struct Words {
    name: String,
    #[serde(default)]
    band: HashMap<String, String>,
    #[serde(default)]
    part: HashMap<String, String>,
    text: Option<Text>,
}

/// When function gives reason for an alert.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Decline {
    /// Percent of the score before by which it is worse.
    pub(super) worse_percent: f64,
    /// Changes in a row none of which is a gain.
    pub(super) changes_without_gain: usize,
}

#[derive(Deserialize)]
struct File {
    decline: Decline,
    measure: Vec<Measure>,
}

static FILE: LazyLock<Option<File>> =
    LazyLock::new(|| parse("outcomes", include_str!("../../data/outcomes.toml")));

static WORDS: LazyLock<Translations<HashMap<String, Words>>> = LazyLock::new(|| translations!("outcomes"));

/// Every measure, in the order of the data file.
pub fn measures() -> &'static [Measure] {
    FILE.as_ref().map_or(&[], |file| &file.measure)
}

/// The measure of this key.
pub fn measure(key: &str) -> Option<&'static Measure> {
    measures().iter().find(|measure| measure.key == key)
}

pub(super) fn decline() -> Option<Decline> {
    FILE.as_ref().map(|file| file.decline)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_whole_and_has_its_words_in_each_language() {
        let keys: Vec<_> = measures().iter().map(|measure| measure.key.as_str()).collect();
        assert_eq!(
            keys,
            ["nprs", "odi", "rmdq-24", "ndi", "psfs", "start-back", "groc", "phq-2", "phq-4", "srs-22r"]
        );
        for measure in measures() {
            assert!(measure.version > 0 && measure.source.len() > 10 && measure.license.len() > 10);
            let edges = measure.bands.iter().rev().skip(1);
            assert!(
                edges.clone().all(|band| band.up_to.is_some() != band.below.is_some()),
                "{}",
                measure.key
            );
            let inside = |items: &[u8]| items.iter().all(|item| measure.values(*item).is_some());
            assert!(measure.parts.iter().all(|part| inside(&part.items)), "{}", measure.key);
            for language in Language::ALL {
                assert!(!measure.name(language).is_empty(), "{language:?} {}", measure.key);
                let bands =
                    measure.bands.iter().all(|band| !measure.band_name(&band.key, language).is_empty());
                let parts =
                    measure.parts.iter().all(|part| !measure.part_name(&part.key, language).is_empty());
                assert!(bands && parts, "{language:?} {}", measure.key);
                let own = measure.own_text(language);
                assert_eq!(own.is_none(), measure.licensed, "{language:?} {}", measure.key);
                let faults = own.map(|text| text.faults(measure)).unwrap_or_default();
                assert_eq!(faults, [], "{language:?} {}", measure.key);
            }
        }
        for language in Language::ALL {
            assert_eq!(WORDS.of(language).len(), keys.len(), "{language:?}");
        }
        let decline = decline().unwrap();
        assert!(decline.worse_percent > 0.0 && decline.changes_without_gain > 0);
    }

    #[test]
    fn each_has_the_items_and_the_range_that_are_published() {
        for (key, items, range, function) in [
            ("nprs", 1, (0.0, 10.0), false),
            ("odi", 10, (0.0, 100.0), true),
            ("rmdq-24", 24, (0.0, 24.0), true),
            ("ndi", 10, (0.0, 50.0), true),
            ("psfs", 5, (0.0, 10.0), true),
            ("start-back", 9, (0.0, 9.0), false),
            ("groc", 1, (-5.0, 5.0), false),
            ("phq-2", 2, (0.0, 6.0), false),
            ("phq-4", 4, (0.0, 12.0), false),
            ("srs-22r", 22, (1.0, 5.0), false),
        ] {
            let measure = measure(key).unwrap();
            assert_eq!((measure.item_count(), measure.range(), measure.function), (items, range, function));
        }
        let start_back = measure("start-back").unwrap();
        assert_eq!(start_back.values(9).unwrap(), [0, 0, 0, 1, 1]);
        assert_eq!((start_back.values(0), start_back.values(10)), (None, None));
    }
}
