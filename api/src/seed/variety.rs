//! What varies in the demo, the same for the same seed.

use care::clock::{Random, SeededRandom, random_bytes};

/// Draws from a fixed seed.
#[derive(Debug)]
pub(super) struct Variety(SeededRandom);

impl Variety {
    pub(super) fn new(seed: u64) -> Self {
        Self(SeededRandom::new(seed))
    }

    /// A number from 0 to `end` - 1.
    pub(super) fn below(&self, end: u32) -> u32 {
        let random: &dyn Random = &self.0;
        u32::from_be_bytes(random_bytes(random)) % end.max(1)
    }

    /// Whether something of so many percent happens.
    pub(super) fn happens(&self, percent: u32) -> bool {
        self.below(100) < percent
    }
}
