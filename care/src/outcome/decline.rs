//! Whether the last responses to a measure of function give reason for an alert.

use super::change::{Change, Content, Reason, Verdict, change, comparable, reaches};
use super::measure::{Measure, decline};
use super::score::score;
use crate::clock::Day;

/// The rule that raises the alert.
pub(crate) const RULE: &str = "function-decline";

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grade {
    /// Nothing was gained for long.
    NoGain,
    /// It became much worse.
    Worse,
}

impl Grade {
    /// Its key in the rule.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::NoGain => "NO_GAIN",
            Self::Worse => "WORSE",
        }
    }
}

/// A response to a measure.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) local_date: Day,
    pub(super) content: Content,
}

/// What lies between two responses, after surgery where the later is.
pub(super) fn between(
    measure: &'static Measure,
    before: &Given,
    after: &Given,
    surgery_on: Option<Day>,
) -> Option<Change> {
    let after_surgery = surgery_on.is_some_and(|day| day <= after.local_date);
    change(measure, &before.content, &after.content, after_surgery)
}

/// What the responses to a measure of function, the newest first, give reason for: the newest is worse than the
/// one before by so many percent of it, or none of the last changes is a gain, though each could have been, and it is
/// not recovered.
pub(super) fn grade(measure: &'static Measure, newest: &[Given], surgery_on: Option<Day>) -> Option<Grade> {
    let limits = decline().filter(|_| measure.function)?;
    let (last, before) = (newest.first()?, newest.get(1)?);
    if worse(measure, before, last, limits.worse_percent) {
        return Some(Grade::Worse);
    }
    let pairs = newest.iter().zip(newest.iter().skip(1)).take(limits.changes_without_gain);
    let changes = pairs.filter_map(|(after, before)| between(measure, before, after, surgery_on));
    // Where a gain could not have shown, that there is none says nothing.
    let could_show = |change: &Change| change.by.is_some() && change.reason != Some(Reason::Floor);
    let changes: Vec<_> = changes.filter(could_show).collect();
    let recovered = score(measure, &last.content.answers).band.and_then(|key| measure.band(key));
    let idle = changes.len() == limits.changes_without_gain
        && changes.iter().all(|change| change.verdict != Verdict::Improved)
        && !recovered.is_some_and(|band| band.best);
    idle.then_some(Grade::NoGain)
}

fn worse(measure: &'static Measure, before: &Given, after: &Given, percent: f64) -> bool {
    let Some((before, after, _)) = comparable(measure, &before.content, &after.content) else { return false };
    let loss = -measure.better.gain(after - before);
    if loss <= 0.0 {
        return false;
    }
    // There is no percent of nothing: from there on it is what matters in points.
    let matters = measure.change.and_then(|rule| rule.absolute);
    if before > 0.0 {
        reaches(loss * 100.0, percent * before)
    } else {
        matters.is_some_and(|limit| reaches(loss, limit))
    }
}

#[cfg(test)]
#[path = "decline_tests.rs"]
mod tests;
