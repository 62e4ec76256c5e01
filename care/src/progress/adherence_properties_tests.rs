//! What holds for every program and every log.

use super::tests::{day, dose, prescribed, set};
use super::*;
use crate::library::dose::Side;
use crate::library::schedule::{Frequency, Weekday};
use proptest::prelude::*;

/// The exercises there are.
const EXERCISES: u128 = 3;

fn frequency() -> impl Strategy<Value = Frequency> {
    let weekdays = vec![Weekday::Monday, Weekday::Tuesday, Weekday::Thursday, Weekday::Saturday];
    prop_oneof![
        Just(Frequency::Daily),
        (2..5_u16).prop_map(|days| Frequency::EveryDays { days }),
        prop::sample::subsequence(weekdays, 1..=4).prop_map(|weekdays| Frequency::Weekdays { weekdays }),
        (1..=7_u8).prop_map(|times| Frequency::TimesPerWeek { times }),
    ]
}

fn revision() -> impl Strategy<Value = Revision> {
    let side = prop::sample::select(vec![Side::Both, Side::Left, Side::Right, Side::Alternate]);
    let prescribed = (frequency(), 1..=3_u8, 1..=3_u8, side).prop_map(|(frequency, times, sets, side)| {
        Prescribed { dose: Dose { sets, side, ..dose() }, ..prescribed(Uuid::nil(), frequency, times) }
    });
    (0..40_i64, prop::collection::vec(prescribed, 0..=3)).prop_map(|(from, prescriptions)| {
        let numbered = (0..EXERCISES).zip(prescriptions);
        let prescriptions =
            numbered.map(|(number, one)| Prescribed { origin_id: Uuid::from_u128(number), ..one }).collect();
        Revision { effective_from: day(from), prescriptions }
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let hold = (0..40_i64, prop::option::of(1..10_i64))
        .prop_map(|(from, length)| Hold { from: day(from), until: length.map(|length| day(from + length)) });
    let revisions = prop::collection::vec(revision(), 0..=2);
    (0..10_i64, prop::option::of(0..40_i64), revision(), revisions, prop::collection::vec(hold, 0..=1))
        .prop_map(|(start, length, first, mut revisions, holds)| {
            revisions.push(Revision { effective_from: day(start), ..first });
            revisions.sort_by_key(|revision| revision.effective_from);
            let ends_on = length.map(|length| day(start + length));
            Plan { starts_on: day(start), ends_on, revisions, holds }
        })
}

fn session() -> impl Strategy<Value = Session> {
    let side = prop::option::of(prop::sample::select(vec![Side::Left, Side::Right, Side::Both]));
    let sets = (5..=12_u16, side).prop_map(|(reps, side)| DoneSet { side, ..set(reps) });
    let result = (0..EXERCISES, prop::collection::vec(sets, 0..5), prop::bool::weighted(0.2)).prop_map(
        |(number, sets, skipped)| SessionResult { origin_id: Uuid::from_u128(number), sets, skipped },
    );
    (0..45_i64, prop::collection::vec(result, 0..=3))
        .prop_map(|(on, results)| Session { local_date: day(on), results })
}

pub(super) fn plans() -> impl Strategy<Value = Vec<Plan>> {
    prop::collection::vec(plan(), 1..=2)
}

pub(super) fn sessions() -> impl Strategy<Value = Vec<Session>> {
    prop::collection::vec(session(), 0..60)
}

/// A window and today, anywhere around the plans.
pub(super) fn view() -> impl Strategy<Value = (Range<Date>, Date)> {
    (0..40_i64, 0..40_i64, 0..50_i64)
        .prop_map(|(from, length, today)| (day(from)..day(from + length), day(today)))
}

fn shares(figures: &Adherence) -> [Option<f64>; 4] {
    [figures.session, figures.exercise, figures.dose, figures.active_days]
}

proptest! {
    #[test]
    fn a_share_lies_from_0_to_1_and_needs_something_scheduled(
        plans in plans(), sessions in sessions(), (window, today) in view(),
    ) {
        let figures = adherence(&plans, &sessions, window, today);
        for share in shares(&figures).into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&share));
        }
        prop_assert_eq!(figures.session.is_some(), figures.scheduled_sessions > 0);
        prop_assert_eq!(figures.exercise.is_some(), figures.scheduled_exercises > 0);
        prop_assert_eq!(figures.active_days.is_some(), figures.scheduled_days > 0);
        prop_assert!(figures.done_sessions <= figures.scheduled_sessions);
        prop_assert!(figures.done_exercises + figures.skipped_with_reason <= figures.scheduled_exercises);
    }

    #[test]
    fn a_later_log_never_lowers_a_figure(
        plans in plans(), sessions in sessions(), late in session(), (window, today) in view(),
    ) {
        let before = adherence(&plans, &sessions, window.clone(), today);
        let after = adherence(&plans, &[sessions, vec![late]].concat(), window, today);
        for (before, after) in shares(&before).into_iter().zip(shares(&after)) {
            let Some(before) = before else { continue };
            prop_assert!(after.is_some_and(|after| after >= before - 1e-9), "{:?} after {}", after, before);
        }
        prop_assert!(after.streak >= before.streak);
        prop_assert!(after.longest_gap <= before.longest_gap);
        prop_assert!(after.over_performed >= before.over_performed);
    }

    #[test]
    fn the_order_of_logs_changes_nothing(
        plans in plans(),
        (sessions, shuffled) in sessions().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        (window, today) in view(),
    ) {
        let figures = adherence(&plans, &sessions, window.clone(), today);
        prop_assert_eq!(adherence(&plans, &shuffled, window, today), figures);
    }

    #[test]
    fn a_revision_from_today_on_leaves_yesterday_alone(
        plan in plan(), revision in revision(), sessions in sessions(), from in 0..40_i64, today in 0..40_i64,
    ) {
        let window = day(from)..day(today);
        let before = adherence(std::slice::from_ref(&plan), &sessions, window.clone(), day(today));
        let mut revised = plan;
        revised.revisions.retain(|revision| revision.effective_from < day(today));
        let kept = adherence(std::slice::from_ref(&revised), &sessions, window.clone(), day(today));
        revised.revisions.push(Revision { effective_from: day(today), ..revision });
        let after = adherence(std::slice::from_ref(&revised), &sessions, window, day(today));
        prop_assert_eq!(kept, before);
        prop_assert_eq!(after, before);
    }

    #[test]
    fn a_held_window_has_no_figures(plan in plan(), sessions in sessions(), (window, today) in view()) {
        let hold = Hold { from: window.start, until: Some(window.end) };
        let held = Plan { holds: vec![hold], ..plan };
        prop_assert_eq!(adherence(&[held], &sessions, window, today), Adherence::default());
    }

    #[test]
    fn a_streak_is_no_longer_than_the_days_it_can_have(
        plans in plans(), sessions in sessions(), (window, today) in view(),
    ) {
        let figures = adherence(&plans, &sessions, window, today);
        prop_assert!(figures.streak <= figures.longest_streak);
        prop_assert!(figures.longest_streak <= figures.days_with_log);
        let revisions = plans.iter().flat_map(|plan| &plan.revisions);
        let mut prescriptions = revisions.flat_map(|revision| &revision.prescriptions);
        let fixed = prescriptions.all(|one| !matches!(one.schedule.frequency, Frequency::TimesPerWeek { .. }));
        prop_assert!(!fixed || figures.streak + figures.longest_gap <= figures.scheduled_days);
    }

    #[test]
    fn a_recent_streak_that_is_all_of_it_is_that_of_the_longer_window(
        plans in plans(), sessions in sessions(), weeks in 0..6_i64, until in 1..14_i64, today in 0..50_i64,
    ) {
        let start = day(7 * weeks);
        let end = start + until.days();
        let (recent, all) = recent_streak(&plans, &sessions, &(start..end), day(today));
        let streak = adherence(&plans, &sessions, day(0)..end, day(today)).streak;
        prop_assert!(recent <= streak);
        prop_assert!(!all || recent == streak, "{} of {}", recent, streak);
    }

    #[test]
    fn whole_past_weeks_add_up(
        plans in plans(), sessions in sessions(), first in 0..3_i64, second in 3..6_i64,
    ) {
        let counts = |from: i64, to: i64| {
            let figures = adherence(&plans, &sessions, day(7 * from)..day(7 * to), day(100));
            [
                figures.scheduled_sessions,
                figures.done_sessions,
                figures.scheduled_exercises,
                figures.done_exercises,
                figures.skipped_with_reason,
                figures.over_performed,
                figures.scheduled_days,
                figures.days_with_log,
            ]
        };
        let parts = counts(first, 3).into_iter().zip(counts(3, second)).map(|(one, other)| one + other);
        prop_assert_eq!(parts.collect::<Vec<_>>(), counts(first, second));
    }

    #[test]
    fn an_item_of_the_day_is_due_and_complete_when_done_as_often(
        plan in plan(), sessions in sessions(), on in 0..45_i64,
    ) {
        for item in day_items(&plan, day(on), &sessions) {
            prop_assert!(item.times_due > 0);
            prop_assert_eq!(item.completed, item.times_done >= item.times_due);
        }
    }
}
