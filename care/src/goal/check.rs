//! What a goal must satisfy.

use super::{Measure, SetGoal};
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result};

/// How far ahead a goal may lie, in days: two years.
const AHEAD: i32 = 2 * 366;
/// How long ago a value may have been measured, in days: ten years.
const BACK: i32 = 10 * 366;
/// Numbers beyond this are slips.
const LARGEST: f64 = 1e9;

fn is_number(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST
}

/// The faults of a goal set on `today`, whose date was `known` before.
pub(super) fn check(input: &SetGoal, today: Day, known: Option<Day>) -> Result<()> {
    let mut faults = Vec::new();
    let mut fault = |field, code, message: &str| faults.push(FieldError::new(field, code, message));
    match input.text.trim().chars().count() {
        0 => fault("text", Code::Required, "Say what is to be reached."),
        1..=500 => {}
        _ => fault("text", Code::TooLong, "Give at most 500 characters."),
    }
    // A goal can still be met, or dropped, when its day has passed.
    let moved = input.target_on.filter(|day| known != Some(*day));
    if moved.is_some_and(|day| day <= today || day > today.plus(AHEAD)) {
        fault("targetOn", Code::OutOfRange, "Give a day within the next two years.");
    }
    if let Some(current) = input.current {
        if input.measure.is_none() {
            fault("current", Code::Mismatch, "Give a measure, of which this is a value.");
        }
        let mut fault = |field, message: &str| {
            faults.push(FieldError::new(field, Code::OutOfRange, message).under("current"));
        };
        if !is_number(current.value) {
            fault("value", "Give a number of at most a billion.");
        }
        if current.measured_on > today || current.measured_on < today.plus(-BACK) {
            fault("measuredOn", "Give today, or a day of the past ten years.");
        }
    }
    faults.extend(input.measure.iter().flat_map(of_measure));
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn of_measure(measure: &Measure) -> Vec<FieldError> {
    let mut faults = Vec::new();
    let mut fault =
        |field, code, message: &str| faults.push(FieldError::new(field, code, message).under("measure"));
    for (field, text, most) in [("name", &measure.name, 100), ("unit", &measure.unit, 30)] {
        match text.trim().chars().count() {
            0 => fault(field, Code::Required, "Say what is measured, and in what unit."),
            count if count > most => fault(field, Code::TooLong, &format!("Give at most {most} characters.")),
            _ => {}
        }
    }
    for (field, value) in [("baseline", measure.baseline), ("target", measure.target)] {
        if !is_number(value) {
            fault(field, Code::OutOfRange, "Give a number of at most a billion.");
        }
    }
    if (measure.baseline - measure.target).abs() < f64::EPSILON {
        fault("target", Code::Duplicate, "Give a target other than the baseline.");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::{GoalKind, Measured};
    use super::*;

    fn today() -> Day {
        "2026-06-15".parse().unwrap()
    }

    fn goal() -> SetGoal {
        SetGoal {
            id: None,
            patient_id: None,
            kind: GoalKind::Function,
            text: "Walk to the market".to_owned(),
            measure: Some(Measure {
                name: "Distance".to_owned(),
                unit: "m".to_owned(),
                baseline: 200.0,
                target: 1_000.0,
            }),
            target_on: Some(today().plus(60)),
            status: super::super::Status::Active,
            current: Some(Measured { value: 300.0, measured_on: today() }),
            expected_revision: None,
        }
    }

    fn paths(input: &SetGoal) -> Vec<String> {
        match check(input, today(), None) {
            Ok(()) => Vec::new(),
            Err(Error::Invalid(faults)) => faults.iter().map(|fault| fault.path.join(".")).collect(),
            Err(other) => unreachable!("{other}"),
        }
    }

    #[test]
    fn each_fault_has_its_place() {
        assert_eq!(paths(&goal()), [""; 0]);
        let measure = |change: fn(&mut Measure)| {
            let mut goal = goal();
            change(goal.measure.as_mut().unwrap());
            paths(&goal)
        };
        assert_eq!(measure(|it| it.target = f64::NAN), ["measure.target"]);
        assert_eq!(measure(|it| it.target = 200.0), ["measure.target"]);
        assert_eq!(measure(|it| it.baseline = f64::INFINITY), ["measure.baseline"]);
        assert_eq!(measure(|it| it.unit = " ".to_owned()), ["measure.unit"]);
        assert_eq!(measure(|it| it.name = "x".repeat(101)), ["measure.name"]);
        let current = |value, days| {
            paths(&SetGoal { current: Some(Measured { value, measured_on: today().plus(days) }), ..goal() })
        };
        assert_eq!(current(1e10, 0), ["current.value"]);
        assert_eq!(current(1.0, 1), ["current.measuredOn"]);
        assert_eq!(paths(&SetGoal { measure: None, ..goal() }), ["current"]);
        for text in [String::new(), "x".repeat(501)] {
            assert_eq!(paths(&SetGoal { text, ..goal() }), ["text"]);
        }
    }

    #[test]
    fn a_date_lies_ahead_unless_it_has_been_there_before() {
        for (days, right) in [(0, false), (1, true), (AHEAD, true), (AHEAD + 1, false), (-1, false)] {
            let input = SetGoal { target_on: Some(today().plus(days)), ..goal() };
            assert_eq!(check(&input, today(), None).is_ok(), right, "{days}");
            assert!(check(&input, today(), input.target_on).is_ok(), "{days}");
        }
    }
}
