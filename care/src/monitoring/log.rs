//! Logging what was done in monitoring a patient.

use super::table::monitoring_entry::{Column, Entity, Model};
use super::{Activity, Entry, Kind, Medium, clinician_id};
use crate::access::Scope;
use crate::audit;
use crate::clinic::table::member;
use crate::clock::Instant;
use crate::error::{Code, Error, FieldError, Result};
use crate::id;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
};
use uuid::Uuid;

/// An hour, in milliseconds.
const HOUR: i64 = 3_600_000;
/// How far back an entry may reach: a year.
const BACK: i64 = 366 * 24 * HOUR;
/// How long an entry may last.
const LONGEST: i64 = 8 * HOUR;
/// Clocks run ahead a little.
const FAST: i64 = 300_000;

/// What a member did.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// What it is about.
    pub kind: Kind,
    /// When it began, within the past year.
    pub started_at: Instant,
    /// When it ended, at most eight hours later.
    pub ended_at: Option<Instant>,
    /// For time of management.
    pub activity: Option<Activity>,
    /// For a live contact.
    pub medium: Option<Medium>,
    /// At most 1,000 characters.
    pub note: Option<String>,
}

/// Logs what the therapist or assistant who acts did for a patient of their care teams. The same id and content
/// answer the same entry; other content is a `Conflict`. The times of management of one member never overlap,
/// whichever patients they are of, nor do those of one patient, whoever they are of (`NotAllowed`).
pub async fn log(scope: &Scope, input: NewEntry) -> Result<Entry> {
    let (member_id, now) = (clinician_id(scope)?, scope.services().now());
    check(&input, now)?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let entry_id = input.id.unwrap_or_else(|| scope.services().new_id());
    let fingerprint = chart.fingerprint("monitoring_entry", &format!("{member_id} {input:?}"));
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), entry_id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return Entry::of(&chart, &known);
    }
    if let (Kind::Management, Some(ended_at)) = (input.kind, input.ended_at) {
        check_free(&tx, &chart, member_id, (input.started_at, ended_at)).await?;
    }
    let note = input.note.as_deref().filter(|note| !note.trim().is_empty());
    let row = Model {
        clinic_id: chart.clinic_id(),
        id: entry_id,
        patient_id: chart.id(),
        member_id,
        kind: input.kind,
        started_at: input.started_at,
        ended_at: input.ended_at,
        activity: input.activity,
        medium: input.medium,
        note: note.map(|note| chart.seal(scope, "monitoring_entry.note", entry_id, note)).transpose()?,
        fingerprint,
        recorded_at: now,
        voided_by: None,
        voided_at: None,
        void_reason: None,
    };
    let change = chart.raise(&tx, None).await?;
    row.clone().into_active_model().reset_all().insert(&tx).await?;
    let object = (id::Kind::MonitoringEntry, entry_id);
    let entry = audit::Entry { action: "monitoring.log", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Entry::of(&chart, &row)
}

fn check(input: &NewEntry, now: Instant) -> Result<()> {
    let mut faults = Vec::new();
    if input.started_at < now.plus(-BACK) || input.started_at > now.plus(FAST) {
        let message = "Give an instant of the past year, not of the future.";
        faults.push(FieldError::new("startedAt", Code::OutOfRange, message));
    }
    let shortest = input.started_at.plus(1)..=input.started_at.plus(LONGEST);
    if input.ended_at.is_some_and(|at| !shortest.contains(&at) || at > now.plus(FAST)) {
        let message = "Give an instant after the start, at most eight hours later, not of the future.";
        faults.push(FieldError::new("endedAt", Code::OutOfRange, message));
    }
    if input.note.as_ref().is_some_and(|note| note.chars().count() > 1_000) {
        faults.push(FieldError::new("note", Code::TooLong, "Give at most 1,000 characters."));
    }
    if faults.is_empty() { Ok(()) } else { Err(Error::Invalid(faults)) }
}

/// Whether no other time of management overlaps, of the member or of the patient. The rows of both are locked, so
/// that of two at once one sees the other.
async fn check_free(
    tx: &Tx,
    chart: &Chart,
    member_id: Uuid,
    (started_at, ended_at): (Instant, Instant),
) -> Result<()> {
    tx.locking(member::Entity::find_by_id((chart.clinic_id(), member_id))).one(tx).await?;
    let overlapping = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Condition::any().add(Column::MemberId.eq(member_id)).add(Column::PatientId.eq(chart.id())))
        .filter(Column::Kind.eq(Kind::Management))
        .filter(Column::VoidedAt.is_null())
        .filter(Column::StartedAt.lt(ended_at))
        .filter(Column::EndedAt.gt(started_at));
    if overlapping.count(tx).await? == 0 {
        return Ok(());
    }
    let message =
        "Other time overlaps with this: yours, or a colleague's for this patient. Give times that do not.";
    Err(Error::field("startedAt", Code::NotAllowed, message))
}
