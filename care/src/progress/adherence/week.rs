//! One ISO week settled: schedules of so many times a week can only be judged over it.

use super::day::{Day, Due, Item};
use super::{Plan, Tally, following, monday};
use jiff::ToSpan;
use jiff::civil::Date;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Volumes that differ by less, in occurrences, are the same.
const SAME_VOLUME: f64 = 1e-9;

/// What the active days of a week come to.
#[derive(Default)]
pub(super) struct Settled {
    pub(super) sessions: Tally<u32>,
    pub(super) exercises: Tally<u32>,
    pub(super) dose: Tally<f64>,
    pub(super) skipped: u32,
    pub(super) over_performed: u32,
    pub(super) scheduled_days: u32,
    pub(super) days_with_log: u32,
    /// One for each day, in order.
    pub(super) verdicts: Vec<Verdict>,
}

/// How a day counts for the streak and the longest gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Every scheduled session was logged.
    Met,
    /// Some scheduled sessions were logged: ends a streak and a gap.
    Partly,
    /// Some were logged, the rest skipped with a reason or yet to come: ends a gap only.
    Begun,
    /// No session was logged though something was scheduled.
    Missed,
    /// Neither: nothing scheduled, skipped with a reason, or today and not over.
    Rest,
}

/// Settles the active `days` of one ISO week, at least one, as of `today`.
pub(super) fn settle(days: &[Day], plans: &[Plan], today: Date) -> Settled {
    let mut settled = Settled::default();
    let mut weekly: BTreeMap<(usize, Uuid), Vec<(Date, &Item)>> = BTreeMap::new();
    for day in days {
        for item in &day.items {
            match item.due {
                Due::Today(times) => settled.add_daily(item, times, day.date == today),
                Due::InWeek { .. } => {
                    weekly.entry((item.plan, item.origin_id)).or_default().push((day.date, item));
                }
            }
        }
    }
    let weekly: Vec<_> =
        weekly.into_values().filter_map(|entries| Weekly::new(&entries, days, plans, today)).collect();
    for weekly in &weekly {
        settled.add_weekly(weekly);
    }
    let rows: Vec<_> = days.iter().map(|day| Row::new(day, today)).collect();
    let flexible = Flexible::new(&weekly);
    settled.sessions = sessions(&rows, &flexible);
    settled.scheduled_days =
        sessions(&rows.iter().map(Row::once).collect::<Vec<_>>(), &flexible.once()).scheduled;
    settled.days_with_log = rows.iter().map(|row| row.logged.min(1)).sum();
    settled.verdicts = (0..rows.len()).filter_map(|at| verdict(&rows, at, &flexible)).collect();
    settled
}

impl Settled {
    /// Adds a day of a prescription that is due so many `times` on it.
    fn add_daily(&mut self, item: &Item, times: u32, is_today: bool) {
        let exercises = tally(item.full, times, if is_today { times } else { 0 });
        let (worth, times) = (item.worth.min(times.into()), f64::from(times));
        self.dose += Tally { done: worth, scheduled: if is_today { worth } else { times } };
        self.skipped += item.skipped.min(exercises.scheduled - exercises.done);
        self.over_performed += u32::from(item.volume > times + SAME_VOLUME);
        self.exercises += exercises;
    }

    fn add_weekly(&mut self, weekly: &Weekly) {
        let demand = weekly.days * weekly.times;
        let exercises = tally(weekly.full, demand, weekly.open * weekly.times + weekly.full_left);
        let done = weekly.worth.min(demand.into());
        let later = f64::from(weekly.open * weekly.times) + weekly.worth_left;
        self.dose += Tally { done, scheduled: done.max(f64::from(demand) - later) };
        self.skipped += weekly.skipped.min(exercises.scheduled - exercises.done);
        self.over_performed += u32::from(weekly.volume > f64::from(demand) + SAME_VOLUME);
        self.exercises += exercises;
    }
}

/// At most `demand` is done, and of it only what `later` cannot make up is missing.
fn tally(done: u32, demand: u32, later: u32) -> Tally<u32> {
    let done = done.min(demand);
    Tally { done, scheduled: done.max(demand.saturating_sub(later)) }
}

/// A prescription with so many times a week, over the days of the week it was in force.
struct Weekly {
    /// On how many days it is asked for: not more than there are left of the week.
    ///
    /// When a revision changes the number within the week the lower one holds, so that a change
    /// never asks more of the days before it.
    days: u32,
    /// How often on each.
    times: u32,
    /// Active days of the week still to come.
    open: u32,
    full: u32,
    worth: f64,
    volume: f64,
    skipped: u32,
    /// What today can still add to `full` and to `worth`.
    full_left: u32,
    worth_left: f64,
}

impl Weekly {
    fn new(entries: &[(Date, &Item)], days: &[Day], plans: &[Plan], today: Date) -> Option<Self> {
        let asked = entries.iter().filter_map(|(_, item)| match item.due {
            Due::InWeek { days, times } => Some((days, times)),
            Due::Today(_) => None,
        });
        let (number, times) = asked.reduce(|one, other| (one.0.min(other.0), one.1.min(other.1)))?;
        let (_, first) = entries.first()?;
        let open = open_days(plans.get(first.plan)?, days.last()?.date, today);
        let is_today = entries.iter().find(|(date, _)| *date == today).map(|(_, item)| item);
        let items = || entries.iter().map(|(_, item)| item);
        Some(Self {
            days: number.min(items().map(|_| 1).sum::<u32>() + open),
            times,
            open,
            full: items().map(|item| item.full.min(times)).sum(),
            worth: items().map(|item| item.worth.min(times.into())).sum(),
            volume: items().map(|item| item.volume).sum(),
            skipped: items().map(|item| item.skipped).sum(),
            full_left: is_today.map_or(0, |item| times - item.full.min(times)),
            worth_left: is_today.map_or(0.0, |item| f64::from(times) - item.worth.min(times.into())),
        })
    }
}

/// The days from `today` to the end of the week of `last`, the last day of the table in it, that
/// are not in the table and on which the plan, as it stands, is active.
fn open_days(plan: &Plan, last: Date, today: Date) -> u32 {
    let next_monday = monday(last).saturating_add(7.days());
    std::iter::successors(Some(following(last).max(today)), |&date| date.tomorrow().ok())
        .take_while(|&date| date < next_monday)
        .filter(|&date| plan.is_active(date))
        .map(|_| 1)
        .sum()
}

/// What a day means for sessions.
#[derive(Clone, Copy)]
struct Row {
    /// The most times a day among the prescriptions due this very day.
    fixed: u32,
    /// The most times a day among those with so many times a week.
    flexible: u32,
    logged: u32,
    skipped: bool,
    is_today: bool,
}

impl Row {
    fn new(day: &Day, today: Date) -> Self {
        let most = |times: fn(Due) -> u32| day.items.iter().map(|item| times(item.due)).max().unwrap_or(0);
        Self {
            fixed: most(|due| if let Due::Today(times) = due { times } else { 0 }),
            flexible: most(|due| if let Due::InWeek { times, .. } = due { times } else { 0 }),
            logged: day.sessions,
            skipped: day.skipped,
            is_today: day.date == today,
        }
    }

    /// The same day with one session standing for all.
    fn once(&self) -> Self {
        let [fixed, flexible, logged] =
            [self.fixed, self.flexible, self.logged].map(|sessions| sessions.min(1));
        Self { fixed, flexible, logged, ..*self }
    }

    /// Sessions this day can take beyond the fixed ones.
    fn room(&self) -> u32 {
        self.flexible.saturating_sub(self.fixed)
    }

    fn beyond_fixed(&self) -> u32 {
        self.logged.saturating_sub(self.fixed).min(self.room())
    }
}

/// The sessions that the schedules of so many times a week ask for together.
struct Flexible {
    /// The sessions of the first, second … day, most first, wherever in the week they are put.
    days: Vec<u32>,
    /// Active days of the week still to come.
    open: u32,
}

impl Flexible {
    fn new(weekly: &[Weekly]) -> Self {
        let most = weekly.iter().map(|weekly| weekly.days).max().unwrap_or(0);
        let times =
            |day| weekly.iter().filter(move |weekly| weekly.days > day).map(|weekly| weekly.times).max();
        Self {
            days: (0..most).filter_map(times).collect(),
            open: weekly.iter().map(|weekly| weekly.open).max().unwrap_or(0),
        }
    }

    fn once(&self) -> Self {
        Self { days: self.days.iter().map(|&sessions| sessions.min(1)).collect(), ..*self }
    }

    /// The fewest sessions beyond the fixed ones that meet the schedules: the fullest flexible day
    /// goes on the fullest fixed one.
    fn beyond_fixed(&self, rows: &[Row]) -> u32 {
        let mut fixed: Vec<_> = rows.iter().map(|row| row.fixed).collect();
        fixed.sort_unstable_by_key(|&sessions| Reverse(sessions));
        let fixed = fixed.into_iter().chain(std::iter::repeat(0));
        self.days.iter().zip(fixed).map(|(flexible, fixed)| flexible.saturating_sub(fixed)).sum()
    }
}

/// The sessions of a week: each day at most those scheduled on it, and what the schedules of so
/// many times a week ask for beyond that on any days.
fn sessions(rows: &[Row], flexible: &Flexible) -> Tally<u32> {
    let mut total = Tally::default();
    for row in rows {
        total += tally(row.logged, row.fixed, if row.is_today { row.fixed } else { 0 });
    }
    let beyond = rows.iter().map(Row::beyond_fixed).sum();
    let today: u32 = rows.iter().filter(|row| row.is_today).map(|row| row.room() - row.beyond_fixed()).sum();
    let later = today + flexible.open * flexible.days.first().unwrap_or(&0);
    total += tally(beyond, flexible.beyond_fixed(rows), later);
    total
}

/// The verdict on the day `at` a place of the week.
fn verdict(rows: &[Row], at: usize, flexible: &Flexible) -> Option<Verdict> {
    let (row, after) = rows.get(at..)?.split_first()?;
    let excused = row.is_today || row.skipped;
    Some(match *row {
        Row { fixed: 0, flexible: 0, .. } => Verdict::Rest,
        _ if row.logged > 0 && row.logged >= row.fixed => Verdict::Met,
        _ if excused && row.logged > 0 => Verdict::Begun,
        _ if excused => Verdict::Rest,
        Row { fixed: 0, .. } => {
            let possible = |rows: &[Row]| rows.iter().filter(|row| row.flexible > 0).count();
            let so_far = rows.iter().take(at).filter(|row| row.flexible > 0 && row.logged > 0).count();
            let later = possible(after) + usize::try_from(flexible.open).unwrap_or(usize::MAX);
            if flexible.days.len() > so_far + later { Verdict::Missed } else { Verdict::Rest }
        }
        _ if row.logged > 0 => Verdict::Partly,
        _ => Verdict::Missed,
    })
}

/// How often an exercise is due on a day, the `earlier` days of its week being known.
pub(super) fn due(item: &Item, earlier: &[Day]) -> u8 {
    let due = match item.due {
        Due::Today(times) => times,
        Due::InWeek { days, times } => {
            let same =
                earlier.iter().flat_map(|day| &day.items).filter(|one| one.origin_id == item.origin_id);
            let done: u32 = same.map(|one| one.full.min(times)).sum();
            times.min((days * times).saturating_sub(done))
        }
    };
    u8::try_from(due).unwrap_or(u8::MAX)
}
