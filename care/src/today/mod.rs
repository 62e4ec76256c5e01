//! The read model of the patient app's first screen: all of one day in one read.
//!
//! Offers [`read`].

mod streak;

use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::education::{self, Assignment};
use crate::error::{Code, Error, Result};
use crate::library::{self, Exercise};
use crate::message;
use crate::outcome::{self, Due};
use crate::patient::{Chart, Patient};
use crate::program::{self, Hold, Prescription, Program};
use crate::progress::adherence::{Adherence, adherence, day_items};
use crate::progress::{self, plans};
use crate::reminder::{self, Upcoming};
use jiff::civil::Time;
use std::collections::HashMap;
use streak::{STREAK_DAYS, sessions_and_streak};
use uuid::Uuid;

/// Days of the adherence window: four weeks, the day itself included.
pub const WINDOW_DAYS: i32 = 28;
/// Reminders shown for the rest of the day.
const REMINDERS: usize = 20;
/// Articles to be read that are shown.
const ARTICLES: usize = 5;

/// An exercise of the day.
#[derive(Debug, Clone)]
pub struct Item {
    /// What is prescribed.
    pub prescription: Prescription,
    /// The exercise.
    pub exercise: Exercise,
    /// Occasions asked for on this day.
    pub times_due: u8,
    /// Occasions done in full.
    pub times_done: u8,
    /// Whether all of them are done.
    pub completed: bool,
}

/// A patient's day.
#[derive(Debug, Clone)]
pub struct Today {
    /// The patient.
    pub patient: Patient,
    /// The patient-local date.
    pub date: Day,
    /// The program in force on that date.
    pub program: Option<Program>,
    /// Its exercises on this day, in order; none while it is on hold.
    pub items: Vec<Item>,
    /// Adherence over the four weeks up to this day.
    pub adherence: Adherence,
    /// Scheduled days met in a row up to this day.
    pub streak: u32,
    /// Reminders still to come on this day.
    pub reminders: Vec<Upcoming>,
    /// Articles that the patient is asked to read and has not, oldest first, at most five.
    pub education: Vec<Assignment>,
    /// The measures that the patient is to answer, what waits longest first; none on other days than the actual.
    pub outcomes_due: Vec<Due>,
    /// Messages of the care team that the patient has not read, now.
    pub unread_messages: u32,
    /// The hold the program is on.
    pub hold: Option<Hold>,
}

/// The day `date` (the patient's own today when missing; at most a year off) of the patient who acts. A day
/// that is over is as it was then, whatever has been decided since; what was logged for it since counts.
pub async fn read(scope: &Scope, date: Option<Day>) -> Result<Today> {
    let patient_id = scope.patient_id()?;
    let now = scope.services().now();
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let actual = chart.date_at(now);
    let date = date.unwrap_or(actual);
    if date < actual.plus(-STREAK_DAYS) || date > actual.plus(STREAK_DAYS) {
        return Err(Error::field("date", Code::OutOfRange, "Give a day within a year of today."));
    }
    let mut histories = program::of_patients(&tx, scope, &[patient_id]).await?;
    if date < actual {
        let end = end_of_day(&chart, date);
        histories = histories.into_iter().map(|history| history.at_end_of(date, end)).collect();
    }
    let as_of = date.min(actual).0;
    let all: Vec<_> = histories.iter().collect();
    let current = program::on(&all, date);
    let plans = plans(&all);
    let (sessions, streak) = sessions_and_streak(&tx, &chart, (&all, &plans), date, as_of).await?;
    let window = date.plus(1 - WINDOW_DAYS).0..date.plus(1).0;
    let program = current.map(|history| history.program(&chart, date)).transpose()?;
    // Signs of danger stop everything from the day on which they were told.
    let danger = chart.row.danger_since.filter(|since| date >= chart.date_at(*since));
    let danger = danger.map(|since| Hold { reason: program::DANGER.to_owned(), since });
    let items = match (current, &program) {
        (Some(history), Some(program)) if program.hold.is_none() && danger.is_none() => {
            let plan = progress::plans(&[history]);
            let due = plan.first().map(|plan| day_items(plan, date.0, &sessions)).unwrap_or_default();
            let wanted: Vec<Uuid> =
                program.revision.prescriptions.iter().map(|row| row.exercise_id).collect();
            items(program, &due, &library::rows_by_ids(&tx, chart.clinic_id(), &wanted).await?)
        }
        _ => Vec::new(),
    };
    let reminders = if date == actual {
        reminder::upcoming_of(&tx, &chart, (now, end_of_day(&chart, date)), REMINDERS).await?
    } else {
        Vec::new()
    };
    let outcomes_due = if date == actual {
        let mut due = outcome::due_of_patients(&tx, chart.clinic_id(), &[(patient_id, date)]).await?;
        due.remove(&patient_id).unwrap_or_default()
    } else {
        Vec::new()
    };
    let phase = program.as_ref().and_then(|program| program.phase.as_ref());
    let to_read = phase.map_or(&[][..], |phase| &phase.terms.education);
    let education = education::of_patient(&tx, &chart, to_read).await?;
    let unread = education.into_iter().filter(|entry| entry.asked && entry.read_at.is_none());
    Ok(Today {
        patient: chart.patient()?,
        date,
        hold: danger.or_else(|| program.as_ref().and_then(|program| program.hold.clone())),
        program,
        items,
        adherence: adherence(&plans, &sessions, window, as_of),
        streak,
        reminders,
        education: unread.take(ARTICLES).collect(),
        outcomes_due,
        unread_messages: message::unread_by_patient(&tx, &chart).await?,
    })
}

fn items(
    program: &Program,
    due: &[progress::adherence::DayItem],
    exercises: &HashMap<Uuid, Exercise>,
) -> Vec<Item> {
    // Of what belongs to all phases, the precautions of this one.
    let minded = |prescription: &Prescription| {
        let phase = program.phase.as_ref().filter(|_| prescription.phases.is_empty());
        phase.map_or_else(|| prescription.precautions.clone(), |phase| phase.terms.precautions.clone())
    };
    let item = |prescription: &Prescription| {
        let due = due.iter().find(|item| item.origin_id == prescription.origin_id)?;
        let precautions = minded(prescription);
        Some(Item {
            exercise: exercises.get(&prescription.exercise_id)?.clone(),
            prescription: Prescription { precautions, ..prescription.clone() },
            times_due: due.times_due,
            times_done: due.times_done,
            completed: due.completed,
        })
    };
    program.revision.prescriptions.iter().filter_map(item).collect()
}

/// The first instant of the day after `date` on the patient's clock.
fn end_of_day(chart: &Chart, date: Day) -> Instant {
    let midnight = date.plus(1).0.to_datetime(Time::MIN);
    chart.zone().to_ambiguous_timestamp(midnight).compatible().map_or(Instant(i64::MAX), Instant::from)
}
