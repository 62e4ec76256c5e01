//! Whether another dose has a rule warn that has not warned before.

use super::{Facts, NewPrescription, Warning, told};
use crate::library::{Exercise, Rule};
use std::collections::HashMap;
use uuid::Uuid;

/// Whether a rule warns of the prescriptions as they are after a change of the one `at` this place, and not as
/// they were before; or warns of its load, and that has become another.
pub(in crate::program) fn warns_anew(
    facts: &Facts,
    exercises: &HashMap<Uuid, Exercise>,
    (before, after): (&[NewPrescription], &[NewPrescription]),
    at: usize,
) -> bool {
    let known = told(facts, exercises, before);
    let load = |prescriptions: &[NewPrescription]| prescriptions.get(at)?.dose?.load;
    let loaded_anew = load(before) != load(after);
    let is_new = |warning: &Warning| {
        let same = known.iter().find(|other| other.caution.key == warning.caution.key);
        let concerns = |told: &Warning| told.prescriptions.is_empty() || told.prescriptions.contains(&at);
        let of_load =
            matches!(warning.caution.rule, Rule::Lifting { .. } | Rule::Loaded { .. } | Rule::PhaseLift);
        concerns(warning) && (!same.is_some_and(concerns) || of_load && loaded_anew)
    };
    told(facts, exercises, after).iter().any(is_new)
}
