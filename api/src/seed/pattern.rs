//! How patients take to their program over eight weeks, and stay for four more.

use super::chance::Chance;

/// A way of following a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    /// Almost every session, pain falling slowly.
    Steady,
    /// Good weeks and bad ones.
    Patchy,
    /// Nothing after the third week.
    DroppedOut,
    /// Pain rises in the fourth week, stays for one, and falls again.
    FlareUp,
    /// Pain falls from a high start while the dose rises.
    AfterSurgery,
}

/// How a patient is on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Form {
    /// Chance of a session taking place, in percent.
    pub(super) attends: i32,
    /// Chance of an exercise being done in full, in percent.
    pub(super) completes: i32,
    /// Pain, in tenths of a point: 0 to 100.
    pub(super) pain: i32,
    /// Effort, 0 to 10.
    pub(super) effort: i32,
}

impl Pattern {
    /// The form on `day` of the program, 0 being its first.
    pub(super) fn on(self, day: i32) -> Form {
        match self {
            Self::Steady => {
                Form { attends: 94, completes: 93, pain: line(day, (0, 45), (56, 20)), effort: 4 }
            }
            Self::Patchy => {
                let attends = if day / 7 % 2 == 0 { 70 } else { 35 };
                Form { attends, completes: 75, pain: line(day, (0, 50), (56, 40)), effort: 5 }
            }
            Self::DroppedOut => {
                let attends = if day < 21 { line(day, (0, 90), (21, 55)) } else { 0 };
                Form { attends, completes: 75, pain: line(day, (0, 45), (21, 55)), effort: 6 }
            }
            Self::FlareUp => flare_up(day),
            Self::AfterSurgery => {
                Form { attends: 90, completes: 87, pain: line(day, (0, 60), (56, 20)), effort: 3 }
            }
        }
    }
}

fn flare_up(day: i32) -> Form {
    let pain = match day {
        ..28 => line(day, (21, 30), (27, 70)),
        28..35 => 70,
        _ => line(day, (34, 70), (48, 30)),
    };
    let worse = pain > 45;
    Form {
        attends: if worse { 65 } else { 92 },
        completes: if worse { 55 } else { 90 },
        pain,
        effort: if worse { 6 } else { 4 },
    }
}

/// The value at `day` on the line between two points; level before the first and after the second.
fn line(day: i32, (first, from): (i32, i32), (last, to): (i32, i32)) -> i32 {
    from + (to - from) * (day.clamp(first, last) - first) / (last - first).max(1)
}

/// What a patient with `pain` (in tenths) says, from 0 to 10, when `low` to `high` tenths are added
/// to it by chance.
pub(super) fn rating(chance: &Chance, pain: i32, (low, high): (i32, i32)) -> i32 {
    ((pain + chance.between(low, high) + 5) / 10).clamp(0, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Pattern; 5] =
        [Pattern::Steady, Pattern::Patchy, Pattern::DroppedOut, Pattern::FlareUp, Pattern::AfterSurgery];

    #[test]
    fn every_day_lies_in_its_ranges() {
        for pattern in ALL {
            for day in -1..80 {
                let form = pattern.on(day);
                assert!((0..=100).contains(&form.attends), "{pattern:?} {day}");
                assert!((0..=100).contains(&form.completes), "{pattern:?} {day}");
                assert!((0..=100).contains(&form.pain), "{pattern:?} {day}");
                assert!((0..=10).contains(&form.effort), "{pattern:?} {day}");
            }
        }
    }

    #[test]
    fn ratings_lie_from_0_to_10() {
        let chance = Chance::of(1);
        for pain in -20..130 {
            for spread in [(0, 0), (-30, 30)] {
                assert!((0..=10).contains(&rating(&chance, pain, spread)));
            }
        }
        assert_eq!(rating(&chance, 44, (0, 0)), 4);
        assert_eq!(rating(&chance, 45, (0, 0)), 5);
    }

    #[test]
    fn who_drops_out_does_so_after_the_third_week() {
        assert!((0..21).all(|day| Pattern::DroppedOut.on(day).attends > 0));
        assert!((21..57).all(|day| Pattern::DroppedOut.on(day).attends == 0));
    }

    #[test]
    fn a_flare_up_rises_and_falls() {
        let pain = |day| Pattern::FlareUp.on(day).pain;
        assert_eq!((pain(0), pain(21), pain(56)), (30, 30, 30));
        assert_eq!((pain(27), pain(30), pain(34)), (70, 70, 70));
        assert!((21..34).all(|day| pain(day) <= pain(day + 1)));
        assert!((34..56).all(|day| pain(day) >= pain(day + 1)));
    }

    #[test]
    fn pain_falls_after_surgery() {
        let pain = |day| Pattern::AfterSurgery.on(day).pain;
        assert!((0..56).all(|day| pain(day) >= pain(day + 1)) && pain(56) < pain(0));
    }
}
