//! Variety that repeats itself.

use care::clock::{SeededRandom, random_bytes};

/// Every run gives the same people the same weeks.
const SEED: u64 = 0x0050_6c75_6d62;

/// The generator of one patient's data. What one patient does depends on no other.
#[derive(Debug)]
pub(super) struct Chance(SeededRandom);

impl Chance {
    /// The generator of patient `number`.
    pub(super) fn of(number: u32) -> Self {
        Self(SeededRandom::new(SEED ^ (u64::from(number) << 32)))
    }

    /// A number from `low` to `high`; `low` when there is nothing between.
    pub(super) fn between(&self, low: i32, high: i32) -> i32 {
        let width = u32::try_from(high.saturating_sub(low)).unwrap_or(0).saturating_add(1);
        let drawn = u32::from_le_bytes(random_bytes(&self.0)) % width;
        low.saturating_add_unsigned(drawn)
    }

    /// Whether something happens that happens so often in a hundred times.
    pub(super) fn percent(&self, percent: i32) -> bool {
        self.between(0, 99) < percent
    }

    /// One of `choices`.
    pub(super) fn one<T: Copy>(&self, choices: &[T]) -> Option<T> {
        let last = i32::try_from(choices.len()).unwrap_or(i32::MAX).saturating_sub(1);
        choices.get(usize::try_from(self.between(0, last)).unwrap_or(0)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lie_in_their_range_and_repeat_themselves() {
        let draw = |number| {
            let chance = Chance::of(number);
            (0..500).map(|_| chance.between(-3, 4)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        assert_eq!((draw(1).into_iter().min(), draw(1).into_iter().max()), (Some(-3), Some(4)));
    }

    #[test]
    fn never_and_always_are_certain() {
        let chance = Chance::of(7);
        assert!((0..200).all(|_| !chance.percent(0) && chance.percent(100)));
        assert_eq!(chance.one::<u8>(&[]), None);
        assert_eq!(chance.one(&[5]), Some(5));
    }
}
