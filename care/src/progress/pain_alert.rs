//! The rule about pain: what a report says, seen with the one before it.

use super::pain_reports::PainReport;
use crate::clinic::AlertThresholds;
use crate::clock::Instant;
use crate::id::Kind;
use uuid::Uuid;

/// Milliseconds of a day.
const DAY: i64 = 24 * 60 * 60_000;

/// Pain as it was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Report {
    /// When it was felt.
    pub(crate) at: Instant,
    /// The worst rating in it, 0 to 10.
    pub(crate) worst: i16,
    /// The record that says so, as an alert names it.
    pub(crate) record: (Kind, Uuid),
}

impl From<PainReport> for Report {
    fn from(report: PainReport) -> Self {
        Self { at: report.at, worst: report.worst, record: report.source }
    }
}

/// What a report says, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// High, and risen.
    Rising,
    /// Risen steeply, however high.
    Steep,
    /// Severe, whatever it was before.
    Severe,
}

impl Grade {
    /// Its name among the severities of the rule.
    pub(super) fn key(self) -> &'static str {
        match self {
            Self::Rising => "RISING",
            Self::Steep => "STEEP",
            Self::Severe => "SEVERE",
        }
    }
}

/// What pain of `worst` says after pain of `before`; without a report before it, nothing has risen.
fn grade(thresholds: &AlertThresholds, worst: i16, before: Option<i16>) -> Option<Grade> {
    let risen_by = |points: u8| before.is_some_and(|before| worst >= before + i16::from(points));
    if worst >= i16::from(thresholds.pain_critical_from) {
        Some(Grade::Severe)
    } else if risen_by(thresholds.pain_steep_rise) {
        Some(Grade::Steep)
    } else if worst >= i16::from(thresholds.pain_from) && risen_by(thresholds.pain_rise) {
        Some(Grade::Rising)
    } else {
        None
    }
}

/// Whether pain of `worst` could say anything, whatever the report before it.
pub(super) fn may_raise(thresholds: &AlertThresholds, worst: i16) -> bool {
    grade(thresholds, worst, Some(0)).is_some()
}

/// What the reports `told` now say together, and which of them say anything: the gravest counts. A report that
/// follows one told now says something else than before, and is heard too. `known` are the patient's reports, those
/// told now among them, by time. Only what was felt lately raises concern.
pub(super) fn judge(
    thresholds: &AlertThresholds,
    known: &[Report],
    told: &[Report],
    now: Instant,
) -> Option<(Grade, Vec<Report>)> {
    let lately = now.plus(-i64::from(thresholds.pain_recent_days) * DAY);
    let before = std::iter::once(None).chain(known.iter().map(Some));
    let is_new = |report: &Report, before: Option<&Report>| {
        told.contains(report) || before.is_some_and(|before| told.contains(before))
    };
    let speaking: Vec<_> = known
        .iter()
        .zip(before)
        .filter(|(report, before)| report.at >= lately && is_new(report, *before))
        .filter_map(|(report, before)| {
            Some((grade(thresholds, report.worst, before.map(|before| before.worst))?, *report))
        })
        .collect();
    let gravest = speaking.iter().map(|(grade, _)| *grade).max()?;
    Some((gravest, speaking.into_iter().map(|(_, report)| report).collect()))
}

/// Whether what was reported after `last`, the report that raised an alert last, settles it: the newest
/// reports, as many in a row as the clinic asks for, are low and not risen. `known`: as for [`judge`].
pub(super) fn is_settled(thresholds: &AlertThresholds, known: &[Report], last: Report) -> bool {
    let calm = |pair: &[Report]| match pair {
        [before, report] => {
            report.worst < i16::from(thresholds.pain_from)
                && report.worst <= before.worst
                && report.at > last.at
        }
        _ => false,
    };
    let wanted = usize::from(thresholds.pain_settled_reports);
    known.windows(2).rev().take(wanted).filter(|pair| calm(pair)).count() == wanted
}

#[cfg(test)]
#[path = "pain_alert_tests.rs"]
mod tests;
