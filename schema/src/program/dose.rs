//! Dose and schedule of an exercise, as answers.

use crate::context::language;
use async_graphql::{ComplexObject, Context, Enum, Result, SimpleObject};
use care::library::dose;
use care::library::schedule::{self, Frequency};

/// What a dose counts in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::dose::DoseKind")]
pub(crate) enum DoseKind {
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
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::dose::Side")]
pub(crate) enum Side {
    /// Both at once, or an exercise without sides.
    Both,
    /// The left side only.
    Left,
    /// The right side only.
    Right,
    /// Each side in turn: sets and units are per side.
    Alternate,
}

/// What a load is told in.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LoadUnit {
    /// Kilograms.
    Kilograms,
    /// Avoirdupois pounds.
    Pounds,
    /// Level of an elastic band.
    Band,
    /// The patient's own weight.
    BodyWeight,
}

/// External resistance, as it was told.
#[derive(SimpleObject, Debug, Clone, Copy)]
pub(crate) struct Load {
    /// What the value counts.
    unit: LoadUnit,
    /// Kilograms or pounds above 0 and at most 500 kg; for a band its level, 1 (lightest) to 10;
    /// none for body weight.
    value: Option<f64>,
}

impl From<dose::Load> for Load {
    fn from(load: dose::Load) -> Self {
        let (unit, value) = match load {
            dose::Load::Kilograms(kilograms) => (LoadUnit::Kilograms, Some(kilograms)),
            dose::Load::Pounds(pounds) => (LoadUnit::Pounds, Some(pounds)),
            dose::Load::Band(level) => (LoadUnit::Band, Some(f64::from(level))),
            dose::Load::BodyWeight => (LoadUnit::BodyWeight, None),
        };
        Self { unit, value }
    }
}

/// The pace of one repetition.
#[derive(SimpleObject, Debug, Clone, Copy)]
#[allow(clippy::struct_field_names, reason = "units stand in field names")]
pub(crate) struct Tempo {
    /// Lowering, while the muscle lengthens: seconds, 0 to 30.
    eccentric_seconds: u8,
    /// The pause between: seconds, 0 to 30.
    pause_seconds: u8,
    /// Lifting, while the muscle shortens: seconds, 0 to 30.
    concentric_seconds: u8,
}

/// How much of an exercise one occasion asks for. The kind decides which unit is set.
#[derive(SimpleObject, Debug, Clone, Copy)]
pub(crate) struct Dose {
    /// What the dose counts in.
    kind: DoseKind,
    /// Sets, 1 to 20; per side when the sides alternate.
    sets: u8,
    /// Repetitions per set, 1 to 200.
    reps: Option<u16>,
    /// Seconds of a hold, 1 to 3,600: of the set, or of each repetition.
    hold_seconds: Option<u16>,
    /// Seconds of work per set, 1 to 86,400.
    duration_seconds: Option<u32>,
    /// Meters per set, 1 to 100,000.
    distance_metres: Option<u32>,
    /// Which side works.
    side: Side,
    /// The load in kilograms; none for a band, body weight, or no load.
    load_kg: Option<f64>,
    /// The load as it was told; none without load.
    load: Option<Load>,
    /// The pace of a repetition, where one is prescribed.
    tempo: Option<Tempo>,
    /// Rest between sets in seconds, 0 to 3,600.
    rest_seconds: Option<u16>,
    /// The effort aimed at: rating of perceived exertion, 0 to 10.
    target_rpe: Option<u8>,
}

impl From<dose::Dose> for Dose {
    fn from(dose: dose::Dose) -> Self {
        Self {
            kind: dose.kind.into(),
            sets: dose.sets,
            reps: dose.reps,
            hold_seconds: dose.hold_seconds,
            duration_seconds: dose.duration_seconds,
            distance_metres: dose.distance_metres,
            side: dose.side.into(),
            load_kg: dose.load.and_then(|load| load.kilograms()),
            load: dose.load.map(Load::from),
            tempo: dose.tempo.map(|tempo| Tempo {
                eccentric_seconds: tempo.eccentric_seconds,
                pause_seconds: tempo.pause_seconds,
                concentric_seconds: tempo.concentric_seconds,
            }),
            rest_seconds: dose.rest_seconds,
            target_rpe: dose.target_rpe,
        }
    }
}

/// A day of the week.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::library::schedule::Weekday")]
pub(crate) enum Weekday {
    /// The first day of the ISO week.
    Monday,
    /// The second day.
    Tuesday,
    /// The third day.
    Wednesday,
    /// The fourth day.
    Thursday,
    /// The fifth day.
    Friday,
    /// The sixth day.
    Saturday,
    /// The seventh day.
    Sunday,
}

/// How the days of a schedule are told.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScheduleKind {
    /// Every day.
    Daily,
    /// Every so many days, from the first day of the revision on.
    EveryDays,
    /// On the named weekdays.
    Weekdays,
    /// On so many days of each ISO week, which ones being up to the patient.
    TimesPerWeek,
}

/// On which days an exercise falls, and how often on each. The kind decides which field is set.
#[derive(SimpleObject, Debug, Clone)]
#[graphql(complex)]
pub(crate) struct Schedule {
    #[graphql(skip)]
    of: schedule::Schedule,
    /// How the days are told.
    kind: ScheduleKind,
    /// For `EVERY_DAYS`: days from one occasion to the next, 2 to 90.
    days: Option<u16>,
    /// For `WEEKDAYS`: these; else none.
    weekdays: Vec<Weekday>,
    /// For `TIMES_PER_WEEK`: days a week, 1 to 7.
    times: Option<u8>,
    /// Occasions on each of the days, 1 to 24.
    times_per_day: u8,
}

#[ComplexObject]
impl Schedule {
    /// The schedule in plain words, in the language asked for.
    async fn text(&self, context: &Context<'_>) -> Result<String> {
        Ok(self.of.text(language(context)?))
    }
}

impl From<schedule::Schedule> for Schedule {
    fn from(schedule: schedule::Schedule) -> Self {
        let (of, times_per_day) = (schedule.clone(), schedule.times_per_day);
        let (kind, days, weekdays, times) = match schedule.frequency {
            Frequency::Daily => (ScheduleKind::Daily, None, Vec::new(), None),
            Frequency::EveryDays { days } => (ScheduleKind::EveryDays, Some(days), Vec::new(), None),
            Frequency::Weekdays { weekdays } => (ScheduleKind::Weekdays, None, weekdays, None),
            Frequency::TimesPerWeek { times } => (ScheduleKind::TimesPerWeek, None, Vec::new(), Some(times)),
        };
        let weekdays = weekdays.into_iter().map(Weekday::from).collect();
        Self { of, kind, days, weekdays, times, times_per_day }
    }
}
