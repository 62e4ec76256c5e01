//! When a step is suggested, as rules over what was done and told.

use super::session::Session;
use crate::clinic::ProgressionThresholds;
use crate::clock::Instant;

impl Session {
    /// Whether it was good: enough done, pain told and low, and effort low where it was told.
    ///
    /// Pain must have been told, because silence about it is no sign that there was none; effort need not, because
    /// many are never asked for it, and what was done without much pain stands for itself.
    fn is_good(&self, thresholds: ProgressionThresholds) -> bool {
        self.enough
            && self.pain.is_some_and(|pain| pain <= thresholds.pain_max.into())
            && self.rpe.is_none_or(|rpe| rpe <= thresholds.rpe_max.into())
    }
}

/// The sessions of one prescription that speak for more of it: the last ones, all good, without a flare of the
/// patient since the first of them began. Both in order.
pub(super) fn progress<'a>(
    sessions: &'a [Session],
    flares: &[Instant],
    thresholds: ProgressionThresholds,
) -> Option<&'a [Session]> {
    let from = sessions.len().checked_sub(thresholds.sessions.into())?;
    let last = sessions.get(from..)?;
    let since = last.first()?.performed_at;
    let good = last.iter().all(|session| session.is_good(thresholds));
    (good && !flares.iter().any(|at| *at >= since)).then_some(last)
}

/// The sessions of one prescription that speak for less of it: those with red pain in the days up to the last.
pub(super) fn regress(sessions: &[Session], thresholds: ProgressionThresholds) -> Option<Vec<&Session>> {
    let from = sessions.iter().map(|session| session.date).max()?.plus(1 - i32::from(thresholds.red_days));
    let red: Vec<_> = sessions.iter().filter(|session| session.red && session.date >= from).collect();
    (red.len() >= usize::from(thresholds.red_sessions)).then_some(red)
}
