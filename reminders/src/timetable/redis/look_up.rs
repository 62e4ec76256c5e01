//! Looking one reminder up in the timetable, for whoever wonders about it.

use super::{RedisTimetable, shard_of};
use crate::timetable::redis::connection::meaning;
use crate::timetable::{Millis, TimetableError};
use redis::Pipeline;
use std::collections::HashMap;
use uuid::Uuid;

/// Where the timetable has a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It fires then.
    Fires(Millis),
    /// A worker has it in hand.
    Leased,
    /// It does not have it: it comes due later than what is fed, or never.
    Nowhere,
}

impl RedisTimetable {
    /// Where this reminder is. Reads all the batches of its shard that are in a worker's hands.
    pub async fn look_up(&self, id: Uuid) -> Result<Held, TimetableError> {
        let shard = shard_of(id);
        let mut pipeline = Pipeline::new();
        pipeline.cmd("ZSCORE").arg(self.keys.due(shard)).arg(id.as_bytes().as_slice());
        pipeline.cmd("HGETALL").arg(self.keys.batch(shard));
        let found = self.pipe(&pipeline).await.map_err(meaning)?;
        let (fires, batches): (Option<Millis>, HashMap<i64, Vec<u8>>) = found;
        let leased = || batches.values().any(|ids| ids.chunks_exact(16).any(|one| one == id.as_bytes()));
        Ok(match fires {
            Some(at) => Held::Fires(at),
            None if leased() => Held::Leased,
            None => Held::Nowhere,
        })
    }
}
