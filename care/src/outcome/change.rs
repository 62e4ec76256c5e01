//! Whether one score differs from an earlier one by what matters.

use super::measure::{Better, Measure};
use super::score::{Answers, Part, score};
use serde::{Deserialize, Serialize};

/// Rounding of fractions is no difference.
const ROUNDING: f64 = 1e-9;

/// What became of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is better by what matters.
    Improved,
    /// It is worse by what matters.
    Worse,
    /// It differs by less, or cannot show it.
    Uncertain,
}

/// By which rule a difference matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Test {
    /// So many points.
    Absolute,
    /// So many percent of the earlier score.
    Percent,
}

/// Why a difference says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// The earlier score is so good that a gain cannot show.
    Floor,
    /// The earlier score is so bad that a loss cannot show.
    Ceiling,
    /// No activity is the same.
    OtherActivities,
}

/// What lies between two scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The later less the earlier, in the unit of the measure; none where they cannot be compared.
    pub by: Option<f64>,
    /// What that means.
    pub verdict: Verdict,
    /// The test that says so; none where it is uncertain.
    pub test: Option<Test>,
    /// Why it says nothing, where that is known.
    pub reason: Option<Reason>,
}

/// The least difference that matters.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Rule {
    pub(super) absolute: Option<f64>,
    /// Of the earlier score.
    percent: Option<f64>,
    /// An earlier score below it cannot show a gain.
    no_gain_below: Option<f64>,
    /// An earlier score above it cannot show a loss.
    no_loss_above: Option<f64>,
}

impl Better {
    /// How far a difference is toward the better; negative where it is toward the worse.
    pub(super) fn gain(self, by: f64) -> f64 {
        match self {
            Self::Lower => -by,
            Self::Higher => by,
        }
    }
}

/// Whether `size` is at least `limit`.
pub(super) fn reaches(size: f64, limit: f64) -> bool {
    size + ROUNDING >= limit
}

impl Rule {
    /// What lies between these scores.
    pub(super) fn judge(&self, better: Better, before: f64, after: f64) -> Change {
        let by = after - before;
        let gain = better.gain(by);
        let hidden_gain = gain > -ROUNDING && self.no_gain_below.is_some_and(|edge| before < edge);
        let hidden_loss = gain < ROUNDING && self.no_loss_above.is_some_and(|edge| before > edge);
        let reason = match (hidden_gain, hidden_loss) {
            (true, _) => Some(Reason::Floor),
            (false, true) => Some(Reason::Ceiling),
            (false, false) => None,
        };
        let test = self.fires(gain.abs(), before).filter(|_| reason.is_none());
        let verdict = match test {
            None => Verdict::Uncertain,
            Some(_) if gain > 0.0 => Verdict::Improved,
            Some(_) => Verdict::Worse,
        };
        Change { by: Some(by), verdict, test, reason }
    }

    fn fires(&self, size: f64, before: f64) -> Option<Test> {
        let of_before = |percent: f64| before > 0.0 && size > 0.0 && reaches(size * 100.0, percent * before);
        if self.absolute.is_some_and(|limit| reaches(size, limit)) {
            Some(Test::Absolute)
        } else {
            self.percent.is_some_and(of_before).then_some(Test::Percent)
        }
    }
}

/// The answers to a measure as they were given.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Content {
    /// The answers.
    pub answers: Answers,
    /// The activities that the patient named, by the order of their items.
    pub activities: Vec<String>,
    /// The scores of the parts.
    pub parts: Vec<Part>,
}

impl std::fmt::Debug for Content {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Content")
    }
}

/// An activity by what makes it the same as another.
pub(super) fn same_words(activity: &str) -> String {
    activity.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

impl Content {
    /// The activity of this item.
    pub fn activity(&self, item: u8) -> Option<&str> {
        self.activities.get(usize::from(item).checked_sub(1)?).map(String::as_str)
    }

    /// The value of an activity that is the same as this one.
    fn rated(&self, activity: &str) -> Option<i32> {
        let same = |named: &String| same_words(named) == same_words(activity);
        let at = self.activities.iter().position(same)?;
        self.answers.get(&u8::try_from(at + 1).ok()?).copied()
    }
}

/// Which rule counts between two responses.
fn rule(measure: &Measure, after_surgery: bool) -> Option<&Rule> {
    measure.after_surgery.as_ref().filter(|_| after_surgery).or(measure.change.as_ref())
}

/// The scores of two responses that can be compared: of the whole, or where the patient names activities, the
/// means of those that are the same, and how many they are.
pub(super) fn comparable(
    measure: &'static Measure,
    before: &Content,
    after: &Content,
) -> Option<(f64, f64, usize)> {
    if measure.activities.is_none() {
        let scores = [before, after].map(|content| score(measure, &content.answers).score);
        return Some((scores[0]?, scores[1]?, usize::from(measure.item_count())));
    }
    let same = after.answers.iter().filter_map(|(item, value)| {
        Some((f64::from(before.rated(after.activity(*item)?)?), f64::from(*value)))
    });
    let (mut sums, mut many) = ((0.0, 0.0), 0_u8);
    for (earlier, later) in same {
        (sums.0, sums.1, many) = (sums.0 + earlier, sums.1 + later, many + 1);
    }
    let count = Some(f64::from(many)).filter(|count| *count > 0.0)?;
    Some((sums.0 / count, sums.1 / count, usize::from(many)))
}

/// What lies between two responses to one measure, of the same version and unit. None where the measure has no
/// rule of change, as those that only look ahead or sort out, or a score is missing.
pub fn change(
    measure: &'static Measure,
    before: &Content,
    after: &Content,
    after_surgery: bool,
) -> Option<Change> {
    let whole = rule(measure, after_surgery)?;
    match comparable(measure, before, after) {
        Some((before, after, same)) => {
            let alone = measure.activities.filter(|_| same == 1).map(|activities| activities.change);
            Some(alone.as_ref().unwrap_or(whole).judge(measure.better, before, after))
        }
        None if measure.activities.is_some() => {
            let reason = Some(Reason::OtherActivities);
            Some(Change { by: None, verdict: Verdict::Uncertain, test: None, reason })
        }
        None => None,
    }
}

/// What a score says that is a change by itself.
pub(super) fn itself(measure: &Measure, score: f64) -> Option<Change> {
    measure.change.as_ref().map(|rule| rule.judge(measure.better, 0.0, score))
}

/// What lies between the scores of one part; none where it was not there before, or has no rule.
pub(super) fn of_part(
    measure: &'static Measure,
    part: &Part,
    before: &Content,
    after: &Content,
) -> Option<Change> {
    if let Some(activities) = measure.activities {
        let item = part.key.parse().ok()?;
        let earlier = f64::from(before.rated(after.activity(item)?)?);
        return Some(activities.change.judge(measure.better, earlier, part.score?));
    }
    let rule = measure.parts.iter().find(|rule| rule.key == part.key)?.change?;
    let earlier = score(measure, &before.answers).parts.into_iter().find(|it| it.key == part.key)?.score?;
    Some(rule.judge(measure.better, earlier, part.score?))
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
