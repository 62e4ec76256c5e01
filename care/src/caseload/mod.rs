//! The read model of the therapist's first screen: the patients of the care team, each with what
//! matters now, in a number of statements that does not grow with the rows.
//!
//! Offers [`read`], [`of_patient`] and [`allowed`].

use crate::access::Scope;
use crate::clock::{Day, Instant};
use crate::error::{Error, Result};
use crate::page::{Page, Request};
use crate::patient::{self, Chart, Patient};
use crate::program::{self, History, Program, Status};
use crate::progress::adherence::adherence;
use crate::progress::{self, Logged, plans, sessions};
use crate::store::Tx;
use jiff::tz::TimeZone;
use uuid::Uuid;

/// Days of the longer adherence window.
const WINDOW_DAYS: i32 = 28;

/// A patient of the caseload.
#[derive(Debug, Clone)]
pub struct Row {
    /// The patient.
    pub patient: Patient,
    /// Session adherence over the last 7 days, 0 to 1; none when nothing was scheduled.
    pub adherence7: Option<f64>,
    /// Session adherence over the last 28 days, 0 to 1.
    pub adherence28: Option<f64>,
    /// The pain last told, within 28 days: after the session, else before it, 0 to 10.
    pub pain_now: Option<i16>,
    /// When a session was last performed; none when there is no log yet.
    pub last_activity_at: Option<Instant>,
    /// The program followed now; else the newest draft.
    pub program: Option<Program>,
}

/// Whether who acts has a caseload: `Forbidden` for patients.
pub fn allowed(scope: &Scope) -> Result<()> {
    scope.member_id().map(|_| ())
}

/// One page of the patients of the care teams of who acts: longest without activity first.
/// Patients themselves have no caseload: `Forbidden`.
pub async fn read(scope: &Scope, request: &Request) -> Result<Page<Row>> {
    scope.member_id()?;
    let window = request.check("caseload")?;
    let tx = scope.read().await?;
    let charts = patient::by_activity(&tx, scope, &window).await?;
    let entries: Vec<_> = charts.entries.iter().map(|(cursor, _)| *cursor).collect();
    let (has_next, has_previous, total) = (charts.has_next, charts.has_previous, charts.total);
    let charts: Vec<_> = charts.entries.into_iter().map(|(_, chart)| chart).collect();
    let rows = rows(&tx, scope, &charts).await?;
    Ok(Page { entries: entries.into_iter().zip(rows).collect(), has_next, has_previous, total })
}

/// The row of one patient of the care teams; `NotFound` for anyone else.
pub async fn of_patient(scope: &Scope, patient_id: Uuid) -> Result<Row> {
    scope.member_id()?;
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    rows(&tx, scope, &[chart]).await?.pop().ok_or(Error::NotFound)
}

async fn rows(tx: &Tx, scope: &Scope, charts: &[Chart]) -> Result<Vec<Row>> {
    let ids: Vec<Uuid> = charts.iter().map(Chart::id).collect();
    let histories = program::of_patients(tx, scope, &ids).await?;
    let now = scope.services().now();
    // Patients live in several zones: a day more on either side holds all their windows.
    let today = now.date_in(&TimeZone::UTC);
    let span = (today.plus(-WINDOW_DAYS - 8), today.plus(1));
    let mut logged = progress::of_patients(tx, scope.clinic_id(), &ids, span).await?;
    let row = |chart: &Chart| {
        let own: Vec<_> = histories.iter().filter(|history| history.row.patient_id == chart.id()).collect();
        let logged = logged.remove(&chart.id()).unwrap_or_default();
        self::row(chart, &own, &logged, chart.date_at(now))
    };
    charts.iter().map(row).collect()
}

fn row(chart: &Chart, histories: &[&History], logged: &Logged, today: Day) -> Result<Row> {
    let (plans, sessions) = (plans(histories), sessions(logged, histories));
    let session_adherence = |days: i32| {
        let window = today.plus(1 - days).0..today.plus(1).0;
        adherence(&plans, &sessions, window, today.0).session
    };
    let draft = || histories.iter().copied().find(|history| history.row.status == Status::Draft);
    let shown = program::on(histories, today).or_else(draft);
    let patient = chart.patient()?;
    Ok(Row {
        adherence7: session_adherence(7),
        adherence28: session_adherence(WINDOW_DAYS),
        pain_now: logged.iter().rev().find_map(|rows| rows.log.pain_after.or(rows.log.pain_before)),
        last_activity_at: Some(patient.last_activity_at).filter(|at| *at > patient.created_at),
        program: shown.map(|history| history.program(chart, today)).transpose()?,
        patient,
    })
}
