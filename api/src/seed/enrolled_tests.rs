use super::*;
use care::library::dose::Side;

const DOSE: Dose = Dose {
    kind: DoseKind::Reps,
    sets: 2,
    reps: Some(10),
    hold_seconds: Some(5),
    duration_seconds: None,
    distance_metres: None,
    side: Side::Both,
    load: None,
    tempo: None,
    rest_seconds: None,
    target_rpe: None,
};

#[test]
fn a_scaled_dose_keeps_its_kind_and_is_right() {
    let eased = scaled(DOSE, 60);
    assert_eq!((eased.reps, eased.hold_seconds, eased.sets), (Some(6), Some(5), 2));
    assert_eq!(scaled(DOSE, 100), DOSE);
    assert_eq!(scaled(Dose { reps: Some(1), ..DOSE }, 60).check(), Ok(()));
    let hold = Dose { kind: DoseKind::Hold, reps: None, hold_seconds: Some(10), ..DOSE };
    assert_eq!(scaled(hold, 75).hold_seconds, Some(7));
    let walk = Dose { duration_seconds: Some(900), hold_seconds: None, kind: DoseKind::Duration, ..hold };
    assert_eq!(scaled(walk, 75).duration_seconds, Some(720));
}

#[test]
fn surgery_lies_its_weeks_before_the_first_day_of_the_program() {
    let today: Day = "2026-03-01".parse().unwrap();
    for number in 1..=24 {
        let person = Person::of(number).unwrap();
        let weeks = person.course.weeks_since_surgery;
        let patient = new_patient(&person, &Chance::of(number), today);
        let since = patient.surgery_on.map(|day| (today.plus(1).0 - day.0).get_days());
        assert_eq!(since, weeks.map(|weeks| weeks * 7));
        let years = (today.0 - patient.birth_date.unwrap().0).get_days() / 365;
        assert!((person.course.ages.0..=person.course.ages.1).contains(&years), "{years}");
    }
}
