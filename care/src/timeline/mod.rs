//! The read model of all that happened with a patient: one list over the tables of many slices, newest first.
//!
//! Each source answers at most a page and one row more, by an index on its instant; the pages are merged in
//! memory. So a page takes as many statements as there are sources, however much has happened. Instants may
//! be the same: the order is by instant, then by source, then by id, and cursors carry all three.
//!
//! Offers [`read`].

mod place;

use crate::access::Scope;
use crate::alert::table as alert;
use crate::assessment::table::{assessment, fall_report, red_flag_screen};
use crate::audit::table::audit_event;
use crate::clock::Instant;
use crate::education::table as education_assignment;
use crate::error::Result;
use crate::goal::table::goal;
use crate::id::Kind;
use crate::message::table as message;
use crate::outcome::table::outcome_response;
use crate::page::{Cursor, Page, Request, Window};
use crate::patient::Chart;
use crate::program::Status;
use crate::program::table::program;
use crate::progress::standing;
use crate::progress::table::{pain_rating, progress_log};
use crate::store::Tx;
use crate::suggestion::table as suggestion;
use crate::visit::Status as VisitStatus;
use crate::visit::table as visit;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// What the cursors of this read model are cursors of.
pub const LIST: &str = "timeline";

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happened {
    /// A session was performed.
    SessionPerformed,
    /// A program was made.
    ProgramCreated,
    /// A program was revised.
    ProgramRevised,
    /// A program began.
    ProgramActivated,
    /// The patient entered another phase of a program.
    PhaseChanged,
    /// A program was held.
    ProgramHeld,
    /// A program was released.
    ProgramReleased,
    /// A program ended as planned.
    ProgramCompleted,
    /// A program ended early.
    ProgramDiscontinued,
    /// A visit took place.
    VisitDone,
    /// The patient did not come to a visit.
    VisitMissed,
    /// A visit was called off.
    VisitCanceled,
    /// The patient was screened for signs of danger.
    ScreenAnswered,
    /// A goal was set for the first time.
    GoalSet,
    /// An article was assigned.
    ArticleAssigned,
    /// The patient read an article.
    ArticleRead,
    /// A message was sent.
    MessageSent,
    /// The patient rated their pain outside of a session.
    PainRated,
    /// An outcome measure was answered.
    OutcomeAnswered,
    /// The patient fell, or nearly.
    FallReported,
    /// An assessment was recorded; clinicians only.
    AssessmentRecorded,
    /// An alert was raised; clinicians only.
    AlertRaised,
    /// An alert was resolved; clinicians only.
    AlertResolved,
    /// A suggestion was accepted or rejected; clinicians only.
    SuggestionDecided,
}

/// By which actions of the audit trail a program's life is told: its row has only what stands now.
const OF_PROGRAMS: [(&str, Happened); 8] = [
    ("program.create", Happened::ProgramCreated),
    ("program.revise", Happened::ProgramRevised),
    ("program.activate", Happened::ProgramActivated),
    ("program.change_phase", Happened::PhaseChanged),
    ("program.hold", Happened::ProgramHeld),
    ("program.release", Happened::ProgramReleased),
    ("program.complete", Happened::ProgramCompleted),
    ("program.discontinue", Happened::ProgramDiscontinued),
];

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Happened,
    /// With what.
    pub entity: (Kind, Uuid),
}

/// One page of what happened with a visible patient, newest first; of these kinds, or of all. Patients see
/// neither assessments nor alerts nor decisions about suggestions, nor programs that are drafts.
pub async fn read(
    scope: &Scope,
    patient_id: Uuid,
    kinds: Option<&[Happened]>,
    request: &Request,
) -> Result<Page<Entry>> {
    let window = request.check(LIST)?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    let mut all = entries(&tx, &chart, kinds, &window).await?;
    all.sort_unstable_by_key(|(cursor, _)| (cursor.key, cursor.id));
    if !window.backward {
        all.reverse();
    }
    all.truncate(window.limit as usize + 1);
    Ok(Page::cut(&window, all, None))
}

/// Of each source the first rows of the window. A further source is a further line, with a place of its own.
async fn entries(
    tx: &Tx,
    chart: &Chart,
    kinds: Option<&[Happened]>,
    window: &Window,
) -> Result<Vec<(Cursor, Entry)>> {
    let wanted = |what: Happened| kinds.is_none_or(|kinds| kinds.contains(&what));
    let mut all = of_programs(tx, chart, &wanted, window).await?;
    macro_rules! source {
        ($place:literal, $what:ident, $kind:ident, $table:ident ($id:ident, $at:ident) $(, $also:expr)?) => {
            if wanted(Happened::$what) {
                let find = $table::Entity::find()
                    .select_only()
                    .columns([$table::Column::$id, $table::Column::$at])
                    .filter($table::Column::ClinicId.eq(chart.clinic_id()))
                    .filter($table::Column::PatientId.eq(chart.id()))
                    .filter($table::Column::$at.is_not_null())
                    $(.filter($also))?;
                let columns = ($table::Column::$at, $table::Column::$id);
                let rows: Vec<(Uuid, Instant)> =
                    place::select(window, $place, find, columns).into_tuple().all(tx).await?;
                all.extend(rows.into_iter().map(|(id, at)| {
                    let entry = Entry { at, what: Happened::$what, entity: (Kind::$kind, id) };
                    (place::cursor(at, $place, id), entry)
                }));
            }
        };
    }
    let visits = |status: VisitStatus| visit::Column::Status.eq(status);
    source!(1, SessionPerformed, ProgressLog, progress_log(LogId, PerformedAt), standing());
    source!(2, VisitDone, Visit, visit(Id, StartsAt), visits(VisitStatus::Done));
    source!(3, VisitMissed, Visit, visit(Id, StartsAt), visits(VisitStatus::Missed));
    source!(4, VisitCanceled, Visit, visit(Id, ClosedAt), visits(VisitStatus::Canceled));
    source!(5, ScreenAnswered, RedFlagScreen, red_flag_screen(Id, ScreenedAt));
    source!(6, GoalSet, Goal, goal(Id, CreatedAt));
    source!(7, ArticleAssigned, EducationAssignment, education_assignment(Id, AssignedAt));
    source!(8, ArticleRead, EducationAssignment, education_assignment(Id, ReadAt));
    source!(9, MessageSent, Message, message(Id, SentAt));
    source!(13, PainRated, PainRating, pain_rating(Id, RatedAt), pain_rating::Column::VoidedAt.is_null());
    let stands = outcome_response::Column::VoidedAt.is_null();
    source!(14, OutcomeAnswered, OutcomeResponse, outcome_response(Id, AnsweredAt), stands);
    source!(15, FallReported, FallReport, fall_report(Id, HappenedAt));
    if !chart.is_own() {
        source!(10, AssessmentRecorded, Assessment, assessment(Id, RecordedAt));
        source!(11, AlertRaised, Alert, alert(Id, OpenedAt));
        source!(12, AlertResolved, Alert, alert(Id, ResolvedAt));
        source!(16, SuggestionDecided, Suggestion, suggestion(Id, DecidedAt));
    }
    Ok(all)
}

/// What was done to programs, from the audit trail.
async fn of_programs(
    tx: &Tx,
    chart: &Chart,
    wanted: &impl Fn(Happened) -> bool,
    window: &Window,
) -> Result<Vec<(Cursor, Entry)>> {
    use audit_event::{Column, Entity};
    let actions = OF_PROGRAMS.iter().filter(|(_, what)| wanted(*what)).map(|(action, _)| *action);
    let drafts = Query::select()
        .column(program::Column::Id)
        .from(program::Entity)
        .and_where(program::Column::ClinicId.eq(chart.clinic_id()))
        .and_where(program::Column::PatientId.eq(chart.id()))
        .and_where(program::Column::Status.eq(Status::Draft))
        .to_owned();
    let mut find = Entity::find()
        .select_only()
        .columns([Column::Id, Column::At])
        .columns([Column::ObjectId, Column::Action])
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::ObjectKind.eq(Kind::Program.prefix()))
        .filter(Column::Outcome.eq("DONE"))
        .filter(Column::Action.is_in(actions));
    if chart.is_own() {
        find = find.filter(Column::ObjectId.not_in_subquery(drafts));
    }
    let rows: Vec<(Uuid, Instant, Option<Uuid>, String)> =
        place::select(window, 0, find, (Column::At, Column::Id)).into_tuple().all(tx).await?;
    let entry = |(id, at, program_id, action): (Uuid, Instant, Option<Uuid>, String)| {
        let (_, what) = OF_PROGRAMS.iter().find(|(name, _)| *name == action)?;
        let entry = Entry { at, what: *what, entity: (Kind::Program, program_id?) };
        Some((place::cursor(at, 0, id), entry))
    };
    Ok(rows.into_iter().filter_map(entry).collect())
}
