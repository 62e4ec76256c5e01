//! The timetable in Redis: 16 shards, each a sorted set of fire times with its leased batches.
//!
//! Whatever takes an id out of the set and leaves something in its place is one script on one
//! shard, so that no failure in between can lose an id. The server must not evict keys
//! (`maxmemory-policy noeviction`).

mod connection;
mod keys;
mod look_up;

pub use connection::connect;
pub use look_up::Held;

use super::{BatchId, Claim, Entry, MAX_BATCH, Millis, OWN_CLOCK, Rebuild, Timetable, TimetableError};
use crate::engine::measure;
use async_trait::async_trait;
use connection::meaning;
use keys::{Keys, SHARDS, shard_of};
use redis::aio::ConnectionManager;
use redis::{
    Cmd, ErrorKind, FromRedisValue, ParsingError, Pipeline, RedisResult, Script, ServerErrorKind, Value, cmd,
    from_redis_value_ref,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The most ids in one command, so that none holds up the others for long.
const CHUNK: usize = MAX_BATCH;

/// The timetable in Redis.
pub struct RedisTimetable {
    connection: ConnectionManager,
    keys: Keys,
    claim: Script,
    ack: Script,
    extend: Script,
    rebuild_begin: Script,
    rebuild_finish: Script,
}

/// A fire time or the end of a lease, and the shard it is in.
type Waiting = (Millis, u8);

impl RedisTimetable {
    /// A timetable whose keys all begin with `prefix`, which must not contain braces.
    pub fn new(connection: ConnectionManager, prefix: &str) -> Self {
        Self {
            connection,
            keys: Keys::new(prefix),
            claim: Script::new(include_str!("lua/claim.lua")),
            ack: Script::new(include_str!("lua/ack.lua")),
            extend: Script::new(include_str!("lua/extend.lua")),
            rebuild_begin: Script::new(include_str!("lua/rebuild_begin.lua")),
            rebuild_finish: Script::new(include_str!("lua/rebuild_finish.lua")),
        }
    }

    async fn pipe<T: FromRedisValue>(&self, pipeline: &Pipeline) -> RedisResult<T> {
        pipeline.query_async(&mut self.connection.clone()).await
    }

    /// Runs calls of one script, loading it first if the server does not know it.
    async fn run<T: FromRedisValue>(
        &self,
        script: &Script,
        calls: impl IntoIterator<Item = Cmd>,
    ) -> Result<Vec<T>, TimetableError> {
        let mut pipeline = Pipeline::new();
        for call in calls {
            pipeline.add_command(call);
        }
        match self.pipe(&pipeline).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                let load = script.load_async(&mut self.connection.clone()).await;
                load.map_err(meaning)?;
                self.pipe(&pipeline).await.map_err(meaning)
            }
            answer => answer.map_err(meaning),
        }
    }

    async fn run_one<T: FromRedisValue>(&self, script: &Script, call: Cmd) -> Result<T, TimetableError> {
        let answers = self.run(script, [call]).await?;
        answers.into_iter().next().ok_or(TimetableError::Rejected)
    }

    async fn add(&self, entries: &[Entry], mode: Option<&str>) -> Result<(), TimetableError> {
        let mut pipeline = Pipeline::new();
        for (shard, entries) in by_shard(entries, |entry| entry.id) {
            for chunk in entries.chunks(CHUNK) {
                let mut call = cmd("ZADD");
                call.arg(self.keys.due(shard)).arg(mode);
                add_entries(&mut call, chunk);
                pipeline.add_command(call).ignore();
            }
        }
        if pipeline.is_empty() {
            return Ok(());
        }
        self.pipe(&pipeline).await.map_err(meaning)
    }

    /// The clock that was read, and what waits in the shards, earliest first; `None` if a shard
    /// is lost.
    async fn look(&self, now: Millis) -> Result<Option<(Millis, Vec<Waiting>)>, TimetableError> {
        let mut pipeline = Pipeline::new();
        pipeline.cmd("TIME");
        for shard in 0..SHARDS {
            pipeline.cmd("EXISTS").arg(self.keys.generation(shard));
            for set in [self.keys.due(shard), self.keys.lease(shard)] {
                pipeline.cmd("ZRANGE").arg(set).arg(&["0", "0", "WITHSCORES"]);
            }
        }
        let answers: Vec<Value> = self.pipe(&pipeline).await.map_err(meaning)?;
        shards_waiting(now, &answers).map_err(|error| meaning(error.into()))
    }

    /// The batch taken from a shard.
    async fn take(
        &self,
        shard: u8,
        now: Millis,
        max: usize,
        lease_ms: i64,
    ) -> Result<Option<Claim>, TimetableError> {
        let keys = &self.keys;
        let keys = [keys.due(shard), keys.lease(shard), keys.batch(shard), keys.seq(shard)];
        let mut call = call(&self.claim, &keys);
        call.arg(now).arg(max).arg(lease_ms);
        let (number, packed, over): (i64, Vec<u8>, bool) = self.run_one(&self.claim, call).await?;
        if over {
            measure::lease("taken_over");
        }
        let id = BatchId { shard, number };
        Ok((number != 0).then(|| Claim::Batch { id, ids: unpack(&packed) }))
    }
}

#[async_trait]
impl Timetable for RedisTimetable {
    async fn schedule(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        self.add(entries, None).await
    }

    async fn fill(&self, entries: &[Entry]) -> Result<(), TimetableError> {
        self.add(entries, Some("LT")).await
    }

    async fn cancel(&self, ids: &[Uuid]) -> Result<(), TimetableError> {
        let mut pipeline = Pipeline::new();
        for (shard, ids) in by_shard(ids, |id| *id) {
            for chunk in ids.chunks(CHUNK) {
                let mut call = cmd("ZREM");
                call.arg(self.keys.due(shard));
                for id in chunk {
                    call.arg(id.as_bytes().as_slice());
                }
                pipeline.add_command(call).ignore();
            }
        }
        if pipeline.is_empty() {
            return Ok(());
        }
        self.pipe(&pipeline).await.map_err(meaning)
    }

    /// Two round trips: one look at all shards, then the claim on the one that waits longest.
    /// More only if other workers empty that shard in between, so one of them always gets on.
    async fn claim(&self, now: Millis, max: usize, lease_ms: i64) -> Result<Claim, TimetableError> {
        let max = max.clamp(1, MAX_BATCH);
        loop {
            let Some((now, waiting)) = self.look(now).await? else {
                return Ok(Claim::IndexLost);
            };
            let next_due_at = waiting.first().map(|(at, _)| *at);
            if next_due_at.is_none_or(|at| at > now) {
                return Ok(Claim::Idle { next_due_at });
            }
            for (_, shard) in waiting.into_iter().take_while(|(at, _)| *at <= now) {
                if let Some(claim) = self.take(shard, now, max, lease_ms).await? {
                    return Ok(claim);
                }
            }
        }
    }

    async fn ack(&self, batch: &BatchId, next: &[Entry]) -> Result<bool, TimetableError> {
        let (own, foreign): (Vec<Entry>, Vec<Entry>) =
            next.iter().partition(|entry| shard_of(entry.id) == batch.shard);
        let (own, more) = own.split_at(own.len().min(CHUNK));
        let (shard, keys) = (batch.shard, &self.keys);
        let keys = [keys.due(shard), keys.lease(shard), keys.batch(shard)];
        let mut call = call(&self.ack, &keys);
        call.arg(batch.number);
        add_entries(&mut call, own);
        let held = self.run_one(&self.ack, call).await?;
        if held {
            // Nothing, as long as the caller gives only ids of the batch.
            self.fill(more).await?;
            self.fill(&foreign).await?;
        }
        Ok(held)
    }

    async fn extend(&self, batch: &BatchId, now: Millis, lease_ms: i64) -> Result<bool, TimetableError> {
        let keys = [self.keys.lease(batch.shard), self.keys.batch(batch.shard)];
        let mut call = call(&self.extend, &keys);
        call.arg(batch.number).arg(now).arg(lease_ms);
        let held = self.run_one(&self.extend, call).await?;
        measure::lease(if held { "extended" } else { "lost" });
        Ok(held)
    }

    async fn rebuild_begin(&self, lease_ms: i64) -> Result<Option<Rebuild>, TimetableError> {
        let calls = (0..SHARDS).map(|shard| {
            let keys = [self.keys.seq(shard), self.keys.generation(shard)];
            let mut call = call(&self.rebuild_begin, &keys);
            call.arg(lease_ms);
            call
        });
        let numbers: Vec<i64> = self.run(&self.rebuild_begin, calls).await?;
        let parts: Vec<BatchId> = (0..SHARDS)
            .zip(numbers)
            .filter(|(_, number)| *number != 0)
            .map(|(shard, number)| BatchId { shard, number })
            .collect();
        Ok((!parts.is_empty()).then_some(Rebuild(parts)))
    }

    async fn rebuild_finish(&self, rebuild: &Rebuild) -> Result<bool, TimetableError> {
        let calls = rebuild.0.iter().map(|part| {
            let mut call = call(&self.rebuild_finish, &[self.keys.generation(part.shard)]);
            call.arg(part.number);
            call
        });
        let whole: Vec<bool> = self.run(&self.rebuild_finish, calls).await?;
        Ok(whole.into_iter().all(|whole| whole))
    }
}

/// The call of a script, by its hash; its arguments are still to be added.
fn call(script: &Script, keys: &[String]) -> Cmd {
    let mut call = cmd("EVALSHA");
    call.arg(script.get_hash()).arg(keys.len()).arg(keys);
    call
}

fn add_entries(call: &mut Cmd, entries: &[Entry]) {
    for entry in entries {
        call.arg(entry.due_at).arg(entry.id.as_bytes().as_slice());
    }
}

fn by_shard<T: Copy>(items: &[T], id: impl Fn(&T) -> Uuid) -> BTreeMap<u8, Vec<T>> {
    let mut shards: BTreeMap<u8, Vec<T>> = BTreeMap::new();
    for item in items {
        shards.entry(shard_of(id(item))).or_default().push(*item);
    }
    shards
}

/// Reads the answers of [`RedisTimetable::look`].
fn shards_waiting(now: Millis, answers: &[Value]) -> Result<Option<(Millis, Vec<Waiting>)>, ParsingError> {
    let (time, shards) = answers.split_first().ok_or("no answer")?;
    let (seconds, micros): (Millis, Millis) = from_redis_value_ref(time)?;
    let now = if now == OWN_CLOCK { seconds * 1_000 + micros / 1_000 } else { now };
    let mut waiting = Vec::new();
    for (shard, [whole, due, lease]) in (0..SHARDS).zip(shards.as_chunks().0) {
        if !from_redis_value_ref::<bool>(whole)? {
            return Ok(None);
        }
        for head in [due, lease] {
            let head: Vec<(Value, Millis)> = from_redis_value_ref(head)?;
            waiting.extend(head.first().map(|(_, at)| (*at, shard)));
        }
    }
    waiting.sort_unstable();
    Ok(Some((now, waiting)))
}

fn unpack(packed: &[u8]) -> Vec<Uuid> {
    let (ids, _) = packed.as_chunks();
    ids.iter().copied().map(Uuid::from_bytes).collect()
}
