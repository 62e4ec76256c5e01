//! The one connection to Redis, for all who use it.

use crate::configuration;
use crate::failure::Failure;
use crate::redis::{RedisLive, RedisPersisted};
use care::live::Live;
use redis::Client;
use redis::aio::ConnectionManager;
use reminders::timetable::redis::{RedisTimetable, connect};
use std::sync::Arc;
use uuid::Uuid;

/// A Redis and the prefix of this installation's keys.
#[derive(Clone)]
pub(super) struct Redis {
    client: Client,
    connection: ConnectionManager,
    prefix: String,
}

impl Redis {
    /// The Redis of the configuration, if it names one. It need not answer yet.
    pub(super) fn open(settings: &configuration::Redis) -> Result<Option<Self>, Failure> {
        if settings.url.is_empty() {
            return Ok(None);
        }
        let refuse =
            || Failure::new("redis.url: This is not the address of a Redis. Give redis://host:6379/0.");
        let connection = connect(&settings.url).map_err(|_| refuse())?;
        let client = Client::open(settings.url.as_str()).map_err(|_| refuse())?;
        Ok(Some(Self { client, connection, prefix: settings.prefix.clone() }))
    }

    /// The timetable of reminders.
    pub(super) fn timetable(&self) -> RedisTimetable {
        RedisTimetable::new(self.connection.clone(), &self.prefix)
    }

    /// The change feed of the process `id` around `local`.
    pub(super) fn live(&self, id: Uuid, local: Arc<dyn Live>) -> RedisLive {
        RedisLive::new(id, local, self.client.clone(), self.connection.clone(), &self.prefix)
    }

    /// Persisted queries shared between processes.
    pub(super) fn persisted(&self) -> RedisPersisted {
        RedisPersisted::new(self.connection.clone(), &self.prefix)
    }
}
