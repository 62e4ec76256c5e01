//! What a program asked for must satisfy.

use super::table::prescription::{self, Places};
use super::{NewPhase, NewPrescription, terms};
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::library;
use crate::store::Tx;
use sea_orm::{EntityTrait, Set};
use std::collections::HashMap;
use uuid::Uuid;

/// The most exercises a revision may have.
const MOST: usize = 30;

/// What a revision is to contain.
pub(super) struct Content<'a> {
    pub(super) title: &'a str,
    pub(super) note: Option<&'a str>,
    pub(super) phases: &'a [NewPhase],
    pub(super) prescriptions: &'a [NewPrescription],
}

impl Content<'_> {
    /// Checks everything that can be told without the database.
    pub(super) fn check(&self) -> Result<()> {
        let mut faults = terms::check(self.phases);
        if !(1..=200).contains(&self.title.trim().chars().count()) {
            faults.push(FieldError::new("title", Code::Required, "Give a title of 1 to 200 characters."));
        }
        if has_control(self.title) {
            faults.push(FieldError::new("title", Code::Malformed, "Leave out control characters."));
        }
        if self.note.is_some_and(|note| note.chars().count() > 4_000) {
            faults.push(FieldError::new("note", Code::TooLong, "Give at most 4,000 characters."));
        }
        if self.prescriptions.is_empty() {
            faults.push(FieldError::new("prescriptions", Code::Required, "Give at least one exercise."));
        }
        if self.prescriptions.len() > MOST {
            faults.push(FieldError::new(
                "prescriptions",
                Code::TooMany,
                format!("Give at most {MOST} exercises."),
            ));
        }
        for (at, wanted) in self.prescriptions.iter().enumerate().take(MOST) {
            let dose = wanted.dose.map_or(Ok(()), |dose| dose.check()).err().unwrap_or_default();
            let schedule = wanted.schedule.as_ref().map_or(Ok(()), library::schedule::Schedule::check);
            let dose = dose.into_iter().map(|fault| fault.under("dose"));
            let schedule =
                schedule.err().unwrap_or_default().into_iter().map(|fault| fault.under("schedule"));
            let places = check_places(&wanted.phases, self.phases.len());
            let wrong = dose.chain(schedule).chain(places);
            faults.extend(wrong.map(|fault| fault.under(at).under("prescriptions")));
        }
        if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
    }
}

/// What is wrong with the phases that a prescription names, of so many that there are.
fn check_places(places: &[u16], phases: usize) -> Option<FieldError> {
    if places.iter().any(|place| usize::from(*place) >= phases) {
        return Some(FieldError::new("phases", Code::OutOfRange, "Give places of the phases, from 0."));
    }
    let again = (1..places.len()).any(|at| places.iter().take(at).any(|place| Some(place) == places.get(at)));
    again.then(|| FieldError::new("phases", Code::Duplicate, "Give each place once."))
}

/// Where the prescriptions of a revision belong.
pub(super) struct Place<'a> {
    pub(super) clinic_id: Uuid,
    pub(super) patient_id: Uuid,
    pub(super) program_id: Uuid,
    pub(super) revision_id: Uuid,
    pub(super) change: i64,
    /// What the program prescribed before.
    pub(super) earlier: &'a [prescription::Model],
    /// The ids of the phases of the revision before, and of this one.
    pub(super) phase_ids: (Vec<Uuid>, Vec<Uuid>),
}

impl Place<'_> {
    /// Inserts the prescriptions, each with the default dose and schedule where it names none.
    pub(super) async fn insert(
        &self,
        tx: &Tx,
        wanted: &[NewPrescription],
        mut new_id: impl FnMut() -> Uuid,
    ) -> Result<()> {
        let ids: Vec<Uuid> = wanted.iter().map(|wanted| wanted.exercise_id).collect();
        let exercises = library::rows_by_ids(tx, self.clinic_id, &ids).await?;
        let mut rows = Vec::new();
        let mut taken = Vec::new();
        for (at, wanted) in wanted.iter().enumerate() {
            let id = new_id();
            let origin_id = self.origin(at, wanted, &mut taken)?.unwrap_or(id);
            rows.push(self.row(at, wanted, &exercises, (id, origin_id))?);
        }
        prescription::Entity::insert_many(rows).exec_without_returning(tx).await?;
        Ok(())
    }

    fn row(
        &self,
        at: usize,
        wanted: &NewPrescription,
        exercises: &HashMap<Uuid, library::Exercise>,
        (id, origin_id): (Uuid, Uuid),
    ) -> Result<prescription::ActiveModel> {
        let exercise = exercises.get(&wanted.exercise_id).ok_or_else(|| {
            let message = "Give an exercise of the library.";
            FieldError::new("exerciseId", Code::NotFound, message).under(at).under("prescriptions")
        })?;
        // What was prescribed before goes on.
        let known = || self.earlier.iter().any(|row| row.exercise_id == exercise.id);
        if exercise.archived_at.is_some() && !known() {
            let message = "This exercise is archived. Give one that the library lists.";
            let fault = FieldError::new("exerciseId", Code::NotAllowed, message);
            return Err(fault.under(at).under("prescriptions").into());
        }
        Ok(prescription::ActiveModel {
            clinic_id: Set(self.clinic_id),
            id: Set(id),
            patient_id: Set(self.patient_id),
            program_id: Set(self.program_id),
            revision_id: Set(self.revision_id),
            origin_id: Set(origin_id),
            position: Set(i32::try_from(at).unwrap_or(i32::MAX)),
            exercise_id: Set(exercise.id),
            dose: Set(wanted.dose.unwrap_or(exercise.default_dose)),
            schedule: Set(wanted.schedule.clone().unwrap_or_else(|| exercise.default_schedule.clone())),
            phases: Set(Some(Places(wanted.phases.clone())).filter(|places| !places.0.is_empty())),
            change: Set(self.change),
        })
    }

    /// The origin that a prescription goes on from. Each is gone on from once.
    fn origin(&self, at: usize, wanted: &NewPrescription, taken: &mut Vec<Uuid>) -> Result<Option<Uuid>> {
        let found = match wanted.continues {
            Some(id) => self.earlier.iter().find(|row| row.id == id).map(Some).ok_or_else(|| {
                let message = "Give a prescription of an earlier revision of this program.";
                FieldError::new("continues", Code::NotFound, message).under(at).under("prescriptions")
            })?,
            None => self.same_exercise(wanted, taken),
        };
        let Some(origin_id) = found.map(|row| row.origin_id) else { return Ok(None) };
        if taken.contains(&origin_id) {
            let message = "Another prescription of this revision goes on from the same one.";
            return Err(FieldError::new("continues", Code::Duplicate, message)
                .under(at)
                .under("prescriptions")
                .into());
        }
        taken.push(origin_id);
        Ok(Some(origin_id))
    }
}

impl Place<'_> {
    /// The free prescription of the same exercise in the revision before: of several, the one of the same
    /// phases.
    fn same_exercise(&self, wanted: &NewPrescription, taken: &[Uuid]) -> Option<&prescription::Model> {
        let newest = self.earlier.iter().max_by_key(|row| row.change)?.revision_id;
        let free = self.earlier.iter().filter(|row| {
            let same = row.revision_id == newest && row.exercise_id == wanted.exercise_id;
            same && !taken.contains(&row.origin_id)
        });
        let (before, now) = &self.phase_ids;
        let of = |ids: &[Uuid], places: &[u16]| -> Vec<Option<Uuid>> {
            places.iter().map(|place| ids.get(usize::from(*place)).copied()).collect()
        };
        let mut same = free.clone().filter(|row| of(before, row.places()) == of(now, &wanted.phases));
        same.next().or_else(|| free.clone().next())
    }
}

/// Checks the dates of a program.
pub(super) fn check_dates(starts_on: Day, ends_on: Option<Day>, today: Day) -> Result<()> {
    if starts_on < today || starts_on > today.plus(366) {
        return Err(Error::field(
            "startsOn",
            Code::OutOfRange,
            "Give today or a day of the next twelve months.",
        ));
    }
    if ends_on.is_some_and(|end| end < starts_on || end > starts_on.plus(3 * 366)) {
        return Err(Error::field(
            "endsOn",
            Code::OutOfRange,
            "Give a day from the start to three years later.",
        ));
    }
    Ok(())
}
