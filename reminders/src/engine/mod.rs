//! The engine: claims what is due, lets `care` decide and record it, pushes, tells the results.
//!
//! One round: claim → one transaction (decide, record, advance) → acknowledge to the timetable →
//! push → results. Between the transaction and the results the delivery's row is the lease: a
//! worker that dies there is followed by [`Engine::retry`] with the same push id. A worker that
//! dies before is followed by whoever takes over its batch. Rounds overlap: while the pushes of one
//! are under way the next is claimed, as long as there is room for its pushes.

mod carry;
pub mod measure;
mod poison;
mod run;

use crate::gateway::{Answer, Push, PushGateway, Verdict};
use crate::kill;
use crate::timetable::{Claim, Entry, Timetable, TimetableError};
use care::access::Worker;
use care::clock::Instant;
use care::error::Error;
use care::live::Change;
use care::reminder::quiet::fires_at;
use care::reminder::{self, DeviceAnswer, Dispatched, Due, Finished, Outbound, PushOutcome, Target, Terms};
use carry::Unsettled;
use poison::halved;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// Reminders further ahead than this are fed to the timetable later.
const HORIZON: i64 = 36 * 60 * 60_000;
/// Reminders read from SQL in one step of filling a timetable.
const STEP: u64 = 5_000;
/// A push that failed for a passing reason is tried again after so long, in milliseconds.
const RETRY: i64 = 30_000;

/// How the engine works.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Reminders claimed at once: 1 to 1,000.
    pub batch: usize,
    /// How long a worker may take from claim to result, in milliseconds. Longer than a push.
    pub lease_ms: i64,
    /// Reminders that come due together go out spread over so many seconds, that none waits for all others:
    /// below 60.
    pub smear_seconds: u32,
    /// Pushes under way at once; nothing is claimed while they are so many.
    pub in_flight: usize,
    /// How long a push may take.
    pub push_timeout: Duration,
    /// How often an idle worker looks.
    pub poll: Duration,
    /// Whether time goes on by the worker's own clock while a tick works. Tests move the time instead.
    pub own_clock: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch: 500,
            lease_ms: 60_000,
            smear_seconds: 20,
            in_flight: 2_000,
            push_timeout: Duration::from_secs(10),
            poll: Duration::from_millis(250),
            own_clock: true,
        }
    }
}

/// Why a tick did not finish. The next one goes on where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The database.
    #[error("the database: {0}")]
    Care(#[from] Error),
    /// The timetable.
    #[error("{0}")]
    Timetable(#[from] TimetableError),
}

/// What a tick answers.
pub type Result<T> = std::result::Result<T, EngineError>;

/// The reminder engine of one worker.
#[derive(Clone)]
pub struct Engine {
    worker: Worker,
    timetable: Arc<dyn Timetable>,
    gateway: Arc<dyn PushGateway>,
    settings: Settings,
    unsettled: Unsettled,
}

/// What was taken to be pushed.
enum Taken {
    /// These.
    Batch(Vec<Outbound>),
    /// There is nothing, before this time at least.
    Nothing(Option<Instant>),
}

impl Engine {
    /// An engine that works with these.
    pub fn new(
        worker: Worker,
        timetable: Arc<dyn Timetable>,
        gateway: Arc<dyn PushGateway>,
        settings: Settings,
    ) -> Self {
        Self { worker, timetable, gateway, settings, unsettled: Unsettled::default() }
    }

    /// Deals with everything that is due at `now`; answers how many pushes were attempted.
    pub async fn tick(&self, now: Instant) -> Result<usize> {
        Box::pin(self.carry_all(|| self.claim(now), now)).await
    }

    /// Claims what is due and decides about it: what is to go out, or that nothing is due before this time.
    async fn claim(&self, now: Instant) -> Result<Taken> {
        loop {
            // What is due and what is late is judged by one clock, which the workers have in common: not by Redis',
            // which may be another one.
            let now = self.fresh(now);
            let claimed = self.timetable.claim(now.0, self.settings.batch, self.settings.lease_ms).await?;
            let now = self.fresh(now);
            match claimed {
                Claim::Idle { next_due_at } => return Ok(Taken::Nothing(next_due_at.map(Instant))),
                Claim::IndexLost => {
                    if !self.rebuild(now).await? {
                        return Ok(Taken::Nothing(None));
                    }
                }
                Claim::Batch { id, ids } => {
                    kill::point("claimed");
                    let round = self.dispatch(&ids, now).await?;
                    kill::point("decided");
                    measure::round(ids.len(), &round);
                    let next: Vec<_> = round.next.iter().map(|due| self.entry(*due)).collect();
                    // A batch that was taken over meanwhile, or will be, finds everything decided.
                    match self.timetable.ack(&id, &next).await {
                        Ok(true) => {}
                        Ok(false) => measure::lease("lost"),
                        Err(error) => tracing::warn!(%error, "a batch that is decided will be claimed again"),
                    }
                    kill::point("acknowledged");
                    measure::sending(&round.outbound, self.fresh(now));
                    return Ok(Taken::Batch(round.outbound));
                }
            }
        }
    }

    /// The time that it is by now; the caller's where tests move it.
    fn fresh(&self, now: Instant) -> Instant {
        if self.settings.own_clock { self.worker.now() } else { now }
    }

    /// Decides about a batch. Where a reminder cannot be read, its batch is halved until it stands
    /// alone and is set aside, so that it holds up no other.
    async fn dispatch(&self, ids: &[Uuid], now: Instant) -> Result<Dispatched> {
        let terms = Terms { lease_ms: self.settings.lease_ms, smear_seconds: self.settings.smear_seconds };
        let decide = async |part: &[Uuid]| reminder::dispatch(&self.worker, part, now, terms).await;
        let (rounds, poison) = halved(ids, decide).await?;
        self.set_aside(poison, now).await?;
        let mut whole = Dispatched::default();
        for round in rounds {
            whole.decided.extend(round.decided);
            whole.outbound.extend(round.outbound);
            whole.next.extend(round.next);
        }
        Ok(whole)
    }

    /// Deals with deliveries whose time has come again: put off, deferred, or left by a worker
    /// that died.
    pub async fn retry(&self, now: Instant) -> Result<usize> {
        Box::pin(self.carry_all(|| self.take_again(now), now)).await
    }

    async fn take_again(&self, now: Instant) -> Result<Taken> {
        self.settle(now).await?;
        let limit = u64::try_from(self.settings.batch).unwrap_or(1);
        let now = self.fresh(now);
        let again = match reminder::retry(&self.worker, now, limit, self.settings.lease_ms).await {
            Err(Error::Internal) => self.retry_apart(now, limit).await?,
            taken => taken?,
        };
        if again.is_empty() {
            return Ok(Taken::Nothing(None));
        }
        kill::point("retrying");
        measure::retrying(again.len());
        Ok(Taken::Batch(again))
    }

    /// Puts back what the timetable forgot: reminders overdue in SQL, the truth.
    pub async fn scan_overdue(&self, now: Instant) -> Result<usize> {
        let overdue = reminder::overdue(&self.worker, now, STEP).await?;
        kill::point("scanned");
        self.fill(&overdue).await?;
        Ok(overdue.len())
    }

    /// Feeds the timetable what comes due within its horizon, soonest first.
    pub async fn feed(&self, now: Instant) -> Result<usize> {
        let mut after: Option<Due> = None;
        let mut fed = 0;
        loop {
            let due = reminder::scheduled_until(&self.worker, after, now.plus(HORIZON), STEP).await?;
            self.fill(&due).await?;
            kill::point("fed");
            fed += due.len();
            after = due.last().copied();
            if after.is_none() {
                return Ok(fed);
            }
        }
    }

    /// Takes over a change of a reminder at once, instead of at the next feed.
    pub async fn nudge(&self, change: Change, now: Instant) -> Result<()> {
        match change {
            Change::Reminder { id, next_due_at: Some(at) } if at <= now.plus(HORIZON) => {
                Ok(self.timetable.schedule(&[self.entry(Due { id, due_at: at })]).await?)
            }
            Change::Reminder { id, .. } => Ok(self.timetable.cancel(&[id]).await?),
            // What was missed the scan and the feed find.
            Change::Patient { .. } | Change::Missed => Ok(()),
        }
    }

    /// When the timetable is to give it.
    fn entry(&self, due: Due) -> Entry {
        Entry { id: due.id, due_at: fires_at(due.id, due.due_at, self.settings.smear_seconds).0 }
    }

    async fn fill(&self, due: &[Due]) -> Result<()> {
        let entries: Vec<_> = due.iter().map(|due| self.entry(*due)).collect();
        if entries.is_empty() { Ok(()) } else { Ok(self.timetable.fill(&entries).await?) }
    }

    /// Rebuilds a lost index; `false` when another worker is at it.
    async fn rebuild(&self, now: Instant) -> Result<bool> {
        let Some(rebuild) = self.timetable.rebuild_begin(self.settings.lease_ms).await? else {
            return Ok(false);
        };
        tracing::warn!("the index of the timetable was lost; rebuilding it");
        kill::point("rebuilding");
        let fed = self.feed(now).await?;
        kill::point("refilled");
        let whole = self.timetable.rebuild_finish(&rebuild).await?;
        measure::rebuilt();
        tracing::info!(reminders = fed, whole, "the index of the timetable is rebuilt");
        Ok(true)
    }

    /// Pushes one delivery to all of its devices.
    async fn deliver(&self, outbound: Outbound, now: Instant) -> Finished {
        let now = self.fresh(now);
        let Outbound { delivery_id, clinic_id, patient_id, kind, attempt, due_at, expires_at, targets } =
            outbound;
        let push = async |target: Target| {
            let device_id = target.device_id;
            let push = Push { id: delivery_id, clinic_id, kind, attempt, due_at, expires_at, target };
            kill::point("pushing");
            let answer = tokio::time::timeout(self.settings.push_timeout, self.gateway.push(&push)).await;
            kill::point("pushed");
            (device_id, answer.unwrap_or_else(|_| Answer::later(RETRY, "timeout")))
        };
        let said = futures::future::join_all(targets.into_iter().map(push)).await;
        let mut finished = Finished {
            delivery_id,
            clinic_id,
            patient_id,
            outcome: PushOutcome::NoDevice,
            attempted: said.is_empty(),
            answers: Vec::new(),
        };
        for (device_id, Answer { verdict, code }) in said {
            finished.attempted |= !matches!(verdict, Verdict::Held { .. });
            let (outcome, dead_since) = match verdict {
                Verdict::Taken => (PushOutcome::Sent, None),
                Verdict::Later { after_ms } | Verdict::Held { after_ms } => {
                    (PushOutcome::Retry(now.plus(after_ms)), None)
                }
                Verdict::Refused => (PushOutcome::Failed, None),
                Verdict::DeadToken { since } => (PushOutcome::NoDevice, Some(since.unwrap_or(now))),
            };
            finished.outcome = better(finished.outcome, outcome);
            finished.answers.push(DeviceAnswer { device_id, code: code.into_owned(), dead_since });
        }
        finished
    }
}

/// Of what two devices answered, what counts for the delivery: sent to one is sent.
fn better(one: PushOutcome, other: PushOutcome) -> PushOutcome {
    let rank = |outcome| match outcome {
        PushOutcome::NoDevice => 0,
        PushOutcome::Failed => 1,
        PushOutcome::Retry(_) => 2,
        PushOutcome::Sent => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}
