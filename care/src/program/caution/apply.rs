//! When a rule warns.

use super::{Facts, Item, Warning};
use crate::library::dose::{Dose, Side};
use crate::library::schedule::{Frequency, Schedule, Weekday};
use crate::library::{Caution, Rule, condition};

impl Caution {
    /// The warning of this rule; none where nothing clashes. Places without an exercise pass.
    pub(super) fn warn(&'static self, facts: &Facts, items: &[Option<Item<'_>>]) -> Option<Warning> {
        let concerned: Vec<usize> = match &self.rule {
            Rule::SurgeryDate => {
                let operated = |key: &String| condition(key).is_some_and(|(record, _)| record.post_operative);
                let unknown = facts.weeks.is_none() && facts.conditions.iter().any(operated);
                return unknown.then(|| self.of(Vec::new()));
            }
            Rule::TooMany { most } => return (items.len() > *most).then(|| self.of(Vec::new())),
            Rule::Duplicate => duplicates(items),
            rule => {
                let clashes =
                    |item: &Option<Item<'_>>| item.as_ref().is_some_and(|item| rule.meets(facts, item));
                items.iter().enumerate().filter(|(_, item)| clashes(item)).map(|(at, _)| at).collect()
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
                facts.concern(condition, *weeks) && item.exercise.tags.0.iter().any(|tag| tags.contains(tag))
            }
            Self::Loaded { condition, category, weeks } => {
                facts.concern(condition, *weeks)
                    && category.as_ref().is_none_or(in_category)
                    && item.dose.is_loaded()
            }
            Self::Lifting { condition, over_kilograms, weeks } => {
                let load = item.dose.load.and_then(|load| load.kilograms());
                facts.concern(condition, *weeks) && load.is_some_and(|load| load > *over_kilograms)
            }
            Self::OneSided { condition } => {
                facts.concern(condition, None) && matches!(item.dose.side, Side::Left | Side::Right)
            }
            Self::Exercises { condition, exercises, tags } => {
                let tagged = item.exercise.tags.0.iter().any(|tag| tags.contains(tag));
                facts.concern(condition, None) && (tagged || exercises.contains(&item.exercise.key))
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
            Self::SurgeryDate | Self::TooMany { .. } | Self::Duplicate => false,
        }
    }
}

impl Facts {
    /// Whether the patient has the condition, and follows the program in some of these weeks after surgery.
    /// Where its day is not known the weeks could be any.
    fn concern(&self, condition: &String, weeks: Option<[i32; 2]>) -> bool {
        let meets =
            |[first, last]: [i32; 2]| self.weeks.is_none_or(|(begin, end)| begin < last && end >= first);
        weeks.is_none_or(meets) && self.conditions.contains(condition)
    }
}

impl Dose {
    fn is_loaded(&self) -> bool {
        use crate::library::dose::Load;
        self.load.is_some_and(|load| !matches!(load, Load::BodyWeight))
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

/// The places of exercises that come again for the same side.
fn duplicates(items: &[Option<Item<'_>>]) -> Vec<usize> {
    let again = |at: usize, item: &Item<'_>| {
        let others = items.iter().enumerate().filter(|(other, _)| *other != at);
        others
            .filter_map(|(_, other)| other.as_ref())
            .any(|other| other.exercise.id == item.exercise.id && other.dose.shares_side(&item.dose))
    };
    items
        .iter()
        .enumerate()
        .filter_map(|(at, item)| item.as_ref().filter(|item| again(at, item)).map(|_| at))
        .collect()
}
