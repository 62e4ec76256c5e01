//! The risk of a row: why this patient comes before another, and by how much.

use crate::library::parse;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Why a patient needs somebody to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RiskReason {
    /// Signs of danger wait for a therapist.
    RedFlag,
    /// A critical alert stands.
    CriticalAlert,
    /// Signs of a lesser concern wait for a therapist.
    ReviewFlag,
    /// A high alert stands.
    HighAlert,
    /// The pain last told is high.
    PainHigh,
    /// Pain has risen over four weeks.
    PainRising,
    /// Little of what was scheduled in four weeks was done.
    LowAdherence,
    /// After red pain a screen for signs of danger has not been answered.
    ScreenDue,
    /// A low alert stands.
    LowAlert,
    /// There is no program to follow, and no draft of one.
    NoProgram,
    /// The patient has written, and nobody has read it.
    UnreadMessage,
    /// A questionnaire is overdue.
    OutcomeOverdue,
}

/// The reasons of a row, the gravest first; one JSON column. A newer release may have written one that this one does
/// not know.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Reasons(Vec<Reason>);

/// A reason, or the word of another release for one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
enum Reason {
    Known(RiskReason),
    Other(String),
}

impl Reasons {
    /// Those that this release knows.
    pub(super) fn known(&self) -> Vec<RiskReason> {
        let known = |reason: &Reason| match reason {
            Reason::Known(reason) => Some(*reason),
            Reason::Other(_) => None,
        };
        self.0.iter().filter_map(known).collect()
    }
}

/// What the data file says.
#[derive(Debug, Deserialize)]
pub(super) struct Rule {
    /// Session adherence over 28 days below which it is low, 0 to 1.
    pub(super) low_adherence: f64,
    /// Pain last told from which on it is high, 0 to 10.
    pub(super) high_pain: i16,
    /// Points a week by which pain rises.
    pub(super) rising_pain: f64,
    weights: HashMap<RiskReason, u8>,
}

const FILE: &str = include_str!("../../data/risk.toml");

pub(super) static RULE: LazyLock<Option<Rule>> = LazyLock::new(|| parse("risk", FILE));

/// To be raised where rows are found in another way though the file is the same.
const WAY: u8 = 1;

/// What tells rows that were found by other rules.
pub(super) fn rules() -> i32 {
    static RULES: LazyLock<i32> = LazyLock::new(|| {
        let hash = Sha256::new().chain_update([WAY]).chain_update(FILE).finalize();
        hash.first_chunk().map_or(0, |bytes| i32::from_be_bytes(*bytes))
    });
    *RULES
}

/// The weight of a reason, 1 to 100.
fn weight(reason: RiskReason) -> u8 {
    RULE.as_ref().and_then(|rule| rule.weights.get(&reason)).copied().unwrap_or(0)
}

/// The reasons, the gravest first, each once.
pub(super) fn sorted(mut reasons: Vec<RiskReason>) -> Reasons {
    reasons.sort_by_key(|reason| (Reverse(weight(*reason)), *reason));
    reasons.dedup();
    Reasons(reasons.into_iter().map(Reason::Known).collect())
}

/// How much these reasons weigh together, 0 (none) to 100.
pub(super) fn risk(reasons: &Reasons) -> u8 {
    let mut weights = reasons.known().into_iter().map(|reason| u32::from(weight(reason)));
    let gravest = weights.next().unwrap_or(0);
    let others: u32 = weights.sum();
    u8::try_from((gravest + others / 10).min(100)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [RiskReason; 12] = [
        RiskReason::RedFlag,
        RiskReason::CriticalAlert,
        RiskReason::ReviewFlag,
        RiskReason::HighAlert,
        RiskReason::PainHigh,
        RiskReason::PainRising,
        RiskReason::LowAdherence,
        RiskReason::ScreenDue,
        RiskReason::LowAlert,
        RiskReason::NoProgram,
        RiskReason::UnreadMessage,
        RiskReason::OutcomeOverdue,
    ];

    #[test]
    fn every_reason_has_a_weight_and_the_rule_its_source() {
        let rule = RULE.as_ref().unwrap();
        assert_eq!(rule.weights.len(), ALL.len());
        assert!(ALL.iter().all(|reason| (1..=100).contains(&weight(*reason))));
        let file: toml::Table = toml::from_str(FILE).unwrap();
        assert_eq!(file["basis"].as_str(), Some("DEFAULT"));
        assert!(file["source"].as_str().is_some_and(|source| source.len() > 10));
    }

    #[test]
    fn danger_comes_before_everything_else_together() {
        let danger = sorted(vec![RiskReason::RedFlag]);
        assert_eq!(risk(&danger), 100);
        assert_eq!(risk(&Reasons::default()), 0);
        let newer: Reasons = serde_json::from_str(r#"["TOMORROWS", "PAIN_HIGH"]"#).unwrap();
        assert_eq!(newer.known(), [RiskReason::PainHigh]);
        let rest = ALL.iter().copied().filter(|reason| *reason > RiskReason::CriticalAlert).collect();
        assert!(risk(&sorted(rest)) < risk(&sorted(vec![RiskReason::CriticalAlert])));
        assert_eq!(risk(&sorted(vec![RiskReason::UnreadMessage, RiskReason::LowAdherence])), 21);
    }

    proptest! {
        #[test]
        fn another_reason_never_lowers_the_risk(
            reasons in prop::sample::subsequence(ALL.to_vec(), 0..12), more in prop::sample::select(ALL.to_vec()),
        ) {
            let before = risk(&sorted(reasons.clone()));
            let with = sorted([reasons, vec![more]].concat());
            prop_assert!(risk(&with) >= before);
            let weights: Vec<_> = with.known().into_iter().map(weight).collect();
            prop_assert!(weights.is_sorted_by(|one, next| one >= next));
        }
    }
}
