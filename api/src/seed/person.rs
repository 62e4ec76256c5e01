//! Who the fictional patients are.

use super::course::{COURSES, Course, Step};
use super::pattern::Pattern;

/// Where patients live, in turn.
const ZONES: [&str; 6] = [
    "America/New_York",
    "America/New_York",
    "America/Chicago",
    "America/New_York",
    "America/Denver",
    "America/Los_Angeles",
];

/// Ways of following a program without surgery, in turn.
const PATTERNS: [Pattern; 4] = [Pattern::Steady, Pattern::Patchy, Pattern::FlareUp, Pattern::DroppedOut];

/// The patient whose program is on hold.
const HELD: u32 = 3;

/// A fictional patient.
#[derive(Debug)]
pub(super) struct Person {
    /// 1 for the first.
    pub(super) number: u32,
    pub(super) course: &'static Course,
    pub(super) pattern: Pattern,
    /// IANA name.
    pub(super) time_zone: &'static str,
}

/// The entry of `table` at `at`, counted round and round.
fn in_turn<T>(table: &[T], at: usize) -> Option<&T> {
    table.get(at % table.len().max(1))
}

impl Person {
    /// Patient `number`: the conditions in their order, then again with other patterns.
    pub(super) fn of(number: u32) -> Option<Self> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        let course = in_turn(COURSES, at)?;
        let pattern = match course.weeks_since_surgery {
            Some(_) => Pattern::AfterSurgery,
            None => *in_turn(&PATTERNS, at + at / COURSES.len())?,
        };
        Some(Self { number, course, pattern, time_zone: in_turn(&ZONES, at)? })
    }

    pub(super) fn name(&self) -> String {
        format!("Demo Patient {:02}", self.number)
    }

    pub(super) fn email(&self) -> String {
        match self.number {
            1 => super::PATIENT.to_owned(),
            number => format!("patient{number}@demo.example"),
        }
    }

    /// Whether the program is on hold at the end.
    pub(super) fn is_held(&self) -> bool {
        self.number == HELD
    }

    /// What is prescribed over the weeks. Who does not come is not moved on.
    pub(super) fn steps(&self) -> Vec<Step> {
        let steps = self.course.steps;
        let first = steps.iter().take(1).copied();
        let eased = |step: Step| Step { day: 28, percent: 60, note: "Eased for the flare-up.", ..step };
        let resumed = |step: Step| Step { day: 42, note: "Back to the full dose.", ..step };
        match self.pattern {
            Pattern::Steady | Pattern::AfterSurgery => steps.to_vec(),
            Pattern::FlareUp => {
                first.clone().chain(first.clone().map(eased)).chain(first.map(resumed)).collect()
            }
            Pattern::Patchy | Pattern::DroppedOut => first.collect(),
        }
    }

    /// What the therapist changes on `day` of the clinic. After the eighth week the program is looked at every
    /// twelve weeks, and goes on.
    pub(super) fn step_on(&self, day: i64) -> Option<Step> {
        let steps = self.steps();
        let goes_on = day > 57 && (day - 42) % 84 == 0;
        let again = steps.last().filter(|_| goes_on).map(|last| Step {
            day,
            note: "Looked at again: it goes on.",
            ..*last
        });
        steps.into_iter().find(|step| step.day == day).or(again)
    }

    /// The exercises of a step. Every other time round a condition is treated with one less.
    pub(super) fn exercises(&self, step: &Step) -> Vec<i32> {
        let turn = usize::try_from(self.number.saturating_sub(1)).unwrap_or(0) / COURSES.len();
        let left_out = (turn % 2 == 1).then_some(1);
        let kept = step.exercises.iter().enumerate().filter(|(at, _)| Some(*at) != left_out);
        kept.map(|(_, number)| *number).collect()
    }

    /// The hour of day at which the patient likes to exercise, 7 to 19.
    pub(super) fn hour(&self) -> i8 {
        7 + i8::try_from(self.number * 5 % 13).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_four_patients_cover_all_conditions_and_patterns() {
        let people: Vec<_> = (1..=24).map(|number| Person::of(number).unwrap()).collect();
        for course in COURSES {
            let count = people.iter().filter(|person| person.course.condition == course.condition).count();
            assert_eq!(count, 2, "{}", course.condition);
        }
        let with = |pattern| people.iter().filter(|person| person.pattern == pattern).count();
        for pattern in PATTERNS {
            assert!(with(pattern) >= 4, "{pattern:?}");
        }
        assert_eq!(with(Pattern::AfterSurgery), 6);
        assert_eq!(people.iter().filter(|person| person.is_held()).count(), 1);
        assert_eq!(people[0].pattern, Pattern::Steady);
        assert!(Person::of(0).is_none());
    }

    #[test]
    fn everybody_has_3_to_6_exercises_at_any_time() {
        for person in (1..=24).map(|number| Person::of(number).unwrap()) {
            for step in person.steps() {
                assert!((3..=6).contains(&person.exercises(&step).len()), "{}", person.name());
            }
            assert!((7..=19).contains(&person.hour()));
        }
    }

    #[test]
    fn addresses_differ() {
        let addresses: std::collections::HashSet<_> =
            (1..=24).map(|number| Person::of(number).unwrap().email()).collect();
        assert_eq!(addresses.len(), 24);
        assert!(addresses.contains("patient@demo.example"));
    }
}
