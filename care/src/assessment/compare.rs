//! What has changed from one assessment to another, as a rule over what both have measured.

use super::data::{Better, angle_rule, special_tests};
use super::measure::{
    BodyRegion, Direction, MuscleAction, NeurologicalResponse, NeurologicalSign, NeurologicalTest,
    RangeOfMotion, SpecialTestResult, Strength, TestOutcome,
};
use super::risk::Risk;
use crate::patient::BodySide;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What became of a thing that was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is better.
    Better,
    /// It is worse.
    Worse,
    /// It is as it was.
    Same,
    /// It is different, and nothing says whether that is better.
    Unclear,
    /// It was not measured before.
    New,
    /// It is not measured any more.
    Gone,
}

impl Verdict {
    /// How the later one stands to the earlier, in an order in which higher is better.
    fn by(order: Ordering) -> Self {
        match order {
            Ordering::Greater => Self::Better,
            Ordering::Less => Self::Worse,
            Ordering::Equal => Self::Same,
        }
    }
}

/// What can be measured again.
pub trait Measured: Clone {
    /// What is measured.
    type Key: Ord;
    /// By how much it differs.
    type Change;

    /// What is measured.
    fn key(&self) -> Self::Key;
    /// What became of it, `later` being of the same key.
    fn verdict(&self, later: &Self) -> Verdict;
    /// By how much it differs, where that is a number.
    fn change(&self, later: &Self) -> Option<Self::Change>;
}

/// A thing that was measured at either assessment, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared<T: Measured> {
    /// At the earlier one.
    pub before: Option<T>,
    /// At the later one.
    pub after: Option<T>,
    /// After less before, where both are there and that is a number.
    pub change: Option<T::Change>,
    /// What became of it.
    pub verdict: Verdict,
}

/// All that was measured at either, in the order of its keys.
pub fn compare<T: Measured>(before: &[T], after: &[T]) -> Vec<Compared<T>> {
    let mut pairs: BTreeMap<T::Key, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for measured in before {
        pairs.entry(measured.key()).or_default().0 = Some(measured);
    }
    for measured in after {
        pairs.entry(measured.key()).or_default().1 = Some(measured);
    }
    let compared = |(before, after): (Option<&T>, Option<&T>)| {
        let both = before.zip(after);
        Compared {
            change: both.and_then(|(before, after)| before.change(after)),
            verdict: match (both, before) {
                (Some((before, after)), _) => before.verdict(after),
                (None, Some(_)) => Verdict::Gone,
                (None, None) => Verdict::New,
            },
            before: before.cloned(),
            after: after.cloned(),
        }
    };
    pairs.into_values().map(compared).collect()
}

/// Larger angles are better; smaller differences than those of measuring are none.
fn by_degrees(before: i32, after: i32) -> Ordering {
    let change = after.saturating_sub(before);
    let none = angle_rule().is_some_and(|rule| change.saturating_abs() < rule.degrees);
    if none { Ordering::Equal } else { change.cmp(&0) }
}

impl Measured for RangeOfMotion {
    type Key = (BodyRegion, Direction, Option<BodySide>);
    type Change = i32;

    fn key(&self) -> Self::Key {
        (self.region, self.direction, self.side)
    }

    /// By the angle; where that is the same, by whether it hurts.
    fn verdict(&self, later: &Self) -> Verdict {
        let painless = self.painful.cmp(&later.painful);
        Verdict::by(by_degrees(self.degrees, later.degrees).then(painless))
    }

    fn change(&self, later: &Self) -> Option<i32> {
        Some(later.degrees.saturating_sub(self.degrees))
    }
}

impl Measured for Strength {
    type Key = (MuscleAction, BodySide);
    type Change = f64;

    fn key(&self) -> Self::Key {
        (self.action, self.side)
    }

    fn verdict(&self, later: &Self) -> Verdict {
        Verdict::by(later.grade.total_cmp(&self.grade))
    }

    fn change(&self, later: &Self) -> Option<f64> {
        Some(later.grade - self.grade)
    }
}

impl Measured for NeurologicalSign {
    type Key = (NeurologicalTest, String, BodySide);
    type Change = ();

    fn key(&self) -> Self::Key {
        (self.test, self.level.clone(), self.side)
    }

    /// Normal is best, and absent worse than reduced. Too much and too little are different things.
    fn verdict(&self, later: &Self) -> Verdict {
        use NeurologicalResponse::{Absent, Increased, Normal, Reduced};
        match (self.response, later.response) {
            (before, after) if before == after => Verdict::Same,
            (_, Normal) | (Absent, Reduced) => Verdict::Better,
            (Normal, _) | (Reduced, Absent) => Verdict::Worse,
            (Increased, _) | (_, Increased) => Verdict::Unclear,
            (Reduced | Absent, Reduced | Absent) => Verdict::Same,
        }
    }

    fn change(&self, _: &Self) -> Option<()> {
        None
    }
}

impl Measured for SpecialTestResult {
    type Key = (String, Option<BodySide>);
    type Change = i32;

    fn key(&self) -> Self::Key {
        (self.test.clone(), self.side)
    }

    /// Negative is better than positive; of two that are positive, the angle that is by the data of the test.
    fn verdict(&self, later: &Self) -> Verdict {
        use TestOutcome::{Negative, Positive, Unclear};
        match (self.outcome, later.outcome) {
            (Positive, Positive) => {
                let angles = self.degrees.zip(later.degrees);
                let order = angles.map_or(Ordering::Equal, |(before, after)| by_degrees(before, after));
                let test = special_tests().iter().find(|test| test.key == self.test);
                match test.and_then(|test| test.better) {
                    Some(Better::Larger) => Verdict::by(order),
                    Some(Better::Smaller) => Verdict::by(order.reverse()),
                    None if order.is_eq() => Verdict::Same,
                    None => Verdict::Unclear,
                }
            }
            (Positive, Negative) => Verdict::Better,
            (Negative, Positive) => Verdict::Worse,
            (Negative, Negative) | (Unclear, Unclear) => Verdict::Same,
            (Unclear, _) | (_, Unclear) => Verdict::Unclear,
        }
    }

    fn change(&self, later: &Self) -> Option<i32> {
        self.degrees.zip(later.degrees).map(|(before, after)| after.saturating_sub(before))
    }
}

impl Measured for Risk {
    type Key = ();
    type Change = ();

    fn key(&self) {}

    fn verdict(&self, later: &Self) -> Verdict {
        Verdict::by(self.level.cmp(&later.level))
    }

    fn change(&self, _: &Self) -> Option<()> {
        None
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
