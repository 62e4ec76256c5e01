//! The clock that the processes of an installation have in common.

use super::{Clock, Instant};
use std::sync::{Arc, Mutex, PoisonError};
use std::time;

/// The database's clock, as far as this process knows it. Between two looks at it this one runs on by the machine's
/// steady clock, so that neither a wall clock that is wrong nor one that is set meanwhile makes anything early or late.
/// Until the first look it shows the machine's.
#[derive(Debug)]
pub struct SharedClock {
    machine: Arc<dyn Clock>,
    anchor: Mutex<Option<Anchor>>,
}

/// What was shown when the steady clock stood there.
#[derive(Debug, Clone, Copy)]
struct Anchor {
    shown: Instant,
    steady: time::Instant,
}

impl SharedClock {
    /// A clock that begins with what the machine's shows.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, anchor: Mutex::default() }
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Instant {
        let anchor = *self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Anchor { shown, steady }) = anchor else { return self.machine.now() };
        let since = steady_clock().saturating_duration_since(steady);
        shown.plus(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Moves this clock only where it is certainly wrong; then behind the database's by as long as the answer was on
    /// its way, and never ahead of it.
    fn agree(&self, since: Instant, database: Instant) -> Option<i64> {
        let now = self.now();
        let right = (since..=now).contains(&database);
        let mut anchor = self.anchor.lock().unwrap_or_else(PoisonError::into_inner);
        if !right || anchor.is_none() {
            *anchor = Some(Anchor { shown: if right { now } else { database }, steady: steady_clock() });
        }
        Some(self.machine.now().0.saturating_sub(database.0))
    }
}

#[allow(clippy::disallowed_methods, reason = "it tells no time of day, and is shown by a `Clock` alone")]
fn steady_clock() -> time::Instant {
    time::Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;

    const HOURS: i64 = 2 * 60 * 60_000;
    /// Longer than a test takes.
    const MOMENT: i64 = 60_000;

    fn shows(clock: &SharedClock, at: Instant) -> bool {
        (at..at.plus(MOMENT)).contains(&clock.now())
    }

    #[test]
    fn it_goes_by_the_database_whatever_the_machine_shows() {
        for wrong in [-HOURS, HOURS] {
            let database = Instant(1_800_000_000_000);
            let machine = Arc::new(ManualClock::new(database.plus(wrong)));
            let clock = SharedClock::new(Arc::clone(&machine) as _);
            assert_eq!(clock.now(), machine.now());
            assert_eq!(clock.agree(clock.now(), database), Some(wrong));
            assert!(shows(&clock, database), "{wrong}");
            machine.set(database.plus(-wrong));
            assert!(shows(&clock, database), "{wrong}: the machine's clock is set, and this one is not");
        }
    }

    #[test]
    fn a_clock_that_may_be_right_is_left_alone() {
        let machine = Arc::new(ManualClock::new(Instant(1_000)));
        let clock = SharedClock::new(Arc::clone(&machine) as _);
        machine.set(Instant(2_000));
        assert_eq!(clock.agree(Instant(1_000), Instant(1_400)), Some(600));
        assert!(shows(&clock, Instant(2_000)), "the answer may have been on its way for so long");
        machine.set(Instant(2_000 + HOURS));
        assert!(shows(&clock, Instant(2_000)));
        // A database that stepped back is followed.
        clock.agree(Instant(2_000), Instant(500));
        assert!(shows(&clock, Instant(500)));
    }
}
