//! A patient from the first visit on: program, changes, hold, and what the app sends in.

use super::chance::Chance;
use super::course::Step;
use super::diary::{self, local_date};
use super::person::Person;
use super::reminders;
use super::staff::{join, scope};
use care::access::{Scope, Services};
use care::clock::Day;
use care::error::{Error, Result};
use care::library::dose::{Dose, DoseKind};
use care::library::{self, exercise_id};
use care::patient::{self, CreatePatient};
use care::program::{self, Activate, CreateProgram, NewPhase, NewPrescription, Program, ReviseProgram};
use care::progress::{self, NewLog, RowStatus};
use std::sync::Arc;

/// Why the demo's therapists go past a rule that warns.
const TRIED: &str = "Tried in the clinic under supervision, without symptoms.";

/// The most logs of a batch: what a batch costs hardly counts any more beside what it writes.
const BATCH: usize = 500;

/// A patient with an account and an active program.
#[derive(Debug)]
pub(super) struct Enrolled {
    person: Person,
    program: Program,
    /// The app, which stays open: to sign in for each of its visits would cost more than what it sends.
    app: Scope,
    /// The first day that has not been logged.
    next: Day,
    chance: Chance,
}

impl Enrolled {
    /// The first visit: the therapist adds the patient and a program, which starts on the next
    /// day; the patient accepts the invitation.
    pub(super) async fn enroll(services: &Arc<Services>, therapist: &Scope, person: Person) -> Result<Self> {
        let chance = Chance::of(person.number);
        let today = local_date(services.now(), person.time_zone)?;
        let starts_on = today.plus(1);
        let patient = patient::create(therapist, new_patient(&person, &chance, today)).await?;
        let first = person.steps().into_iter().next().ok_or(Error::Internal)?;
        let draft = CreateProgram {
            id: None,
            patient_id: patient.id,
            source: None,
            title: person.course.title.to_owned(),
            starts_on: Some(starts_on),
            ends_on: None,
            phases: phases(&person),
            prescriptions: prescriptions(therapist, &person, &first).await?,
            note: Some(first.note.to_owned()),
        };
        let draft = program::create(therapist, draft).await?.program;
        let activate =
            Activate { program_id: draft.id, override_reason: Some(TRIED.to_owned()), ..Activate::default() };
        let program = program::activate(therapist, activate).await?.program;
        let invited = patient::invite(therapist, patient.id).await?;
        let app = scope(services, &join(services, invited, &person.email(), None).await?).await?;
        Ok(Self { person, program, app, next: starts_on, chance })
    }

    pub(super) fn number(&self) -> u32 {
        self.person.number
    }

    /// What the therapist changes on `day` of the clinic, from the next day on; at the last visit a program is
    /// put on hold.
    pub(super) async fn visit(
        &mut self,
        services: &Arc<Services>,
        therapist: &Scope,
        day: i64,
        last: bool,
    ) -> Result<()> {
        if let Some(step) = self.person.step_on(day) {
            let today = local_date(services.now(), self.person.time_zone)?;
            let change = ReviseProgram {
                program_id: self.program.id,
                expected_revision: self.program.revisions.first().map_or(1, |newest| newest.number),
                effective_from: Some(today.plus(1)),
                title: None,
                phases: phases(&self.person),
                prescriptions: prescriptions(therapist, &self.person, &step).await?,
                note: Some(step.note.to_owned()),
                override_reason: Some(TRIED.to_owned()),
            };
            self.program = program::revise(therapist, change).await?.program;
        }
        if last && self.person.is_held() {
            let reason = "Rest until the next visit: a new scan is to be reviewed first.";
            self.program = program::hold(therapist, self.program.id, reason).await?;
        }
        Ok(())
    }

    /// The app sends in the sessions of the days that are over; answers how many.
    pub(super) async fn send_in(&mut self, services: &Arc<Services>) -> Result<usize> {
        let today = local_date(services.now(), self.person.time_zone)?;
        let logs = self.perform(services, today)?;
        send(&self.app, logs).await
    }

    /// The last visit to the app, now: what is done of today, and reminders. The first patient has
    /// all of today still to do.
    pub(super) async fn arrive(&mut self, services: &Arc<Services>) -> Result<usize> {
        let today = local_date(services.now(), self.person.time_zone)?;
        let until = if self.person.number == 1 { today } else { today.plus(1) };
        let mut logs = self.perform(services, until)?;
        logs.retain(|log| log.performed_at <= services.now());
        reminders::set(&self.app, &self.person, today).await?;
        let sent = send(&self.app, logs).await?;
        self.app.finish().await;
        Ok(sent)
    }

    /// The sessions of the days that are not logged yet, up to but without `until`; none from the
    /// day of a hold on.
    fn perform(&mut self, services: &Services, until: Day) -> Result<Vec<NewLog>> {
        let (person, starts_on) = (&self.person, self.program.starts_on);
        let held = self.program.hold.as_ref().map(|hold| local_date(hold.since, person.time_zone));
        let until = held.transpose()?.map_or(until, |held| held.min(until));
        let mut logs = Vec::new();
        while self.next < until {
            let date = self.next;
            let in_force = self.program.revisions.iter().find(|revision| revision.effective_from <= date);
            if let Some(revision) = in_force {
                let day = (date.0 - starts_on.0).get_days();
                logs.extend(diary::sessions(services, &self.chance, person, revision, (date, day))?);
            }
            self.next = date.plus(1);
        }
        Ok(logs)
    }
}

async fn send(patient: &Scope, logs: Vec<NewLog>) -> Result<usize> {
    let sent = logs.len();
    let mut logs = logs.into_iter().map(Ok).peekable();
    while logs.peek().is_some() {
        let outcomes = progress::log_all(patient, logs.by_ref().take(BATCH).collect()).await?;
        if let Some(refused) = outcomes.iter().find(|outcome| outcome.status == RowStatus::Rejected) {
            tracing::error!(faults = ?refused.faults, "a seeded log was refused");
            return Err(Error::Internal);
        }
    }
    Ok(sent)
}

fn new_patient(person: &Person, chance: &Chance, today: Day) -> CreatePatient {
    let (youngest, oldest) = person.course.ages;
    let age = chance.between(youngest * 365, oldest * 365);
    CreatePatient {
        id: None,
        name: person.name(),
        birth_date: Some(today.plus(-age)),
        email: Some(person.email()),
        time_zone: Some(person.time_zone.to_owned()),
        language: None,
        surgery_on: person.course.weeks_since_surgery.map(|weeks| today.plus(1 - 7 * weeks)),
        conditions: vec![person.course.condition.to_owned()],
        emergency_country: None,
    }
}

fn phases(person: &Person) -> Vec<NewPhase> {
    let phase = |(name, weeks): &(&str, Option<u16>)| NewPhase {
        name: (*name).to_owned(),
        weeks: *weeks,
        ..NewPhase::default()
    };
    person.course.phases.iter().map(phase).collect()
}

async fn prescriptions(therapist: &Scope, person: &Person, step: &Step) -> Result<Vec<NewPrescription>> {
    let ids: Vec<_> = person.exercises(step).into_iter().map(exercise_id).collect();
    let known = library::by_ids(therapist, &ids).await?;
    let prescription = |id| NewPrescription {
        exercise_id: id,
        dose: known.get(&id).map(|exercise| scaled(exercise.default_dose, step.percent)),
        ..NewPrescription::default()
    };
    Ok(ids.into_iter().map(prescription).collect())
}

/// So many percent of the dose, at least 1 of its unit. Time is kept in whole minutes.
fn scaled(dose: Dose, percent: u32) -> Dose {
    let part = |amount: u32| (amount * percent / 100).max(1);
    let small = |amount: u16| u16::try_from(part(amount.into())).unwrap_or(amount);
    let hold = |seconds: u16| {
        if dose.kind == DoseKind::Hold { small(seconds) } else { seconds }
    };
    let minutes = |seconds: u32| part(seconds).div_ceil(60) * 60;
    Dose {
        reps: dose.reps.map(small),
        hold_seconds: dose.hold_seconds.map(hold),
        duration_seconds: dose.duration_seconds.map(minutes),
        distance_metres: dose.distance_metres.map(part),
        ..dose
    }
}

#[cfg(test)]
#[path = "enrolled_tests.rs"]
mod tests;
