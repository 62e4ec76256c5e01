//! What was done of one prescription, session by session.

use crate::clinic::{PainThresholds, ProgressionThresholds};
use crate::clock::{Day, Instant};
use crate::library::dose::{DoneSet, Dose, done_volume};
use crate::program::{History, Prescription};
use crate::progress::Logged;
use crate::progress::table::progress_result;
use std::collections::HashSet;
use uuid::Uuid;

/// What was done of one prescription in one session.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Session {
    /// The log.
    pub(super) log_id: Uuid,
    pub(super) performed_at: Instant,
    pub(super) date: Day,
    /// Whether enough of the dose was done.
    pub(super) enough: bool,
    /// The highest rating of pain that was told before, during or after; none where neither during nor after
    /// was told.
    pub(super) pain: Option<i16>,
    /// The highest effort told.
    pub(super) rpe: Option<i16>,
    /// Whether pain with this prescription was red.
    pub(super) red: bool,
}

/// The sessions, in order, in which this prescription was logged with the dose that it has now, since it has it.
pub(super) fn sessions(
    history: &History,
    prescription: &Prescription,
    logged: &Logged,
    (pain, progression): (PainThresholds, ProgressionThresholds),
) -> Vec<Session> {
    let (origin_id, dose) = (prescription.origin_id, &prescription.dose);
    let since = history.dose_since(origin_id, dose);
    let same = history.prescriptions.iter().filter(|row| row.origin_id == origin_id && row.dose == *dose);
    let its: HashSet<Uuid> = same.map(|row| row.id).collect();
    let session = |rows: &crate::progress::Rows| {
        let (own, others): (Vec<_>, Vec<_>) =
            rows.results.iter().partition(|result| its.contains(&result.prescription_id));
        let highest = |results: &[&progress_result::Model]| {
            results.iter().filter_map(|result| result.pain_during).max()
        };
        let (during, after) = (highest(&own), rows.log.pain_after);
        let is_red = |rating: Option<i16>| rating.is_some_and(|rating| rating > pain.amber_max.into());
        let told = during.or(after);
        let performed_at = rows.log.performed_at;
        (!own.is_empty() && since.is_none_or(|since| performed_at >= since)).then(|| Session {
            log_id: rows.log.log_id,
            performed_at,
            date: rows.log.local_date,
            enough: enough(dose, &own, progression.dose_percent),
            pain: told.and(during.max(after).max(rows.log.pain_before)),
            rpe: own.iter().filter_map(|result| result.rpe).max(),
            // Pain afterwards is of all exercises, unless another one hurt as much.
            red: is_red(during) || is_red(after) && !is_red(highest(&others)),
        })
    };
    logged.iter().filter_map(session).collect()
}

/// Whether at least so many percent of the dose were done. A set with less than that of the load does not count.
fn enough(dose: &Dose, own: &[&progress_result::Model], percent: u8) -> bool {
    let share = f64::from(percent) / 100.0;
    let load = dose.load.and_then(|load| load.kilograms());
    let as_heavy =
        |set: &&DoneSet| load.zip(set.load_kg).is_none_or(|(asked, used)| used + 1e-9 >= asked * share);
    let sets: Vec<DoneSet> = own.iter().flat_map(|row| &row.sets.0).filter(as_heavy).copied().collect();
    dose.volume() > 0.0 && done_volume(dose, &sets) + 1e-9 >= dose.volume() * share
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::library::dose::{DoseKind, Load, Side};
    use crate::progress::Sets;

    fn dose(load: Option<Load>) -> Dose {
        Dose {
            kind: DoseKind::Reps,
            sets: 2,
            reps: Some(10),
            hold_seconds: None,
            duration_seconds: None,
            distance_metres: None,
            side: Side::Both,
            load,
            tempo: None,
            rest_seconds: None,
            target_rpe: None,
        }
    }

    /// Sets of so many repetitions with so many kilograms.
    fn did(sets: &[(u16, Option<f64>)]) -> progress_result::Model {
        let set = |(reps, load_kg): &(u16, Option<f64>)| DoneSet {
            reps: Some(*reps),
            load_kg: *load_kg,
            ..DoneSet::default()
        };
        progress_result::Model {
            clinic_id: Uuid::nil(),
            id: Uuid::nil(),
            patient_id: Uuid::nil(),
            log_row_id: Uuid::nil(),
            position: 0,
            prescription_id: Uuid::nil(),
            sets: Sets(sets.iter().map(set).collect()),
            rpe: None,
            pain_during: None,
            skip_reason: None,
        }
    }

    #[test]
    fn enough_is_so_much_of_volume_and_of_load() {
        let ten = Some(Load::Kilograms(10.0));
        for (load, sets, right) in [
            (None, &[(8, None), (8, None)][..], true),
            (None, &[(8, None), (7, None)], false),
            (None, &[(16, None)], true),
            (None, &[], false),
            (ten, &[(10, Some(8.0)), (10, Some(8.0))], true),
            (ten, &[(10, Some(7.9)), (10, Some(10.0))], false),
            (ten, &[(10, None), (10, None)], true),
        ] {
            assert_eq!(enough(&dose(load), &[&did(sets)], 80), right, "{load:?} {sets:?}");
        }
        let parts = [did(&[(10, None)]), did(&[(6, None)])];
        assert!(enough(&dose(None), &parts.iter().collect::<Vec<_>>(), 80), "results of one session add up");
    }
}
