//! The rules that suggest, the steps and the words, straight from the data files.

use super::Kind;
use crate::clinic::ProgressionThresholds;
use crate::library::dose::DoseKind;
use crate::library::{Basis, Language, Translations, parse, translations};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Why a step is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// The last sessions did enough of the dose.
    DoseDone,
    /// Pain was low in all of them, and no flare has followed.
    PainLow,
    /// Effort was low wherever it was told.
    EffortLow,
    /// Pain was red again and again.
    RedPain,
    /// Signs of danger wait to be looked at.
    RedFlag,
    /// A critical alert, such as one of a fall, is open.
    CriticalAlert,
}

impl Reason {
    /// In words, one sentence, with these numbers.
    pub(super) fn text(self, language: Language, thresholds: ProgressionThresholds) -> String {
        let text = TEXTS.of(language).reason.get(&self).cloned().unwrap_or_default();
        [
            ("{sessions}", thresholds.sessions),
            ("{dosePercent}", thresholds.dose_percent),
            ("{painMax}", thresholds.pain_max),
            ("{rpeMax}", thresholds.rpe_max),
            ("{redSessions}", thresholds.red_sessions),
            ("{redDays}", thresholds.red_days),
        ]
        .into_iter()
        .fold(text, |text, (name, number)| text.replace(name, &number.to_string()))
    }
}

/// What a patient reads of a program that is held.
pub(super) fn hold_text(language: Language) -> &'static str {
    &TEXTS.of(language).hold
}

/// A rule that suggests.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Rule {
    /// What it suggests.
    pub kind: Kind,
    /// Where it is from.
    pub basis: Basis,
    /// Its source, or who is to review it.
    pub source: String,
}

/// How large a step is, by the kind of dose.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Size {
    pub(super) kind: DoseKind,
    /// Of what a set asks for.
    pub(super) percent: u32,
    /// Steps are whole grains where there are any.
    pub(super) grain: u32,
    /// What a set usually asks for: the least and the most.
    pub(super) usual: [u32; 2],
    /// How many sets are usual; none: they stay as they are.
    pub(super) sets: Option<[u32; 2]>,
    #[cfg(test)]
    source: String,
}

/// How large a step of a weight is.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Weights {
    /// The difference between weights that a clinic has.
    pub(super) grain: f64,
    /// That between the lightest.
    pub(super) least: f64,
}

/// How large a step of a load is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct LoadSize {
    pub(super) percent: f64,
    pub(super) kilograms: Weights,
    pub(super) pounds: Weights,
    #[cfg(test)]
    source: String,
}

#[derive(Deserialize)]
struct File {
    rule: Vec<Rule>,
    step: Vec<Size>,
    load: LoadSize,
}

#[derive(Default, Deserialize)]
struct Words {
    hold: String,
    reason: HashMap<Reason, String>,
}

static FILE: LazyLock<Option<File>> =
    LazyLock::new(|| parse("progression", include_str!("../../data/progression.toml")));

static TEXTS: LazyLock<Translations<Words>> = LazyLock::new(|| translations!("progression"));

/// The rule that suggests this.
pub(super) fn rule(kind: Kind) -> Option<&'static Rule> {
    FILE.as_ref()?.rule.iter().find(|rule| rule.kind == kind)
}

/// How large a step of a dose of this kind is.
pub(super) fn size(kind: DoseKind) -> Option<&'static Size> {
    FILE.as_ref()?.step.iter().find(|size| size.kind == kind)
}

/// How large a step of a load is.
pub(super) fn load_size() -> Option<&'static LoadSize> {
    FILE.as_ref().map(|file| &file.load)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_and_step_is_there_with_its_source() {
        for kind in [Kind::Progress, Kind::Regress, Kind::Hold] {
            assert!(rule(kind).unwrap().source.len() > 10, "{kind:?}");
        }
        for kind in [DoseKind::Reps, DoseKind::Hold, DoseKind::Duration, DoseKind::Distance] {
            let size = size(kind).unwrap();
            assert!(size.source.len() > 10 && size.grain > 0 && size.percent > 0, "{size:?}");
            let ordered = |[least, most]: [u32; 2]| 1 <= least && least < most;
            assert!(ordered(size.usual) && size.sets.is_none_or(ordered), "{size:?}");
        }
        assert!(load_size().unwrap().source.len() > 10);
    }

    #[test]
    fn every_reason_has_its_words_in_each_language_and_no_number_is_left_open() {
        let all = [
            Reason::DoseDone,
            Reason::PainLow,
            Reason::EffortLow,
            Reason::RedPain,
            Reason::RedFlag,
            Reason::CriticalAlert,
        ];
        let thresholds = ProgressionThresholds::default();
        for reason in all {
            let texts = Language::ALL.map(|language| reason.text(language, thresholds));
            assert!(texts.iter().all(|text| text.ends_with('.') && !text.contains('{')), "{texts:?}");
            assert_ne!(texts[0], texts[1]);
        }
        for language in Language::ALL {
            assert_eq!(TEXTS.of(language).reason.len(), all.len(), "{language:?}");
            assert!(hold_text(language).ends_with('.'));
        }
        assert!(Reason::DoseDone.text(Language::English, thresholds).contains("last 3 sessions"));
    }
}
