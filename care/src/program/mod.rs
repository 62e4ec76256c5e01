//! Programs: what a patient is asked to do, as numbered revisions that are never edited.
//!
//! Offers [`create`], [`revise`], [`change_phase`], [`activate`], [`hold`], [`release`], [`complete`],
//! [`discontinue`], [`get`], [`current`], [`list`], [`compare`], [`caution`], [`template`]; and to the slices
//! above, [`History`]: a program with all that ever was in force, and `change_dose`.

pub mod caution;
mod change_dose;
mod change_phase;
mod check;
mod compare;
mod create;
mod history;
pub(crate) mod phase;
mod revise;
mod status;
pub(crate) mod table;
pub mod template;
mod terms;

pub(crate) use change_dose::{ChangeDose, change_dose};
pub use change_phase::{ChangePhase, change_phase};
pub use compare::{Change, Comparison, compare};
pub use create::{CreateProgram, Source, create};
pub(crate) use history::{History, held, of_clinic, of_patients, on};
pub use phase::{NewPhase, Phase};
pub use revise::{ReviseProgram, revise};
pub use status::{Activate, activate, complete, discontinue, hold, release};
pub(crate) use status::{DANGER, FALL, hold_for_safety, hold_in};
pub use terms::{Precaution, Terms};

use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::library::dose::Dose;
use crate::library::schedule::Schedule;
use crate::patient::Chart;
use crate::store::Tx;
use sea_orm::{DeriveActiveEnum, EntityTrait, EnumIter};
use uuid::Uuid;

/// Where a program stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, serde::Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Being written; the patient does not see it.
    Draft,
    /// The patient follows it.
    Active,
    /// Stopped until a clinician releases it.
    OnHold,
    /// Ended as planned, or to be followed by another after its last day.
    Completed,
    /// Ended early.
    Discontinued,
}

impl Status {
    /// Whether this is the program that the patient has now.
    pub fn is_current(self) -> bool {
        matches!(self, Self::Active | Self::OnHold)
    }
}

/// An exercise as asked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewPrescription {
    /// An exercise of the library.
    pub exercise_id: Uuid,
    /// How much; the exercise's default when missing.
    pub dose: Option<Dose>,
    /// When; the exercise's default when missing.
    pub schedule: Option<Schedule>,
    /// The prescription of an earlier revision that this one goes on from, so that what was
    /// logged for it today still counts. Taken from the same exercise when missing.
    pub continues: Option<Uuid>,
    /// The places of the phases it belongs to, from 0; none: it belongs to all.
    pub phases: Vec<u16>,
}

impl NewPrescription {
    /// Whether it is done in the phase at this place.
    fn is_in(&self, at: usize) -> bool {
        phase::includes(&self.phases, at)
    }
}

/// An exercise with dose and schedule in a revision.
#[derive(Debug, Clone, PartialEq)]
pub struct Prescription {
    /// Its id, new in every revision.
    pub id: Uuid,
    /// The same through all revisions that go on with it.
    pub origin_id: Uuid,
    /// The exercise.
    pub exercise_id: Uuid,
    /// How much.
    pub dose: Dose,
    /// When.
    pub schedule: Schedule,
    /// The places of the phases of its revision it belongs to, from 0; none: it belongs to all.
    pub phases: Vec<u16>,
    /// What is minded in those phases.
    pub precautions: Vec<Precaution>,
}

impl Prescription {
    /// What is minded with an exercise of these movement tags, one sentence each.
    pub fn cautions(&self, tags: &[String]) -> Vec<&str> {
        let concerned =
            self.precautions.iter().filter(|known| known.tags.iter().any(|tag| tags.contains(tag)));
        concerned.map(|precaution| precaution.text.as_str()).collect()
    }
}

/// A numbered revision of a program.
#[derive(Debug, Clone)]
pub struct Revision {
    /// Its id.
    pub id: Uuid,
    /// 1 for the first.
    pub number: i32,
    /// The first patient-local day it is in force.
    pub effective_from: Day,
    /// When it was made.
    pub created_at: Instant,
    /// Why it was made; for clinicians only.
    pub note: Option<String>,
    /// Its phases.
    pub phases: Vec<Phase>,
    /// What it asks for, in the order it is to be done.
    pub prescriptions: Vec<Prescription>,
}

/// A hold: the program rests until a clinician releases it.
#[derive(Debug, Clone)]
pub struct Hold {
    /// Why, in the words of who held it.
    pub reason: String,
    /// When it began.
    pub since: Instant,
}

/// A program that was just written, with what the rules say to it.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The program.
    pub program: Program,
    /// The rules that warn of its newest revision.
    pub warnings: Vec<caution::Warning>,
}

/// A program with all its revisions.
#[derive(Debug, Clone)]
pub struct Program {
    /// Its id.
    pub id: Uuid,
    /// The patient.
    pub patient_id: Uuid,
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub status: Status,
    /// Its first day.
    pub starts_on: Day,
    /// Its last day; none while open.
    pub ends_on: Option<Day>,
    /// When it was made.
    pub created_at: Instant,
    /// The day from which its phases count: the day of surgery, or its first day.
    pub phases_count_from: Day,
    /// The template or protocol that it was made from, and the version, which stays whatever becomes of
    /// the template.
    pub template: Option<(Uuid, i32)>,
    /// The revision in force today; before the start, the newest.
    pub revision: Revision,
    /// The phase it is in today.
    pub phase: Option<Phase>,
    /// Since when the phase has lasted as long as planned while the next one waits for a therapist.
    pub phase_due_on: Option<Day>,
    /// Day of the program today, 1 on its first; none before it.
    pub day: Option<i32>,
    /// The hold it is on.
    pub hold: Option<Hold>,
    /// All its revisions, newest first.
    pub revisions: Vec<Revision>,
}

/// The program of this id, of a visible patient. Patients do not see drafts.
pub async fn get(scope: &Scope, id: Uuid) -> Result<Program> {
    let tx = scope.read().await?;
    let (chart, history) = find(&tx, scope, id).await?;
    let hidden = history.row.status == Status::Draft && scope.actor().person.member_id().is_none();
    if hidden { Err(Error::NotFound) } else { history.program(&chart, today(scope, &chart)) }
}

/// The program that a visible patient follows now, if any.
pub async fn current(scope: &Scope, patient_id: Uuid) -> Result<Option<Program>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let histories = of_patients(&tx, scope, &[patient_id]).await?;
    let today = today(scope, &chart);
    let current = on(&histories.iter().collect::<Vec<_>>(), today);
    current.map(|history| history.program(&chart, today)).transpose()
}

/// All programs of a visible patient, newest first; drafts for clinicians only.
pub async fn list(scope: &Scope, patient_id: Uuid) -> Result<Vec<Program>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let histories = of_patients(&tx, scope, &[patient_id]).await?;
    histories
        .iter()
        .filter(|history| scope.actor().person.member_id().is_some() || history.row.status != Status::Draft)
        .map(|history| history.program(&chart, today(scope, &chart)))
        .collect()
}

/// The keys of the articles that the phase of the patient's program names today.
pub(crate) async fn phase_articles(tx: &Tx, scope: &Scope, chart: &Chart) -> Result<Vec<String>> {
    let histories = of_patients(tx, scope, &[chart.id()]).await?;
    let today = today(scope, chart);
    let phase = on(&histories.iter().collect::<Vec<_>>(), today).and_then(|history| history.phase_on(today));
    Ok(phase.map(|phase| phase.terms.education).unwrap_or_default())
}

fn today(scope: &Scope, chart: &Chart) -> Day {
    chart.date_at(scope.services().now())
}

/// The program of this id with the chart it belongs to.
async fn find(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Chart, History)> {
    let row =
        table::program::Entity::find_by_id((scope.clinic_id(), id)).one(tx).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open(tx, scope, row.patient_id).await?;
    Ok((chart, History::load(tx, row).await?))
}

/// The same, with the patient's row locked for the write that follows. Therapists only.
async fn find_to_write(tx: &Tx, scope: &Scope, id: Uuid) -> Result<(Chart, History)> {
    scope.therapist_id()?;
    let row =
        table::program::Entity::find_by_id((scope.clinic_id(), id)).one(tx).await?.ok_or(Error::NotFound)?;
    let chart = Chart::open_to_write(tx, scope, row.patient_id).await?;
    // Read again: what stood before the lock may have changed.
    let row =
        table::program::Entity::find_by_id((scope.clinic_id(), id)).one(tx).await?.ok_or(Error::NotFound)?;
    Ok((chart, History::load(tx, row).await?))
}
