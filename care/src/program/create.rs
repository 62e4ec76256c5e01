//! Writing a patient a program.

use super::caution::{Facts, warnings};
use super::check::{Content, Place, check_dates};
use super::status::warned;
use super::table::{program, program_revision};
use super::template::{Blueprint, blueprint};
use super::{History, NewPhase, NewPrescription, Saved, Status, phase::Phases};
use crate::access::Scope;
use crate::audit;
use crate::clock::Day;
use crate::error::{Code, Error, Result};
use crate::id::Kind;
use crate::library::Language;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{ActiveModelTrait, EntityTrait};
use uuid::Uuid;

/// What a program or a template is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A template or protocol, in exactly this version.
    Template(Uuid),
    /// The newest revision of a program of a visible patient.
    Program(Uuid),
}

/// A new program.
#[derive(Debug, Clone)]
pub struct CreateProgram {
    /// Chosen by the client, or made here.
    pub id: Option<Uuid>,
    /// The patient.
    pub patient_id: Uuid,
    /// What it is made from; from scratch when missing. What is given beside it stands instead.
    pub source: Option<Source>,
    /// Title, 1 to 200 characters; that of the source when empty, but for a program of another patient.
    pub title: String,
    /// First day; today when missing.
    pub starts_on: Option<Day>,
    /// Last day; open when missing.
    pub ends_on: Option<Day>,
    /// Phases, end to end from the first day, or from the day of surgery where the source is a protocol;
    /// those of the source when empty.
    pub phases: Vec<NewPhase>,
    /// 1 to 30 exercises, in the order they are to be done; those of the source when empty.
    pub prescriptions: Vec<NewPrescription>,
    /// Why, for the clinicians; at most 4,000 characters.
    pub note: Option<String>,
}

/// Creates a draft. The same id and content answer the same program; other content under the id
/// is a `Conflict`. Rules that warn of it are told; a reason can wait until it is activated. A protocol counts
/// from the patient's day of surgery, which must be known; who joins it late begins in its first phase, and is
/// let into that of the week by [`super::change_phase()`], with its criteria. Therapists of the care team only.
pub async fn create(scope: &Scope, input: CreateProgram) -> Result<Saved> {
    scope.therapist_id()?;
    let id = input.id.unwrap_or_else(|| scope.services().new_id());
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, input.patient_id).await?;
    let today = chart.date_at(scope.services().now());
    let fingerprint = chart.fingerprint("program.create", &format!("{input:?}"));
    if let Some(known) = program::Entity::find_by_id((scope.clinic_id(), id)).one(&tx).await? {
        if known.fingerprint != fingerprint || known.patient_id != input.patient_id {
            return Err(Error::Conflict("the id is taken"));
        }
        let history = History::load(&tx, known).await?;
        let warnings = warned(&tx, scope, &chart, (&history, history.row.starts_on), (None, false)).await?;
        return Ok(Saved { program: history.program(&chart, today)?, warnings });
    }
    let plan = planned(&tx, scope, &chart, &input).await?;
    let content = Content {
        title: &plan.title,
        note: input.note.as_deref(),
        phases: &plan.phases,
        prescriptions: &plan.prescriptions,
    };
    content.check()?;
    let none = Phases::default();
    let faults = none.check_ids(content.phases);
    if !faults.is_empty() {
        return Err(Error::Invalid(faults));
    }
    let starts_on = input.starts_on.unwrap_or(today);
    let anchor_on = anchor(&plan, &chart)?;
    let phases = Phases::lay(content.phases, &none, || scope.services().new_id());
    let dated = phases.dated(anchor_on.unwrap_or(starts_on));
    let facts = Facts::of(&tx, &chart, (starts_on, input.ends_on), dated).await?;
    let warnings = warnings(&tx, &facts, content.prescriptions).await?;
    check_dates(starts_on, input.ends_on, today)?;
    let change = chart.raise(&tx, None).await?;
    let row = program::Model {
        clinic_id: chart.clinic_id(),
        id,
        patient_id: chart.id(),
        title: plan.title.trim().to_owned(),
        status: Status::Draft,
        starts_on,
        ends_on: input.ends_on,
        anchor_on,
        template_id: plan.pinned.map(|(id, _)| id),
        template_version: plan.pinned.map(|(_, version)| version),
        revision: 1,
        fingerprint,
        created_by: scope.actor().person.member_id(),
        created_at: scope.services().now(),
        change,
    };
    program::ActiveModel::from(row.clone()).reset_all().insert(&tx).await?;
    let history = History { row, revisions: Vec::new(), prescriptions: Vec::new(), holds: Vec::new() };
    let history = add_revision(&tx, scope, &chart, history, &content, (phases, starts_on)).await?;
    let entry =
        audit::Entry { action: "program.create", patient_id: Some(chart.id()), object: (Kind::Program, id) };
    audit::record(&tx, scope, entry).await?;
    tx.commit().await?;
    scope.announce(chart.id(), change);
    Ok(Saved { program: history.program(&chart, today)?, warnings })
}

/// What is asked for, with what the source has where nothing is given.
async fn planned(tx: &Tx, scope: &Scope, chart: &Chart, input: &CreateProgram) -> Result<Blueprint> {
    let plan = match input.source {
        Some(source) => {
            let language = Language::of_tag(&chart.row.language).unwrap_or_default();
            blueprint(tx, scope, source, (language, Some(chart.id()))).await?
        }
        None => Blueprint::default(),
    };
    Ok(plan.with(&input.title, &input.phases, &input.prescriptions))
}

/// The day from which the phases count, where that is not the first day of the program.
fn anchor(plan: &Blueprint, chart: &Chart) -> Result<Option<Day>> {
    let unknown = || {
        let message = "A protocol counts from the day of surgery. Record it first, by updatePatient.";
        Error::field("templateId", Code::Required, message)
    };
    if plan.after_surgery { chart.row.surgery_on.map(Some).ok_or_else(unknown) } else { Ok(None) }
}

/// Adds the next revision to a program whose row says its number already.
pub(super) async fn add_revision(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    history: History,
    content: &Content<'_>,
    (phases, effective_from): (Phases, Day),
) -> Result<History> {
    let services = scope.services();
    let before = history.revisions.last().map(|revision| revision.phases.ids()).unwrap_or_default();
    let (row, revision_id, now) = (history.row, services.new_id(), phases.ids());
    let note =
        content.note.map(|note| chart.seal(scope, "program_revision.note", revision_id, note)).transpose()?;
    let revision = program_revision::Model {
        clinic_id: row.clinic_id,
        id: revision_id,
        patient_id: row.patient_id,
        program_id: row.id,
        number: row.revision,
        effective_from,
        phases,
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
        phase_ids: (before, now),
    };
    place.insert(tx, content.prescriptions, || services.new_id()).await?;
    History::load(tx, row).await
}
