//! A timetable in a few lines, and the comparison of a real one with it.

use super::{BatchId, Claim, Entry, Failure, Millis, Outcome, Timetable, Uuid, drain, ensure, id};
use std::collections::{BTreeMap, BTreeSet};

/// A call to a timetable; ids are numbers for [`id`], times and leases are milliseconds.
#[derive(Debug, Clone)]
pub enum Step {
    /// Schedules each number so many milliseconds after now (or before it).
    Schedule(Vec<(u64, i64)>),
    /// The same with `fill`.
    Fill(Vec<(u64, i64)>),
    /// Cancels each number.
    Cancel(Vec<u64>),
    /// Claims up to `max` for `lease_ms`.
    Claim {
        /// From 1.
        max: usize,
        /// From 1.
        lease_ms: i64,
    },
    /// Acks one of the batches ever claimed, the next times so long after now.
    Ack {
        /// Which batch, modulo their number.
        batch: usize,
        /// For how many of its ids there is a next time.
        keep: usize,
        /// How long after now that time is.
        after: i64,
    },
    /// Extends one of the batches ever claimed.
    Extend {
        /// Which batch, modulo their number.
        batch: usize,
        /// From 1.
        lease_ms: i64,
    },
    /// Lets time pass.
    Wait(i64),
}

#[derive(Debug, Default)]
struct Model {
    now: Millis,
    due: BTreeMap<Uuid, Millis>,
    leased: BTreeMap<usize, (BTreeSet<Uuid>, Millis)>,
    /// All batches ever claimed.
    batches: Vec<(BatchId, Vec<Uuid>)>,
}

/// Takes the steps on an empty timetable and on the model, and compares every answer; at the end
/// everything the model holds must come out, each id as often as the model says.
pub async fn follows_the_model(timetable: &dyn Timetable, now: Millis, steps: &[Step]) -> Outcome {
    let mut model = Model { now, ..Model::default() };
    for step in steps {
        model
            .take(timetable, step)
            .await
            .map_err(|failure| Failure::Broken(format!("{failure} at {step:?} with {model:?}")))?;
    }
    model.finish(timetable).await
}

impl Model {
    async fn take(&mut self, timetable: &dyn Timetable, step: &Step) -> Outcome {
        match step {
            Step::Schedule(entries) => {
                let entries = self.entries(entries);
                timetable.schedule(&entries).await?;
                self.due.extend(entries.iter().map(|entry| (entry.id, entry.due_at)));
            }
            Step::Fill(entries) => {
                let entries = self.entries(entries);
                timetable.fill(&entries).await?;
                self.fill(&entries);
            }
            Step::Cancel(numbers) => {
                let ids: Vec<_> = numbers.iter().copied().map(id).collect();
                timetable.cancel(&ids).await?;
                self.due.retain(|id, _| !ids.contains(id));
            }
            Step::Claim { max, lease_ms } => {
                let claim = timetable.claim(self.now, *max, *lease_ms).await?;
                self.claimed(claim, *max, *lease_ms)?;
            }
            Step::Ack { batch, keep, after } => self.ack(timetable, *batch, *keep, *after).await?,
            Step::Extend { batch, lease_ms } => self.extend(timetable, *batch, *lease_ms).await?,
            Step::Wait(millis) => self.now += millis,
        }
        Ok(())
    }

    fn entries(&self, entries: &[(u64, i64)]) -> Vec<Entry> {
        // One time for each id: a timetable may take a repeated one in any order.
        let times: BTreeMap<u64, i64> = entries.iter().copied().collect();
        times.into_iter().map(|(n, after)| Entry { id: id(n), due_at: self.now + after }).collect()
    }

    fn fill(&mut self, entries: &[Entry]) {
        for entry in entries {
            let due_at = self.due.entry(entry.id).or_insert(entry.due_at);
            *due_at = entry.due_at.min(*due_at);
        }
    }

    fn claimed(&mut self, claim: Claim, max: usize, lease_ms: i64) -> Outcome {
        let (batch, ids) = match claim {
            Claim::Batch { id, ids } => (id, ids),
            Claim::Idle { next_due_at } => {
                let next = self.next();
                return ensure(next_due_at == next && next.is_none_or(|at| at > self.now), || {
                    format!("idle until {next_due_at:?}, the model has {next:?}")
                });
            }
            Claim::IndexLost => return Err(Failure::Broken("the index was lost".to_owned())),
        };
        let set: BTreeSet<Uuid> = ids.iter().copied().collect();
        ensure(set.len() == ids.len() && !ids.is_empty(), || format!("a bad batch: {ids:?}"))?;
        // An id that was scheduled while leased can be in several: the one that ended first goes first.
        let expired = self.leased.iter().filter(|(_, (held, ends))| *held == set && *ends <= self.now);
        let old = expired.min_by_key(|(number, (_, ends))| (*ends, **number)).map(|(number, _)| *number);
        if let Some(number) = old {
            self.leased.remove(&number);
        } else {
            let due = set.iter().all(|id| self.due.get(id).is_some_and(|at| *at <= self.now));
            ensure(due && set.len() <= max, || format!("neither due nor expired: {ids:?}"))?;
            self.due.retain(|id, _| !set.contains(id));
        }
        let known = self.batches.iter().any(|(known, _)| *known == batch);
        ensure(!known, || format!("{batch:?} was given out twice"))?;
        self.leased.insert(self.batches.len(), (set, self.now + lease_ms));
        self.batches.push((batch, ids));
        Ok(())
    }

    /// When there is something to claim.
    fn next(&self) -> Option<Millis> {
        let ends = self.leased.values().map(|(_, ends)| ends);
        self.due.values().chain(ends).min().copied()
    }

    /// The batch meant by a step.
    fn batch(&self, pick: usize) -> Option<(usize, BatchId, Vec<Uuid>)> {
        let number = pick.checked_rem(self.batches.len())?;
        let (batch, ids) = self.batches.get(number)?;
        Some((number, *batch, ids.clone()))
    }

    async fn ack(&mut self, timetable: &dyn Timetable, pick: usize, keep: usize, after: i64) -> Outcome {
        let Some((number, batch, ids)) = self.batch(pick) else {
            return Ok(());
        };
        let due_at = self.now + after;
        let next: Vec<_> = ids.into_iter().take(keep).map(|id| Entry { id, due_at }).collect();
        let answer = timetable.ack(&batch, &next).await?;
        let held = self.leased.remove(&number).is_some();
        ensure(answer == held, || format!("the ack of {batch:?} answered {answer}"))?;
        if held {
            self.fill(&next);
        }
        Ok(())
    }

    async fn extend(&mut self, timetable: &dyn Timetable, pick: usize, lease_ms: i64) -> Outcome {
        let Some((number, batch, _)) = self.batch(pick) else {
            return Ok(());
        };
        let answer = timetable.extend(&batch, self.now, lease_ms).await?;
        let held = self.leased.get_mut(&number);
        ensure(answer == held.is_some(), || format!("extending {batch:?} answered {answer}"))?;
        if let Some((_, ends)) = held {
            *ends = self.now + lease_ms;
        }
        Ok(())
    }

    async fn finish(self, timetable: &dyn Timetable) -> Outcome {
        let last = self.due.values().chain(self.leased.values().map(|(_, ends)| ends)).max();
        let Some(last) = last else {
            return super::idle_until(timetable, self.now, None).await;
        };
        let leased = self.leased.values().flat_map(|(ids, _)| ids.iter().copied());
        let mut expected: Vec<Uuid> = leased.chain(self.due.keys().copied()).collect();
        let mut given = drain(timetable, *last, 500).await?.concat();
        expected.sort_unstable();
        given.sort_unstable();
        ensure(given == expected, || format!("{expected:?} expected at last, got {given:?}"))
    }
}
