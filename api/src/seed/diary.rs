//! The sessions of a day, as the patient's app would have recorded them.

use super::chance::Chance;
use super::pattern::{Form, rating};
use super::person::Person;
use care::access::Services;
use care::clock::{Day, Instant};
use care::error::{Error, Result};
use care::library::dose::{DoneSet, Dose, DoseKind};
use care::library::schedule::{Frequency, Schedule};
use care::program::{Prescription, Revision};
use care::progress::{NewLog, NewResult, SkipReason};

/// From so much pain on, in tenths, exercises are skipped for it.
const MUCH_PAIN: i32 = 55;

/// Days after which a pattern begins anew: twelve weeks.
const CYCLE: i32 = 84;

const NOTES: [&str; 6] = [
    "Felt easier than last week.",
    "A bit stiff this morning.",
    "Did it in two parts.",
    "Sat a lot today.",
    "Slept badly.",
    "The last set was hard.",
];

/// The local date of `at` in the zone of this IANA name.
pub(super) fn local_date(at: Instant, time_zone: &str) -> Result<Day> {
    at.timestamp().in_tz(time_zone).map(|local| Day(local.date())).map_err(|_| Error::Internal)
}

/// The sessions that the person performs on `date`, the program's `day` (0 being its first).
pub(super) fn sessions(
    services: &Services,
    chance: &Chance,
    person: &Person,
    revision: &Revision,
    (date, day): (Day, i32),
) -> Result<Vec<NewLog>> {
    // Who is treated for longer goes the same way again.
    let form = person.pattern.on(day % CYCLE);
    let due: Vec<_> = revision
        .prescriptions
        .iter()
        .filter(|row| falls_on(&row.schedule, revision.effective_from, date))
        .collect();
    let times = due.iter().map(|row| row.schedule.times_per_day).max().unwrap_or(0);
    let mut logs = Vec::new();
    for time in 0..times {
        if !chance.percent(form.attends) {
            continue;
        }
        let now: Vec<_> = due.iter().copied().filter(|row| row.schedule.times_per_day > time).collect();
        let hour = if times == 1 { person.hour() } else { spread(time, times) };
        logs.push(session(services, chance, person, form, &now, (date, hour))?);
    }
    Ok(logs)
}

/// The hour of one of several sessions between 7 and 20 o'clock.
fn spread(time: u8, times: u8) -> i8 {
    7 + i8::try_from(u32::from(time) * 13 / u32::from(times.max(1))).unwrap_or(0)
}

/// Whether the patient does an exercise on `date`. So many times a week are spread over the week,
/// with rest between them where there is room.
fn falls_on(schedule: &Schedule, revision_start: Day, date: Day) -> bool {
    match schedule.frequency {
        Frequency::TimesPerWeek { times } => {
            let weekday = i32::from(date.0.weekday().to_monday_zero_offset());
            let times = i32::from(times);
            (weekday + 1) * times / 7 > weekday * times / 7
        }
        _ => schedule.is_due(revision_start.0, date.0),
    }
}

fn session(
    services: &Services,
    chance: &Chance,
    person: &Person,
    form: Form,
    due: &[&Prescription],
    (date, hour): (Day, i8),
) -> Result<NewLog> {
    let minute = i8::try_from(chance.between(0, 49)).unwrap_or(0);
    let local = date.0.at(hour, minute, 0, 0).in_tz(person.time_zone).map_err(|_| Error::Internal)?;
    Ok(NewLog {
        id: services.new_id(),
        performed_at: local.timestamp().into(),
        offset_seconds: local.offset().seconds(),
        time_zone: Some(person.time_zone.to_owned()),
        pain_before: Some(rating(chance, form.pain, (-7, 7))),
        pain_after: Some(rating(chance, form.pain, (-8, 6))),
        symptoms: None,
        note: chance.one(&NOTES).filter(|_| chance.percent(6)).map(str::to_owned),
        results: due.iter().map(|row| result(chance, form, row)).collect(),
    })
}

fn result(chance: &Chance, form: Form, row: &Prescription) -> NewResult {
    let skip_reason = skipped(chance, form);
    let done = skip_reason.is_none();
    NewResult {
        prescription_id: row.id,
        sets: if done { sets(chance, form, &row.dose) } else { Vec::new() },
        rpe: done.then(|| (form.effort + chance.between(-1, 2)).clamp(0, 10)),
        pain_during: done.then(|| rating(chance, form.pain, (-3, 10))),
        skip_reason,
    }
}

fn skipped(chance: &Chance, form: Form) -> Option<SkipReason> {
    const REASONS: [SkipReason; 4] =
        [SkipReason::NoTime, SkipReason::Unwell, SkipReason::Travelling, SkipReason::TooHard];
    if form.pain >= MUCH_PAIN && chance.percent(15) {
        return Some(SkipReason::Pain);
    }
    chance.percent(3).then(|| chance.one(&REASONS)).flatten()
}

/// The sets performed: all in full, or the last one cut short or left out.
fn sets(chance: &Chance, form: Form, dose: &Dose) -> Vec<DoneSet> {
    let full = done(dose, 100);
    let whole = usize::from(dose.sets.max(1));
    if chance.percent(form.completes) {
        return vec![full; whole];
    }
    let mut sets = vec![full; whole - 1];
    if sets.is_empty() || chance.percent(50) {
        sets.push(done(dose, u32::try_from(chance.between(4, 8)).unwrap_or(5) * 10));
    }
    sets
}

/// A set with so many percent of what the dose asks for.
fn done(dose: &Dose, percent: u32) -> DoneSet {
    let part = |amount: u32| (amount * percent / 100).max(1);
    let mut set = DoneSet::default();
    match dose.kind {
        DoseKind::Reps => {
            set.reps = dose.reps.and_then(|reps| u16::try_from(part(reps.into())).ok());
        }
        DoseKind::Hold => set.seconds = dose.hold_seconds.map(|seconds| part(seconds.into())),
        DoseKind::Duration => set.seconds = dose.duration_seconds.map(part),
        DoseKind::Distance => set.metres = dose.distance_metres.map(part),
    }
    set
}

#[cfg(test)]
#[path = "diary_tests.rs"]
mod tests;
