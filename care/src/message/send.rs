//! Sending a message.

use super::table::{Column, Entity, Model};
use super::{Message, opened_one};
use crate::access::Scope;
use crate::audit;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

/// The most characters of a message.
const LONGEST: usize = 4_000;

/// A message that is to be sent.
#[derive(Clone)]
pub struct NewMessage {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient whose care team, or who, is to read it; who acts when missing.
    pub patient_id: Option<Uuid>,
    /// What it says: 1 to 4,000 characters that are not all blank.
    pub text: String,
}

impl std::fmt::Debug for NewMessage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewMessage")
    }
}

/// Sends a message of the patient who acts to their care team, or of the therapist or assistant who acts to
/// a patient of theirs. The same id and content answer the same message; other content is a `Conflict`.
/// `NotAllowed` to a patient who was discharged, and where a patient lets no care team read it.
pub async fn send(scope: &Scope, input: NewMessage) -> Result<Message> {
    // Patients may name themselves.
    let own = scope.actor().person.patient_id();
    let patient_id = scope.concerned(input.patient_id.filter(|id| own != Some(*id)))?;
    let text = checked(&input.text)?;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let member_id = scope.actor().person.member_id();
    let fingerprint = chart.fingerprint("message", &format!("{:?}", (member_id, text)));
    let id = input.id.unwrap_or_else(|| scope.services().new_id());
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return opened_one(&tx, scope, &chart, known).await;
    }
    heard(&chart)?;
    let row = Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        member_id,
        text: chart.seal(scope, "message.text", id, text)?,
        sent_at: next_at(&tx, scope, &chart).await?,
        read_at: None,
        read_by: None,
        fingerprint,
        change: chart.raise(&tx, None).await?,
    };
    row.clone().into_active_model().reset_all().insert(&tx).await?;
    let entry =
        audit::Entry { action: "message.send", patient_id: Some(chart.id()), object: (Kind::Message, id) };
    audit::record(&tx, scope, entry).await?;
    let message = opened_one(&tx, scope, &chart, row).await?;
    tx.commit().await?;
    scope.announce(chart.id(), chart.row.change);
    Ok(message)
}

fn checked(text: &str) -> Result<&str> {
    if text.trim().is_empty() {
        return Err(Error::field("text", Code::Required, "Give the message in 1 to 4,000 characters."));
    }
    if text.chars().count() > LONGEST {
        return Err(Error::field("text", Code::TooLong, "Give at most 4,000 characters."));
    }
    Ok(text)
}

/// Whether there is anybody on the other side who may read it.
fn heard(chart: &Chart) -> Result<()> {
    let refused = |message| Err(Error::field("text", Code::NotAllowed, message));
    if chart.row.discharged_at.is_some() {
        return refused("The patient's care has ended, and nothing new can be sent to them.");
    }
    if chart.row.sharing_ended_at.is_some() {
        return refused("Nobody of your care team may read this. Grant them your consent again first.");
    }
    Ok(())
}

/// The instant of the next message of the thread: later than that of the last, also where a clock was set
/// back.
async fn next_at(tx: &Tx, scope: &Scope, chart: &Chart) -> Result<Instant> {
    let last = Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .order_by_desc(Column::SentAt)
        .one(tx)
        .await?;
    let now = scope.services().now();
    Ok(last.map_or(now, |last| now.max(last.sent_at.plus(1))))
}
