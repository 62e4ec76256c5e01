//! Each metric on tables small enough to work out by hand. Day 0 is a Monday.

use super::*;
use crate::library::dose::{DoseKind, Side};
use crate::library::schedule::{Frequency, Weekday};
use jiff::civil::date;

const BRIDGE: Uuid = Uuid::from_u128(1);
const WALK: Uuid = Uuid::from_u128(2);

pub(super) fn day(number: i64) -> Date {
    date(2026, 3, 2) + number.days()
}

/// 2 × 10.
pub(super) fn dose() -> Dose {
    Dose {
        kind: DoseKind::Reps,
        sets: 2,
        reps: Some(10),
        hold_seconds: None,
        duration_seconds: None,
        distance_metres: None,
        side: Side::Both,
        load: None,
        tempo: None,
        rest_seconds: None,
        target_rpe: None,
    }
}

pub(super) fn prescribed(origin_id: Uuid, frequency: Frequency, times_per_day: u8) -> Prescribed {
    Prescribed { origin_id, dose: dose(), schedule: Schedule { frequency, times_per_day } }
}

fn weekly(times: u8) -> Frequency {
    Frequency::TimesPerWeek { times }
}

fn monday_wednesday_friday() -> Frequency {
    Frequency::Weekdays { weekdays: vec![Weekday::Monday, Weekday::Wednesday, Weekday::Friday] }
}

/// From day 0 on, open-ended.
fn plan(prescriptions: Vec<Prescribed>) -> Plan {
    let revision = Revision { effective_from: day(0), prescriptions };
    Plan { starts_on: day(0), ends_on: None, revisions: vec![revision], holds: Vec::new() }
}

fn daily() -> Plan {
    plan(vec![prescribed(BRIDGE, Frequency::Daily, 1)])
}

pub(super) fn set(reps: u16) -> DoneSet {
    DoneSet { reps: Some(reps), ..DoneSet::default() }
}

/// A session of bridges with these repetitions, one number per set.
fn bridges(on: i64, reps: &[u16]) -> Session {
    logged(on, BRIDGE, reps)
}

fn logged(on: i64, origin_id: Uuid, reps: &[u16]) -> Session {
    let sets = reps.iter().map(|&reps| set(reps)).collect();
    Session { local_date: day(on), results: vec![SessionResult { origin_id, sets, skipped: false }] }
}

fn skipped(on: i64) -> Session {
    let result = SessionResult { origin_id: BRIDGE, sets: Vec::new(), skipped: true };
    Session { local_date: day(on), results: vec![result] }
}

fn full(days: impl IntoIterator<Item = i64>) -> Vec<Session> {
    days.into_iter().map(|on| bridges(on, &[10, 10])).collect()
}

/// The figures of days `from` up to `to`, long after.
fn past(plan: &Plan, sessions: &[Session], from: i64, to: i64) -> Adherence {
    adherence(std::slice::from_ref(plan), sessions, day(from)..day(to), day(1000))
}

/// The figures of the week of day 0, as of day `today` of it.
fn as_of(plan: &Plan, sessions: &[Session], today: i64) -> Adherence {
    adherence(std::slice::from_ref(plan), sessions, day(0)..day(7), day(today))
}

fn near(figure: Option<f64>, expected: f64) {
    assert!((figure.unwrap() - expected).abs() < 1e-9, "{figure:?} is not {expected}");
}

#[test]
fn nothing_scheduled_is_no_figure() {
    assert_eq!(adherence(&[], &full([0]), day(0)..day(7), day(7)), Adherence::default());
    let weekend = past(&plan(vec![prescribed(BRIDGE, monday_wednesday_friday(), 1)]), &[], 5, 7);
    assert_eq!(weekend, Adherence::default());
    assert_eq!(past(&daily(), &full([0]), 3, 3), Adherence::default());
}

#[test]
fn partial_work_counts_in_each_metric_in_its_own_way() {
    // All, half the sets, more of one set than of two, nothing, all.
    let sessions = [bridges(0, &[10, 10]), bridges(1, &[10]), bridges(2, &[15, 5]), bridges(4, &[10, 12])];
    let figures = past(&daily(), &sessions, 0, 5);
    near(figures.session, 4.0 / 5.0);
    near(figures.exercise, 2.0 / 5.0);
    near(figures.dose, 3.5 / 5.0);
    near(figures.active_days, 4.0 / 5.0);
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (2, 5));
    assert_eq!(figures.over_performed, 1);
}

#[test]
fn sessions_are_capped_at_the_most_times_a_day() {
    let plan = plan(vec![prescribed(BRIDGE, Frequency::Daily, 2), prescribed(WALK, Frequency::Daily, 1)]);
    let sessions = [full([0, 0, 0, 1]), vec![logged(1, WALK, &[10, 10])]].concat();
    let figures = past(&plan, &sessions, 0, 3);
    assert_eq!((figures.done_sessions, figures.scheduled_sessions), (4, 6));
    // Bridges 2 of 2 and 1 of 2, walks 1 of 1 on the second day.
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (4, 9));
    assert_eq!(figures.over_performed, 1);
}

#[test]
fn sittings_that_each_do_a_part_add_up_to_an_occurrence() {
    let sessions = [bridges(0, &[10]), bridges(0, &[10])];
    let figures = past(&daily(), &sessions, 0, 1);
    near(figures.exercise, 1.0);
    near(figures.dose, 1.0);
    assert_eq!(figures.over_performed, 0);
}

#[test]
fn one_session_is_one_occurrence_at_most() {
    let plan = plan(vec![prescribed(BRIDGE, Frequency::Daily, 2)]);
    let figures = past(&plan, &[bridges(0, &[10, 10, 10, 10, 10])], 0, 1);
    near(figures.exercise, 0.5);
    near(figures.dose, 0.5);
    assert_eq!(figures.over_performed, 1);
}

#[test]
fn work_on_a_rest_day_counts_for_active_days_only() {
    let plan = plan(vec![prescribed(BRIDGE, monday_wednesday_friday(), 1)]);
    let figures = past(&plan, &full([0, 1]), 0, 7);
    near(figures.session, 1.0 / 3.0);
    near(figures.exercise, 1.0 / 3.0);
    near(figures.active_days, 2.0 / 3.0);
    assert_eq!(figures.over_performed, 1);
    near(past(&plan, &full([0, 1, 3, 5]), 0, 7).active_days, 1.0);
}

#[test]
fn days_before_the_start_and_after_the_end_and_to_come_are_left_out() {
    let plan = Plan { starts_on: day(2), ends_on: Some(day(4)), ..daily() };
    let figures = past(&plan, &full([0, 1, 2, 5, 6]), 0, 7);
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (1, 3));
    assert_eq!((figures.days_with_log, figures.scheduled_days), (1, 3));
    assert_eq!(as_of(&daily(), &full([0]), 3).scheduled_exercises, 3);
}

#[test]
fn held_days_are_left_out_and_the_day_of_release_counts() {
    let hold = Hold { from: day(1), until: Some(day(4)) };
    let plan = Plan { holds: vec![hold], ..daily() };
    let figures = past(&plan, &full([0, 2, 4]), 0, 5);
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (2, 2));
    assert_eq!(figures.streak, 2);
    assert_eq!(past(&plan, &full([2]), 1, 4), Adherence::default());
    let open = Plan { holds: vec![Hold { until: None, ..hold }], ..daily() };
    assert_eq!(past(&open, &full([0, 2, 4]), 0, 9).scheduled_exercises, 1);
}

#[test]
fn today_counts_what_was_done_and_misses_nothing() {
    let plan = plan(vec![prescribed(BRIDGE, Frequency::Daily, 2)]);
    let before = as_of(&plan, &full([0, 0]), 1);
    assert_eq!((before.done_sessions, before.scheduled_sessions), (2, 2));
    assert_eq!((before.streak, before.longest_gap), (1, 0));
    let half = as_of(&plan, &[full([0, 0]), vec![bridges(1, &[10])]].concat(), 1);
    assert_eq!((half.done_sessions, half.scheduled_sessions), (3, 3));
    assert_eq!((half.done_exercises, half.scheduled_exercises), (2, 2));
    near(half.dose, 1.0);
    assert_eq!(half.streak, 1);
    assert_eq!(as_of(&plan, &full([0, 0, 1, 1]), 1).streak, 2);
    assert_eq!(as_of(&plan, &[], 0), Adherence::default());
}

#[test]
fn skipped_with_a_reason_is_told_apart_from_missed() {
    let sessions = [full([0, 3]), vec![skipped(1), skipped(1)]].concat();
    let figures = past(&daily(), &sessions, 0, 4);
    near(figures.exercise, 0.5);
    near(figures.session, 0.5);
    assert_eq!((figures.skipped_with_reason, figures.scheduled_exercises, figures.done_exercises), (1, 4, 2));
    // Day 1 is neither met nor missed, day 2 is missed.
    assert_eq!((figures.streak, figures.longest_gap), (1, 1));
    assert_eq!(past(&daily(), &sessions, 0, 2).streak, 1);
    let today = as_of(&daily(), &[skipped(1), skipped(0)], 1);
    assert_eq!((today.skipped_with_reason, today.scheduled_exercises), (1, 1));
}

#[test]
fn the_revision_in_force_on_each_day_decides() {
    let mut plan = daily();
    let more = Prescribed { dose: Dose { sets: 4, ..dose() }, ..prescribed(BRIDGE, Frequency::Daily, 1) };
    plan.revisions.push(Revision { effective_from: day(2), prescriptions: vec![more] });
    let figures = past(&plan, &full([0, 1, 2]), 0, 3);
    near(figures.exercise, 2.0 / 3.0);
    near(figures.dose, 2.5 / 3.0);
}

#[test]
fn a_number_changed_within_the_week_asks_for_the_lower_one() {
    for (first, second) in [(2, 5), (5, 2)] {
        let mut plan = plan(vec![prescribed(BRIDGE, weekly(first), 1)]);
        let prescriptions = vec![prescribed(BRIDGE, weekly(second), 1)];
        plan.revisions.push(Revision { effective_from: day(3), prescriptions });
        assert_eq!(past(&plan, &[], 0, 7).scheduled_exercises, 2);
    }
}

#[test]
fn every_so_many_days_starts_with_the_plan() {
    let every_third = plan(vec![prescribed(BRIDGE, Frequency::EveryDays { days: 3 }, 1)]);
    let later = Plan { starts_on: day(1), ..every_third };
    // Due on 1 and 4.
    assert_eq!(past(&later, &full([1, 4]), 0, 7).done_exercises, 2);
}

#[test]
fn every_so_many_days_starts_with_the_revision() {
    let mut plan = plan(vec![prescribed(BRIDGE, Frequency::EveryDays { days: 2 }, 1)]);
    // Due on 0, 2 and then from the revision on 3, 5.
    let prescriptions = plan.revisions[0].prescriptions.clone();
    plan.revisions.push(Revision { effective_from: day(3), prescriptions });
    let figures = past(&plan, &full([3, 5]), 0, 7);
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (2, 4));
    assert_eq!((figures.streak, figures.longest_gap), (2, 2));
}

#[test]
fn so_many_times_a_week_is_scored_by_the_week() {
    let plan = plan(vec![prescribed(BRIDGE, weekly(3), 1)]);
    // Week one: 2 of 3; week two: 4, capped at 3.
    let figures = past(&plan, &full([1, 5, 7, 8, 9, 13]), 0, 14);
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (5, 6));
    assert_eq!((figures.done_sessions, figures.scheduled_sessions), (5, 6));
    near(figures.dose, 5.0 / 6.0);
    near(figures.active_days, 1.0);
    assert_eq!(figures.over_performed, 1);
}

#[test]
fn a_week_cut_short_asks_for_no_more_than_its_days() {
    let plan = plan(vec![prescribed(BRIDGE, weekly(3), 1)]);
    let cut = Plan { holds: vec![Hold { from: day(1), until: Some(day(6)) }], ..plan.clone() };
    let figures = past(&cut, &full([0]), 0, 7);
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (1, 2));
    assert_eq!(past(&plan, &[], 5, 7).scheduled_exercises, 2);
    assert_eq!(past(&plan, &[], 2, 7).scheduled_exercises, 3);
}

#[test]
fn the_current_week_misses_only_what_it_can_no_longer_make_up() {
    let plan = plan(vec![prescribed(BRIDGE, weekly(3), 1)]);
    // Nothing done: Friday still has three days, Saturday two, Sunday one.
    for (today, missed) in [(0, 0), (4, 0), (5, 1), (6, 2), (7, 3)] {
        let figures = as_of(&plan, &[], today);
        assert_eq!(figures.scheduled_exercises, missed, "day {today}");
        assert_eq!(figures.scheduled_sessions, missed, "day {today}");
        assert_eq!(figures.scheduled_days, missed, "day {today}");
        assert_eq!(figures.exercise, (missed > 0).then_some(0.0));
    }
    let once = as_of(&plan, &full([5]), 5);
    assert_eq!((once.done_exercises, once.scheduled_exercises), (1, 2));
    assert_eq!((once.done_sessions, once.scheduled_sessions), (1, 2));
    // The program ends on Saturday, so that on Friday two days are left.
    let ending = Plan { ends_on: Some(day(5)), ..plan.clone() };
    assert_eq!(as_of(&ending, &[], 4).scheduled_exercises, 1);
    // A window that ends yesterday leaves today's chance open.
    let yesterday = adherence(std::slice::from_ref(&plan), &[], day(0)..day(5), day(5));
    assert_eq!(yesterday.scheduled_exercises, 1);
}

#[test]
fn flexible_days_are_laid_on_fixed_ones() {
    let both = |times, times_per_day| {
        plan(vec![
            prescribed(WALK, monday_wednesday_friday(), 1),
            prescribed(BRIDGE, weekly(times), times_per_day),
        ])
    };
    assert_eq!(past(&both(2, 1), &[], 0, 7).scheduled_sessions, 3);
    assert_eq!(past(&both(5, 1), &[], 0, 7).scheduled_sessions, 5);
    assert_eq!(past(&both(2, 2), &[], 0, 7).scheduled_sessions, 5);
    assert_eq!(past(&both(5, 2), &[], 0, 7).scheduled_days, 5);
    let figures = past(&both(5, 1), &full([0, 1, 2, 3, 4, 5]), 0, 7);
    assert_eq!((figures.done_sessions, figures.scheduled_sessions), (5, 5));
}

#[test]
fn a_streak_ends_at_a_missed_day_only() {
    let plan = plan(vec![prescribed(BRIDGE, monday_wednesday_friday(), 1)]);
    assert_eq!(past(&plan, &full([0, 2, 4, 7]), 0, 9).streak, 4);
    assert_eq!(past(&plan, &full([0, 2, 7]), 0, 9).streak, 1);
    assert_eq!(past(&plan, &full([0, 2, 4]), 0, 10).streak, 0);
}

#[test]
fn a_partly_met_day_ends_a_streak_and_a_gap() {
    let twice = plan(vec![prescribed(BRIDGE, Frequency::Daily, 2)]);
    let figures = past(&twice, &full([0, 0, 2, 4, 4]), 0, 5);
    assert_eq!((figures.streak, figures.longest_gap), (1, 1));
    assert_eq!(past(&twice, &full([0, 0, 1]), 0, 2).streak, 0);
    // With a reason for the rest it ends the gap only.
    let excused = past(&twice, &[full([0, 0, 3]), vec![skipped(3)]].concat(), 0, 5);
    assert_eq!((excused.streak, excused.longest_gap), (0, 2));
    assert_eq!(past(&twice, &[full([0, 0, 1]), vec![skipped(1)]].concat(), 0, 2).streak, 1);
}

#[test]
fn the_longest_gap_spans_rest_days_and_ends_at_any_log() {
    let plan = plan(vec![prescribed(BRIDGE, monday_wednesday_friday(), 1)]);
    assert_eq!(past(&plan, &full([0, 9]), 0, 14).longest_gap, 3);
    assert_eq!(past(&plan, &[], 0, 14).longest_gap, 6);
    let partly = [bridges(2, &[1])];
    assert_eq!(past(&daily(), &partly, 0, 7).longest_gap, 4);
}

#[test]
fn flexible_days_rest_until_the_week_is_too_short() {
    let plan = plan(vec![prescribed(BRIDGE, weekly(3), 1)]);
    // Monday, Tuesday, Saturday: all met, nothing missed, then two more.
    let figures = past(&plan, &full([0, 1, 5, 7, 8]), 0, 9);
    assert_eq!((figures.streak, figures.longest_gap), (5, 0));
    // Nothing: Friday to Sunday are missed, in both weeks.
    assert_eq!(past(&plan, &[], 0, 14).longest_gap, 6);
    // Sunday only: Friday and Saturday are missed.
    let figures = past(&plan, &full([6]), 0, 7);
    assert_eq!((figures.streak, figures.longest_gap), (1, 2));
    assert_eq!(as_of(&plan, &[], 4).longest_gap, 0);
    assert_eq!(as_of(&plan, &[], 5).longest_gap, 1);
}

#[test]
fn the_active_days_tell_which_were_missed() {
    let held = Plan { holds: vec![Hold { from: day(2), until: Some(day(3)) }], ..daily() };
    let days = active_days(&[held], &[bridges(0, &[10, 10])], &(day(-7)..day(9)), day(4));
    let days: Vec<_> = days.into_iter().map(|day| (day.date, day.missed)).collect();
    assert_eq!(days, [(day(0), false), (day(1), true), (day(3), true), (day(4), false)]);
}

#[test]
fn several_plans_share_a_days_sessions() {
    let walks = plan(vec![prescribed(WALK, Frequency::Daily, 1)]);
    let sessions = [bridges(0, &[10, 10]), logged(1, WALK, &[10, 10])];
    let figures = adherence(&[daily(), walks], &sessions, day(0)..day(2), day(9));
    assert_eq!((figures.done_sessions, figures.scheduled_sessions), (2, 2));
    assert_eq!((figures.done_exercises, figures.scheduled_exercises), (2, 4));
}

#[test]
fn the_items_of_a_day_tell_how_far_they_have_come() {
    let plan =
        plan(vec![prescribed(WALK, monday_wednesday_friday(), 1), prescribed(BRIDGE, Frequency::Daily, 2)]);
    let item =
        |origin_id, times_due, times_done, completed| DayItem { origin_id, times_due, times_done, completed };
    assert_eq!(day_items(&plan, day(0), &full([0])), [item(WALK, 1, 0, false), item(BRIDGE, 2, 1, false)]);
    assert_eq!(day_items(&plan, day(1), &full([1, 1, 1])), [item(BRIDGE, 2, 3, true)]);
    assert_eq!(day_items(&plan, day(-1), &[]), []);
    let held = Plan { holds: vec![Hold { from: day(1), until: None }], ..plan };
    assert_eq!(day_items(&held, day(1), &full([1])), []);
}

#[test]
fn a_flexible_item_is_due_until_the_week_has_its_number() {
    let plan = plan(vec![prescribed(BRIDGE, weekly(2), 2)]);
    let due = |on: i64, sessions: &[Session]| {
        day_items(&plan, day(on), sessions).first().map(|item| item.times_due)
    };
    assert_eq!(due(0, &[]), Some(2));
    assert_eq!(due(3, &full([0, 0])), Some(2));
    assert_eq!(due(3, &full([0, 0, 1])), Some(1));
    assert_eq!(due(3, &full([0, 0, 1, 2])), None);
    // What the day itself has done does not take it off the list, and a new week starts anew.
    assert_eq!(due(1, &full([0, 0, 1, 1])), Some(2));
    assert_eq!(due(7, &full([0, 0, 1, 1])), Some(2));
}
