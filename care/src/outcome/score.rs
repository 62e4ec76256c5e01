//! The score of answers, and the band that it is in.

use super::measure::{Band, Measure, Scoring};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What the items were answered by, by their number. What is missing was not answered.
pub type Answers = BTreeMap<u8, i32>;

/// The score of a part of a measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The key of the part; of an activity that the patient named, the number of its item.
    pub key: String,
    /// Its score; none where too little of it was answered.
    pub score: Option<f64>,
}

/// What answers say.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The score, in the unit of the measure; none where too little was answered.
    pub score: Option<f64>,
    /// The band that it is in.
    pub band: Option<&'static str>,
    /// The scores of the parts.
    pub parts: Vec<Part>,
}

/// Scores answers by the published rules, each of which has its source in the definition: see `outcomes.toml`.
/// Of SRS-22r a part of five items has no score with fewer than three answers, as its authors say; of
/// satisfaction, which has two items, that cannot be asked: its score is the mean of what is answered, as they
/// say of it too. The whole has no score while a part has none.
pub fn score(measure: &'static Measure, answers: &Answers) -> Scored {
    let parts: Vec<_> = match measure.activities {
        Some(_) => {
            let part =
                |(item, value): (&u8, &i32)| Part { key: item.to_string(), score: Some(f64::from(*value)) };
            answers.iter().map(part).collect()
        }
        None => measure.parts.iter().map(|rule| part(measure, rule, answers)).collect(),
    };
    let all: Vec<u8> = (1..=measure.item_count()).collect();
    let whole = total(measure, measure.scoring, &all, (answers, measure.least_answered));
    let score = whole.filter(|_| parts.iter().all(|part| part.score.is_some()));
    let band = score.and_then(|score| band(measure, score, &parts));
    Scored { score, band: band.map(|band| band.key.as_str()), parts }
}

fn part(measure: &Measure, rule: &super::measure::PartRule, answers: &Answers) -> Part {
    let score = total(measure, rule.scoring, &rule.items, (answers, rule.least_answered));
    Part { key: rule.key.clone(), score }
}

/// The score over these items; none where fewer than `least` of them are answered.
fn total(measure: &Measure, scoring: Scoring, items: &[u8], (answers, least): (&Answers, u8)) -> Option<f64> {
    let given: Vec<_> = items.iter().filter_map(|item| Some((*item, *answers.get(item)?))).collect();
    let answered = u8::try_from(given.len()).ok().filter(|count| *count >= least)?;
    let sum = f64::from(given.iter().map(|(_, value)| value).sum::<i32>());
    let (count, answered) = (f64::from(u8::try_from(items.len()).ok()?), f64::from(answered));
    let score = match scoring {
        Scoring::Sum => sum,
        Scoring::Filled => sum * count / answered,
        Scoring::Mean => sum / answered,
        Scoring::Percent => {
            let most = given.iter().filter_map(|(item, _)| measure.values(*item)?.iter().max());
            100.0 * sum / f64::from(most.sum::<i32>())
        }
    };
    // Of nothing answered there is no mean.
    Some(score).filter(|score| score.is_finite())
}

/// The first band whose edge is not passed.
fn band(measure: &'static Measure, score: f64, parts: &[Part]) -> Option<&'static Band> {
    measure.bands.iter().find(|band| {
        let score = match &band.of {
            None => Some(score),
            Some(key) => parts.iter().find(|part| part.key == *key).and_then(|part| part.score),
        };
        let within = |score: f64| {
            band.up_to.is_none_or(|edge| score <= edge) && band.below.is_none_or(|edge| score < edge)
        };
        score.is_some_and(within)
    })
}

#[cfg(test)]
#[path = "score_tests.rs"]
mod tests;
