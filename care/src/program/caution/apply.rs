//! When a rule warns.

use super::{Facts, Item, Warning};
use crate::clock::Day;
use crate::library::dose::{Dose, Side};
use crate::library::schedule::{Frequency, Schedule, Weekday};
use crate::library::{Caution, Rule, condition};
use crate::program::{Phase, phase};

impl Caution {
    /// The warning of this rule; none where nothing clashes. Places without an exercise pass.
    pub(super) fn warn(&'static self, facts: &Facts, items: &[Option<Item<'_>>]) -> Option<Warning> {
        let concerned: Vec<usize> = match &self.rule {
            Rule::SurgeryDate => {
                let operated = |key: &String| condition(key).is_some_and(|record| record.post_operative);
                let unknown = facts.surgery_on.is_none() && facts.conditions.iter().any(operated);
                return unknown.then(|| self.of(Vec::new()));
            }
            Rule::TooMany { most } => return (facts.at_once(items) > *most).then(|| self.of(Vec::new())),
            Rule::Duplicate => facts.duplicates(items),
            rule => {
                let clashes = |item: &Item<'_>| facts.is_to_be_done(item) && rule.meets(facts, item);
                let places = items.iter().enumerate().filter(|(_, item)| item.as_ref().is_some_and(clashes));
                places.map(|(at, _)| at).collect()
            }
        };
        (!concerned.is_empty()).then(|| self.of(concerned))
    }

    fn of(&'static self, prescriptions: Vec<usize>) -> Warning {
        Warning { caution: self, prescriptions, reason_needed: self.reason }
    }
}

impl Rule {
    /// Whether the rule is about this exercise for this patient.
    fn meets(&self, facts: &Facts, item: &Item<'_>) -> bool {
        let in_category = |category: &String| item.exercise.categories.0.contains(category);
        match self {
            Self::Movement { condition, tags, weeks } => {
                facts.concern(condition, *weeks, item)
                    && item.exercise.tags.0.iter().any(|tag| tags.contains(tag))
            }
            Self::Loaded { condition, category, weeks } => {
                facts.concern(condition, *weeks, item)
                    && category.as_ref().is_none_or(in_category)
                    && item.dose.is_loaded()
            }
            Self::Lifting { condition, over_kilograms, at_most_kilograms, weeks } => {
                let right =
                    facts.lift_limit(item).map_or(*over_kilograms, |limit| limit.min(*at_most_kilograms));
                facts.concern(condition, *weeks, item) && item.dose.lifts_over(right)
            }
            Self::OneSided { condition } => {
                facts.concern(condition, None, item) && matches!(item.dose.side, Side::Left | Side::Right)
            }
            Self::Exercises { condition, exercises, tags, categories } => {
                let tagged = item.exercise.tags.0.iter().any(|tag| tags.contains(tag));
                let named = exercises.contains(&item.exercise.key) || categories.iter().any(in_category);
                facts.concern(condition, None, item) && (tagged || named)
            }
            Self::NoRest { category, most_a_week } => {
                let own = *item.schedule == item.exercise.default_schedule;
                in_category(category) && !own && item.schedule.is_without_rest(*most_a_week)
            }
            Self::Dose { category, dose_kind, sets, reps, hold_seconds, duration_seconds } => {
                let (dose, own) = (&item.dose, &item.exercise.default_dose);
                // What the exercise itself starts with is usual for it.
                let unusual = |number: fn(&Dose) -> Option<u32>, usual: &Option<[u32; 2]>| match (
                    number(dose),
                    usual,
                ) {
                    (Some(value), Some([least, most])) => {
                        !(least..=most).contains(&&value) && number(own) != Some(value)
                    }
                    _ => false,
                };
                in_category(category)
                    && dose.kind == *dose_kind
                    && (unusual(|dose| Some(dose.sets.into()), sets)
                        || unusual(|dose| dose.reps.map(u32::from), reps)
                        || unusual(|dose| dose.hold_seconds.map(u32::from), hold_seconds)
                        || unusual(|dose| dose.duration_seconds, duration_seconds))
            }
            Self::PhaseMovement => {
                let tags = &item.exercise.tags.0;
                facts.phases_of(item).any(|(_, phase)| phase.terms.tags().any(|tag| tags.contains(tag)))
            }
            Self::PhaseLift => {
                let mut limits = facts.phases_of(item).filter_map(|(_, phase)| phase.terms.lift_limit_kg);
                limits.any(|limit| item.dose.lifts_over(limit))
            }
            Self::SurgeryDate | Self::TooMany { .. } | Self::Duplicate => false,
        }
    }
}

impl Facts {
    /// Whether the patient has the condition, and does the exercise in some of these weeks after surgery.
    /// Where its day is not known the weeks could be any.
    fn concern(&self, condition: &String, weeks: Option<[i32; 2]>, item: &Item<'_>) -> bool {
        let meets = |[first, last]: [i32; 2]| {
            self.weeks(item).is_none_or(|(begin, end)| begin < last && end >= first)
        };
        weeks.is_none_or(meets) && self.conditions.contains(condition)
    }

    /// The whole weeks since the surgery in which the exercise is done, the first and the last, if its day
    /// is known; negative before it.
    fn weeks(&self, item: &Item<'_>) -> Option<(i32, i32)> {
        let surgery_on = self.surgery_on?;
        let week = |date: Day| surgery_on.until(date).div_euclid(7);
        let (first, last) = self.days_of(item);
        Some((week(first), last.map_or(i32::MAX, week)))
    }

    /// The days on which the exercise is done: those of its phases, else of the program.
    fn days_of(&self, item: &Item<'_>) -> (Day, Option<Day>) {
        let (first, last) = self.days;
        if item.places.is_empty() || self.phases.is_empty() {
            return (first, last);
        }
        let stretches: Vec<_> =
            self.phases_of(item).filter_map(|(at, _)| phase::days(&self.phases, at)).collect();
        let begin = stretches.iter().map(|(begin, _)| *begin).min().unwrap_or(first).max(first);
        let ends: Option<Vec<Day>> = stretches.iter().map(|(_, end)| *end).collect();
        let end = ends.and_then(|ends| ends.into_iter().max());
        (begin, end.map_or(last, |end| Some(last.map_or(end, |last| last.min(end)))))
    }

    /// The phases of the exercise that are not over, with their places.
    fn phases_of<'a>(&'a self, item: &'a Item<'_>) -> impl Iterator<Item = (usize, &'a Phase)> {
        let lasts = |at: usize| {
            let end = phase::days(&self.phases, at).and_then(|(_, end)| end);
            end.is_none_or(|end| end >= self.days.0)
        };
        let phases = self.phases.iter().enumerate();
        phases.filter(move |(at, _)| item.is_in(*at) && lasts(*at))
    }

    /// Whether not all of its phases are over.
    fn is_to_be_done(&self, item: &Item<'_>) -> bool {
        item.places.is_empty() || self.phases.is_empty() || self.phases_of(item).next().is_some()
    }

    /// The limit that holds whenever the exercise is done: the highest of its phases, where each has one.
    fn lift_limit(&self, item: &Item<'_>) -> Option<f64> {
        let limits: Option<Vec<f64>> =
            self.phases_of(item).map(|(_, phase)| phase.terms.lift_limit_kg).collect();
        limits?.into_iter().reduce(f64::max)
    }

    /// The most exercises that are done at the same time.
    fn at_once(&self, items: &[Option<Item<'_>>]) -> usize {
        let all = || items.iter().flatten();
        let of = |at: usize| all().filter(|item| item.is_in(at)).count();
        (0..self.phases.len()).map(of).max().unwrap_or(items.len())
    }

    /// The places of exercises that come again for the same side in the same phase.
    fn duplicates(&self, items: &[Option<Item<'_>>]) -> Vec<usize> {
        let meet = |one: &Item<'_>, other: &Item<'_>| {
            self.phases.is_empty() || (0..self.phases.len()).any(|at| one.is_in(at) && other.is_in(at))
        };
        let again = |at: usize, item: &Item<'_>| {
            let others = items.iter().enumerate().filter(|(other, _)| *other != at);
            others.filter_map(|(_, other)| other.as_ref()).any(|other| {
                other.exercise.id == item.exercise.id
                    && other.dose.shares_side(&item.dose)
                    && meet(item, other)
            })
        };
        let twice =
            |(at, item): (usize, &Option<Item<'_>>)| item.as_ref().filter(|item| again(at, item)).map(|_| at);
        items.iter().enumerate().filter_map(twice).collect()
    }
}

impl Item<'_> {
    /// Whether it is done in the phase at this place.
    fn is_in(&self, at: usize) -> bool {
        phase::includes(self.places, at)
    }
}

impl Dose {
    fn is_loaded(&self) -> bool {
        use crate::library::dose::Load;
        self.load.is_some_and(|load| !matches!(load, Load::BodyWeight))
    }

    /// Whether more than these kilograms are lifted.
    fn lifts_over(&self, kilograms: f64) -> bool {
        self.load.and_then(|load| load.kilograms()).is_some_and(|load| load > kilograms)
    }

    /// Whether both are for the same side, or one is for both.
    fn shares_side(&self, other: &Self) -> bool {
        !matches!((self.side, other.side), (Side::Left, Side::Right) | (Side::Right, Side::Left))
    }
}

impl Schedule {
    fn is_without_rest(&self, most_a_week: u8) -> bool {
        match &self.frequency {
            Frequency::Daily => true,
            Frequency::EveryDays { days } => *days < 2,
            Frequency::TimesPerWeek { times } => *times > most_a_week,
            Frequency::Weekdays { weekdays } => {
                let many = weekdays.len() > usize::from(most_a_week);
                many || weekdays.iter().any(|day| weekdays.contains(&day.next()))
            }
        }
    }
}

impl Weekday {
    /// The day after.
    fn next(self) -> Self {
        match self {
            Self::Monday => Self::Tuesday,
            Self::Tuesday => Self::Wednesday,
            Self::Wednesday => Self::Thursday,
            Self::Thursday => Self::Friday,
            Self::Friday => Self::Saturday,
            Self::Saturday => Self::Sunday,
            Self::Sunday => Self::Monday,
        }
    }
}
