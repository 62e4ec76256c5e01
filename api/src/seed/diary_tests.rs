use super::*;
use crate::seed::pattern::Pattern;
use care::library::dose::{Side, all_sets_done};

fn dose(kind: DoseKind) -> Dose {
    Dose {
        kind,
        sets: 3,
        reps: (kind == DoseKind::Reps).then_some(10),
        hold_seconds: (kind == DoseKind::Hold).then_some(20),
        duration_seconds: (kind == DoseKind::Duration).then_some(900),
        distance_metres: (kind == DoseKind::Distance).then_some(20),
        side: Side::Alternate,
        load: None,
        tempo: None,
        rest_seconds: None,
        target_rpe: None,
    }
}

const KINDS: [DoseKind; 4] = [DoseKind::Reps, DoseKind::Hold, DoseKind::Duration, DoseKind::Distance];

#[test]
fn so_many_times_a_week_are_so_many_days_of_every_week() {
    let monday: Day = "2026-03-02".parse().unwrap();
    for times in 1..=7_u8 {
        let schedule = Schedule { frequency: Frequency::TimesPerWeek { times }, times_per_day: 1 };
        let days: Vec<_> = (0..7).filter(|day| falls_on(&schedule, monday, monday.plus(*day))).collect();
        assert_eq!(days.len(), usize::from(times));
        if times <= 3 {
            assert!(days.windows(2).all(|pair| pair[1] - pair[0] >= 2), "{days:?}");
        }
    }
}

#[test]
fn a_full_set_meets_the_dose_and_a_part_does_not() {
    for kind in KINDS {
        let dose = dose(kind);
        let full = [done(&dose, 100); 3];
        assert!(all_sets_done(&dose, &full), "{kind:?}");
        assert!(!all_sets_done(&dose, &[done(&dose, 80); 3]), "{kind:?}");
    }
}

#[test]
fn sets_are_within_what_is_asked_and_sometimes_not_all() {
    let chance = Chance::of(5);
    let form = Form { completes: 50, ..Pattern::Steady.on(0) };
    for kind in KINDS {
        let dose = dose(kind);
        let tries: Vec<_> = (0..200).map(|_| sets(&chance, form, &dose)).collect();
        assert!(tries.iter().all(|sets| (2..=3).contains(&sets.len())));
        assert!(tries.iter().flatten().all(|set| set.check().is_ok()));
        let met = tries.iter().filter(|sets| all_sets_done(&dose, sets)).count();
        assert!((60..140).contains(&met), "{met}");
    }
}

#[test]
fn several_sessions_a_day_are_hours_apart() {
    for times in 2..=6 {
        let hours: Vec<_> = (0..times).map(|time| spread(time, times)).collect();
        assert!(hours.windows(2).all(|pair| pair[1] - pair[0] >= 2), "{hours:?}");
        assert!(hours.iter().all(|hour| (7..20).contains(hour)));
    }
}

#[test]
fn who_is_in_pain_skips_for_it() {
    let chance = Chance::of(9);
    let calm = Pattern::Steady.on(56);
    let sore = Pattern::FlareUp.on(30);
    let reasons = |form| (0..400).filter_map(|_| skipped(&chance, form)).collect::<Vec<_>>();
    assert!(reasons(sore).contains(&SkipReason::Pain));
    let calm = reasons(calm);
    assert!(!calm.is_empty() && !calm.contains(&SkipReason::Pain));
}
