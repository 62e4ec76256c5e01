//! What every timetable must do, as checks that each implementation is put through.
//!
//! A harness makes an empty, whole timetable for each of [`checks`], where an id of a reminder
//! must already be known one of [`id`]`(0..`[`IDS`]`)`, and runs it at any `now` it likes.

mod capacity;
mod leases;
mod model;

pub use model::{Step, follows_the_model};

use super::{BatchId, Claim, Entry, Millis, Timetable, TimetableError};
use std::collections::BTreeSet;
use std::pin::Pin;
use uuid::Uuid;

/// How many ids the checks use.
pub const IDS: u64 = 20_000;

const LEASE: i64 = 30_000;
const MINUTE: i64 = 60_000;

/// Why a check did not pass.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A call failed that should not have.
    #[error(transparent)]
    Timetable(#[from] TimetableError),
    /// The timetable did something else than it must.
    #[error("{0}")]
    Broken(String),
}

/// Whether a check passed.
pub type Outcome = Result<(), Failure>;

/// A check: takes an empty timetable and the time to run it at.
pub type Check = for<'a> fn(&'a dyn Timetable, Millis) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// All checks with their names.
pub fn checks() -> Vec<(&'static str, Check)> {
    macro_rules! list {
        ($($module:ident::$check:ident),* $(,)?) => {
            vec![$((stringify!($check), |timetable, now| Box::pin($module::$check(timetable, now)))),*]
        };
    }
    list![
        schedule::empty_is_idle,
        schedule::not_before_its_time,
        schedule::cancelled_is_not_given,
        schedule::moved_earlier_and_later,
        schedule::fill_adds_and_keeps_the_earlier,
        leases::expired_lease_is_given_again,
        leases::late_ack_changes_nothing,
        leases::second_ack_is_refused,
        leases::ack_adds_the_next_times,
        leases::extended_lease_lasts_longer,
        leases::late_extend_is_refused,
        capacity::two_claimers_share_without_overlap,
        capacity::batches_keep_to_the_maximum,
        capacity::backlog_drains_in_batches,
        capacity::whole_index_needs_no_rebuild,
    ]
}

/// The id number `n` of the checks; the ids are spread in all their bytes.
pub fn id(n: u64) -> Uuid {
    let spread = |seed: u64| n.wrapping_add(1).wrapping_mul(seed).rotate_left(31);
    Uuid::from_u64_pair(spread(0x9e37_79b9_7f4a_7c15), spread(0xd1b5_4a32_d192_ed03))
}

fn entry(n: u64, due_at: Millis) -> Entry {
    Entry { id: id(n), due_at }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(Failure::Broken(otherwise())) }
}

async fn batch(timetable: &dyn Timetable, now: Millis) -> Result<(BatchId, Vec<Uuid>), Failure> {
    match timetable.claim(now, 500, LEASE).await? {
        Claim::Batch { id, ids } => Ok((id, ids)),
        other => Err(Failure::Broken(format!("a batch expected, got {other:?}"))),
    }
}

async fn idle_until(timetable: &dyn Timetable, now: Millis, next: Option<Millis>) -> Outcome {
    let claim = timetable.claim(now, 500, LEASE).await?;
    let expected = Claim::Idle { next_due_at: next };
    ensure(claim == expected, || format!("{expected:?} expected, got {claim:?}"))
}

/// Nothing to claim, whatever comes later.
async fn idle(timetable: &dyn Timetable, now: Millis) -> Outcome {
    let claim = timetable.claim(now, 500, LEASE).await?;
    ensure(matches!(claim, Claim::Idle { .. }), || format!("idle expected, got {claim:?}"))
}

/// Claims until there is nothing left, acking each batch; one list of ids for each batch.
async fn drain(timetable: &dyn Timetable, now: Millis, max: usize) -> Result<Vec<Vec<Uuid>>, Failure> {
    let mut batches = Vec::new();
    loop {
        match timetable.claim(now, max, LEASE).await? {
            Claim::Batch { id, ids } => {
                let held = timetable.ack(&id, &[]).await?;
                ensure(held, || "the ack of a batch in hand was refused".to_owned())?;
                batches.push(ids);
                // More batches than ids: the same ones come again and again.
                let ends = batches.len() as u64 <= IDS;
                ensure(ends, || "the ids of acked batches keep coming".to_owned())?;
            }
            Claim::Idle { .. } => return Ok(batches),
            Claim::IndexLost => return Err(Failure::Broken("the index was lost".to_owned())),
        }
    }
}

/// The batches have exactly the ids of these numbers, each once.
fn each_once(batches: &[Vec<Uuid>], numbers: impl IntoIterator<Item = u64>) -> Outcome {
    let given: Vec<Uuid> = batches.concat();
    let distinct: BTreeSet<Uuid> = given.iter().copied().collect();
    let expected: BTreeSet<Uuid> = numbers.into_iter().map(id).collect();
    ensure(given.len() == distinct.len() && distinct == expected, || {
        format!("{} ids once each expected, got {given:?}", expected.len())
    })
}

mod schedule {
    use super::{MINUTE, Millis, Outcome, Timetable, drain, each_once, entry, id, idle_until};

    pub(super) async fn empty_is_idle(timetable: &dyn Timetable, now: Millis) -> Outcome {
        timetable.schedule(&[]).await?;
        timetable.fill(&[]).await?;
        timetable.cancel(&[]).await?;
        idle_until(timetable, now, None).await
    }

    pub(super) async fn not_before_its_time(timetable: &dyn Timetable, now: Millis) -> Outcome {
        timetable.schedule(&[entry(0, now + 2), entry(1, now + 1)]).await?;
        idle_until(timetable, now, Some(now + 1)).await?;
        each_once(&drain(timetable, now + 1, 500).await?, [1])?;
        each_once(&drain(timetable, now + 2, 500).await?, [0])?;
        idle_until(timetable, now + MINUTE, None).await
    }

    pub(super) async fn cancelled_is_not_given(timetable: &dyn Timetable, now: Millis) -> Outcome {
        let entries: Vec<_> = (0..40).map(|n| entry(n, now)).collect();
        timetable.schedule(&entries).await?;
        let cancelled: Vec<_> = (0..39).chain([100]).map(id).collect();
        timetable.cancel(&cancelled).await?;
        each_once(&drain(timetable, now, 500).await?, [39])
    }

    pub(super) async fn moved_earlier_and_later(timetable: &dyn Timetable, now: Millis) -> Outcome {
        timetable.schedule(&[entry(0, now + MINUTE), entry(1, now)]).await?;
        timetable.schedule(&[entry(0, now), entry(1, now + MINUTE)]).await?;
        each_once(&drain(timetable, now, 500).await?, [0])?;
        idle_until(timetable, now, Some(now + MINUTE)).await?;
        each_once(&drain(timetable, now + MINUTE, 500).await?, [1])
    }

    pub(super) async fn fill_adds_and_keeps_the_earlier(timetable: &dyn Timetable, now: Millis) -> Outcome {
        timetable.schedule(&[entry(0, now), entry(1, now + MINUTE)]).await?;
        timetable.fill(&[entry(0, now + MINUTE), entry(1, now), entry(2, now + MINUTE)]).await?;
        each_once(&drain(timetable, now, 500).await?, [0, 1])?;
        each_once(&drain(timetable, now + MINUTE, 500).await?, [2])
    }
}
