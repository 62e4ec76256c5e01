//! Answering a measure.

use super::alarm::look;
use super::check::check;
use super::measure::Measure;
use super::score::score;
use super::table::outcome_response::{ActiveModel, Entity, Model};
use super::text::has_text;
use super::{Content, Response, named};
use crate::access::Scope;
use crate::audit;
use crate::clock::{Day, Instant};
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use jiff::tz::{Offset, TimeZone};
use sea_orm::{ActiveModelTrait, EntityTrait};
use uuid::Uuid;

/// Answers to a measure.
#[derive(Clone)]
pub struct NewResponse {
    /// Chosen by the client: the idempotency key. Made here when missing.
    pub id: Option<Uuid>,
    /// The patient; who acts when missing.
    pub patient_id: Option<Uuid>,
    /// The key of the measure.
    pub measure: String,
    /// When it was answered, within the past year.
    pub answered_at: Instant,
    /// The offset from UTC on the patient's clock then, in seconds; it decides the local date.
    pub offset_seconds: i32,
    /// The number of each item with what it was answered by, in whatever order.
    pub answers: Vec<(String, i32)>,
    /// The activities that the patient names, where the measure asks for them; each 1 to 100 characters.
    pub activities: Vec<String>,
}

impl std::fmt::Debug for NewResponse {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewResponse")
    }
}

impl NewResponse {
    fn fingerprint(&self, chart: &Chart) -> Vec<u8> {
        let Self { id: _, patient_id: _, measure, answered_at, offset_seconds, answers, activities } = self;
        let mut answers: Vec<_> = answers.iter().collect();
        answers.sort();
        let content = (measure, answered_at, offset_seconds, answers, activities);
        chart.fingerprint("outcome_response", &format!("{content:?}"))
    }

    fn local_date(&self) -> Day {
        let offset = Offset::from_seconds(self.offset_seconds).unwrap_or(Offset::UTC);
        self.answered_at.date_in(&TimeZone::fixed(offset))
    }
}

/// Records answers of the patient who acts, or those that a therapist or assistant enters for a patient of their
/// care team. A measure of function raises an alert where it has much declined, or nothing was gained for long,
/// and closes it with a gain. The same id and content answer the same response; other content is a `Conflict`.
pub async fn submit(scope: &Scope, input: NewResponse) -> Result<Response> {
    // Patients may name themselves.
    let own = scope.actor().person.patient_id();
    let patient_id = scope.concerned(input.patient_id.filter(|id| own != Some(*id)))?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let (id, fingerprint) =
        (input.id.unwrap_or_else(|| scope.services().new_id()), input.fingerprint(&chart));
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return Response::of(&chart, &known);
    }
    let measure = named(&input.measure)?;
    let content = check(measure, &input, scope.services().now())?;
    if chart.is_own() && !has_text(&tx, chart.clinic_id(), measure).await? {
        let message = "Your clinic has no text of this measure, so nobody can have read it in an app.";
        return Err(Error::field("measure", Code::NotAllowed, message));
    }
    let change = chart.raise(&tx, None).await?;
    let row = row(scope, &chart, (measure, &input, content), (id, fingerprint, change))?;
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let object = (Kind::OutcomeResponse, id);
    let entry = audit::Entry { action: "outcome.submit", patient_id: Some(chart.id()), object };
    audit::record(&tx, scope, entry).await?;
    look(&tx, scope, &chart, (measure, id), change).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Response::of(&chart, &row)
}

fn row(
    scope: &Scope,
    chart: &Chart,
    (measure, input, content): (&'static Measure, &NewResponse, Content),
    (id, fingerprint, change): (Uuid, Vec<u8>, i64),
) -> Result<Model> {
    let scored = score(measure, &content.answers);
    let content = Content { parts: scored.parts, ..content };
    let text = serde_json::to_string(&content).map_err(|_| Error::Internal)?;
    Ok(Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        measure: measure.key.clone(),
        definition_version: measure.version,
        unit: measure.unit,
        answered_at: input.answered_at,
        offset_seconds: input.offset_seconds,
        local_date: input.local_date(),
        score: scored.score,
        band: scored.band.map(str::to_owned),
        content: chart.seal(scope, "outcome_response.content", id, &text)?,
        by_patient: chart.is_own(),
        recorded_by: scope.actor().account_id,
        recorded_at: scope.services().now(),
        fingerprint,
        voided_by: None,
        voided_at: None,
        void_reason: None,
        change,
    })
}
