#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn ids() -> impl FnMut() -> Uuid {
    let mut last = 0;
    move || {
        last += 1;
        Uuid::from_u128(last)
    }
}

/// Phases named by their place, of so many weeks; those before a gate have a criterion to leave them.
fn phases(weeks: &[(u16, bool)]) -> Vec<NewPhase> {
    let phase = |(at, (weeks, gate)): (usize, &(u16, bool))| NewPhase {
        name: format!("phase {at}"),
        weeks: Some(*weeks),
        terms: Terms {
            exit_criteria: gate.then(|| "calm".to_owned()).into_iter().collect(),
            ..Terms::default()
        },
        ..NewPhase::default()
    };
    weeks.iter().enumerate().map(phase).collect()
}

fn laid(weeks: &[(u16, bool)]) -> Phases {
    Phases::lay(&phases(weeks), &Phases::default(), ids())
}

fn at(phases: &Phases, start: Day, days: i32) -> Option<usize> {
    in_force(&phases.dated(start), start.plus(days))
}

#[test]
fn phases_follow_one_another_by_time_and_stop_before_one_that_has_criteria() {
    let (start, phases) = (day("2026-06-15"), laid(&[(2, false), (2, true), (2, false)]));
    for (days, phase) in
        [(-1, None), (0, Some(0)), (13, Some(0)), (14, Some(1)), (27, Some(1)), (28, Some(1)), (500, Some(1))]
    {
        assert_eq!(at(&phases, start, days), phase, "on day {days}");
    }
    let dated = phases.dated(start);
    assert_eq!(dated.iter().map(|phase| phase.waits).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(days(&dated, 1), Some((day("2026-06-29"), None)), "it lasts until a therapist ends it");
    assert_eq!(days(&dated, 0), Some((day("2026-06-15"), Some(day("2026-06-28")))));
    assert_eq!(days(&dated, 3), None);
}

#[test]
fn a_criterion_to_enter_holds_as_one_to_leave_does() {
    let mut wanted = phases(&[(1, false), (1, false)]);
    wanted[1].terms.entry_criteria = vec!["the surgeon agrees".to_owned()];
    wanted[0].terms.entry_criteria = vec!["of the first phase it is asked before it is activated".to_owned()];
    let phases = Phases::lay(&wanted, &Phases::default(), ids());
    assert_eq!(at(&phases, day("2026-06-15"), 100), Some(0));
}

#[test]
fn entering_early_late_and_back_moves_what_follows() {
    let start = day("2026-06-15");
    let mut phases = laid(&[(2, true), (2, true), (2, false)]);
    phases.enter(1, 5);
    assert_eq!((at(&phases, start, 4), at(&phases, start, 5)), (Some(0), Some(1)));
    assert_eq!(phases.dated(start)[2].starts_on, start.plus(19));
    phases.enter(2, 40);
    assert_eq!((at(&phases, start, 39), at(&phases, start, 40)), (Some(1), Some(2)));
    phases.enter(0, 50);
    assert_eq!((at(&phases, start, 50), at(&phases, start, 90)), (Some(0), Some(0)), "it waits anew");
    phases.enter(2, 60);
    assert_eq!(at(&phases, start, 60), Some(2), "what lies between is passed");
}

#[test]
fn a_revision_keeps_where_the_patient_is() {
    let start = day("2026-06-15");
    let mut known = laid(&[(2, true), (2, true), (2, false)]);
    known.enter(1, 20);
    let mut wanted = phases(&[(2, true), (3, true), (2, false)]);
    wanted.insert(2, NewPhase { name: "between".to_owned(), weeks: Some(1), ..NewPhase::default() });
    let revised = Phases::lay(&wanted, &known, || Uuid::from_u128(99));
    let dated = revised.dated(start);
    assert_eq!(dated.iter().map(|phase| phase.id.as_u128()).collect::<Vec<_>>(), [1, 2, 99, 3]);
    assert_eq!(at(&revised, start, 20), Some(1));
    assert_eq!(dated[2].starts_on, start.plus(41), "three weeks from where it was entered");
}

#[test]
fn phases_that_are_dropped_renamed_or_put_in_between_move_nobody() {
    let start = day("2026-06-15");
    let lay = |wanted: &[NewPhase], known: &Phases, on: i32| {
        let from = at(known, start, on);
        Phases::lay(wanted, &known.clone().begun(from), || Uuid::from_u128(99))
    };
    // By time in the second phase; the first is over and left out.
    let known = laid(&[(4, false), (4, false), (4, false)]);
    let rest = lay(&phases(&[(4, false), (4, false), (4, false)])[1..], &known, 30);
    assert_eq!(
        (at(&rest, start, 30), at(&rest, start, 56)),
        (Some(0), Some(1)),
        "its four weeks are not cut"
    );
    // In the third, past two with criteria; the second gets another name, or another comes before it.
    let mut known = laid(&[(2, true), (2, true), (2, false)]);
    known.enter(2, 40);
    let mut renamed = phases(&[(2, true), (2, true), (2, false)]);
    renamed[1].name = "corrected".to_owned();
    assert_eq!(at(&lay(&renamed, &known, 50), start, 50), Some(2));
    let mut longer = phases(&[(2, true), (2, true), (2, false)]);
    longer.insert(1, NewPhase { weeks: Some(1), ..phases(&[(1, true)]).swap_remove(0) });
    longer[1].name = "between".to_owned();
    assert_eq!(at(&lay(&longer, &known, 50), start, 50), Some(3));
    // The one that the patient is in is renamed by its id.
    renamed[2] = NewPhase { id: Some(known.ids()[2]), name: "last".to_owned(), ..renamed[2].clone() };
    let laid = lay(&renamed, &known, 50);
    assert_eq!((at(&laid, start, 50), laid.ids()[2]), (Some(2), known.ids()[2]));
    assert_eq!(known.check_ids(&renamed), []);
    renamed[0].id = Some(Uuid::nil());
    assert_eq!(known.check_ids(&renamed)[0].path, ["phases", "0", "id"]);
}

proptest! {
    /// Wherever therapists let the patient go, on that day the patient is there, and stays until it is time.
    #[test]
    fn who_enters_a_phase_is_in_it(
        weeks in prop::collection::vec((1_u16..8, any::<bool>()), 1..6),
        moves in prop::collection::vec((0_usize..6, 0_i32..40), 1..8),
    ) {
        let (start, mut phases, mut now) = (day("2026-06-15"), laid(&weeks), 0);
        for (to, later) in moves {
            let to = to % weeks.len();
            now += later;
            phases.enter(to, now);
            prop_assert_eq!(at(&phases, start, now), Some(to));
            let dated = phases.dated(start);
            prop_assert!(dated.iter().skip(to + 1).all(|phase| phase.starts_on > start.plus(now)));
            let (_, end) = days(&dated, to).unwrap();
            let gate = weeks[to].1 && to + 1 < weeks.len();
            prop_assert_eq!(end.is_none(), gate || to + 1 == weeks.len());
        }
    }
}
