//! Writing a patient a program.

use super::caution::{Facts, warnings};
use super::check::{Content, Place, check_dates};
use super::table::{program, program_revision};
use super::{History, NewPhase, NewPrescription, Saved, Status, phase::Phases};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Error, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, EntityTrait};
use uuid::Uuid;

/// A new program.
#[derive(Debug, Clone)]
pub struct CreateProgram {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// Title, 1 to 200 characters.
    pub title: String,
    /// First day; today when missing.
    pub starts_on: Option<Day>,
    /// Last day; open when missing.
    pub ends_on: Option<Day>,
    /// Phases, end to end from the first day.
    pub phases: Vec<NewPhase>,
    /// 1 to 30 exercises, in the order they are to be done.
    pub prescriptions: Vec<NewPrescription>,
    /// Why, for the clinicians; at most 4,000 characters.
    pub note: Option<String>,
}

/// Creates a draft. The same id and content answer the same program; other content under the id
/// is a `Conflict`. Rules that warn of it are told; a reason can wait until it is activated. Therapists of the patient's care team only.
pub async fn create(scope: &Scope, input: CreateProgram) -> Result<Saved> {
    scope.therapist_id()?;
    let content = Content {
        title: &input.title,
        note: input.note.as_deref(),
        phases: &input.phases,
        prescriptions: &input.prescriptions,
    };
    content.check()?;
    let id = input.id.unwrap_or_else(|| scope.services().new_id());
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let today = chart.date_at(scope.services().now());
    let fingerprint = chart.fingerprint("program.create", &format!("{input:?}"));
    let starts_on = input.starts_on.unwrap_or(today);
    let warnings =
        warnings(&tx, &Facts::of(&tx, &chart, (starts_on, input.ends_on)).await?, &input.prescriptions)
            .await?;
    if let Some(known) = program::Entity::find_by_id((scope.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != input.patient_id {
            return Err(Error::Conflict("the id is taken"));
        }
        let program = History::load(&tx, known).await?.program(&chart, today)?;
        return Ok(Saved { program, warnings });
    }
    check_dates(starts_on, input.ends_on, today)?;
    let change = chart.raise(&tx, None).await?;
    let row = program::Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        title: input.title.trim().to_owned(),
        status: Status::Draft,
        starts_on,
        ends_on: input.ends_on,
        revision: 1,
        fingerprint,
        created_by: scope.actor().person.member_id(),
        created_at: scope.services().now(),
        change,
    };
    program::ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let history = History { row, revisions: Vec::new(), prescriptions: Vec::new(), holds: Vec::new() };
    let history = add_revision(&tx, scope, &chart, history, &content, starts_on).await?;
    let entry =
        audit::Entry { action: "program.create", patient_id: Some(chart.id()), object: (Kind::Program, id) };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(Saved { program: history.program(&chart, today)?, warnings })
}

/// Adds the next revision to a program whose row says its number already.
pub(super) async fn add_revision(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    history: History,
    content: &Content<'_>,
    effective_from: Day,
) -> Result<History> {
    let services = scope.services();
    let (row, revision_id) = (history.row, services.new_id());
    let note =
        content.note.map(|note| chart.seal(scope, "program_revision.note", revision_id, note)).transpose()?;
    let revision = program_revision::Model {
        clinic_id: row.clinic_id,
        id: revision_id,
        patient_id: row.patient_id,
        program_id: row.id,
        number: row.revision,
        effective_from,
        phases: Phases::lay(content.phases, || services.new_id()),
        note,
        fingerprint: Vec::new(),
        created_by: scope.actor().person.member_id(),
        created_at: services.now(),
        change: row.change,
    };
    program_revision::ActiveModel::from(revision).reset_all().insert(tx).await?;
    let place = Place {
        clinic_id: row.clinic_id,
        patient_id: row.patient_id,
        program_id: row.id,
        revision_id,
        change: row.change,
        earlier: &history.prescriptions,
    };
    place.insert(tx, content.prescriptions, || services.new_id()).await?;
    History::load(tx, row).await
}
