//! The patient app's first screen.

use crate::context::scope;
use crate::education::EducationAssignment;
use crate::error::raise;
use crate::outcome::OutcomeDue;
use crate::patient::Patient;
use crate::program::{Hold, Prescription, Program};
use crate::reminder::Upcoming;
use crate::scalar::{DateTime, LocalDate, TimeZone};
use async_graphql::{Context, Object, Result, SimpleObject};
use care::progress::adherence;

/// How much of what was scheduled was done. A share lies from 0 to 1; null when nothing was
/// scheduled. Held days, slots still to come, and days before the start or after the end are left out.
#[derive(SimpleObject)]
pub(crate) struct Adherence {
    /// Length of the window, in days.
    window: i32,
    /// Sessions logged of those scheduled.
    session: Option<f64>,
    /// Exercise occurrences with every prescribed set done, of those scheduled.
    exercise: Option<f64>,
    /// Volume done of that prescribed; each scheduled occurrence weighs the same.
    dose: Option<f64>,
    /// Days with a log, of days with something scheduled.
    active_days: Option<f64>,
    /// Scheduled days met in a row; rest days neither break nor extend it.
    streak: u32,
    /// Most scheduled days met in a row, within the window.
    longest_streak: u32,
    /// Most scheduled days in a row without a session, within the window.
    longest_gap: u32,
    /// Occurrences skipped with a reason, within the window.
    skipped_with_reason: u32,
    /// Days of an exercise with more done than asked for, weeks where it is asked for so many times a week.
    over_performed: u32,
}

impl Adherence {
    /// The figures over `window` days; the streak may reach further back.
    pub(crate) fn new(figures: &adherence::Adherence, window: i32, streak: u32) -> Self {
        Self {
            window,
            session: figures.session,
            exercise: figures.exercise,
            dose: figures.dose,
            active_days: figures.active_days,
            streak,
            longest_streak: figures.longest_streak,
            longest_gap: figures.longest_gap,
            skipped_with_reason: figures.skipped_with_reason,
            over_performed: figures.over_performed,
        }
    }
}

/// An exercise of the day.
#[derive(SimpleObject)]
pub(crate) struct TodayItem {
    /// What is prescribed.
    prescription: Prescription,
    /// Occasions asked for on this day.
    times_due: i32,
    /// Occasions done in full.
    times_done: i32,
    /// Whether all of them are done.
    completed: bool,
}

/// A patient's day: everything its screen needs in one request.
#[derive(SimpleObject)]
pub(crate) struct Today {
    /// The patient-local date.
    date: LocalDate,
    /// The zone in which the patient's days are counted.
    time_zone: TimeZone,
    /// The patient.
    patient: Patient,
    /// The program followed now; null when there is none.
    program: Option<Program>,
    /// The day's exercises in the order they are to be done; none while the program is on hold.
    items: Vec<TodayItem>,
    /// Adherence over the four weeks up to this day.
    adherence: Adherence,
    /// Reminders still to come on this day, soonest first.
    reminders: Vec<Upcoming>,
    /// Articles that the patient is asked to read and has not, oldest first, at most five.
    education: Vec<EducationAssignment>,
    /// The outcome measures to answer, what waits longest first; none on other days than the actual.
    outcomes_due: Vec<OutcomeDue>,
    /// Messages of the care team that the patient has not read, now.
    unread_messages: u32,
    /// The hold the program is on, with its reason.
    hold: Option<Hold>,
    /// Since when a screen for signs of danger is due, after red pain: ask `redFlagSigns`, and answer by
    /// `reportSymptoms`, also where there is none.
    red_flag_screen_due: Option<DateTime>,
}

impl From<care::today::Today> for Today {
    fn from(day: care::today::Today) -> Self {
        let item = |item: care::today::Item| TodayItem {
            prescription: Prescription::new(item.prescription, Some(item.exercise)),
            times_due: item.times_due.into(),
            times_done: item.times_done.into(),
            completed: item.completed,
        };
        Self {
            red_flag_screen_due: day.patient.screen_due_since.map(DateTime::from),
            date: LocalDate(day.date),
            time_zone: TimeZone(day.patient.time_zone.clone()),
            patient: Patient::from(day.patient),
            program: day.program.map(Program::from),
            items: day.items.into_iter().map(item).collect(),
            adherence: Adherence::new(&day.adherence, care::today::WINDOW_DAYS, day.streak),
            reminders: day.reminders.into_iter().map(Upcoming::from).collect(),
            education: day.education.into_iter().map(EducationAssignment::from).collect(),
            outcomes_due: day.outcomes_due.into_iter().map(OutcomeDue::from).collect(),
            unread_messages: day.unread_messages,
            hold: day.hold.map(Hold::from),
        }
    }
}

/// The day's query.
#[derive(Default)]
pub(crate) struct TodayQuery;

#[Object]
impl TodayQuery {
    /// The day of the patient who is signed in.
    async fn today(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The day; the patient's own today when missing. At most a year off.")] date: Option<
            LocalDate,
        >,
    ) -> Option<Result<Today>> {
        let read = async {
            let day = care::today::read(scope(context)?, date.map(|date| date.0)).await;
            day.map(Today::from).map_err(raise)
        };
        Some(read.await)
    }
}
