//! How pain goes: the slope of a straight line through what was told.

use crate::clock::Day;

/// Different days that a slope needs at least.
const FEWEST_DAYS: usize = 3;

/// The least-squares slope of `(day, pain)`, in points a week: above 0 pain rises. None with fewer than three
/// different days.
pub(super) fn slope_per_week(told: &[(Day, f64)]) -> Option<f64> {
    let mut days: Vec<Day> = told.iter().map(|(day, _)| *day).collect();
    days.sort_unstable();
    days.dedup();
    let first = *days.first().filter(|_| days.len() >= FEWEST_DAYS)?;
    let points: Vec<(f64, f64)> =
        told.iter().map(|(day, pain)| (f64::from(first.until(*day)) / 7.0, *pain)).collect();
    let count = f64::from(u32::try_from(points.len()).ok()?);
    let mean_week = points.iter().map(|(week, _)| week).sum::<f64>() / count;
    let mean_pain = points.iter().map(|(_, pain)| pain).sum::<f64>() / count;
    let together: f64 = points.iter().map(|(week, pain)| (week - mean_week) * (pain - mean_pain)).sum();
    let spread: f64 = points.iter().map(|(week, _)| (week - mean_week).powi(2)).sum();
    Some(together / spread)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: i32) -> Day {
        "2026-06-01".parse::<Day>().unwrap().plus(number)
    }

    #[test]
    fn a_point_a_week_is_a_slope_of_one() {
        let told: Vec<_> = (0..4).map(|week| (day(7 * week), f64::from(week) + 2.0)).collect();
        assert!((slope_per_week(&told).unwrap() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn two_days_are_too_few_however_often_pain_was_told() {
        let told = [(day(0), 1.0), (day(0), 9.0), (day(5), 4.0), (day(5), 5.0)];
        assert_eq!(slope_per_week(&told), None);
        assert_eq!(slope_per_week(&[]), None);
    }

    proptest! {
        #[test]
        fn the_same_pain_each_day_has_no_slope_and_more_at_the_end_raises_it(
            days in prop::collection::btree_set(0..28_i32, 3..20), pain in 0..=9_u8,
        ) {
            let mut told: Vec<_> = days.iter().map(|number| (day(*number), f64::from(pain))).collect();
            prop_assert!(slope_per_week(&told).unwrap().abs() < 1e-9);
            told.last_mut().unwrap().1 += 1.0;
            prop_assert!(slope_per_week(&told).unwrap() > 0.0);
        }
    }
}
