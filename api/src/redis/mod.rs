//! Redis outside the reminder engine: what the processes of an installation tell each other.
//! Everything here is best effort; without Redis each process goes by itself.

mod live;
mod persisted;

pub use live::RedisLive;
pub use persisted::RedisPersisted;
