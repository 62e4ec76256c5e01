//! The timetable: which reminder is due when, and which worker has it in hand.
//!
//! SQL holds the truth about reminders; a timetable only makes it punctual and cheap to poll. It
//! may therefore give an id too often or too early, and the truth decides again; it must not keep
//! one back. What it forgets altogether, the overdue scan of SQL puts back with
//! [`Timetable::fill`].
//!
//! The way of an id: [`Timetable::schedule`] → due → [`Timetable::claim`] → leased →
//! [`Timetable::ack`] → due at its next fire time. A lease that ends before the ack makes the
//! whole batch claimable again, under a new [`BatchId`].

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod failover;
pub mod redis;
pub mod sql;

use async_trait::async_trait;
use uuid::Uuid;

/// Milliseconds since the epoch, UTC.
pub type Millis = i64;

/// As `now`: the timetable reads its own clock. The engine gives the time instead, by the clock that its workers have
/// in common.
pub const OWN_CLOCK: Millis = 0;

/// The most ids a batch can have: a larger one would hold up everybody else's polling.
pub const MAX_BATCH: usize = 1_000;

/// A reminder and when it fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The reminder.
    pub id: Uuid,
    /// When it fires.
    pub due_at: Millis,
}

/// Names a leased batch. Never given out twice, not even after a loss of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchId {
    /// The part of the timetable the batch comes from; 0 where it has no parts.
    pub shard: u8,
    /// The number of the batch in that part, from 1.
    pub number: i64,
}

/// Names a rebuild that is under way; see [`Timetable::rebuild_begin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuild(pub(crate) Vec<BatchId>);

/// The answer of [`Timetable::claim`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// These reminders are the caller's until the lease ends.
    Batch {
        /// To be given to [`Timetable::ack`] or [`Timetable::extend`].
        id: BatchId,
        /// The reminders, at least one, due or taken over from a lease that ended.
        ids: Vec<Uuid>,
    },
    /// There is nothing to claim now.
    Idle {
        /// The earliest time at which there will be, as things stand: a fire time or the end of
        /// a lease. `None`: the timetable is empty.
        next_due_at: Option<Millis>,
    },
    /// The index was lost, wholly or in part: call [`Timetable::rebuild_begin`].
    IndexLost,
}

/// Why a timetable did not do what it was asked. The cause is logged where it happens.
///
/// After `Unavailable` the call may have taken effect all the same; every call may be repeated,
/// and a claim whose answer was lost comes back when its lease ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimetableError {
    /// No connection, no answer in time, or a server that takes no calls at the moment.
    #[error("the timetable is unavailable")]
    Unavailable,
    /// No room for further entries. Claim, ack and extend still work, and make room; what found none is claimed from
    /// SQL, where that stands behind ([`failover`]).
    #[error("the timetable is full")]
    Full,
    /// The server does not understand or not permit the call: a fault of configuration.
    #[error("the timetable rejected the call")]
    Rejected,
    /// The address of the server cannot be used.
    #[error("the address of the timetable is not valid")]
    Address,
}

/// The index of due reminders, shared by all workers.
///
/// `now` comes from one clock for all workers, or is [`OWN_CLOCK`]; fire times and leases go by it.
/// All calls are safe to repeat.
#[async_trait]
pub trait Timetable: Send + Sync {
    /// Adds these reminders, or moves them to their new fire times. An id that is leased is
    /// added too, and then claimed once more.
    async fn schedule(&self, entries: &[Entry]) -> Result<(), TimetableError>;

    /// Adds the reminders that are missing; one that is there keeps the earlier of both times,
    /// so that what was read from SQL a moment ago cannot delay what was scheduled since.
    async fn fill(&self, entries: &[Entry]) -> Result<(), TimetableError>;

    /// Takes these reminders out, unless they are leased.
    async fn cancel(&self, ids: &[Uuid]) -> Result<(), TimetableError>;

    /// Leases up to `max` (1 to [`MAX_BATCH`], clamped) reminders due at `now` for `lease_ms`
    /// (above 0) in one batch. A batch whose lease has ended is taken over before anything newer,
    /// whole, even if it has more than `max`.
    ///
    /// A batch can be smaller than `max` while more is due: claim until [`Claim::Idle`].
    async fn claim(&self, now: Millis, max: usize, lease_ms: i64) -> Result<Claim, TimetableError>;

    /// The batch is decided: ends its lease and adds the `next` fire times of its ids; one that
    /// was scheduled meanwhile keeps the earlier time. `false`: another worker has taken the
    /// batch over, and nothing changed.
    async fn ack(&self, batch: &BatchId, next: &[Entry]) -> Result<bool, TimetableError>;

    /// Lets the lease end `lease_ms` after `now`. `false`: another worker has taken the batch
    /// over, and nothing changed.
    async fn extend(&self, batch: &BatchId, now: Millis, lease_ms: i64) -> Result<bool, TimetableError>;

    /// Begins the rebuild of a lost index. Claims then work on what is already there, while the
    /// caller hands in everything with [`Timetable::fill`], due-soonest first, and ends with
    /// [`Timetable::rebuild_finish`].
    ///
    /// `None`: nothing is lost, or another worker is at it; if that one has not finished after
    /// its `lease_ms` (above 0, by the timetable's own clock), the index counts as lost again.
    async fn rebuild_begin(&self, lease_ms: i64) -> Result<Option<Rebuild>, TimetableError>;

    /// Marks the index as whole. `false`: it was lost again meanwhile, or another worker took
    /// over the rebuild; then [`Timetable::claim`] tells what there is to do.
    async fn rebuild_finish(&self, rebuild: &Rebuild) -> Result<bool, TimetableError>;
}
