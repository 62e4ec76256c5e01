//! The numbers of a month as of its end, and what is another number now.

use super::Kind;
use super::count::{Block, Met, Rules};
use super::source::Counted;
use super::table::monitoring_entry::Model;
use crate::clock::{Day, Instant};
use crate::id;
use jiff::ToSpan;
use jiff::tz::TimeZone;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A day with data of the patient's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataDay {
    /// The patient-local date.
    pub date: Day,
    /// The TypeIDs of the records of that day.
    pub records: Vec<String>,
}

/// What counts of a month as of its end, with the records behind it as TypeIDs: one JSON column once frozen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Figures {
    /// The days with data: those of the month, and before it those of a block that reaches into it.
    pub days: Vec<DataDay>,
    /// The blocks that reach into the month, with their days up to its end.
    pub blocks: Vec<Block>,
    /// Whole minutes of management.
    pub minutes: u32,
    /// The entries with those minutes.
    pub management: Vec<String>,
    /// The live contacts.
    pub contacts: Vec<String>,
    /// What the minutes meet.
    pub met: Vec<Met>,
    /// The first set-up that was documented, if that was by the end of the month.
    pub setup: Option<String>,
    /// The code of the set-up, where its count is met in this month, which is once.
    pub setup_code: Option<String>,
}

/// A month on the patient's clock.
#[derive(Debug, Clone)]
pub(super) struct Span {
    /// Its first day.
    pub(super) from: Day,
    /// The first day of the next.
    pub(super) end: Day,
    /// When it begins.
    pub(super) begins_at: Instant,
    /// When it ends.
    pub(super) ends_at: Instant,
}

impl Span {
    /// The month of `day`.
    pub(super) fn of(day: Day, zone: &TimeZone) -> Self {
        let from = Day(day.0.first_of_month());
        let end = Day(from.0.saturating_add(1.month()));
        Self { from, end, begins_at: from.begins_in(zone), ends_at: end.begins_in(zone) }
    }

    /// Whether the entry is of this month: it begins in it, or reaches into it as time of management.
    pub(super) fn has(&self, entry: &Model) -> bool {
        (self.begins_at..self.ends_at).contains(&entry.started_at) || self.millis(entry) > 0
    }

    /// The milliseconds of management that lie in this month.
    fn millis(&self, entry: &Model) -> i64 {
        let end = entry.ended_at.filter(|_| entry.kind == Kind::Management);
        let within = |end: Instant| end.min(self.ends_at).0 - entry.started_at.max(self.begins_at).0;
        end.map_or(0, |end| within(end).max(0))
    }
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Figure {
    /// Whether a day has data: 1 or 0.
    DataDay,
    /// The days with data of a block, which its first day tells.
    WindowDays,
    /// Whole minutes of management.
    ManagementMinutes,
    /// Live contacts.
    LiveContacts,
    /// How many times the count of a code is met.
    Code,
}

/// A number, and the records behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// The number.
    pub count: u32,
    /// The TypeIDs of the records.
    pub records: Vec<String>,
}

/// A number of a frozen month that is another now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amendment {
    /// What it counts.
    pub figure: Figure,
    /// The data day, or the first day of the block.
    pub date: Option<Day>,
    /// The code.
    pub code: Option<String>,
    /// As it was frozen.
    pub frozen: Tally,
    /// As it is now.
    pub current: Tally,
}

type Key = (Figure, Option<Day>, Option<String>);

impl Figures {
    /// What counts of the month, as of its end.
    pub(super) fn of(rules: &'static Rules, counted: &Counted, month: &Span) -> Self {
        let days: Vec<Day> = counted.days.range(..month.end).map(|(day, _)| *day).collect();
        let blocks: Vec<Block> =
            rules.blocks(&days).into_iter().filter(|block| block.to >= month.from).collect();
        let first = blocks.first().map_or(month.from, |block| block.from);
        let standing = |kind: Kind| {
            counted.entries.iter().filter(move |entry| entry.kind == kind && entry.voided_at.is_none())
        };
        let in_month = |kind: Kind| standing(kind).filter(|entry| month.has(entry));
        let millis: i64 = in_month(Kind::Management).map(|entry| month.millis(entry)).sum();
        let minutes = u32::try_from(millis / 60_000).unwrap_or_default();
        let name = |entry: &Model| id::Kind::MonitoringEntry.encode(entry.id);
        let contacts: Vec<String> = in_month(Kind::LiveContact).map(name).collect();
        let setup_by = |at: Instant| standing(Kind::Setup).find(|entry| entry.started_at < at);
        let met_by = |day: Day, at: Instant| {
            let days = counted.days.range(..day).count();
            rules.setup(setup_by(at).is_some(), days)
        };
        let met_before = met_by(month.from, month.begins_at).is_some();
        Self {
            days: counted.days.range(first..month.end).map(data_day).collect(),
            blocks,
            minutes,
            management: in_month(Kind::Management).map(name).collect(),
            met: rules.management(minutes, contacts.len()),
            contacts,
            setup_code: met_by(month.end, month.ends_at).filter(|_| !met_before).map(str::to_owned),
            setup: setup_by(month.ends_at).map(name),
        }
    }

    /// Each number of the month that begins on `from`, by what it counts.
    fn tallies(&self, from: Day) -> BTreeMap<Key, Tally> {
        let mut tallies: BTreeMap<Key, Tally> = BTreeMap::new();
        let mut add = |figure, date, code: Option<&String>, count, records: &[String]| {
            let tally = tallies.entry((figure, date, code.cloned())).or_default();
            tally.count += count;
            tally.records.extend_from_slice(records);
        };
        for day in self.days.iter().filter(|day| day.date >= from) {
            add(Figure::DataDay, Some(day.date), None, 1, &day.records);
        }
        for block in &self.blocks {
            let within = self.days.iter().filter(|day| (block.from..=block.to).contains(&day.date));
            let records: Vec<String> = within.flat_map(|day| day.records.clone()).collect();
            add(Figure::WindowDays, Some(block.from), None, block.days, &records);
            if block.code.is_some() {
                add(Figure::Code, None, block.code.as_ref(), 1, &records);
            }
        }
        let contacts = u32::try_from(self.contacts.len()).unwrap_or(u32::MAX);
        add(Figure::ManagementMinutes, None, None, self.minutes, &self.management);
        add(Figure::LiveContacts, None, None, contacts, &self.contacts);
        for met in &self.met {
            let records = [self.management.as_slice(), &self.contacts].concat();
            add(Figure::Code, None, Some(&met.code), met.times, &records);
        }
        if self.setup_code.is_some() {
            add(Figure::Code, None, self.setup_code.as_ref(), 1, self.setup.as_slice());
        }
        tallies
    }
}

fn data_day((date, records): (&Day, &Vec<(id::Kind, uuid::Uuid)>)) -> DataDay {
    DataDay { date: *date, records: records.iter().map(|(kind, id)| kind.encode(*id)).collect() }
}

/// What is another number now than it was when the month that begins on `from` was frozen.
pub(super) fn amendments(from: Day, frozen: &Figures, current: &Figures) -> Vec<Amendment> {
    let mut both: BTreeMap<Key, (Tally, Tally)> = BTreeMap::new();
    for (key, tally) in frozen.tallies(from) {
        both.entry(key).or_default().0 = tally;
    }
    for (key, tally) in current.tallies(from) {
        both.entry(key).or_default().1 = tally;
    }
    let changed = both.into_iter().filter(|(_, (frozen, current))| frozen.count != current.count);
    let amendment =
        |((figure, date, code), (frozen, current))| Amendment { figure, date, code, frozen, current };
    changed.map(amendment).collect()
}

#[cfg(test)]
#[path = "figures_tests.rs"]
mod tests;
