use super::*;
use crate::outcome::measure::measure;

fn now() -> Instant {
    Instant(1_781_517_600_000)
}

fn input(key: &str, answers: &[(&str, i32)], activities: &[&str]) -> NewResponse {
    NewResponse {
        id: None,
        patient_id: None,
        measure: key.to_owned(),
        answered_at: now(),
        offset_seconds: 0,
        answers: answers.iter().map(|(item, value)| ((*item).to_owned(), *value)).collect(),
        activities: activities.iter().map(|activity| (*activity).to_owned()).collect(),
    }
}

fn paths(input: &NewResponse) -> Vec<(String, Code)> {
    match check(measure(&input.measure).unwrap(), input, now()) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(faults)) => {
            faults.into_iter().map(|fault| (fault.path.join("."), fault.code)).collect()
        }
        Err(other) => unreachable!("{other}"),
    }
}

#[test]
fn each_fault_of_an_answer_has_its_place() {
    for (key, answers, expected) in [
        ("nprs", &[("1", 10)][..], &[][..]),
        ("nprs", &[("1", 11)], &[("answers.0.value", Code::OutOfRange)]),
        ("nprs", &[("1", -1)], &[("answers.0.value", Code::OutOfRange)]),
        ("nprs", &[("2", 1)], &[("answers.0.item", Code::NotFound)]),
        ("nprs", &[("01", 1)], &[("answers.0.item", Code::NotFound)]),
        ("nprs", &[("1", 1), ("1", 1)], &[("answers.1.item", Code::Duplicate)]),
        ("nprs", &[], &[("answers", Code::Required)]),
        ("phq-2", &[("1", 3)], &[("answers", Code::Required)]),
        ("groc", &[("1", -5)], &[]),
        ("groc", &[("1", -6)], &[("answers.0.value", Code::OutOfRange)]),
        ("rmdq-24", &[], &[]),
        ("srs-22r", &[("1", 0)], &[("answers.0.value", Code::OutOfRange)]),
        ("srs-22r", &[], &[("answers", Code::Required)]),
    ] {
        let expected: Vec<_> = expected.iter().map(|(path, code)| ((*path).to_owned(), *code)).collect();
        assert_eq!(paths(&input(key, answers, &[])), expected, "{key} {answers:?}");
    }
}

#[test]
fn activities_are_named_where_they_are_asked_for() {
    let three = ["Walk", "Lift", "Sleep"];
    let rated = [("1", 1), ("2", 2), ("3", 3)];
    let told = |answers: &[(&str, i32)], activities: &[&str]| -> Vec<String> {
        paths(&input("psfs", answers, activities)).into_iter().map(|(path, _)| path).collect()
    };
    assert_eq!(told(&rated, &three), [""; 0]);
    assert_eq!(told(&rated[..1], &three), [""; 0], "the mean is of what is rated");
    assert_eq!(told(&[], &three), ["answers"]);
    assert_eq!(told(&rated[..2], &three[..2]), ["activities"]);
    assert_eq!(told(&[("4", 1)], &three), ["answers"]);
    assert_eq!(told(&rated, &["a", "b", "c", "d", "e", "f"]), ["activities"]);
    assert_eq!(told(&rated, &["Walk", " walk", "Sleep"]), ["activities.1"]);
    assert_eq!(told(&rated, &["Walk", " ", &"x".repeat(101)]), ["activities.1", "activities.2"]);
    assert_eq!(paths(&input("nprs", &[("1", 1)], &three))[0].0, "activities");
}

#[test]
fn answers_are_of_the_past_year() {
    for (millis, right) in [(AHEAD, true), (AHEAD + 1, false), (-BACK, true), (-BACK - 1, false)] {
        let mut input = input("nprs", &[("1", 1)], &[]);
        input.answered_at = now().plus(millis);
        assert_eq!(paths(&input).is_empty(), right, "{millis}");
    }
}

#[test]
fn a_schedule_says_when() {
    let day = |text: &str| -> Day { text.parse().unwrap() };
    let today = day("2026-06-15");
    let told = |asked, on: Day, end: Option<Day>| match check_schedule(asked, (on, end), today) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(faults)) => faults.into_iter().map(|fault| fault.path.join(".")).collect(),
        Err(other) => unreachable!("{other}"),
    };
    assert_eq!(told((true, None, false), today, None), [""; 0]);
    assert_eq!(told((false, Some(52), false), today, Some(today)), [""; 0]);
    assert_eq!(told((false, None, false), today, None), ["everyWeeks"]);
    for weeks in [0, -1, 53] {
        assert_eq!(told((true, Some(weeks), false), today, None), ["everyWeeks"]);
    }
    assert_eq!(told((true, None, false), day("2025-06-13"), None), ["startOn"]);
    assert_eq!(told((true, None, false), day("2027-06-17"), None), ["startOn"]);
    assert_eq!(told((true, None, true), today, Some(today.plus(-1))), ["endOn"]);
    assert_eq!(told((true, None, true), today, Some(today.plus(LONGEST + 1))), ["endOn"]);
}
