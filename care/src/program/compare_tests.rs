#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::*;
use crate::clock::Instant;
use crate::library::{self, dose::Dose};
use proptest::prelude::*;

fn prescription(number: u8, reps: u16) -> Prescription {
    let exercise = library::shipped().swap_remove(0);
    let id = Uuid::from_u128(u128::from(number));
    Prescription {
        id: Uuid::from_u128(u128::from(number) << 32 | u128::from(reps)),
        origin_id: id,
        exercise_id: exercise.id,
        dose: Dose { reps: Some(reps), ..exercise.default_dose },
        schedule: exercise.default_schedule,
        phases: Vec::new(),
        precautions: Vec::new(),
    }
}

fn revision(number: i32, prescriptions: Vec<Prescription>) -> Revision {
    Revision {
        id: Uuid::from_u128(number.unsigned_abs().into()),
        number,
        effective_from: "2026-06-15".parse().unwrap(),
        created_at: Instant(0),
        note: None,
        phases: Vec::new(),
        prescriptions,
    }
}

#[test]
fn what_is_new_gone_and_changed_is_told_and_nothing_else() {
    let before = revision(1, vec![prescription(1, 8), prescription(2, 8), prescription(3, 8)]);
    let after = revision(2, vec![prescription(4, 8), prescription(3, 10), prescription(1, 8)]);
    let told = between(&before, &after).prescriptions;
    let reps = |row: &Option<Prescription>| row.as_ref().and_then(|row| row.dose.reps);
    let origin = |row: &Option<Prescription>| row.as_ref().map(|row| row.origin_id.as_u128());
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!((origin(&told[0].before), origin(&told[0].after)), (None, Some(4)));
    assert_eq!((reps(&told[1].before), reps(&told[1].after)), (Some(8), Some(10)));
    assert_eq!((origin(&told[2].before), origin(&told[2].after)), (Some(2), None));
}

proptest! {
    /// Nothing differs from itself, and the way back tells the same the other way around.
    #[test]
    fn a_comparison_can_be_turned_around(
        one in prop::collection::btree_map(0_u8..6, 1_u16..4, 0..6),
        other in prop::collection::btree_map(0_u8..6, 1_u16..4, 0..6),
    ) {
        let of = |rows: &std::collections::BTreeMap<u8, u16>| {
            revision(1, rows.iter().map(|(number, reps)| prescription(*number, *reps)).collect())
        };
        let (one, other) = (of(&one), of(&other));
        prop_assert_eq!(between(&one, &one).prescriptions.len(), 0);
        let key = |change: &Change<Prescription>| {
            change.before.as_ref().or(change.after.as_ref()).map(|row| row.origin_id)
        };
        let mut there = between(&one, &other).prescriptions;
        let mut back: Vec<_> = between(&other, &one).prescriptions.into_iter()
            .map(|change| Change { before: change.after, after: change.before }).collect();
        there.sort_by_key(key);
        back.sort_by_key(key);
        prop_assert_eq!(there, back);
    }
}
