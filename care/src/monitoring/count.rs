//! The rules by which is counted, over plain values; the numbers are data.

use crate::clock::Day;
use crate::library::{Basis, parse};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// The rules, straight from the data file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Rules {
    /// Where they are from.
    pub basis: Basis,
    /// Their source, or who is to review them.
    pub source: String,
    setup: Setup,
    window: Windows,
    management: Management,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Setup {
    code: String,
    least_days: usize,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Windows {
    days: i32,
    band: Vec<Band>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Band {
    code: String,
    from: u32,
    to: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Management {
    short_code: String,
    short_from: u32,
    first_code: String,
    first_from: u32,
    more_code: String,
    more_each: u32,
}

static RULES: LazyLock<Option<Rules>> =
    LazyLock::new(|| parse("monitoring", include_str!("../../data/monitoring.toml")));

/// The rules.
pub(super) fn rules() -> Option<&'static Rules> {
    RULES.as_ref()
}

/// A block of days on end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Its first day.
    pub from: Day,
    /// Its last day.
    pub to: Day,
    /// Days with data in it.
    pub days: u32,
    /// The code whose count is met.
    pub code: Option<String>,
}

/// A code whose count is met, so many times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// The code.
    pub code: String,
    /// How many times.
    pub times: u32,
}

impl Rules {
    /// The blocks from the first of these days, which rise and are distinct, up to the last.
    pub(super) fn blocks(&self, days: &[Day]) -> Vec<Block> {
        let Some(first) = days.first() else { return Vec::new() };
        let length = self.window.days.max(1);
        let mut blocks: Vec<Block> = Vec::new();
        for day in days {
            let from = first.plus(first.until(*day) / length * length);
            match blocks.last_mut().filter(|block| block.from == from) {
                Some(block) => block.days += 1,
                None => blocks.push(Block { from, to: from.plus(length - 1), days: 1, code: None }),
            }
        }
        for block in &mut blocks {
            let met = self.window.band.iter().find(|band| (band.from..=band.to).contains(&block.days));
            block.code = met.map(|band| band.code.clone());
        }
        blocks
    }

    /// The code of the set-up, where it was documented and there are days enough.
    pub(super) fn setup(&'static self, documented: bool, days: usize) -> Option<&'static str> {
        (documented && days >= self.setup.least_days).then_some(self.setup.code.as_str())
    }

    /// What so many minutes of a month meet; nothing without a live contact.
    pub(super) fn management(&self, minutes: u32, contacts: usize) -> Vec<Met> {
        let rule = &self.management;
        if contacts == 0 || minutes < rule.short_from {
            return Vec::new();
        }
        if minutes < rule.first_from {
            return vec![Met { code: rule.short_code.clone(), times: 1 }];
        }
        let more = (minutes - rule.first_from) / rule.more_each.max(1);
        let mut met = vec![Met { code: rule.first_code.clone(), times: 1 }];
        if more > 0 {
            met.push(Met { code: rule.more_code.clone(), times: more });
        }
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn on_end(first: &str, many: i32) -> Vec<Day> {
        (0..many).map(|number| day(first).plus(number)).collect()
    }

    #[test]
    fn minutes_meet_their_codes_at_every_edge() {
        let met = |minutes, contacts| rules().unwrap().management(minutes, contacts);
        let codes = |of: &[(&str, u32)]| -> Vec<Met> {
            of.iter().map(|(code, times)| Met { code: (*code).to_owned(), times: *times }).collect()
        };
        for minutes in [0, 9] {
            assert_eq!(met(minutes, 1), codes(&[]));
        }
        for minutes in [10, 19] {
            assert_eq!(met(minutes, 1), codes(&[("98979", 1)]));
        }
        for minutes in [20, 39] {
            assert_eq!(met(minutes, 1), codes(&[("98980", 1)]));
        }
        assert_eq!(met(40, 2), codes(&[("98980", 1), ("98981", 1)]));
        assert_eq!(met(59, 1), codes(&[("98980", 1), ("98981", 1)]));
        assert_eq!(met(60, 1), codes(&[("98980", 1), ("98981", 2)]));
        for minutes in [10, 20, 600] {
            assert_eq!(met(minutes, 0), codes(&[]), "nothing counts without a live contact");
        }
    }

    #[test]
    fn days_meet_their_codes_at_every_edge() {
        let rules = rules().unwrap();
        for (many, code) in
            [(1, None), (2, Some("98985")), (15, Some("98985")), (16, Some("98977")), (30, Some("98977"))]
        {
            let blocks = rules.blocks(&on_end("2028-02-01", many));
            assert_eq!((blocks.len(), blocks[0].code.as_deref()), (1, code), "{many} days");
            assert_eq!(blocks[0].to, day("2028-03-01"), "over the end of a leap February");
        }
        assert!(rules.blocks(&[]).is_empty());
        let blocks = rules.blocks(&on_end("2027-02-01", 31));
        assert_eq!((blocks[0].to, blocks[0].days), (day("2027-03-02"), 30), "over a short month");
        assert_eq!((blocks[1].from, blocks[1].days, blocks[1].code.as_deref()), (day("2027-03-03"), 1, None));
        let gap = rules.blocks(&[day("2026-01-01"), day("2026-03-02"), day("2026-03-31")]);
        assert_eq!(
            gap.iter().map(|block| block.from).collect::<Vec<_>>(),
            [day("2026-01-01"), day("2026-03-02")]
        );
        for (documented, days, met) in [(true, 1, None), (true, 2, Some("98975")), (false, 9, None)] {
            assert_eq!(rules.setup(documented, days), met);
        }
    }

    proptest! {
        #[test]
        fn every_day_is_in_one_block_and_blocks_keep_their_distance(steps in prop::collection::vec(1..50i32, 0..60)) {
            let mut days = vec![day("2026-01-31")];
            for step in steps {
                days.push(days.last().unwrap().plus(step));
            }
            let blocks = rules().unwrap().blocks(&days);
            prop_assert_eq!(blocks.iter().map(|block| block.days as usize).sum::<usize>(), days.len());
            for block in &blocks {
                let within = days.iter().filter(|day| (block.from..=block.to).contains(day)).count();
                prop_assert_eq!(within, block.days as usize);
                prop_assert_eq!(days[0].until(block.from) % 30, 0);
                prop_assert_eq!(block.from.until(block.to), 29);
            }
        }

        #[test]
        fn more_minutes_never_meet_less(minutes in 0..2_000u32) {
            let worth = |minutes| -> u32 {
                let met = rules().unwrap().management(minutes, 1);
                met.iter().map(|met| if met.code == "98979" { 1 } else { 2 * met.times }).sum()
            };
            prop_assert!(worth(minutes) <= worth(minutes + 1));
        }
    }
}
