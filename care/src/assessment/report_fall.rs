//! Reporting a fall, and acting on it in the same transaction.

use super::fall::{Fall, FallKind};
use super::table::fall_report::{ActiveModel, Entity, Model};
use crate::access::Scope;
use crate::account::MailKind;
use crate::alert::{self, Raise, SAFETY};
use crate::audit;
use crate::clinic::tell_administrators;
use crate::clock::Instant;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::patient::{Chart, tell_team};
use crate::program::{FALL, hold_for_safety};
use crate::store::Tx;
use sea_orm::{ActiveEnum, ActiveModelTrait, EntityTrait};
use uuid::Uuid;

/// The most characters of a note.
const LONGEST_NOTE: usize = 2_000;
/// How long ago it may have happened: a year.
const BACK: i64 = 366 * 24 * 60 * 60_000;

/// A fall that is reported.
#[derive(Clone)]
pub struct NewFall {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient; who acts when missing.
    pub patient_id: Option<Uuid>,
    /// Whether it came to a fall.
    pub kind: FallKind,
    /// When it happened, within the past year.
    pub happened_at: Instant,
    /// Whether the patient is injured, if that is known.
    pub injured: Option<bool>,
    /// In the words of who reports it, at most 2,000 characters.
    pub note: Option<String>,
}

impl std::fmt::Debug for NewFall {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("NewFall")
    }
}

/// Reports a fall or a near-fall of the patient who acts, or of one cared for by the therapist or assistant who
/// acts, and raises an alert. After a fall every program that the patient follows rests until a clinician
/// releases it, and the care team is told by mail, in the same transaction. The same id and content answer the
/// same report; other content is a `Conflict`.
pub async fn report_fall(scope: &Scope, input: NewFall) -> Result<Fall> {
    // Patients may name themselves.
    let own = scope.actor().person.patient_id();
    let patient_id = scope.concerned(input.patient_id.filter(|id| own != Some(*id)))?;
    let now = scope.services().now();
    if input.happened_at < now.plus(-BACK) {
        return Err(Error::field("happenedAt", Code::OutOfRange, "Give an instant of the past year."));
    }
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let id = input.id.unwrap_or_else(|| scope.services().new_id());
    let NewFall { id: _, patient_id: _, kind, happened_at, injured, note } = &input;
    let content = format!("{:?}", (kind, happened_at, injured, note));
    let fingerprint = chart.fingerprint("fall_report", &content);
    if let Some(known) = Entity::find_by_id((chart.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != chart.id() {
            return Err(Error::Conflict("the id is taken"));
        }
        return Fall::of(&chart, &known);
    }
    let change = chart.raise(&tx, own.map(|_| now)).await?;
    let row = input.row(scope, &chart, (id, fingerprint, change))?;
    ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    act(&tx, scope, &chart, &row).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Fall::of(&chart, &row)
}

impl NewFall {
    fn row(
        &self,
        scope: &Scope,
        chart: &Chart,
        (id, fingerprint, change): (Uuid, Vec<u8>, i64),
    ) -> Result<Model> {
        // What is odd beside a fall does not keep it from being heard.
        let happened_at = self.happened_at.min(scope.services().now());
        let note = self.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
        let note: Option<String> = note.map(|note| note.chars().take(LONGEST_NOTE).collect());
        let person = scope.actor().person;
        Ok(Model {
            clinic_id: chart.clinic_id(),
            id,
            patient_id: chart.id(),
            kind: self.kind,
            happened_at,
            local_date: chart.date_at(happened_at),
            injured: self.injured,
            note: note.map(|note| chart.seal(scope, "fall_report.note", id, &note)).transpose()?,
            by_patient: person.patient_id().is_some(),
            recorded_by: person.member_id(),
            recorded_at: scope.services().now(),
            fingerprint,
            change,
        })
    }
}

/// Raises the alert; after a fall lets every program rest, and tells those who can act.
async fn act(tx: &Tx, scope: &Scope, chart: &Chart, row: &Model) -> Result<()> {
    let object = (Kind::FallReport, row.id);
    if let Some(severity) = alert::rule(SAFETY).and_then(|rule| rule.severity(&row.kind.to_value())) {
        let raise = Raise { rule: SAFETY, severity, evidence: object };
        alert::raise(tx, scope, chart, raise, row.change).await?;
    }
    if row.kind == FallKind::Fall {
        hold_for_safety(tx, scope, chart, (FALL, row.change)).await?;
        if !tell_team(tx, scope, chart, MailKind::Fall).await? {
            tracing::warn!(patient = %chart.id(), "a fall, and no therapist of the care team to tell");
            tell_administrators(tx, scope, MailKind::FallUnattended).await?;
        }
    }
    let entry = audit::Entry { action: "fall.report", patient_id: Some(chart.id()), object };
    audit::record(tx, scope, entry).await
}
