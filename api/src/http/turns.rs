//! Turns: operations run a few at a time, so that the database is not asked for more than it has, and
//! fewer of each clinic, so that a busy one is slow for itself and not for the others.

use super::refusal::Refusal;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// How many operations run at once.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// In all: no more than there are connections to the database.
    pub all: usize,
    /// Of one clinic; those of nobody who is signed in count as of one clinic too.
    pub of_clinic: usize,
    /// How many more of one clinic may wait.
    pub waiting: usize,
    /// How long they wait.
    pub patience: Duration,
}

/// Hands out turns.
#[derive(Debug)]
pub(super) struct Turns {
    shares: Shares,
    all: Arc<Semaphore>,
    of_clinics: Mutex<HashMap<Option<Uuid>, Line>>,
}

/// What the operations of one clinic pass: first a place in the line, then the front of it.
#[derive(Debug, Clone)]
struct Line {
    places: Arc<Semaphore>,
    front: Arc<Semaphore>,
}

/// The turn of one operation, over when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permits: [OwnedSemaphorePermit; 3],
}

impl Turns {
    pub(super) fn new(shares: Shares) -> Self {
        Self { shares, all: Arc::new(Semaphore::new(shares.all)), of_clinics: Mutex::default() }
    }

    /// Waits for a turn. `Unavailable` where too many of the clinic wait already, or it takes too long.
    pub(super) async fn take(&self, clinic_id: Option<Uuid>) -> Result<Turn, Refusal> {
        let Line { places, front } = self.line(clinic_id);
        let place = places.try_acquire_owned().map_err(|_| Refusal::unavailable())?;
        let turn = async {
            let front = front.acquire_owned().await.ok()?;
            let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
            Some(Turn { _permits: [place, front, all] })
        };
        let turn = tokio::time::timeout(self.shares.patience, turn).await;
        turn.ok().flatten().ok_or_else(Refusal::unavailable)
    }

    /// The line of the clinic. There are never more than there are clinics.
    fn line(&self, clinic_id: Option<Uuid>) -> Line {
        let mut lines = self.of_clinics.lock().unwrap_or_else(PoisonError::into_inner);
        let Shares { of_clinic, waiting, .. } = self.shares;
        let fresh = || Line {
            places: Arc::new(Semaphore::new(of_clinic.saturating_add(waiting).min(Semaphore::MAX_PERMITS))),
            front: Arc::new(Semaphore::new(of_clinic)),
        };
        lines.entry(clinic_id).or_insert_with(fresh).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn turns(all: usize, of_clinic: usize, waiting: usize) -> Turns {
        Turns::new(Shares { all, of_clinic, waiting, patience: Duration::from_secs(5) })
    }

    const ONE: Option<Uuid> = Some(Uuid::from_u128(1));
    const TWO: Option<Uuid> = Some(Uuid::from_u128(2));
    const THREE: Option<Uuid> = Some(Uuid::from_u128(3));

    #[tokio::test]
    async fn a_clinic_has_its_share_and_the_others_theirs() {
        let turns = turns(3, 2, 1);
        let first = turns.take(ONE).await.unwrap();
        let _second = turns.take(ONE).await.unwrap();
        let mut third = Box::pin(turns.take(ONE));
        assert!((&mut third).now_or_never().is_none(), "it waits");
        assert_eq!(turns.take(ONE).await.unwrap_err(), Refusal::unavailable(), "one waits already");
        let _other = turns.take(TWO).await.unwrap();
        let mut nobody = Box::pin(turns.take(None));
        assert!((&mut nobody).now_or_never().is_none(), "three are as many as there are connections");
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "nobody came first");
        let _nobody = nobody.now_or_never().unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_turn_goes_to_who_waits_longest_and_who_left_leaves_nothing() {
        let turns = turns(1, 1, 9);
        let first = turns.take(ONE).await.unwrap();
        let (mut gone, mut next) = (Box::pin(turns.take(TWO)), Box::pin(turns.take(THREE)));
        let mut last = Box::pin(turns.take(TWO));
        for waiting in [&mut gone, &mut next, &mut last] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(gone);
        drop(first);
        assert!((&mut last).now_or_never().is_none());
        let next = (&mut next).now_or_never().unwrap().unwrap();
        drop(next);
        last.now_or_never().unwrap().unwrap();
        assert_eq!(turns.all.available_permits(), 1);
    }

    #[tokio::test]
    async fn who_has_waited_too_long_is_told_so() {
        let turns = Turns::new(Shares { all: 1, of_clinic: 1, waiting: 9, patience: Duration::ZERO });
        let _first = turns.take(ONE).await.unwrap();
        assert_eq!(turns.take(TWO).await.unwrap_err(), Refusal::unavailable());
    }
}
