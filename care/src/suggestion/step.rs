//! A step further and a step back: a dose that asks for a little more or a little less, about a tenth.
//!
//! Further, a set asks for more up to the top of what is usual; then the load goes up, and where there is none, there
//! is another set, each with less, so that it is only a little more in all. Back is the same the other way round: from
//! the top the load goes down first. Below all that is usual less is asked for all the same, down to one of one:
//! too much pain is not answered by a range.

use super::data::{Weights, load_size, size};
use crate::library::dose::{Dose, DoseKind, Load};
use crate::library::{Exercise, Rule, cautions};

/// What is usual for an exercise: the least and the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usual {
    /// Of what a set asks for, in the unit of the dose's kind.
    pub unit: [u32; 2],
    /// Of sets; none: they stay as they are.
    pub sets: Option<[u32; 2]>,
}

impl Usual {
    /// What is usual for this exercise, of whose dose this is a change: by the rules about doses of its
    /// categories, else by the kind of dose. What the exercise itself starts with is usual for it; where that is
    /// outside the rule and the dose has it, only sets change.
    pub fn of(exercise: &Exercise, dose: &Dose) -> Option<Self> {
        let (size, own) = (size(dose.kind)?, &exercise.default_dose);
        let (own_unit, own_sets) = if own.kind == dose.kind {
            (own.unit(), u32::from(own.sets))
        } else {
            (dose.unit(), u32::from(dose.sets))
        };
        let rules = || cautions().iter().filter_map(|caution| ranges(&caution.rule, exercise, dose.kind));
        let within = |range: [u32; 2], more: [u32; 2]| match [range[0].max(more[0]), range[1].min(more[1])] {
            [least, most] if least <= most => [least, most],
            _ => range,
        };
        let unit = match rules().filter_map(|(unit, _)| unit).reduce(within) {
            Some([least, most]) if (least..=most).contains(&dose.unit()) => [least, most],
            Some(_) if dose.unit() == own_unit => [own_unit, own_unit],
            Some(range) => range,
            None => [size.usual[0].min(own_unit), size.usual[1].max(own_unit)],
        };
        let sets = rules().filter_map(|(_, sets)| sets).reduce(within).or(size.sets);
        let sets = size.sets.and(sets).map(|[least, most]| [least.min(own_sets), most.max(own_sets)]);
        Some(Self { unit, sets })
    }
}

type Range = Option<[u32; 2]>;

/// What this rule says about the unit and the sets of the exercise, where it is one about its doses.
fn ranges(rule: &Rule, exercise: &Exercise, kind: DoseKind) -> Option<(Range, Range)> {
    match rule {
        Rule::Dose { category, dose_kind, sets, reps, hold_seconds, duration_seconds }
            if *dose_kind == kind && exercise.categories.0.contains(category) =>
        {
            let unit = match kind {
                DoseKind::Reps => *reps,
                DoseKind::Hold => *hold_seconds,
                DoseKind::Duration => *duration_seconds,
                DoseKind::Distance => None,
            };
            Some((unit, *sets))
        }
        _ => None,
    }
}

/// A step more than `dose`, which is right; none where it is at the top of all that is usual.
pub fn further(dose: &Dose, usual: &Usual) -> Option<Dose> {
    let (sets, unit) = (u32::from(dose.sets), dose.unit());
    let [least, most] = usual.unit;
    if unit < most {
        return asking(dose, sets, most.min(unit + part(dose.kind, unit)?));
    }
    if let Some(load) = dose.load.filter(|load| !matches!(load, Load::BodyWeight)) {
        return checked(Dose { load: Some(heavier(load)?), ..*dose });
    }
    usual.sets.filter(|[_, most]| sets < *most)?;
    let even = sets * unit / (sets + 1) + 1;
    asking(dose, sets + 1, even.max(least).min(unit))
}

/// A step less than `dose`, which is right; none where there is nothing less to ask for.
pub fn back(dose: &Dose, usual: &Usual) -> Option<Dose> {
    let (sets, unit) = (u32::from(dose.sets), dose.unit());
    let [least, most] = usual.unit;
    let lighter = || checked(Dose { load: Some(lighter(dose.load?)?), ..*dose });
    if unit >= most
        && let Some(lighter) = lighter()
    {
        return Some(lighter);
    }
    let less = unit - part(dose.kind, unit)?.min(unit);
    if unit > least {
        return asking(dose, sets, least.max(less));
    }
    if let Some(lighter) = lighter() {
        return Some(lighter);
    }
    if usual.sets.is_some_and(|[least, _]| sets > least.max(1)) {
        let even = (sets * unit).div_ceil(sets - 1) - 1;
        return asking(dose, sets - 1, even.min(most).max(unit));
    }
    if unit > 1 { asking(dose, sets, less) } else { asking(dose, sets.checked_sub(1)?, unit) }
}

/// About a tenth of what a set asks for, never nothing.
fn part(kind: DoseKind, unit: u32) -> Option<u32> {
    let size = size(kind)?;
    let part = unit * size.percent / 100;
    let whole = part - part.checked_rem(size.grain).unwrap_or(0);
    Some(if whole > 0 { whole } else { part.max(1) })
}

/// The dose with so many sets of so much, where that is right.
fn asking(dose: &Dose, sets: u32, unit: u32) -> Option<Dose> {
    let mut asking = Dose { sets: u8::try_from(sets).ok()?, ..*dose };
    match dose.kind {
        DoseKind::Reps => asking.reps = Some(u16::try_from(unit).ok()?),
        DoseKind::Hold => asking.hold_seconds = Some(u16::try_from(unit).ok()?),
        DoseKind::Duration => asking.duration_seconds = Some(unit),
        DoseKind::Distance => asking.distance_metres = Some(unit),
    }
    checked(asking)
}

fn checked(dose: Dose) -> Option<Dose> {
    dose.check().is_ok().then_some(dose)
}

fn heavier(load: Load) -> Option<Load> {
    Some(match load {
        Load::Kilograms(amount) => {
            Load::Kilograms(hundredths(amount + weight(amount, |size| size.kilograms)?))
        }
        Load::Pounds(amount) => Load::Pounds(hundredths(amount + weight(amount, |size| size.pounds)?)),
        Load::Band(level) => Load::Band(level.checked_add(1)?),
        Load::BodyWeight => return None,
    })
}

fn lighter(load: Load) -> Option<Load> {
    Some(match load {
        Load::Kilograms(amount) => {
            Load::Kilograms(hundredths(amount - weight(amount, |size| size.kilograms)?))
        }
        Load::Pounds(amount) => Load::Pounds(hundredths(amount - weight(amount, |size| size.pounds)?)),
        Load::Band(level) => Load::Band(level.checked_sub(1)?),
        Load::BodyWeight => return None,
    })
}

/// About a tenth of a weight, in weights that there are.
fn weight(amount: f64, of: impl Fn(&super::data::LoadSize) -> Weights) -> Option<f64> {
    let size = load_size()?;
    let weights = of(size);
    let whole = (amount * size.percent / 100.0 / weights.grain).floor() * weights.grain;
    Some(if whole > 0.0 { whole } else { weights.least })
}

fn hundredths(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}
