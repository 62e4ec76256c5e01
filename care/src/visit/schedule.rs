//! Scheduling a visit.

use super::check::{Plan, check_free, check_member};
use super::find::{opened, save};
use super::table::{Entity, Model};
use super::{Status, Visit, clinician_id};
use crate::access::Scope;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::patient::Chart;
use sea_orm::EntityTrait;
use uuid::Uuid;

/// A visit that is to be.
#[derive(Debug, Clone)]
pub struct ScheduleVisit {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// When it begins, from a year ago to two years ahead.
    pub starts_at: Instant,
    /// How long it lasts, in minutes: 5 to 480.
    pub duration_minutes: i32,
    /// Who sees the patient: a therapist or assistant of the care team; who acts when missing.
    pub member_id: Option<Uuid>,
    /// Where it is: one line of at most 200 characters.
    pub place: Option<String>,
}

/// Schedules a visit of a patient of the therapist's or assistant's care teams. The same id and content
/// answer the same visit as it stands now; other content is a `Conflict`. Two visits of a patient never
/// overlap (`NotAllowed`); those of a member may.
pub async fn schedule(scope: &Scope, input: ScheduleVisit) -> Result<Visit> {
    let (acting, now) = (clinician_id(scope)?, scope.services().now());
    let place = input.place.as_deref().map(str::trim).filter(|place| !place.is_empty());
    let plan = Plan { starts_at: input.starts_at, duration_minutes: input.duration_minutes, place };
    let (starts_at, ends_at) = plan.check(now)?;
    let id = input.id.unwrap_or_else(|| scope.services().new_id());
    let tx = scope.write().await?;
    let chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let fingerprint = chart.fingerprint("visit.schedule", &format!("{input:?}"));
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return opened(&tx, scope, &chart, known).await;
    }
    let member_id = input.member_id.unwrap_or(acting);
    check_member(&tx, &chart, member_id).await?;
    let taken = ("startsAt", [Status::Scheduled, Status::Done].as_slice());
    check_free(&tx, &chart, (starts_at, ends_at), id, taken).await?;
    let row = Model {
        member_id,
        starts_at,
        ends_at,
        place: place.map(|place| chart.seal(scope, "visit.place", id, place)).transpose()?,
        ..Model::new(&chart, id, fingerprint, (acting, now))
    };
    save(tx, scope, chart, row, "visit.schedule").await
}

impl Model {
    /// A new visit, yet without its time and content.
    pub(super) fn new(chart: &Chart, id: Uuid, fingerprint: Vec<u8>, (by, at): (Uuid, Instant)) -> Self {
        Self {
            clinic_id: chart.clinic_id(),
            id,
            patient_id: chart.id(),
            member_id: by,
            status: Status::Scheduled,
            starts_at: at,
            ends_at: at,
            place: None,
            cancel_reason: None,
            treatments: None,
            pain_before: None,
            pain_after: None,
            note: None,
            program_revision_id: None,
            fingerprint,
            record_fingerprint: None,
            created_by: by,
            created_at: at,
            closed_by: None,
            closed_at: None,
            changed_at: at,
            change: 0,
        }
    }
}
