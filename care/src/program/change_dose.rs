//! Another dose of one prescription, all else as it is: what a suggestion comes to.

use super::caution::{Facts, warns_anew};
use super::revise::revise_in;
use super::table::prescription;
use super::{History, NewPhase, NewPrescription, Prescription, ReviseProgram, Saved, find_to_write, phase};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::library::Exercise;
use crate::library::dose::Dose;
use crate::patient::Chart;
use crate::store::Tx;
use std::collections::HashMap;
use uuid::Uuid;

/// Another dose of one prescription.
#[derive(Debug, Clone)]
pub(crate) struct ChangeDose {
    pub(crate) program_id: Uuid,
    /// The number of the newest revision.
    pub(crate) expected_revision: i32,
    /// A prescription of that revision.
    pub(crate) prescription_id: Uuid,
    pub(crate) dose: Dose,
    /// First day; the earliest there can be when missing.
    pub(crate) effective_from: Option<Day>,
    /// Why; at most 4,000 characters.
    pub(crate) note: String,
    /// Why rules that warn are gone past, 10 to 500 characters.
    pub(crate) override_reason: Option<String>,
}

/// Revises a program as [`super::revise`] does, with another dose of one prescription, in this transaction,
/// which it ends.
pub(crate) async fn change_dose(tx: Tx, scope: &Scope, change: ChangeDose) -> Result<Saved> {
    let (_, history) = find_to_write(&tx, scope, change.program_id).await?;
    let (phases, prescriptions) =
        history.with_dose(change.prescription_id, change.dose).ok_or(Error::Internal)?;
    let input = ReviseProgram {
        program_id: change.program_id,
        expected_revision: change.expected_revision,
        effective_from: change.effective_from,
        title: None,
        phases,
        prescriptions,
        note: Some(change.note),
        override_reason: change.override_reason,
    };
    revise_in(tx, scope, input).await
}

impl History {
    /// The content of the newest revision with another dose of this prescription of it.
    fn with_dose(&self, id: Uuid, dose: Dose) -> Option<(Vec<NewPhase>, Vec<NewPrescription>)> {
        let revision = self.revisions.last()?;
        let phases = self.phases_of(revision).into_iter();
        let phases = phases.map(|phase| NewPhase { id: Some(phase.id), ..NewPhase::from(phase) });
        let asked = |row: &prescription::Model| {
            let dose = Some(if row.id == id { dose } else { row.dose });
            NewPrescription { continues: Some(row.id), dose, ..NewPrescription::from(row) }
        };
        Some((phases.collect(), self.prescriptions_of(revision.id).map(asked).collect()))
    }

    /// What the newest revision asks for in the phase of `date`, or of its own first day where that is later.
    pub(crate) fn asked_on(&self, date: Day) -> Vec<Prescription> {
        let Some(revision) = self.revisions.last() else { return Vec::new() };
        let phases = self.phases_of(revision);
        let at = phase::in_force(&phases, date.max(revision.effective_from));
        let rows = self.prescriptions_of(revision.id).filter(|row| row.belongs_to(at));
        rows.map(|row| row.prescription(&phases)).collect()
    }

    /// Since when a prescription, by its origin, has this dose without a break up to the newest revision; none:
    /// since the program was made.
    pub(crate) fn dose_since(&self, origin_id: Uuid, dose: &Dose) -> Option<Instant> {
        let asks = |revision_id: Uuid| {
            self.prescriptions_of(revision_id).any(|row| row.origin_id == origin_id && row.dose == *dose)
        };
        let run = self.revisions.iter().rev().take_while(|revision| asks(revision.id));
        run.last().filter(|revision| revision.number > 1).map(|revision| revision.created_at)
    }

    /// Whether a rule would warn of the newest revision with this dose of this prescription that does not warn
    /// of it as it is, or would still warn of a load that has become another. `conditions`: the keys of
    /// those recorded of the patient.
    pub(crate) fn warns_anew(
        &self,
        (chart, conditions): (&Chart, &[String]),
        exercises: &HashMap<Uuid, Exercise>,
        (id, dose): (Uuid, Dose),
        today: Day,
    ) -> bool {
        let Some((revision, (_, after))) = self.revisions.last().zip(self.with_dose(id, dose)) else {
            return true;
        };
        let rows: Vec<_> = self.prescriptions_of(revision.id).collect();
        let Some(at) = rows.iter().position(|row| row.id == id) else { return true };
        let before: Vec<_> = rows.into_iter().map(NewPrescription::from).collect();
        let days = (revision.effective_from.max(today), self.row.ends_on);
        let facts = Facts::known(chart, conditions.to_vec(), days, self.phases_of(revision));
        warns_anew(&facts, exercises, (&before, &after), at)
    }
}
