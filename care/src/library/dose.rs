//! The dose of a prescription, what was performed of it, and how the two compare.

use crate::error::{Code, FieldError};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Kilograms in one avoirdupois pound, by definition.
const KILOGRAMS_PER_POUND: f64 = 0.453_592_37;
/// The heaviest load that is taken, in kilograms.
const HEAVIEST_KILOGRAMS: f64 = 500.0;

/// What a dose counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DoseKind {
    /// Sets of repetitions, each perhaps held.
    Reps,
    /// Sets of one hold, in seconds.
    Hold,
    /// Sets of continuous work, in seconds.
    Duration,
    /// Sets of a distance, in meters.
    Distance,
}

/// Which side of the body works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    /// Both at once, or an exercise without sides: volume counts once.
    Both,
    /// The left side only: volume counts once.
    Left,
    /// The right side only: volume counts once.
    Right,
    /// Each side in turn: sets and units are per side, so volume counts twice.
    Alternate,
}

impl Side {
    /// How often the volume of one set counts: 2 for [`Side::Alternate`], else 1.
    fn factor(self) -> u8 {
        if self == Self::Alternate { 2 } else { 1 }
    }
}

/// External resistance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "unit", content = "value", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Load {
    /// Kilograms: above 0, at most 500.
    Kilograms(f64),
    /// Pounds: above 0, at most as heavy as 500 kg.
    Pounds(f64),
    /// Level of an elastic band, 1 (lightest) to 10.
    Band(u8),
    /// The patient's own weight.
    BodyWeight,
}

impl Load {
    /// The load in kilograms; none for a band or body weight.
    pub fn kilograms(&self) -> Option<f64> {
        match *self {
            Self::Kilograms(kilograms) => Some(kilograms),
            Self::Pounds(pounds) => Some(pounds * KILOGRAMS_PER_POUND),
            Self::Band(_) | Self::BodyWeight => None,
        }
    }

    fn check(self) -> Option<FieldError> {
        let fault = |text: &str| Some(FieldError::new("load", Code::OutOfRange, text));
        match self {
            Self::Band(level) if !(1..=10).contains(&level) => fault("A band has a level from 1 to 10."),
            Self::Band(_) | Self::BodyWeight => None,
            Self::Kilograms(amount) | Self::Pounds(amount) => {
                let kilograms = self.kilograms().unwrap_or(amount);
                let right = kilograms > 0.0 && kilograms <= HEAVIEST_KILOGRAMS;
                if right { None } else { fault("A load is above 0 and at most 500 kg.") }
            }
        }
    }
}

/// The pace of one repetition, in seconds per part, 0 to 30 each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tempo {
    /// Lowering, while the muscle lengthens.
    pub eccentric_seconds: u8,
    /// The pause between.
    pub pause_seconds: u8,
    /// Lifting, while the muscle shortens.
    pub concentric_seconds: u8,
}

/// How much of an exercise one occurrence asks for.
///
/// The kind decides which unit is set: `reps` for [`DoseKind::Reps`] (perhaps with `hold_seconds`
/// for each), `hold_seconds` for [`DoseKind::Hold`], `duration_seconds` for
/// [`DoseKind::Duration`], `distance_metres` for [`DoseKind::Distance`]; the others are absent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
#[serde(rename_all = "camelCase")]
pub struct Dose {
    /// What the dose counts in.
    pub kind: DoseKind,
    /// Sets, 1 to 20; per side when the sides alternate.
    pub sets: u8,
    /// Repetitions per set, 1 to 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reps: Option<u16>,
    /// Seconds of a hold, 1 to 3600: of the set, or of each repetition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold_seconds: Option<u16>,
    /// Seconds of work per set, 1 to 86 400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_seconds: Option<u32>,
    /// Meters per set, 1 to 100 000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_metres: Option<u32>,
    /// Which side works.
    pub side: Side,
    /// Resistance, where there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load: Option<Load>,
    /// The pace of a repetition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<Tempo>,
    /// Rest between sets in seconds, 0 to 3600.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rest_seconds: Option<u16>,
    /// The effort aimed at, rated 0 to 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_rpe: Option<u8>,
}

/// Which units a kind asks for, allows, or excludes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
    Excluded,
}

impl Dose {
    /// Whether the dose has exactly the fields of its kind, each within its range.
    ///
    /// # Errors
    /// Every fault found, with the field's name.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        use Need::{Excluded, Optional, Required};
        let (reps, hold, duration, distance) = match self.kind {
            DoseKind::Reps => (Required, Optional, Excluded, Excluded),
            DoseKind::Hold => (Excluded, Required, Excluded, Excluded),
            DoseKind::Duration => (Excluded, Excluded, Required, Excluded),
            DoseKind::Distance => (Excluded, Excluded, Excluded, Required),
        };
        let faults: Vec<_> = [
            within("sets", Some(self.sets), 1..=20, Required),
            within("reps", self.reps, 1..=200, reps),
            within("holdSeconds", self.hold_seconds, 1..=3600, hold),
            within("durationSeconds", self.duration_seconds, 1..=86_400, duration),
            within("distanceMetres", self.distance_metres, 1..=100_000, distance),
            self.load.and_then(Load::check),
            within("restSeconds", self.rest_seconds, 0..=3600, Optional),
            within("targetRpe", self.target_rpe, 0..=10, Optional),
        ]
        .into_iter()
        .flatten()
        .chain(self.tempo.into_iter().flat_map(Tempo::check))
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// The volume of one occurrence in the unit of its kind (repetitions, seconds or meters):
    /// sets × unit, twice that when the sides alternate. A repetition's hold adds nothing.
    pub fn volume(&self) -> f64 {
        f64::from(self.sets) * f64::from(self.unit()) * f64::from(self.side.factor())
    }

    /// What one set asks for, in the unit of the kind; 0 when a faulty dose does not say.
    pub(crate) fn unit(&self) -> u32 {
        match self.kind {
            DoseKind::Reps => self.reps.map_or(0, u32::from),
            DoseKind::Hold => self.hold_seconds.map_or(0, u32::from),
            DoseKind::Duration => self.duration_seconds.unwrap_or(0),
            DoseKind::Distance => self.distance_metres.unwrap_or(0),
        }
    }
}

impl Tempo {
    fn check(self) -> impl Iterator<Item = FieldError> {
        [
            within("eccentricSeconds", Some(self.eccentric_seconds), 0..=30, Need::Required),
            within("pauseSeconds", Some(self.pause_seconds), 0..=30, Need::Required),
            within("concentricSeconds", Some(self.concentric_seconds), 0..=30, Need::Required),
        ]
        .into_iter()
        .flatten()
        .map(|fault| fault.under("tempo"))
    }
}

/// The fault of a number that is missing, should be absent, or lies outside its range.
fn within<T: Into<u32>>(
    field: &str,
    value: Option<T>,
    range: RangeInclusive<u32>,
    need: Need,
) -> Option<FieldError> {
    let (low, high) = (range.start(), range.end());
    match (value.map(Into::into), need) {
        (None, Need::Required) => {
            Some(FieldError::new(field, Code::Required, format!("Give a number from {low} to {high}.")))
        }
        (Some(_), Need::Excluded) => Some(FieldError::new(
            field,
            Code::Mismatch,
            "Leave this out: it does not belong to the kind of dose.",
        )),
        (Some(number), _) if !range.contains(&number) => {
            Some(FieldError::new(field, Code::OutOfRange, format!("The number lies from {low} to {high}.")))
        }
        _ => None,
    }
}

/// One set as it was performed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DoneSet {
    /// Repetitions, 0 to 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reps: Option<u16>,
    /// Seconds held or worked, 0 to 86 400.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u32>,
    /// Meters, 0 to 100 000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metres: Option<u32>,
    /// The side that worked; absent: as prescribed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// The load used in kilograms, 0 to 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_kg: Option<f64>,
}

impl DoneSet {
    /// Whether the set says how much was done, each number within its range.
    ///
    /// # Errors
    /// Every fault found, with the field's name; a set without any unit is a fault of `reps`.
    pub fn check(&self) -> Result<(), Vec<FieldError>> {
        let empty = self.reps.is_none() && self.seconds.is_none() && self.metres.is_none();
        let load = self.load_kg.is_some_and(|load| !(0.0..=HEAVIEST_KILOGRAMS).contains(&load));
        let faults: Vec<_> = [
            empty.then(|| FieldError::new("reps", Code::Required, "Give repetitions, seconds or meters.")),
            within("reps", self.reps, 0..=1000, Need::Optional),
            within("seconds", self.seconds, 0..=86_400, Need::Optional),
            within("metres", self.metres, 0..=100_000, Need::Optional),
            load.then(|| FieldError::new("loadKg", Code::OutOfRange, "The load lies from 0 to 500 kg.")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// What the set amounts to in the dose's own unit; 0 when it was logged in another.
    fn unit(&self, kind: DoseKind) -> u32 {
        match kind {
            DoseKind::Reps => self.reps.map_or(0, u32::from),
            DoseKind::Hold | DoseKind::Duration => self.seconds.unwrap_or(0),
            DoseKind::Distance => self.metres.unwrap_or(0),
        }
    }

    /// Whether the set worked the left and the right side, as far as the dose asks for it.
    ///
    /// A dose for one side is not met by the other; elsewhere a side is a remark only, except
    /// that alternating sides count one by one.
    fn sides(&self, asked: Side) -> Sides {
        let one = matches!(self.side, Some(Side::Left | Side::Right));
        match asked {
            Side::Both => Sides { left: true, right: true },
            Side::Left => Sides { left: self.side != Some(Side::Right), right: false },
            Side::Right => Sides { left: false, right: self.side != Some(Side::Left) },
            Side::Alternate => Sides {
                left: !one || self.side == Some(Side::Left),
                right: !one || self.side == Some(Side::Right),
            },
        }
    }
}

/// Which of the sides asked for a set worked.
#[derive(Clone, Copy)]
struct Sides {
    left: bool,
    right: bool,
}

/// The volume performed, in the unit of the prescription's own kind.
///
/// A set logged in another unit, or on the side a one-sided dose does not ask for, counts 0.
/// Of a dose with alternating sides, a set logged for one side counts once; any other set stands
/// for both sides and counts twice.
pub fn done_volume(dose: &Dose, sets: &[DoneSet]) -> f64 {
    let times = |sides: Sides| match dose.side {
        Side::Alternate => u8::from(sides.left) + u8::from(sides.right),
        _ => u8::from(sides.left || sides.right),
    };
    sets.iter().map(|set| f64::from(set.unit(dose.kind)) * f64::from(times(set.sides(dose.side)))).sum()
}

/// The number of sets that reach the prescribed unit, on the left and on the right.
///
/// Only a dose with alternating sides tells them apart; for any other dose both are the same.
pub(crate) fn sets_reached(dose: &Dose, sets: &[DoneSet]) -> [u32; 2] {
    let unit = dose.unit();
    let reached = sets.iter().filter(|set| unit > 0 && set.unit(dose.kind) >= unit);
    reached.fold([0, 0], |[left, right], set| {
        let sides = set.sides(dose.side);
        let either = dose.side != Side::Alternate && (sides.left || sides.right);
        [left + u32::from(sides.left || either), right + u32::from(sides.right || either)]
    })
}

/// Whether every prescribed set was done: as many sets reach the prescribed unit as there are
/// prescribed ones, on each side when the sides alternate.
pub fn all_sets_done(dose: &Dose, sets: &[DoneSet]) -> bool {
    sets_reached(dose, sets).into_iter().all(|reached| reached >= u32::from(dose.sets))
}

#[cfg(test)]
#[path = "dose_tests.rs"]
mod tests;
