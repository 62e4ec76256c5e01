//! Turns: operations run a few at a time, so that the database is not asked for more than it has, and
//! fewer of each clinic, so that a busy one is slow for itself and not for the others.

use super::places::household;
use super::refusal::Refusal;
use schema::Caller;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// How many operations run at once.
#[derive(Debug, Clone, Copy)]
pub struct Shares {
    /// In all: fewer than there are connections to the database, which authentication and the worker need
    /// too.
    pub all: usize,
    /// Of one clinic; those of nobody who is signed in count as of one clinic too.
    pub of_clinic: usize,
    /// How many more of one clinic may wait; of one address where nobody is signed in, a quarter.
    pub waiting: usize,
    /// How long they wait.
    pub patience: Duration,
}

/// In whose line an operation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Clinic(Uuid),
    /// Of nobody who is signed in, from this address.
    Address(Option<IpAddr>),
}

/// Hands out turns.
#[derive(Debug)]
pub(super) struct Turns {
    shares: Shares,
    all: Arc<Semaphore>,
    /// What those share who are not signed in.
    nobody: Arc<Semaphore>,
    lines: Mutex<HashMap<Whose, Line>>,
}

/// What operations pass: first a place in the line, then the front of it.
#[derive(Debug, Clone)]
struct Line {
    places: Arc<Semaphore>,
    front: Arc<Semaphore>,
}

/// The turn of one operation, over when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permits: (Option<OwnedSemaphorePermit>, OwnedSemaphorePermit, OwnedSemaphorePermit),
}

/// Lines that are kept before those in which nobody stands are forgotten.
const LINES: usize = 10_000;

impl Turns {
    pub(super) fn new(shares: Shares) -> Self {
        let semaphore = |permits: usize| Arc::new(Semaphore::new(permits.clamp(1, Semaphore::MAX_PERMITS)));
        Self {
            shares,
            all: semaphore(shares.all),
            nobody: semaphore(shares.of_clinic),
            lines: Mutex::default(),
        }
    }

    /// Waits for a turn. `Unavailable` where too many stand in the line already, or it takes too long.
    pub(super) async fn take(&self, caller: &Caller) -> Result<Turn, Refusal> {
        self.take_as(whose(caller)).await
    }

    async fn take_as(&self, whose: Whose) -> Result<Turn, Refusal> {
        let Line { places, front } = self.line(whose);
        let place = places.try_acquire_owned().map_err(|_| Refusal::unavailable())?;
        let turn = tokio::time::timeout(self.shares.patience, self.reach(front, Some(place))).await;
        turn.ok().flatten().ok_or_else(Refusal::unavailable)
    }

    /// Waits for a turn without a place in the line, for what is told of its own accord. None where it takes
    /// too long: what is to be told is told late rather than not.
    pub(super) async fn wait(&self, caller: &Caller) -> Option<Turn> {
        let turn = self.reach(self.line(whose(caller)).front, None);
        tokio::time::timeout(self.shares.patience, turn).await.ok().flatten()
    }

    async fn reach(&self, front: Arc<Semaphore>, place: Option<OwnedSemaphorePermit>) -> Option<Turn> {
        let front = front.acquire_owned().await.ok()?;
        let all = Arc::clone(&self.all).acquire_owned().await.ok()?;
        Some(Turn { _permits: (place, front, all) })
    }

    fn line(&self, whose: Whose) -> Line {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() >= LINES && !lines.contains_key(&whose) {
            lines.retain(|_, line| Arc::strong_count(&line.places) > 1);
        }
        let Shares { of_clinic, waiting, .. } = self.shares;
        let places = |waiting: usize| {
            Arc::new(Semaphore::new(of_clinic.saturating_add(waiting).min(Semaphore::MAX_PERMITS)))
        };
        let fresh = || match whose {
            Whose::Clinic(_) => Line { places: places(waiting), front: Arc::new(Semaphore::new(of_clinic)) },
            Whose::Address(_) => Line { places: places(waiting / 4), front: Arc::clone(&self.nobody) },
        };
        lines.entry(whose).or_insert_with(fresh).clone()
    }
}

fn whose(caller: &Caller) -> Whose {
    match &caller.scope {
        Some(scope) => Whose::Clinic(scope.actor().clinic_id),
        None => Whose::Address(caller.address.map(household)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn turns(all: usize, of_clinic: usize, waiting: usize) -> Turns {
        Turns::new(Shares { all, of_clinic, waiting, patience: Duration::from_secs(5) })
    }

    const ONE: Whose = Whose::Clinic(Uuid::from_u128(1));
    const TWO: Whose = Whose::Clinic(Uuid::from_u128(2));
    const THREE: Whose = Whose::Clinic(Uuid::from_u128(3));

    #[tokio::test]
    async fn a_clinic_has_its_share_and_the_others_theirs() {
        let turns = turns(3, 2, 1);
        let first = turns.take_as(ONE).await.unwrap();
        let _second = turns.take_as(ONE).await.unwrap();
        let mut third = Box::pin(turns.take_as(ONE));
        assert!((&mut third).now_or_never().is_none(), "it waits");
        assert_eq!(turns.take_as(ONE).await.unwrap_err(), Refusal::unavailable(), "one waits already");
        let _other = turns.take_as(TWO).await.unwrap();
        let mut nobody = Box::pin(turns.take_as(Whose::Address(None)));
        assert!((&mut nobody).now_or_never().is_none(), "three are as many as there are connections");
        drop(first);
        assert!((&mut third).now_or_never().is_none(), "nobody came first");
        let _nobody = nobody.now_or_never().unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_turn_goes_to_who_waits_longest_and_who_left_leaves_nothing() {
        let turns = turns(1, 1, 9);
        let first = turns.take_as(ONE).await.unwrap();
        let (mut gone, mut next) = (Box::pin(turns.take_as(TWO)), Box::pin(turns.take_as(THREE)));
        let mut last = Box::pin(turns.take_as(TWO));
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
        let _first = turns.take_as(ONE).await.unwrap();
        assert_eq!(turns.take_as(TWO).await.unwrap_err(), Refusal::unavailable());
    }

    #[tokio::test]
    async fn who_is_not_signed_in_fills_the_line_of_their_own_address_alone() {
        let turns = turns(9, 2, 8);
        let from = |last: u8| Whose::Address(Some([192, 0, 2, last].into()));
        let running = (turns.take_as(from(1)).await.unwrap(), turns.take_as(from(1)).await.unwrap());
        let mut waiting = [Box::pin(turns.take_as(from(1))), Box::pin(turns.take_as(from(1)))];
        for waiting in &mut waiting {
            assert!(waiting.now_or_never().is_none());
        }
        assert_eq!(
            turns.take_as(from(1)).await.unwrap_err(),
            Refusal::unavailable(),
            "a quarter of eight wait"
        );
        let mut other = Box::pin(turns.take_as(from(2)));
        assert!((&mut other).now_or_never().is_none(), "two run of all who are not signed in");
        drop(waiting);
        drop(running);
        other.now_or_never().unwrap().unwrap();
        turns.take_as(ONE).await.unwrap();
    }

    #[tokio::test]
    async fn lines_in_which_nobody_stands_are_forgotten() {
        let turns = turns(9, 2, 8);
        let address = |number: u32| Whose::Address(Some(std::net::Ipv4Addr::from_bits(number).into()));
        let _stays = turns.take_as(address(0)).await.unwrap();
        for number in 1..=u32::try_from(LINES).unwrap() {
            turns.take_as(address(number)).await.unwrap();
        }
        let lines = turns.lines.lock().unwrap();
        assert!(lines.len() < 10 && lines.contains_key(&address(0)), "{}", lines.len());
    }
}
