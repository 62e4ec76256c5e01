//! The keys of the timetable in Redis.

use uuid::Uuid;

/// Into how many parts the ids are spread, so that a cluster can share the work.
pub(super) const SHARDS: u8 = 16;

/// The shard of an id, from its last byte: the first bytes of a UUIDv7 are its time, and would
/// put all ids of one moment into one shard.
pub(super) fn shard_of(id: Uuid) -> u8 {
    let [.., last] = *id.as_bytes();
    last % SHARDS
}

/// Makes key names under a prefix.
#[derive(Debug)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// Sorted set: id (16 bytes) → fire time.
    pub(super) fn due(&self, shard: u8) -> String {
        self.key(shard, "due")
    }

    /// Sorted set: batch number → end of its lease.
    pub(super) fn lease(&self, shard: u8) -> String {
        self.key(shard, "lease")
    }

    /// Hash: batch number → its ids, one after the other.
    pub(super) fn batch(&self, shard: u8) -> String {
        self.key(shard, "batch")
    }

    /// The newest number given out.
    pub(super) fn seq(&self, shard: u8) -> String {
        self.key(shard, "seq")
    }

    /// Whether the shard is whole, being rebuilt, or (absent) lost.
    pub(super) fn generation(&self, shard: u8) -> String {
        self.key(shard, "gen")
    }

    /// The hash tag keeps the keys of a shard in one slot of a cluster.
    fn key(&self, shard: u8, name: &str) -> String {
        format!("{}{{r:{shard}}}:{name}", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_byte_decides() {
        let shard = |last: u128| shard_of(Uuid::from_u128((7 << 100) | last));
        assert_eq!([shard(0), shard(15), shard(16), shard(0xff)], [0, 15, 0, 15]);
    }

    #[test]
    fn names_have_prefix_and_hash_tag() {
        assert_eq!(Keys::new("app:").generation(3), "app:{r:3}:gen");
    }
}
