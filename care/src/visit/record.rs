//! Recording what was done in a visit.

use super::check::{check_free, check_record, check_revision, times};
use super::find::{opened, save};
use super::table::{Entity, Model};
use super::treatment::{Notice, notices};
use super::{Status, Treated, Visit, clinician_id};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::patient::{Chart, conditions_of};
use sea_orm::EntityTrait;
use uuid::Uuid;

/// A visit that took place.
#[derive(Debug, Clone)]
pub struct RecordVisit {
    /// Chosen by the client for a visit that was not scheduled, or made here.
    pub id: Option<Uuid>,
    /// The scheduled visit that took place; also one that was marked as missed.
    pub visit_id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// When it began, within the past year.
    pub started_at: Instant,
    /// How long it lasted, in minutes: 5 to 480.
    pub duration_minutes: i32,
    /// What was done, 1 to 20 treatments.
    pub treatments: Vec<Treated>,
    /// Pain before, 0 to 10.
    pub pain_before: Option<i32>,
    /// Pain after, 0 to 10.
    pub pain_after: Option<i32>,
    /// What was found, for the clinicians; at most 4,000 characters.
    pub note: Option<String>,
    /// The revision of one of the patient's programs that the visit led to; therapists name it.
    pub program_revision_id: Option<Uuid>,
}

/// A recorded visit, with what guidelines say to it.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The visit.
    pub visit: Visit,
    /// What guidelines say to its treatments. That they say nothing recommends nothing.
    pub notices: Vec<Notice>,
}

/// Records a visit, scheduled before or not, of a patient of the therapist's or assistant's care teams. It is
/// history then: the same content under the same id answers the same visit, other content is a `Conflict`.
/// Recorded visits of a patient never overlap (`NotAllowed`).
pub async fn record(scope: &Scope, input: RecordVisit) -> Result<Recorded> {
    let (acting, now) = (clinician_id(scope)?, scope.services().now());
    check_record(&input, scope.actor().role, now)?;
    let tx = scope.write().await?;
    let chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let conditions: Vec<_> =
        conditions_of(&tx, &chart).await?.into_iter().map(|condition| condition.diagnosis.key).collect();
    let notices = notices(&input.treatments, &conditions);
    let fingerprint = chart.fingerprint("visit.record", &format!("{input:?}"));
    let id = input.visit_id.or(input.id).unwrap_or_else(|| scope.services().new_id());
    let known = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await?;
    if let Some(row) = known.as_ref().filter(|row| row.record_fingerprint.as_ref() == Some(&fingerprint)) {
        return Ok(Recorded { visit: opened(&tx, scope, &chart, row.clone()).await?, notices });
    }
    let row = match known {
        known if input.visit_id.is_some() => planned(&chart, known)?,
        Some(_) => return Err(Error::Conflict("the id is taken")),
        None => Model::new(&chart, id, fingerprint.clone(), (acting, now)),
    };
    let (starts_at, ends_at) = times(input.started_at, input.duration_minutes);
    check_free(&tx, &chart, (starts_at, ends_at), id, ("startedAt", &[Status::Done])).await?;
    if let Some(revision_id) = input.program_revision_id {
        check_revision(&tx, &chart, revision_id).await?;
    }
    let (closed_by, closed_at) = (Some(acting), Some(now));
    let row =
        Model { starts_at, ends_at, record_fingerprint: Some(fingerprint), closed_by, closed_at, ..row };
    let row = filled(scope, &chart, row, &input)?;
    Ok(Recorded { visit: save(tx, scope, chart, row, "visit.record").await?, notices })
}

/// The row of a visit of this patient that was planned and can be recorded.
fn planned(chart: &Chart, known: Option<Model>) -> Result<Model> {
    let refused = |code, message| Err(Error::field("visitId", code, message));
    match known.filter(|row| row.patient_id == chart.id()) {
        None => refused(Code::NotFound, "Give a scheduled visit of this patient."),
        Some(row) => match row.status {
            Status::Scheduled | Status::Missed => Ok(row),
            Status::Done => Err(Error::Conflict("the visit is recorded with other content")),
            Status::Canceled => {
                refused(Code::NotAllowed, "The visit was canceled. Record this one without visitId.")
            }
        },
    }
}

/// The row with what was done, sealed.
fn filled(scope: &Scope, chart: &Chart, row: Model, input: &RecordVisit) -> Result<Model> {
    let rating = |rating: Option<i32>| rating.and_then(|rating| i16::try_from(rating).ok());
    let treatments = serde_json::to_string(&input.treatments).map_err(|_| Error::Internal)?;
    let note = input.note.as_deref().filter(|note| !note.trim().is_empty());
    Ok(Model {
        status: Status::Done,
        treatments: Some(chart.seal(scope, "visit.treatments", row.id, &treatments)?),
        pain_before: rating(input.pain_before),
        pain_after: rating(input.pain_after),
        note: note.map(|note| chart.seal(scope, "visit.note", row.id, note)).transpose()?,
        program_revision_id: input.program_revision_id,
        ..row
    })
}
