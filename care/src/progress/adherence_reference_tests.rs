//! The figures worked out again, slowly and plainly, from what they are said to mean: every day looked at
//! by itself, every week by its days. Nothing is shared with the rule but its data and the arithmetic of doses.

use super::properties::{plans, sessions, view};
use super::*;
use crate::library::dose::{done_volume, sets_reached};
use crate::library::schedule::Frequency;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// What a day was for the streak and the gap.
#[derive(Clone, Copy, PartialEq)]
enum DayWas {
    Met,
    Partly,
    Begun,
    Missed,
    Rest,
}

struct World<'a> {
    plans: &'a [Plan],
    sessions: &'a [Session],
    window: Range<Date>,
    today: Date,
}

/// A prescription of so many times a week, over one week.
struct Asked {
    days: u32,
    times: u32,
    open: u32,
}

fn tomorrow(date: Date) -> Date {
    date.tomorrow().unwrap()
}

fn begins_week(date: Date) -> Date {
    (0..7_i64)
        .map(|back| date - back.days())
        .find(|day| day.weekday() == jiff::civil::Weekday::Monday)
        .unwrap()
}

fn follows(plan: &Plan, date: Date) -> bool {
    let before_end = plan.ends_on.is_none_or(|end| date <= end);
    let held = plan.holds.iter().any(|hold| date >= hold.from && hold.until.is_none_or(|until| date < until));
    date >= plan.starts_on && before_end && !held
}

/// What the plan asks for on this day, with the day from which its schedule counts.
fn in_force(plan: &Plan, date: Date) -> (Date, &[Prescribed]) {
    let begun: Vec<_> = plan.revisions.iter().filter(|revision| revision.effective_from <= date).collect();
    match begun.last() {
        Some(revision) => (plan.starts_on.max(revision.effective_from), &revision.prescriptions),
        None => (plan.starts_on, &[]),
    }
}

fn is_weekly(one: &Prescribed) -> bool {
    matches!(one.schedule.frequency, Frequency::TimesPerWeek { .. })
}

impl World<'_> {
    /// Whether the day counts at all.
    fn counts(&self, date: Date) -> bool {
        self.window.contains(&date) && date <= self.today && self.plans.iter().any(|plan| follows(plan, date))
    }

    /// Everything in force on a day that counts: the place of its plan, the day its schedule counts from.
    fn asked_on(&self, date: Date) -> Vec<(usize, Date, &Prescribed)> {
        let mut all = Vec::new();
        for (at, plan) in self.plans.iter().enumerate() {
            if self.counts(date) && follows(plan, date) {
                let (since, prescriptions) = in_force(plan, date);
                all.extend(prescriptions.iter().map(|one| (at, since, one)));
            }
        }
        all
    }

    fn performed_on(&self, date: Date) -> Vec<&Session> {
        self.sessions.iter().filter(|session| session.local_date == date).collect()
    }

    /// The sets of a prescription in each session of a day.
    fn sets(&self, date: Date, id: Uuid) -> Vec<Vec<DoneSet>> {
        let of = |session: &Session| {
            let results = session.results.iter().filter(|result| result.origin_id == id);
            results.flat_map(|result| result.sets.clone()).collect()
        };
        self.performed_on(date).into_iter().map(of).collect()
    }

    /// Sessions with a set.
    fn logged(&self, date: Date) -> u32 {
        let performed = self.performed_on(date);
        let with_set =
            performed.iter().filter(|session| session.results.iter().any(|it| !it.sets.is_empty()));
        with_set.count().try_into().unwrap()
    }

    fn skips(&self, date: Date, id: Uuid) -> u32 {
        let performed = self.performed_on(date);
        let results = performed.iter().flat_map(|session| &session.results);
        results.filter(|result| result.origin_id == id && result.skipped).count().try_into().unwrap()
    }

    /// How often every set was done: a session gives each side no more than one occurrence has.
    fn full(&self, date: Date, one: &Prescribed) -> u32 {
        let sets = u32::from(one.dose.sets);
        let (mut left, mut right) = (0, 0);
        for session in self.sets(date, one.origin_id) {
            let reached = sets_reached(&one.dose, &session);
            left += reached[0].min(sets);
            right += reached[1].min(sets);
        }
        left.min(right) / sets
    }

    /// Occurrences' worth of volume, a session giving one at most where it is `capped`.
    fn worth(&self, date: Date, one: &Prescribed, capped: bool) -> f64 {
        let whole = one.dose.volume();
        let each =
            self.sets(date, one.origin_id).into_iter().map(|sets| done_volume(&one.dose, &sets) / whole);
        each.map(|worth| if capped { worth.min(1.0) } else { worth }).sum()
    }

    /// Sessions that must be done on this very day.
    fn fixed(&self, date: Date) -> u32 {
        let asked = self.asked_on(date).into_iter();
        let due = asked.filter(|(_, since, one)| !is_weekly(one) && one.schedule.is_due(*since, date));
        due.map(|(_, _, one)| one.schedule.times_per_day.into()).max().unwrap_or(0)
    }

    /// Sessions that this day can take of what is asked for by the week.
    fn flexible(&self, date: Date) -> u32 {
        let asked = self.asked_on(date).into_iter().filter(|(_, _, one)| is_weekly(one));
        asked.map(|(_, _, one)| one.schedule.times_per_day.into()).max().unwrap_or(0)
    }

    fn days_of(&self, monday: Date) -> Vec<Date> {
        (0..7_i64).map(|day| monday + day.days()).filter(|day| self.counts(*day)).collect()
    }

    /// The prescriptions by the week of this week, each by its plan and id, with the days it was in force.
    fn weekly(&self, monday: Date) -> BTreeMap<(usize, Uuid), Vec<(Date, &Prescribed)>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for date in self.days_of(monday) {
            for (plan, _, one) in self.asked_on(date).into_iter().filter(|(_, _, one)| is_weekly(one)) {
                all.entry((plan, one.origin_id)).or_default().push((date, one));
            }
        }
        all
    }

    /// What one of them asks for: the lowest numbers of the week, on no more days than there were and are to
    /// come.
    fn asked(&self, monday: Date, plan: usize, days: &[(Date, &Prescribed)]) -> Asked {
        let last = *self.days_of(monday).last().unwrap();
        let to_come =
            (0..7_i64).map(|day| monday + day.days()).filter(|day| *day > last && *day >= self.today);
        let open = to_come.filter(|day| follows(&self.plans[plan], *day)).count().try_into().unwrap();
        let number = |one: &Prescribed| match one.schedule.frequency {
            Frequency::TimesPerWeek { times } => u32::from(times),
            _ => unreachable!(),
        };
        let there = u32::try_from(days.len()).unwrap() + open;
        Asked {
            days: days.iter().map(|(_, one)| number(one)).min().unwrap().min(there),
            times: days.iter().map(|(_, one)| one.schedule.times_per_day.into()).min().unwrap(),
            open,
        }
    }

    /// The sessions that the week's schedules ask for on their first, second … day, and the days to come.
    fn flexible_days(&self, monday: Date) -> (Vec<u32>, u32) {
        let weekly = self.weekly(monday);
        let asked: Vec<_> = weekly.iter().map(|((plan, _), days)| self.asked(monday, *plan, days)).collect();
        let needed = |day: u32| asked.iter().filter(|one| one.days > day).map(|one| one.times).max();
        ((0..7).map_while(needed).collect(), asked.iter().map(|one| one.open).max().unwrap_or(0))
    }
}

/// The fewest sessions beyond `fixed` that put each of `flexible` on a day of its own, tried in every way.
fn fewest_beyond(
    flexible: &[u32],
    fixed: &[u32],
    taken: u32,
    known: &mut BTreeMap<(usize, u32), u32>,
) -> u32 {
    let Some((first, rest)) = flexible.split_first() else { return 0 };
    if let Some(known) = known.get(&(flexible.len(), taken)) {
        return *known;
    }
    // On a day without anything fixed there is always room: it may be one to come.
    let mut fewest = first + fewest_beyond(rest, fixed, taken, known);
    for (at, on_it) in fixed.iter().enumerate().filter(|(at, _)| taken & (1 << at) == 0) {
        let beyond = first.saturating_sub(*on_it);
        fewest = fewest.min(beyond + fewest_beyond(rest, fixed, taken | (1 << at), known));
    }
    known.insert((flexible.len(), taken), fewest);
    fewest
}

/// Done and scheduled sessions of a week, with at most `most` a day.
fn week_sessions(world: &World, monday: Date, most: u32) -> (u32, u32) {
    let (mut done, mut scheduled, mut beyond, mut later) = (0, 0, 0, 0);
    let days = world.days_of(monday);
    for date in &days {
        let [fixed, flexible, logged] = [world.fixed(*date), world.flexible(*date), world.logged(*date)]
            .map(|sessions| sessions.min(most));
        done += logged.min(fixed);
        // Today is open: what is not done does not count as missing.
        scheduled += if *date == world.today { logged.min(fixed) } else { fixed };
        let room = flexible.saturating_sub(fixed);
        let used = logged.saturating_sub(fixed).min(room);
        beyond += used;
        later += if *date == world.today { room - used } else { 0 };
    }
    let (flexible, open) = world.flexible_days(monday);
    let flexible: Vec<_> = flexible.into_iter().map(|sessions| sessions.min(most)).collect();
    let fixed: Vec<_> = days.iter().map(|date| world.fixed(*date).min(most)).collect();
    let asked = fewest_beyond(&flexible, &fixed, 0, &mut BTreeMap::new());
    later += open * flexible.first().unwrap_or(&0);
    let met = beyond.min(asked);
    (done + met, scheduled + met.max(asked.saturating_sub(later)))
}

fn day_was(world: &World, date: Date) -> DayWas {
    let (fixed, flexible, logged) = (world.fixed(date), world.flexible(date), world.logged(date));
    let skipped = world.asked_on(date).iter().any(|(_, _, one)| world.skips(date, one.origin_id) > 0);
    if fixed + flexible == 0 {
        return DayWas::Rest;
    }
    if logged > 0 && logged >= fixed {
        return DayWas::Met;
    }
    if date == world.today || skipped {
        return if logged > 0 { DayWas::Begun } else { DayWas::Rest };
    }
    if fixed > 0 {
        return if logged > 0 { DayWas::Partly } else { DayWas::Missed };
    }
    // Only by the week, and nothing logged: missed where the rest of the week is too short.
    let monday = begins_week(date);
    let (needed, open) = world.flexible_days(monday);
    let possible = world.days_of(monday).into_iter().filter(|day| world.flexible(*day) > 0);
    let (before, after): (Vec<_>, Vec<_>) = possible.filter(|day| *day != date).partition(|day| *day < date);
    let so_far = before.into_iter().filter(|day| world.logged(*day) > 0).count();
    let reachable = so_far + after.len() + usize::try_from(open).unwrap();
    if needed.len() > reachable { DayWas::Missed } else { DayWas::Rest }
}

/// The longest run of `wanted`; what passes over neither breaks nor extends it.
fn longest(days: &[DayWas], wanted: DayWas, passes_over: &[DayWas]) -> u32 {
    let counted: Vec<_> = days.iter().filter(|was| !passes_over.contains(was)).collect();
    let runs = counted.split(|was| **was != wanted);
    runs.map(|run| u32::try_from(run.len()).unwrap()).max().unwrap_or(0)
}

fn reference(world: &World) -> (Adherence, f64, f64) {
    let mut total = Adherence::default();
    let (mut worth_done, mut worth_asked) = (0.0, 0.0);
    let mut was = Vec::new();
    let mut date = world.window.start;
    let mut mondays: Vec<Date> = Vec::new();
    while date < world.window.end {
        if world.counts(date) {
            was.push(day_was(world, date));
            total.days_with_log += u32::from(world.logged(date) > 0);
            if !mondays.contains(&begins_week(date)) {
                mondays.push(begins_week(date));
            }
        }
        for (_, since, one) in world.asked_on(date).into_iter().filter(|(_, _, one)| !is_weekly(one)) {
            let due = one.schedule.is_due(since, date);
            let times = if due { u32::from(one.schedule.times_per_day) } else { 0 };
            let done = world.full(date, one).min(times);
            let scheduled = if date == world.today { done } else { times };
            let worth = world.worth(date, one, true).min(times.into());
            total.done_exercises += done;
            total.scheduled_exercises += scheduled;
            total.skipped_with_reason += world.skips(date, one.origin_id).min(scheduled - done);
            total.over_performed += u32::from(world.worth(date, one, false) > f64::from(times) + 1e-9);
            worth_done += worth;
            worth_asked += if date == world.today { worth } else { times.into() };
        }
        date = tomorrow(date);
    }
    for monday in mondays {
        let (done, scheduled) = week_sessions(world, monday, u32::MAX);
        total.done_sessions += done;
        total.scheduled_sessions += scheduled;
        total.scheduled_days += week_sessions(world, monday, 1).1;
        for ((plan, id), days) in world.weekly(monday) {
            let Asked { days: number, times, open } = world.asked(monday, plan, &days);
            let demand = number * times;
            let today = days.iter().find(|(date, _)| *date == world.today);
            let full = |(date, one): &(Date, &Prescribed)| world.full(*date, one).min(times);
            let worth = |(date, one): &(Date, &Prescribed)| world.worth(*date, one, true).min(times.into());
            let later = open * times + today.map_or(0, |day| times - full(day));
            let done = days.iter().map(full).sum::<u32>().min(demand);
            let scheduled = done.max(demand.saturating_sub(later));
            total.done_exercises += done;
            total.scheduled_exercises += scheduled;
            let skips: u32 = days.iter().map(|(date, _)| world.skips(*date, id)).sum();
            total.skipped_with_reason += skips.min(scheduled - done);
            let volume: f64 = days.iter().map(|(date, one)| world.worth(*date, one, false)).sum();
            total.over_performed += u32::from(volume > f64::from(demand) + 1e-9);
            let later = f64::from(open * times) + today.map_or(0.0, |day| f64::from(times) - worth(day));
            let done = days.iter().map(worth).sum::<f64>().min(demand.into());
            worth_done += done;
            worth_asked += done.max(f64::from(demand) - later);
        }
    }
    let counted = was.iter().rev().filter(|was| ![DayWas::Rest, DayWas::Begun].contains(was));
    total.streak = counted.take_while(|was| **was == DayWas::Met).count().try_into().unwrap();
    total.longest_streak = longest(&was, DayWas::Met, &[DayWas::Rest, DayWas::Begun]);
    total.longest_gap = longest(&was, DayWas::Missed, &[DayWas::Rest]);
    (total, worth_done, worth_asked)
}

/// Whether a share is that of these numbers.
fn is_share(share: Option<f64>, done: f64, scheduled: f64) -> bool {
    match share {
        None => scheduled == 0.0,
        Some(share) => scheduled > 0.0 && (share - (done / scheduled).min(1.0)).abs() < 1e-9,
    }
}

fn agree(
    plans: &[Plan],
    sessions: &[Session],
    window: Range<Date>,
    today: Date,
) -> Result<(), TestCaseError> {
    let world = World { plans, sessions, window: window.clone(), today };
    let (expected, worth_done, worth_asked) = reference(&world);
    let found = adherence(plans, sessions, window, today);
    prop_assert!(is_share(found.session, expected.done_sessions.into(), expected.scheduled_sessions.into()));
    prop_assert!(is_share(
        found.exercise,
        expected.done_exercises.into(),
        expected.scheduled_exercises.into()
    ));
    prop_assert!(is_share(found.active_days, expected.days_with_log.into(), expected.scheduled_days.into()));
    prop_assert!(
        is_share(found.dose, worth_done, worth_asked),
        "{:?}: {worth_done} of {worth_asked}",
        found.dose
    );
    let counts = Adherence { session: None, exercise: None, dose: None, active_days: None, ..found };
    prop_assert_eq!(counts, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]
    #[test]
    fn the_figures_are_those_of_the_slow_reference(
        plans in plans(), sessions in sessions(), (window, today) in view(),
    ) {
        agree(&plans, &sessions, window, today)?;
    }
}
