//! What a visit must satisfy.

use super::find::MINUTE;
use super::record::RecordVisit;
use super::table::{Column, Entity};
use super::{Status, treatment};
use crate::access::Role;
use crate::clinic::table::{care_team, member};
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result, has_control};
use crate::patient::Chart;
use crate::program::table::program_revision;
use crate::store::Tx;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

/// Treatments of a visit.
const MOST: usize = 20;
/// A day, in milliseconds.
const DAY: i64 = 24 * 60 * MINUTE;
/// How far back a visit may reach: a year.
const BACK: i64 = 366 * DAY;
/// How far ahead a visit may be scheduled: two years.
const AHEAD: i64 = 731 * DAY;
/// Clocks of phones run ahead a little.
const FAST: i64 = 5 * MINUTE;

/// From when to when a visit lasts.
pub(super) type Times = (Instant, Instant);

/// When and where a visit is to be, as it is asked for.
pub(super) struct Plan<'a> {
    pub(super) starts_at: Instant,
    pub(super) duration_minutes: i32,
    pub(super) place: Option<&'a str>,
}

impl Plan<'_> {
    /// From when to when, where it is right.
    pub(super) fn check(&self, now: Instant) -> Result<Times> {
        let mut faults = Vec::new();
        if self.starts_at < now.plus(-BACK) || self.starts_at > now.plus(AHEAD) {
            let message = "Give an instant between a year ago and two years ahead.";
            faults.push(FieldError::new("startsAt", Code::OutOfRange, message));
        }
        faults.extend(check_duration(self.duration_minutes));
        if self.place.is_some_and(|place| place.chars().count() > 200) {
            faults.push(FieldError::new("place", Code::TooLong, "Give at most 200 characters."));
        }
        if self.place.is_some_and(has_control) {
            let message = "Give the place in one line, without control characters.";
            faults.push(FieldError::new("place", Code::Malformed, message));
        }
        settle(faults)?;
        Ok(times(self.starts_at, self.duration_minutes))
    }
}

pub(super) fn times(starts_at: Instant, duration_minutes: i32) -> Times {
    (starts_at, starts_at.plus(i64::from(duration_minutes) * MINUTE))
}

fn settle(faults: Vec<FieldError>) -> Result<()> {
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

fn check_duration(minutes: i32) -> Option<FieldError> {
    let wrong = !(5..=480).contains(&minutes);
    wrong.then(|| FieldError::new("durationMinutes", Code::OutOfRange, "Give 5 to 480 minutes."))
}

/// A visit as it is to be recorded, as far as it can be told without the database.
pub(super) fn check_record(input: &RecordVisit, role: Role, now: Instant) -> Result<()> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, code, message: &str| faults.push(FieldError::new(field, code, message));
    if input.id.is_some() && input.visit_id.is_some() {
        fault("id", Code::Mismatch, "Choose an id only for a visit that was not scheduled.");
    }
    if input.started_at < now.plus(-BACK) || input.started_at > now.plus(FAST) {
        fault("startedAt", Code::OutOfRange, "Give an instant of the past year, not of the future.");
    }
    for (field, rating) in [("painBefore", input.pain_before), ("painAfter", input.pain_after)] {
        if rating.is_some_and(|rating| !(0..=10).contains(&rating)) {
            fault(field, Code::OutOfRange, "Rate pain from 0 to 10.");
        }
    }
    if input.note.as_ref().is_some_and(|note| note.chars().count() > 4_000) {
        fault("note", Code::TooLong, "Give at most 4,000 characters.");
    }
    if input.program_revision_id.is_some() && role != Role::Therapist {
        fault("programRevisionId", Code::NotAllowed, "Leave it out: a therapist names what a visit led to.");
    }
    if input.treatments.is_empty() {
        fault("treatments", Code::Required, "Give at least one treatment.");
    }
    if input.treatments.len() > MOST {
        fault("treatments", Code::TooMany, "Give at most 20 treatments.");
    }
    faults.extend(check_duration(input.duration_minutes));
    for (at, treated) in input.treatments.iter().enumerate().take(MOST) {
        let mut fault = |field: &str, code, message: &str| {
            faults.push(FieldError::new(field, code, message).under(at).under("treatments"));
        };
        if treatment(&treated.treatment).is_none() {
            fault("treatment", Code::NotFound, "Give the key of one of `treatments`.");
        }
        if !(1..=240).contains(&treated.minutes) {
            fault("minutes", Code::OutOfRange, "Give 1 to 240 minutes.");
        }
        if treated.note.as_ref().is_some_and(|note| note.chars().count() > 1_000) {
            fault("note", Code::TooLong, "Give at most 1,000 characters.");
        }
    }
    settle(faults)
}

/// Whether the member is a therapist or assistant of the patient's care team. Anybody else looks absent.
pub(super) async fn check_member(tx: &Tx, chart: &Chart, id: Uuid) -> Result<()> {
    let on_team = care_team::Entity::find_by_id((chart.clinic_id(), chart.id(), id)).one(tx).await?.is_some();
    let clinicians = member::Entity::find_by_id((chart.clinic_id(), id))
        .filter(member::Column::Role.is_in([Role::Therapist, Role::Assistant]))
        .filter(member::Column::DisabledAt.is_null());
    if on_team && clinicians.one(tx).await?.is_some() {
        return Ok(());
    }
    let message = "Give a therapist or an assistant of the patient's care team.";
    Err(Error::field("memberId", Code::NotFound, message))
}

/// Whether no other visit of the patient that stands as one of `among` overlaps these times.
pub(super) async fn check_free(
    tx: &Tx,
    chart: &Chart,
    (starts_at, ends_at): Times,
    but: Uuid,
    (field, among): (&str, &[Status]),
) -> Result<()> {
    let overlapping = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::Id.ne(but))
        .filter(Column::Status.is_in(among.iter().copied()))
        .filter(Column::StartsAt.lt(ends_at))
        .filter(Column::EndsAt.gt(starts_at));
    if overlapping.count(tx).await? == 0 {
        return Ok(());
    }
    let message = "The patient has another visit at this time. Choose times that do not overlap with it.";
    Err(Error::field(field, Code::NotAllowed, message))
}

/// Whether this is a revision of one of the patient's programs.
pub(super) async fn check_revision(tx: &Tx, chart: &Chart, id: Uuid) -> Result<()> {
    let find = program_revision::Entity::find_by_id((chart.clinic_id(), id))
        .filter(program_revision::Column::PatientId.eq(chart.id()));
    if find.one(tx).await?.is_some() {
        return Ok(());
    }
    let message = "Give a revision of one of the patient's programs.";
    Err(Error::field("programRevisionId", Code::NotFound, message))
}
