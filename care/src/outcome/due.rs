//! When a patient is to answer a measure.

use crate::clock::Day;

/// Days after its date on which an unanswered measure is not yet overdue. A default of ours.
const GRACE: i32 = 7;
const WEEK: i32 = 7;
/// How far ahead the next date is looked for, in days: longer than any interval.
const FARTHEST: i32 = 800;

/// When a measure is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Schedule {
    /// On its first day.
    pub baseline: bool,
    /// Then after every so many weeks, 1 to 52.
    pub every_weeks: Option<u8>,
    /// On the day on which the patient's care ends.
    pub at_discharge: bool,
    /// The first day.
    pub start_on: Day,
    /// The last day on which it can fall due.
    pub end_on: Option<Day>,
}

/// What is to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Waiting {
    /// The date of the newest that is not answered: those before it have merged into it.
    pub(super) due_on: Day,
    /// Whether the oldest that is not answered has been waiting for more than a week.
    pub(super) overdue: bool,
}

impl Schedule {
    /// The dates on which it falls due up to `today`, in order. With the end of care only what is asked then
    /// falls due.
    fn dates(&self, today: Day, discharged_on: Option<Day>) -> impl Iterator<Item = Day> {
        let Self { baseline, every_weeks, at_discharge, start_on, end_on } = *self;
        let last = [Some(today), end_on, discharged_on.map(|day| day.plus(-1))].into_iter().flatten().min();
        let last = last.unwrap_or(today);
        let first = Some(start_on).filter(|day| baseline && *day <= last);
        let step = every_weeks.map(|weeks| i32::from(weeks.max(1)) * WEEK);
        let later = step.into_iter().flat_map(move |step| {
            (1..)
                .map(move |times: i32| start_on.plus(times.saturating_mul(step)))
                .take_while(move |day| *day <= last)
        });
        let at_end = discharged_on
            .filter(move |day| at_discharge && *day <= today && *day >= start_on)
            .filter(move |day| end_on.is_none_or(|end| *day <= end));
        first.into_iter().chain(later).chain(at_end)
    }

    /// The date that the patient is told of on `today`: that which came yesterday or today and is not answered, else
    /// the next to come.
    pub(super) fn next(
        &self,
        today: Day,
        answered_on: Option<Day>,
        discharged_on: Option<Day>,
    ) -> Option<Day> {
        let waiting = self.waiting(today, answered_on, discharged_on).map(|waiting| waiting.due_on);
        waiting
            .filter(|due_on| *due_on >= today.plus(-1))
            .or_else(|| self.dates(today.plus(FARTHEST), discharged_on).find(|day| *day > today))
    }

    /// What is to be answered on `today`, where the last answers are of `answered_on`. Answers count for
    /// whatever was due by their date, so late ones move no later date.
    pub(super) fn waiting(
        &self,
        today: Day,
        answered_on: Option<Day>,
        discharged_on: Option<Day>,
    ) -> Option<Waiting> {
        let mut open =
            self.dates(today, discharged_on).filter(|day| answered_on.is_none_or(|last| *day > last));
        let oldest = open.next()?;
        Some(Waiting { due_on: open.last().unwrap_or(oldest), overdue: oldest.until(today) > GRACE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn monthly() -> Schedule {
        Schedule {
            baseline: true,
            every_weeks: Some(4),
            at_discharge: true,
            start_on: day("2026-06-01"),
            end_on: None,
        }
    }

    fn waiting(schedule: Schedule, today: &str, answered: Option<&str>) -> Option<(String, bool)> {
        let found = schedule.waiting(day(today), answered.map(day), None)?;
        Some((found.due_on.to_string(), found.overdue))
    }

    #[test]
    fn it_is_due_from_its_date_and_overdue_after_a_week() {
        for (today, answered, expected) in [
            ("2026-05-31", None, None),
            ("2026-06-01", None, Some(("2026-06-01", false))),
            ("2026-06-08", None, Some(("2026-06-01", false))),
            ("2026-06-09", None, Some(("2026-06-01", true))),
            ("2026-06-09", Some("2026-05-31"), Some(("2026-06-01", true))),
            ("2026-06-09", Some("2026-06-01"), None),
            // A late answer moves nothing: the next is due four weeks after the first all the same.
            ("2026-06-28", Some("2026-06-20"), None),
            ("2026-06-29", Some("2026-06-20"), Some(("2026-06-29", false))),
            ("2026-06-29", Some("2026-06-28"), Some(("2026-06-29", false))),
            // What waits merges into the latest, and has not become less late by that.
            ("2026-06-29", None, Some(("2026-06-29", true))),
            ("2026-07-27", Some("2026-06-02"), Some(("2026-07-27", true))),
        ] {
            let expected = expected.map(|(on, overdue)| (on.to_owned(), overdue));
            assert_eq!(waiting(monthly(), today, answered), expected, "{today} {answered:?}");
        }
    }

    #[test]
    fn the_next_is_what_came_lately_or_what_comes() {
        for (today, answered, expected) in [
            ("2026-05-20", None, Some("2026-06-01")),
            ("2026-06-01", None, Some("2026-06-01")),
            ("2026-06-01", Some("2026-06-01"), Some("2026-06-29")),
            ("2026-06-02", None, Some("2026-06-01")),
            ("2026-06-03", None, Some("2026-06-29")),
            ("2026-06-30", Some("2026-06-02"), Some("2026-06-29")),
        ] {
            let next = monthly().next(day(today), answered.map(day), None);
            assert_eq!(next, expected.map(day), "{today} {answered:?}");
        }
        let once = Schedule { every_weeks: None, ..monthly() };
        assert_eq!(once.next(day("2026-06-03"), None, None), None);
    }

    #[test]
    fn it_begins_and_ends_as_was_said() {
        let without = Schedule { baseline: false, ..monthly() };
        assert_eq!(waiting(without, "2026-06-28", None), None);
        assert_eq!(waiting(without, "2026-06-29", None), Some(("2026-06-29".to_owned(), false)));
        let ended = Schedule { end_on: Some(day("2026-07-26")), ..monthly() };
        assert_eq!(waiting(ended, "2026-12-01", None), Some(("2026-06-29".to_owned(), true)));
        assert_eq!(waiting(ended, "2026-12-01", Some("2026-06-29")), None);
        let once = Schedule { every_weeks: None, ..monthly() };
        assert_eq!(waiting(once, "2027-06-01", None), Some(("2026-06-01".to_owned(), true)));
    }

    #[test]
    fn with_the_end_of_care_only_what_is_asked_then_is_due() {
        let at_end = |schedule: Schedule, today: &str, answered: Option<&str>| {
            let found = schedule.waiting(day(today), answered.map(day), Some(day("2026-06-29")));
            found.map(|found| found.due_on.to_string())
        };
        assert_eq!(at_end(monthly(), "2026-06-29", Some("2026-06-01")).as_deref(), Some("2026-06-29"));
        assert_eq!(at_end(monthly(), "2026-09-29", Some("2026-06-29")), None);
        let without = Schedule { at_discharge: false, ..monthly() };
        assert_eq!(at_end(without, "2026-09-29", Some("2026-06-01")), None);
        let ended = Schedule { end_on: Some(day("2026-06-28")), ..monthly() };
        assert_eq!(at_end(ended, "2026-06-29", Some("2026-06-01")), None);
    }

    proptest! {
        #[test]
        fn what_is_due_lies_between_the_last_answers_and_today(
            weeks in 1_u8..=52, now in -30_i32..1_500, answered in proptest::option::of(-30_i32..1_500),
        ) {
            let schedule = Schedule { every_weeks: Some(weeks), ..monthly() };
            let start = schedule.start_on;
            let (today, last) = (start.plus(now), answered.map(|days| start.plus(days)));
            if let Some(found) = schedule.waiting(today, last, None) {
                prop_assert!(found.due_on <= today && last.is_none_or(|last| found.due_on > last));
                prop_assert_eq!(start.until(found.due_on) % (i32::from(weeks) * 7), 0);
                // Answering now leaves nothing.
                prop_assert_eq!(schedule.waiting(today, Some(today), None), None);
            }
        }
    }
}
