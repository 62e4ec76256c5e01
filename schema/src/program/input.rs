//! Dose, schedule, phases and prescriptions, as inputs.
//!
//! Ranges are checked where the rules are, in `care`. What does not even fit the type there
//! becomes the type's highest number, which lies outside every range, so it is refused all the same.

use super::dose::{DoseKind, LoadUnit, ScheduleKind, Side, Weekday};
use crate::id;
use async_graphql::{ID, InputObject};
use care::error::{Code, FieldError};
use care::id::Kind;
use care::library::dose::{self, Dose};
use care::library::schedule::{Frequency, Schedule};
use care::program::{NewPhase, NewPrescription, Precaution, Terms};

fn fit<T: TryFrom<i32>>(number: i32, highest: T) -> T {
    T::try_from(number).unwrap_or(highest)
}

/// External resistance.
#[derive(InputObject, Debug)]
pub(crate) struct LoadInput {
    /// What the value counts.
    unit: LoadUnit,
    /// Kilograms or pounds above 0 and at most 500 kg; for a band its level, 1 (lightest) to 10;
    /// left out for body weight.
    value: Option<f64>,
}

impl LoadInput {
    fn parse(&self) -> Result<dose::Load, FieldError> {
        match (self.unit, self.value) {
            (LoadUnit::Kilograms, Some(value)) => Ok(dose::Load::Kilograms(value)),
            (LoadUnit::Pounds, Some(value)) => Ok(dose::Load::Pounds(value)),
            (LoadUnit::Band, Some(value)) => {
                let level = (1..=10).find(|level| (value - f64::from(*level)).abs() < f64::EPSILON);
                Ok(dose::Load::Band(level.unwrap_or(u8::MAX)))
            }
            (LoadUnit::BodyWeight, None) => Ok(dose::Load::BodyWeight),
            (LoadUnit::BodyWeight, Some(_)) => {
                Err(FieldError::new("value", Code::Mismatch, "Leave this out for body weight."))
            }
            (_, None) => Err(FieldError::new("value", Code::Required, "Give the amount in this unit.")),
        }
        .map_err(|fault| fault.under("load"))
    }
}

/// The pace of one repetition.
#[derive(InputObject, Debug)]
#[allow(clippy::struct_field_names, reason = "units stand in field names")]
pub(crate) struct TempoInput {
    /// Lowering, while the muscle lengthens: seconds, 0 to 30.
    eccentric_seconds: i32,
    /// The pause between: seconds, 0 to 30.
    pause_seconds: i32,
    /// Lifting, while the muscle shortens: seconds, 0 to 30.
    concentric_seconds: i32,
}

/// How much of an exercise one occasion asks for. The kind decides which unit is given:
/// `reps` (perhaps with `holdSeconds` for each), `holdSeconds`, `durationSeconds` or
/// `distanceMetres`.
#[derive(InputObject, Debug)]
pub(crate) struct DoseInput {
    /// What the dose counts in.
    kind: DoseKind,
    /// Sets, 1 to 20; per side when the sides alternate.
    sets: i32,
    /// Repetitions per set, 1 to 200.
    reps: Option<i32>,
    /// Seconds of a hold, 1 to 3,600: of the set, or of each repetition.
    hold_seconds: Option<i32>,
    /// Seconds of work per set, 1 to 86,400.
    duration_seconds: Option<i32>,
    /// Meters per set, 1 to 100,000.
    distance_metres: Option<i32>,
    /// Which side works.
    #[graphql(default_with = "Side::Both")]
    side: Side,
    /// Resistance, where there is any.
    load: Option<LoadInput>,
    /// The pace of a repetition.
    tempo: Option<TempoInput>,
    /// Rest between sets in seconds, 0 to 3,600.
    rest_seconds: Option<i32>,
    /// The effort aimed at: rating of perceived exertion, 0 to 10.
    target_rpe: Option<i32>,
}

impl DoseInput {
    pub(crate) fn parse(&self) -> Result<Dose, FieldError> {
        Ok(Dose {
            kind: self.kind.into(),
            sets: fit(self.sets, u8::MAX),
            reps: self.reps.map(|reps| fit(reps, u16::MAX)),
            hold_seconds: self.hold_seconds.map(|seconds| fit(seconds, u16::MAX)),
            duration_seconds: self.duration_seconds.map(|seconds| fit(seconds, u32::MAX)),
            distance_metres: self.distance_metres.map(|metres| fit(metres, u32::MAX)),
            side: self.side.into(),
            load: self.load.as_ref().map(LoadInput::parse).transpose()?,
            tempo: self.tempo.as_ref().map(|tempo| dose::Tempo {
                eccentric_seconds: fit(tempo.eccentric_seconds, u8::MAX),
                pause_seconds: fit(tempo.pause_seconds, u8::MAX),
                concentric_seconds: fit(tempo.concentric_seconds, u8::MAX),
            }),
            rest_seconds: self.rest_seconds.map(|seconds| fit(seconds, u16::MAX)),
            target_rpe: self.target_rpe.map(|rpe| fit(rpe, u8::MAX)),
        })
    }
}

/// On which days an exercise falls, and how often on each. The kind decides which field is given.
#[derive(InputObject, Debug)]
pub(crate) struct ScheduleInput {
    /// How the days are told.
    kind: ScheduleKind,
    /// For `EVERY_DAYS` only: days from one occasion to the next, 2 to 90.
    days: Option<i32>,
    /// For `WEEKDAYS` only: at least one, each once.
    weekdays: Option<Vec<Weekday>>,
    /// For `TIMES_PER_WEEK` only: days a week, 1 to 7.
    times: Option<i32>,
    /// Occasions on each of the days, 1 to 24.
    #[graphql(default = 1)]
    times_per_day: i32,
}

impl ScheduleInput {
    pub(crate) fn parse(self) -> Result<Schedule, Vec<FieldError>> {
        let given = [
            ("days", ScheduleKind::EveryDays, self.days.is_some()),
            ("weekdays", ScheduleKind::Weekdays, self.weekdays.is_some()),
            ("times", ScheduleKind::TimesPerWeek, self.times.is_some()),
        ];
        let fault = |(field, kind, given): (&str, ScheduleKind, bool)| match (kind == self.kind, given) {
            (true, false) => Some(FieldError::new(field, Code::Required, "This kind of schedule needs it.")),
            (false, true) => {
                let message = "Leave this out: it does not belong to the kind of schedule.";
                Some(FieldError::new(field, Code::Mismatch, message))
            }
            _ => None,
        };
        let faults: Vec<_> = given.into_iter().filter_map(fault).collect();
        if !faults.is_empty() {
            return Err(faults);
        }
        let frequency = match (self.days, self.weekdays, self.times) {
            (Some(days), ..) => Frequency::EveryDays { days: fit(days, u16::MAX) },
            (_, Some(weekdays), _) => {
                Frequency::Weekdays { weekdays: weekdays.into_iter().map(Into::into).collect() }
            }
            (.., Some(times)) => Frequency::TimesPerWeek { times: fit(times, u8::MAX) },
            _ => Frequency::Daily,
        };
        Ok(Schedule { frequency, times_per_day: fit(self.times_per_day, u8::MAX) })
    }
}

/// A phase; phases lie end to end from the first day of the program.
#[derive(InputObject, Debug)]
pub(crate) struct PhaseInput {
    /// The phase of the revision before that goes on, perhaps under another name; when missing, the one of the
    /// same name.
    id: Option<ID>,
    /// Name, 1 to 100 characters.
    name: String,
    /// Length in weeks, 1 to 104; only the last phase may leave it open.
    weeks: Option<i32>,
    /// What must be so before it is entered: at most 10, of 1 to 200 characters each. A phase with any, or
    /// after one with criteria to leave it, begins only by `changePhase`.
    #[graphql(default)]
    entry_criteria: Vec<String>,
    /// What must be so before it is left: at most 10, of 1 to 200 characters each.
    #[graphql(default)]
    exit_criteria: Vec<String>,
    /// What the patient minds in it, at most 20.
    #[graphql(default)]
    precautions: Vec<PhasePrecautionInput>,
    /// Kilograms that may be lifted, above 0 and at most 100.
    lift_limit_kg: Option<f64>,
    /// Minutes of sitting at a time, 1 to 480.
    sit_limit_minutes: Option<i32>,
    /// Minutes of walking a day that are aimed at, 1 to 480.
    walk_goal_minutes: Option<i32>,
    /// Keys of articles to read in it, at most 10.
    #[graphql(default)]
    education: Vec<String>,
}

/// What the patient minds in a phase.
#[derive(InputObject, Debug)]
pub(crate) struct PhasePrecautionInput {
    /// One sentence, 1 to 200 characters; the patient reads it.
    text: String,
    /// Movement tags it speaks against, for example `FLX`; none: it is about the day, not about exercises.
    #[graphql(default)]
    movement_tags: Vec<String>,
}

impl From<PhaseInput> for NewPhase {
    fn from(phase: PhaseInput) -> Self {
        let precaution =
            |given: PhasePrecautionInput| Precaution { text: given.text, tags: given.movement_tags };
        // What is no id of a phase is none that there is, and refused where ids are looked up.
        let id = phase.id.map(|id| Kind::Phase.decode(&id).unwrap_or_default());
        Self {
            id,
            name: phase.name,
            weeks: phase.weeks.map(|weeks| fit(weeks, u16::MAX)),
            terms: Terms {
                entry_criteria: phase.entry_criteria,
                exit_criteria: phase.exit_criteria,
                precautions: phase.precautions.into_iter().map(precaution).collect(),
                lift_limit_kg: phase.lift_limit_kg,
                sit_limit_minutes: phase.sit_limit_minutes.map(|minutes| fit(minutes, u16::MAX)),
                walk_goal_minutes: phase.walk_goal_minutes.map(|minutes| fit(minutes, u16::MAX)),
                education: phase.education,
            },
        }
    }
}

/// An exercise as asked for.
#[derive(InputObject, Debug)]
pub(crate) struct PrescriptionInput {
    /// An exercise of the library.
    exercise_id: ID,
    /// How much; the default of the exercise when missing.
    dose: Option<DoseInput>,
    /// When; the default of the exercise when missing.
    schedule: Option<ScheduleInput>,
    /// The prescription of an earlier revision that this one goes on from, so that what was logged
    /// for it today still counts; when missing, the one of the same exercise.
    continues: Option<ID>,
    /// The phases it belongs to, by their places from 0; empty: it belongs to all.
    #[graphql(default)]
    phases: Vec<i32>,
}

impl PrescriptionInput {
    fn parse(self) -> Result<NewPrescription, Vec<FieldError>> {
        let mut faults = Vec::new();
        let exercise_id = id::input(Kind::Exercise, "exerciseId", &self.exercise_id);
        let exercise_id = exercise_id.map_err(|fault| faults.push(fault)).ok();
        let dose = self.dose.as_ref().map(DoseInput::parse).transpose();
        let dose = dose.map_err(|fault| faults.push(fault.under("dose"))).ok();
        let schedule = self.schedule.map(ScheduleInput::parse).transpose();
        let under = |fault: FieldError| fault.under("schedule");
        let schedule = schedule.map_err(|more| faults.extend(more.into_iter().map(under))).ok();
        let continues = self.continues.as_ref().map(|id| id::input(Kind::Prescription, "continues", id));
        let continues = continues.transpose().map_err(|fault| faults.push(fault)).ok();
        match (exercise_id, dose, schedule, continues) {
            (Some(exercise_id), Some(dose), Some(schedule), Some(continues)) => {
                let phases = self.phases.into_iter().map(|place| fit(place, u16::MAX)).collect();
                Ok(NewPrescription { exercise_id, dose, schedule, continues, phases })
            }
            _ => Err(faults),
        }
    }
}

/// The prescriptions asked for, or every fault in them.
pub(super) fn prescriptions(given: Vec<PrescriptionInput>) -> Result<Vec<NewPrescription>, Vec<FieldError>> {
    let mut faults = Vec::new();
    let mut parsed = Vec::with_capacity(given.len());
    for (at, prescription) in given.into_iter().enumerate() {
        match prescription.parse() {
            Ok(prescription) => parsed.push(prescription),
            Err(more) => {
                faults.extend(more.into_iter().map(|fault| fault.under(at).under("prescriptions")));
            }
        }
    }
    if faults.is_empty() { Ok(parsed) } else { Err(faults) }
}
