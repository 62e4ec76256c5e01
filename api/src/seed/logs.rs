//! Eight weeks of sessions, as each patient's pattern has it.

use super::people::{Case, Pattern};
use super::variety::Variety;
use super::{DAY, DAYS};
use care::access::Services;
use care::clock::Instant;
use care::error::{Error, Result};
use care::library::dose::{DoneSet, Dose, DoseKind, Side};
use care::library::schedule::Frequency;
use care::program::Prescription;
use care::progress::{self, NewLog, NewResult, RowStatus};
use jiff::tz::TimeZone;
use std::sync::Arc;

/// Logs what the patient did from the first day to yesterday.
pub(super) async fn write(services: &Arc<Services>, case: &Case, variety: &Variety) -> Result<()> {
    let zone = TimeZone::get(super::people::ZONE).map_err(|_| Error::Internal)?;
    let start = services.now().plus(-DAYS * DAY);
    let mut logs = Vec::new();
    for day in 0..DAYS {
        if variety.happens(chance(case.pattern, day)) {
            logs.extend(session(services, case, &zone, (day, start), variety));
        }
    }
    for batch in logs.chunks(100) {
        let outcomes = progress::log(&case.patient, batch.iter().cloned().map(Ok).collect()).await?;
        if let Some(bad) = outcomes.iter().find(|outcome| outcome.status != RowStatus::Accepted) {
            tracing::error!(faults = ?bad.faults, "a demo log was refused");
            return Err(Error::Invalid(bad.faults.clone()));
        }
    }
    Ok(())
}

/// The chance of a session on a day, in percent.
fn chance(pattern: Pattern, day: i64) -> u32 {
    match pattern {
        Pattern::Steady => 92,
        Pattern::Patchy => 50,
        Pattern::DroppedOut => {
            if day < 21 {
                85
            } else {
                0
            }
        }
        Pattern::FlareUp => {
            if (26..31).contains(&day) {
                35
            } else {
                85
            }
        }
        Pattern::AfterSurgery => 80,
    }
}

/// The pain before a session, 0 to 10: it falls over the weeks, but for the flare.
fn pain(pattern: Pattern, day: i64, variety: &Variety) -> i32 {
    let from = if pattern == Pattern::AfterSurgery { 6 } else { 4 };
    let fallen = i32::try_from(day * from / (DAYS + 14)).unwrap_or(0);
    let flare = if pattern == Pattern::FlareUp && (24..33).contains(&day) { 4 } else { 0 };
    let mood = i32::from(variety.happens(30));
    (i32::try_from(from).unwrap_or(4) - fallen + flare + mood).clamp(0, 10)
}

fn session(
    services: &Services,
    case: &Case,
    zone: &TimeZone,
    (day, start): (i64, Instant),
    variety: &Variety,
) -> Option<NewLog> {
    let pain = pain(case.pattern, day, variety);
    let results: Vec<_> = case
        .program
        .revision
        .prescriptions
        .iter()
        .filter(|prescription| falls_on(prescription, day))
        .map(|prescription| result(prescription, pain, variety))
        .collect();
    if results.is_empty() {
        return None;
    }
    let date = start.plus(day * DAY).date_in(zone);
    let hour = i8::try_from(7 + variety.below(12)).unwrap_or(7);
    let minute = i8::try_from(variety.below(60)).unwrap_or(0);
    let performed_at = zone.to_ambiguous_timestamp(date.0.at(hour, minute, 0, 0)).compatible().ok()?;
    Some(NewLog {
        id: services.new_id(),
        performed_at: performed_at.into(),
        offset_seconds: zone.to_offset(performed_at).seconds(),
        time_zone: Some(super::people::ZONE.to_owned()),
        pain_before: Some(pain),
        pain_after: Some((pain - i32::from(variety.happens(50))).max(0)),
        note: variety.happens(5).then(|| "Felt stiff in the morning, better afterwards.".to_owned()),
        results,
    })
}

/// Exercises of so many days a week are done on every second day.
fn falls_on(prescription: &Prescription, day: i64) -> bool {
    match prescription.schedule.frequency {
        Frequency::TimesPerWeek { times } => day % 7 < 2 * i64::from(times) && (day % 7) % 2 == 0,
        _ => true,
    }
}

fn result(prescription: &Prescription, pain: i32, variety: &Variety) -> NewResult {
    let dose = &prescription.dose;
    let sides = if dose.side == Side::Alternate { vec![Side::Left, Side::Right] } else { vec![Side::Both] };
    // Now and then a set is left out.
    let missing = u8::from(dose.sets > 1 && variety.happens(12));
    let sets = sides.iter().flat_map(|side| (missing..dose.sets).map(|_| set(dose, *side))).collect();
    NewResult {
        prescription_id: prescription.id,
        sets,
        rpe: Some(i32::try_from(3 + variety.below(4)).unwrap_or(3)),
        pain_during: Some((pain + i32::from(variety.happens(25))).min(10)),
        skip_reason: None,
    }
}

/// A set as it was prescribed.
fn set(dose: &Dose, side: Side) -> DoneSet {
    let seconds = match dose.kind {
        DoseKind::Hold => dose.hold_seconds.map(u32::from),
        DoseKind::Duration => dose.duration_seconds,
        _ => None,
    };
    DoneSet { reps: dose.reps, seconds, metres: dose.distance_metres, side: Some(side), load_kg: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pain_stays_on_the_scale_and_flares_where_it_should() {
        let variety = Variety::new(1);
        for pattern in
            [Pattern::Steady, Pattern::FlareUp, Pattern::AfterSurgery, Pattern::DroppedOut, Pattern::Patchy]
        {
            assert!((0..DAYS).all(|day| (0..=10).contains(&pain(pattern, day, &variety))));
        }
        assert!(pain(Pattern::FlareUp, 28, &variety) >= 6);
        assert_eq!(chance(Pattern::DroppedOut, 40), 0);
    }
}
