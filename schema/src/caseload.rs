//! The therapist's first screen.

use crate::context::scope;
use crate::error::raise;
use crate::page::{self, Counted};
use crate::patient::Patient;
use crate::program::Program;
use crate::scalar::DateTime;
use async_graphql::{Context, Object, Result, SimpleObject};
use care::caseload::Row;

/// A patient of the caseload, with what matters now.
#[derive(SimpleObject)]
pub(crate) struct CaseloadRow {
    /// The patient.
    patient: Patient,
    /// Session adherence over the last 7 days, 0 to 1; none when nothing was scheduled.
    adherence7: Option<f64>,
    /// Session adherence over the last 28 days, 0 to 1; none when nothing was scheduled.
    adherence28: Option<f64>,
    /// The pain last told within 28 days, 0 to 10: after a session, else before it.
    pain_now: Option<i16>,
    /// When the patient last performed a session; none before the first log.
    last_activity_at: Option<DateTime>,
    /// The program followed now; else the newest draft.
    program: Option<Program>,
}

impl From<Row> for CaseloadRow {
    fn from(row: Row) -> Self {
        Self {
            patient: row.patient.into(),
            adherence7: row.adherence7,
            adherence28: row.adherence28,
            pain_now: row.pain_now,
            last_activity_at: row.last_activity_at.map(DateTime::from),
            program: row.program.map(Program::from),
        }
    }
}

#[derive(Default)]
pub(crate) struct CaseloadQuery;

#[Object]
impl CaseloadQuery {
    /// The patients of your care teams, those longest without activity first. Clinicians only.
    async fn caseload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Counted<CaseloadRow>>> {
        Some(caseload(context, &page::request(first, after, last, before)).await)
    }
}

async fn caseload(context: &Context<'_>, request: &care::page::Request) -> Result<Counted<CaseloadRow>> {
    let page = care::caseload::read(scope(context)?, request).await.map_err(raise)?;
    Ok(page::counted("caseload", page, CaseloadRow::from))
}
