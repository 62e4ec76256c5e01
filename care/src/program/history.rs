//! A program with everything that was ever in force: revisions, prescriptions, holds.

use super::table::{prescription, program, program_hold, program_revision};
use super::{
    Hold, NewPhase, NewPrescription, Phase, Precaution, Prescription, Program, Revision, Status, phase,
};
use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::patient::Chart;
use crate::store::{Tx, among};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A program and all its rows.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) row: program::Model,
    /// Ascending by number.
    pub(crate) revisions: Vec<program_revision::Model>,
    /// By revision, then position.
    pub(crate) prescriptions: Vec<prescription::Model>,
    /// Ascending by start.
    pub(crate) holds: Vec<program_hold::Model>,
}

/// The programs of these patients, newest first, in four statements however many they are. The
/// patients must be visible to `scope`.
pub(crate) async fn of_patients(tx: &Tx, scope: &Scope, patient_ids: &[Uuid]) -> Result<Vec<History>> {
    of_clinic(tx, scope.clinic_id(), patient_ids).await
}

/// The same, of these patients of the clinic.
pub(crate) async fn of_clinic(tx: &Tx, clinic_id: Uuid, patient_ids: &[Uuid]) -> Result<Vec<History>> {
    let rows = program::Entity::find()
        .filter(program::Column::ClinicId.eq(clinic_id))
        .filter(program::Column::PatientId.is_in(patient_ids.iter().copied()))
        .order_by_desc(program::Column::CreatedAt)
        .order_by_desc(program::Column::Id)
        .all(tx)
        .await?;
    History::load_all(tx, clinic_id, rows).await
}

/// Of a patient's programs the one that holds on `date`: the one planned for that day, and where
/// several are, the current one; else the current one.
pub(crate) fn on<'a>(histories: &[&'a History], date: Day) -> Option<&'a History> {
    let all = || histories.iter().copied();
    let current = || all().filter(|history| history.row.status.is_current());
    current()
        .find(|history| history.covers(date))
        .or_else(|| all().find(|history| history.covers(date)))
        .or_else(|| current().next())
}

/// Those of these patients (clinic, patient) whose program is on hold.
pub(crate) async fn held(tx: &Tx, keys: &[(Uuid, Uuid)]) -> Result<HashSet<(Uuid, Uuid)>> {
    let rows: Vec<(Uuid, Uuid)> = program::Entity::find()
        .select_only()
        .columns([program::Column::ClinicId, program::Column::PatientId])
        .filter(among((program::Column::ClinicId, program::Column::PatientId), keys))
        .filter(program::Column::Status.eq(Status::OnHold))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

impl History {
    pub(super) async fn load(tx: &Tx, row: program::Model) -> Result<Self> {
        let clinic_id = row.clinic_id;
        Self::load_all(tx, clinic_id, vec![row]).await?.pop().ok_or(Error::Internal)
    }

    async fn load_all(tx: &Tx, clinic_id: Uuid, rows: Vec<program::Model>) -> Result<Vec<Self>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let revisions = program_revision::Entity::find()
            .filter(program_revision::Column::ClinicId.eq(clinic_id))
            .filter(program_revision::Column::ProgramId.is_in(ids.iter().copied()))
            .order_by_asc(program_revision::Column::Number)
            .all(tx)
            .await?;
        let prescriptions = prescription::Entity::find()
            .filter(prescription::Column::ClinicId.eq(clinic_id))
            .filter(prescription::Column::ProgramId.is_in(ids.iter().copied()))
            .order_by_asc(prescription::Column::Position)
            .all(tx)
            .await?;
        let holds = program_hold::Entity::find()
            .filter(program_hold::Column::ClinicId.eq(clinic_id))
            .filter(program_hold::Column::ProgramId.is_in(ids))
            .order_by_asc(program_hold::Column::HeldAt)
            .all(tx)
            .await?;
        let mut revisions = grouped(revisions, |row| row.program_id);
        let mut prescriptions = grouped(prescriptions, |row| row.program_id);
        let mut holds = grouped(holds, |row| row.program_id);
        let history = |row: program::Model| Self {
            revisions: revisions.remove(&row.id).unwrap_or_default(),
            prescriptions: prescriptions.remove(&row.id).unwrap_or_default(),
            holds: holds.remove(&row.id).unwrap_or_default(),
            row,
        };
        Ok(rows.into_iter().map(history).collect())
    }

    /// The program as it stood at the end of `date`, which is over at `end`: without what was decided later.
    pub(crate) fn at_end_of(mut self, date: Day, end: Instant) -> Self {
        self.revisions.retain(|revision| revision.number == 1 || revision.created_at < end);
        self.row.revision = self.revisions.last().map_or(self.row.revision, |revision| revision.number);
        self.holds.retain(|hold| hold.held_at < end);
        for hold in self.holds.iter_mut().filter(|hold| hold.released_at.is_some_and(|at| at >= end)) {
            (hold.released_on, hold.released_by, hold.released_at) = (None, None, None);
        }
        if self.covers(date) {
            self.row.status = if self.open_hold().is_some() { Status::OnHold } else { Status::Active };
        }
        self
    }

    /// Whether the patient had or has to follow this program on `date`.
    pub(crate) fn covers(&self, date: Day) -> bool {
        let row = &self.row;
        row.status != Status::Draft && row.starts_on <= date && row.ends_on.is_none_or(|end| date <= end)
    }

    /// The revision in force on `date`: of those that have begun, the newest.
    pub(crate) fn in_force(&self, date: Day) -> Option<&program_revision::Model> {
        self.revisions.iter().rfind(|revision| revision.effective_from <= date)
    }

    /// What a revision asks for, in order.
    pub(crate) fn prescriptions_of(&self, revision_id: Uuid) -> impl Iterator<Item = &prescription::Model> {
        self.prescriptions.iter().filter(move |row| row.revision_id == revision_id)
    }

    /// The hold that has not been released.
    pub(crate) fn open_hold(&self) -> Option<&program_hold::Model> {
        self.holds.iter().rfind(|hold| hold.released_on.is_none())
    }

    /// The day from which phases count.
    pub(super) fn phases_count_from(&self) -> Day {
        self.row.anchor_on.unwrap_or(self.row.starts_on)
    }

    /// The phases of a revision, with their days.
    pub(super) fn phases_of(&self, revision: &program_revision::Model) -> Vec<Phase> {
        revision.phases.dated(self.phases_count_from())
    }

    /// The phase on `date`, by the revision in force then.
    pub(crate) fn phase_on(&self, date: Day) -> Option<Phase> {
        let mut phases = self.phases_of(self.in_force(date)?);
        phase::in_force(&phases, date).map(|at| phases.swap_remove(at))
    }

    /// The day, up to `date`, from which on the phase has lasted as long as planned while the next waits.
    fn phase_due_on(&self, date: Day) -> Option<Day> {
        let phases = self.phases_of(self.in_force(date)?);
        let next = phases.get(phase::in_force(&phases, date)? + 1)?;
        Some(next.starts_on).filter(|due| next.waits && *due <= date)
    }

    /// What a revision asks for from which day on: once for all its days, or anew with each phase where a
    /// prescription belongs to some of them. `until`: the first day on which another revision is in force.
    pub(crate) fn stretches(
        &self,
        revision: &program_revision::Model,
        until: Option<Day>,
    ) -> Vec<(Day, Vec<&prescription::Model>)> {
        let rows: Vec<_> = self.prescriptions_of(revision.id).collect();
        if rows.iter().all(|row| row.phases.is_none()) {
            return vec![(revision.effective_from, rows)];
        }
        let phases = self.phases_of(revision);
        let mut days: Vec<_> =
            phases.iter().filter(|phase| !phase.waits).map(|phase| phase.starts_on).collect();
        days.retain(|day| *day > revision.effective_from && until.is_none_or(|until| *day < until));
        days.push(revision.effective_from);
        days.sort_unstable();
        days.dedup();
        let asked = |day: Day| {
            let at = phase::in_force(&phases, day);
            (day, rows.iter().copied().filter(|row| row.belongs_to(at)).collect())
        };
        days.into_iter().map(asked).collect()
    }

    /// The content of the newest revision, as it would be asked for again.
    pub(super) fn newest(&self) -> Option<(Vec<NewPhase>, Vec<NewPrescription>)> {
        let revision = self.revisions.last()?;
        let phases = self.phases_of(revision).into_iter().map(NewPhase::from).collect();
        Some((phases, self.prescriptions_of(revision.id).map(NewPrescription::from).collect()))
    }

    /// The day of the program on `date`: 1 on its first.
    pub(crate) fn day_on(&self, date: Day) -> Option<i32> {
        let days = (date.0 - self.row.starts_on.0).get_days();
        (days >= 0).then_some(days + 1)
    }

    /// Everything, opened, as it stands on `today`.
    pub(crate) fn program(&self, chart: &Chart, today: Day) -> Result<Program> {
        let newest_first = self.revisions.iter().rev();
        let revisions = newest_first.map(|row| self.revision(chart, row)).collect::<Result<Vec<_>>>()?;
        let in_force = self.in_force(today).map(|row| row.id);
        let revision = revisions
            .iter()
            .find(|revision| Some(revision.id) == in_force)
            .or_else(|| revisions.first())
            .cloned()
            .ok_or(Error::Internal)?;
        Ok(Program {
            id: self.row.id,
            patient_id: self.row.patient_id,
            title: self.row.title.clone(),
            status: self.row.status,
            starts_on: self.row.starts_on,
            ends_on: self.row.ends_on,
            created_at: self.row.created_at,
            phases_count_from: self.phases_count_from(),
            template: self.row.template_id.zip(self.row.template_version),
            revision,
            phase: self.phase_on(today),
            phase_due_on: self.phase_due_on(today),
            day: self.day_on(today),
            hold: self.hold(chart)?,
            revisions,
        })
    }

    fn hold(&self, chart: &Chart) -> Result<Option<Hold>> {
        self.open_hold()
            .map(|row| {
                let reason = chart.unseal("program_hold.reason", row.id, &row.reason)?;
                Ok(Hold { reason, since: row.held_at })
            })
            .transpose()
    }

    fn revision(&self, chart: &Chart, row: &program_revision::Model) -> Result<Revision> {
        // Notes are for the clinicians.
        let note = row.note.as_ref().filter(|_| !chart.is_own());
        let note = note.map(|note| chart.unseal("program_revision.note", row.id, note)).transpose()?;
        let phases = self.phases_of(row);
        Ok(Revision {
            id: row.id,
            number: row.number,
            effective_from: row.effective_from,
            created_at: row.created_at,
            note,
            prescriptions: self.prescriptions_of(row.id).map(|row| row.prescription(&phases)).collect(),
            phases,
        })
    }
}

impl prescription::Model {
    /// What a revision of these phases asks for by it.
    pub(super) fn prescription(&self, phases: &[Phase]) -> Prescription {
        let its = phases.iter().enumerate().filter(|(at, _)| self.belongs_to(Some(*at)));
        let mut precautions: Vec<Precaution> = Vec::new();
        for precaution in its.flat_map(|(_, phase)| &phase.terms.precautions) {
            if !precautions.contains(precaution) {
                precautions.push(precaution.clone());
            }
        }
        Prescription {
            id: self.id,
            origin_id: self.origin_id,
            exercise_id: self.exercise_id,
            dose: self.dose,
            schedule: self.schedule.clone(),
            phases: self.places().to_vec(),
            precautions,
        }
    }

    /// The places of the phases it belongs to; none: it belongs to all.
    pub(super) fn places(&self) -> &[u16] {
        self.phases.as_ref().map_or(&[], |places| &places.0)
    }

    /// Whether it is asked for in the phase at this place.
    pub(super) fn belongs_to(&self, phase: Option<usize>) -> bool {
        self.phases.is_none() || self.places().iter().any(|place| Some(usize::from(*place)) == phase)
    }
}

impl From<&prescription::Model> for NewPrescription {
    fn from(row: &prescription::Model) -> Self {
        let (dose, schedule) = (Some(row.dose), Some(row.schedule.clone()));
        Self { exercise_id: row.exercise_id, dose, schedule, continues: None, phases: row.places().to_vec() }
    }
}

fn grouped<T>(rows: Vec<T>, key: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
