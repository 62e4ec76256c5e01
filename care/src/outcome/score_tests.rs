use super::*;
use crate::outcome::measure::{Better, measure, measures};
use proptest::prelude::*;

/// Answers to the items from 1 on; those without a value are missing.
fn answers(values: &[Option<i32>]) -> Answers {
    (1..).zip(values).filter_map(|(item, value)| Some((item, (*value)?))).collect()
}

fn all(values: &[i32]) -> Answers {
    answers(&values.iter().copied().map(Some).collect::<Vec<_>>())
}

fn scored(key: &str, given: &Answers) -> (Option<f64>, Option<&'static str>) {
    let scored = score(measure(key).unwrap(), given);
    (scored.score, scored.band)
}

/// `ones` of `items` items ticked, the rest not.
fn ticked(items: usize, ones: usize) -> Answers {
    all(&(0..items).map(|at| i32::from(at < ones)).collect::<Vec<_>>())
}

#[test]
fn pain_is_what_was_said() {
    for (value, band) in [(0, Some("RECOVERED")), (1, None), (10, None)] {
        assert_eq!(scored("nprs", &all(&[value])), (Some(f64::from(value)), band));
    }
    assert_eq!(scored("nprs", &Answers::new()), (None, None));
}

#[test]
fn oswestry_is_percent_of_what_was_answered() {
    let ten = |sum: i32| {
        let values: Vec<_> = (0..10).map(|at| (sum - at * 5).clamp(0, 5)).collect();
        assert_eq!(values.iter().sum::<i32>(), sum);
        scored("odi", &all(&values))
    };
    for (sum, score, band) in [
        (0, 0.0, "MINIMAL"),
        (10, 20.0, "MINIMAL"),
        (11, 22.0, "MODERATE"),
        (20, 40.0, "MODERATE"),
        (21, 42.0, "SEVERE"),
        (30, 60.0, "SEVERE"),
        (31, 62.0, "CRIPPLING"),
        (40, 80.0, "CRIPPLING"),
        (41, 82.0, "BED_BOUND"),
        (50, 100.0, "BED_BOUND"),
    ] {
        assert_eq!(ten(sum), (Some(score), Some(band)), "{sum}");
    }
    // Nine answered: 9 of 45 are exactly 20 percent; 16 of 45 more than 35.
    assert_eq!(scored("odi", &all(&[1; 9])), (Some(20.0), Some("MINIMAL")));
    let sixteen = scored("odi", &all(&[2, 2, 2, 2, 2, 2, 2, 1, 1]));
    assert!((sixteen.0.unwrap() - 35.555_555_6).abs() < 1e-6 && sixteen.1 == Some("MODERATE"));
    assert_eq!(scored("odi", &all(&[2; 8])), (Some(40.0), Some("MODERATE")));
    assert_eq!(scored("odi", &all(&[2; 7])), (None, None));
}

#[test]
fn roland_morris_counts_what_was_ticked() {
    for (ones, band) in [(0, Some("RECOVERED")), (2, Some("RECOVERED")), (3, None), (24, None)] {
        let expected = (Some(f64::from(u8::try_from(ones).unwrap())), band);
        assert_eq!(scored("rmdq-24", &ticked(24, ones)), expected);
        // What is blank is not ticked.
        assert_eq!(scored("rmdq-24", &ticked(ones, ones)), expected);
    }
}

#[test]
fn neck_disability_is_raw_points_with_the_mean_for_what_is_missing() {
    let ten =
        |sum: i32| scored("ndi", &all(&(0..10).map(|at| (sum - at * 5).clamp(0, 5)).collect::<Vec<_>>()));
    for (sum, band) in [
        (0, "NONE"),
        (4, "NONE"),
        (5, "MILD"),
        (14, "MILD"),
        (15, "MODERATE"),
        (24, "MODERATE"),
        (25, "SEVERE"),
        (34, "SEVERE"),
        (35, "COMPLETE"),
        (50, "COMPLETE"),
    ] {
        assert_eq!(ten(sum), (Some(f64::from(sum)), Some(band)), "{sum} are points, not percent");
    }
    // Nine answered, 18 points: the tenth is taken as 2.
    assert_eq!(scored("ndi", &all(&[2; 9])), (Some(20.0), Some("MODERATE")));
    // 36 of eight fill to 45; a fraction below an edge is below it.
    let eight = scored("ndi", &all(&[5, 5, 5, 5, 4, 4, 4, 4]));
    assert_eq!(eight, (Some(45.0), Some("COMPLETE")));
    let below = scored("ndi", &all(&[1, 1, 1, 1, 0, 0, 0, 0, 0]));
    assert!((below.0.unwrap() - 4.444_444_4).abs() < 1e-6 && below.1 == Some("NONE"));
    assert_eq!(scored("ndi", &all(&[2; 7])), (None, None));
}

#[test]
fn the_patients_own_activities_are_averaged() {
    let psfs = measure("psfs").unwrap();
    let found = score(psfs, &all(&[2, 4, 7]));
    assert!((found.score.unwrap() - 13.0 / 3.0).abs() < 1e-12 && found.band.is_none());
    assert_eq!(found.parts[2], Part { key: "3".to_owned(), score: Some(7.0) });
    // Of those named the second was not rated.
    assert_eq!(scored("psfs", &answers(&[Some(2), None, Some(7)])).0, Some(4.5));
    assert_eq!(scored("psfs", &all(&[1, 2, 3, 4, 5])).0, Some(3.0));
    assert_eq!(scored("psfs", &Answers::new()).0, None);
}

#[test]
fn start_back_sorts_by_its_total_and_by_distress() {
    let of = |total: usize, distress: usize| {
        let first = (0..4).map(|at| i32::from(at < total - distress));
        let last = (0..5).map(|at| i32::from(at < distress));
        let found = score(measure("start-back").unwrap(), &all(&first.chain(last).collect::<Vec<_>>()));
        (found.score.unwrap(), found.parts[0].score.unwrap(), found.band.unwrap())
    };
    for (total, distress, band) in [
        (0, 0, "LOW"),
        (3, 3, "LOW"),
        (4, 0, "MEDIUM"),
        (4, 3, "MEDIUM"),
        (7, 3, "MEDIUM"),
        (4, 4, "HIGH"),
        (9, 5, "HIGH"),
    ] {
        let points = |points: usize| f64::from(u8::try_from(points).unwrap());
        assert_eq!(of(total, distress), (points(total), points(distress), band));
    }
    assert_eq!(scored("start-back", &ticked(8, 8)), (None, None), "complete only");
}

#[test]
fn change_since_the_start_goes_both_ways() {
    for value in [-5, 0, 5] {
        assert_eq!(scored("groc", &all(&[value])), (Some(f64::from(value)), None));
    }
}

#[test]
fn mood_is_scored_when_complete() {
    for (values, band) in
        [([0, 0], "NEGATIVE"), ([1, 1], "NEGATIVE"), ([2, 1], "POSITIVE"), ([3, 3], "POSITIVE")]
    {
        let sum = f64::from(values.iter().sum::<i32>());
        assert_eq!(scored("phq-2", &all(&values)), (Some(sum), Some(band)));
    }
    for (sum, band) in [
        (0, "NORMAL"),
        (2, "NORMAL"),
        (3, "MILD"),
        (5, "MILD"),
        (6, "MODERATE"),
        (8, "MODERATE"),
        (9, "SEVERE"),
        (12, "SEVERE"),
    ] {
        let values: Vec<_> = (0..4).map(|at| (sum - at * 3).clamp(0, 3)).collect();
        assert_eq!(scored("phq-4", &all(&values)), (Some(f64::from(sum)), Some(band)), "{sum}");
    }
    assert_eq!(scored("phq-2", &all(&[3])), (None, None));
    assert_eq!(scored("phq-4", &all(&[3, 3, 3])), (None, None));
}

#[test]
fn scoliosis_has_a_mean_for_each_part_with_enough_answers() {
    let srs = measure("srs-22r").unwrap();
    let parts = |given: &Answers| -> Vec<_> {
        score(srs, given).parts.into_iter().map(|part| (part.key, part.score)).collect()
    };
    let whole = all(&[4; 22]);
    let keys = ["function", "pain", "self-image", "mental-health", "satisfaction"];
    assert_eq!(parts(&whole), keys.map(|key| (key.to_owned(), Some(4.0))));
    assert_eq!(score(srs, &whole).score, Some(4.0));
    // Pain has items 1, 2, 8, 11 and 17; with three of them it has a score, with two it has none.
    let mut given = whole.clone();
    given.insert(1, 1);
    given.remove(&2);
    given.remove(&8);
    assert_eq!(parts(&given)[1].1, Some(3.0));
    assert!(score(srs, &given).score.is_some());
    given.remove(&11);
    assert_eq!((parts(&given)[1].1, parts(&given)[0].1), (None, Some(4.0)));
    assert_eq!(score(srs, &given).score, None, "the whole has none while a part has none");
    let mut given = whole;
    given.remove(&22);
    assert_eq!(parts(&given)[4].1, Some(4.0), "satisfaction is the mean of what is answered");
    given.remove(&21);
    assert_eq!(parts(&given)[4].1, None);
}

/// A measure, and answers that it allows, whole or in part.
fn answered() -> impl Strategy<Value = (&'static Measure, Vec<(u8, i32)>)> {
    (0..measures().len()).prop_flat_map(|at| {
        let measure = &measures()[at];
        let items: Vec<_> = (1..=measure.item_count())
            .map(|item| {
                let values = measure.values(item).unwrap().to_vec();
                (Just(item), proptest::option::weighted(0.9, proptest::sample::select(values)))
            })
            .collect();
        items.prop_map(move |items| {
            (measure, items.into_iter().filter_map(|(item, value)| Some((item, value?))).collect())
        })
    })
}

fn rank(measure: &Measure, band: &str) -> usize {
    measure.bands.iter().position(|known| known.key == band).unwrap()
}

proptest! {
    #[test]
    fn a_score_lies_in_the_range_and_has_a_band_where_all_have((measure, given) in answered()) {
        let found = score(measure, &given.iter().copied().collect());
        let (least, most) = measure.range();
        if let Some(score) = found.score {
            prop_assert!(least <= score && score <= most, "{} {score}", measure.key);
            let everywhere = measure.bands.last().is_some_and(|band| band.up_to.is_none());
            prop_assert!(found.band.is_some() || !everywhere, "{} {score}", measure.key);
        } else {
            prop_assert!(found.band.is_none());
        }
    }

    #[test]
    fn the_order_of_answers_is_irrelevant((measure, given) in answered()) {
        let backward: Answers = given.iter().rev().copied().collect();
        prop_assert_eq!(score(measure, &given.iter().copied().collect()), score(measure, &backward));
    }

    #[test]
    fn more_trouble_never_gives_a_better_band((measure, given) in answered(), which: prop::sample::Index) {
        prop_assume!(!given.is_empty());
        let given: Answers = given.into_iter().collect();
        let (item, value) = given.iter().nth(which.index(given.len())).map(|(item, value)| (*item, *value)).unwrap();
        let worse = measure.values(item).unwrap().iter().filter(|other| match measure.better {
            Better::Lower => **other > value,
            Better::Higher => **other < value,
        });
        let before = score(measure, &given);
        for other in worse {
            let mut given = given.clone();
            given.insert(item, *other);
            let after = score(measure, &given);
            if let (Some(before), Some(after)) = (before.score, after.score) {
                prop_assert!(measure.better.gain(after - before) <= 0.0);
            }
            match (before.band, after.band) {
                (Some(before), Some(after)) => prop_assert!(rank(measure, before) <= rank(measure, after)),
                (None, after) => prop_assert_eq!(after, None),
                (Some(_), None) => {}
            }
        }
    }
}
