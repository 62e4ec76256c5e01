//! The therapist's first screen.

use crate::context::scope;
use crate::error::raise;
use crate::page::{self, Counted};
use crate::patient::Patient;
use crate::program::Program;
use crate::scalar::DateTime;
use async_graphql::{Context, Enum, InputObject, Object, Result, SimpleObject};
use care::caseload::{Filter, Row, Sort};

/// Why a patient needs somebody to look. What each weighs is a default of Plumbline, to be reviewed by a licensed
/// clinician.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::caseload::RiskReason")]
pub(crate) enum RiskReason {
    /// Signs of danger wait for a therapist: `Patient.redFlagScreens` has them.
    RedFlag,
    /// A critical alert stands.
    CriticalAlert,
    /// Signs of a lesser concern wait for a therapist.
    ReviewFlag,
    /// A high alert stands.
    HighAlert,
    /// The pain last told is 6 or more.
    PainHigh,
    /// Pain has risen by a point a week or more over 28 days.
    PainRising,
    /// Less than half of the sessions scheduled in 28 days were done.
    LowAdherence,
    /// After red pain a screen for signs of danger has not been answered.
    ScreenDue,
    /// A low alert stands.
    LowAlert,
    /// There is no program to follow, and no draft of one.
    NoProgram,
    /// The patient has written, and nobody of the care team has read it.
    UnreadMessage,
    /// A questionnaire is overdue.
    OutcomeOverdue,
}

/// The order of the caseload.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "care::caseload::Sort")]
pub(crate) enum CaseloadSort {
    /// Who needs somebody soonest first; of the same risk, who is longest without activity.
    Risk,
    /// By name.
    Name,
    /// Longest without activity first.
    Activity,
    /// Least session adherence over 28 days first; who has none last.
    Adherence,
    /// Most pain told last first; who has none last.
    Pain,
}

/// Which patients of the caseload: those for whom all that is given holds.
#[derive(InputObject, Default)]
pub(crate) struct CaseloadFilter {
    /// Of at least this risk, 0 to 100.
    least_risk: Option<u8>,
    /// With one of these reasons.
    reasons: Option<Vec<RiskReason>>,
    /// With one of these conditions now, by key; at most 20.
    conditions: Option<Vec<String>>,
    /// With a session adherence over 28 days below this share, 0 to 1.
    adherence_below: Option<f64>,
    /// Who have told of no session, symptoms or fall since.
    inactive_since: Option<DateTime>,
}

/// A patient of the caseload, with what matters now.
#[derive(SimpleObject)]
pub(crate) struct CaseloadRow {
    /// The patient.
    patient: Patient,
    /// How soon somebody should look, 0 to 100: the weight of the gravest of `riskReasons`, and a tenth of the
    /// others'. A default of Plumbline, to be reviewed by a licensed clinician.
    risk: u8,
    /// Why, the gravest first.
    risk_reasons: Vec<RiskReason>,
    /// Session adherence over the last 7 days, 0 to 1; none when nothing was scheduled.
    adherence7: Option<f64>,
    /// Session adherence over the last 28 days, 0 to 1; none when nothing was scheduled.
    adherence28: Option<f64>,
    /// The pain last told within 28 days, 0 to 10: after a session, else before it, else the worst during it; or rated
    /// outside of sessions.
    pain_now: Option<i16>,
    /// How pain goes, in points a week: the slope of a straight line through what was told in 28 days, above 0
    /// when it rises; none with fewer than three days of it.
    pain_slope: Option<f64>,
    /// When the patient last told of a session, symptoms or a fall; none before the first.
    last_activity_at: Option<DateTime>,
    /// Alerts that are neither resolved nor put off.
    open_alerts: i32,
    /// The program followed now; else the newest draft.
    program: Option<Program>,
    /// Messages of the patient that nobody of the care team has read.
    unread_messages: i32,
    /// Questionnaires that are overdue.
    outcomes_overdue: i32,
}

impl From<Row> for CaseloadRow {
    fn from(row: Row) -> Self {
        Self {
            patient: row.patient.into(),
            risk: row.risk,
            risk_reasons: row.reasons.into_iter().map(RiskReason::from).collect(),
            adherence7: row.adherence7,
            adherence28: row.adherence28,
            pain_now: row.pain_now,
            pain_slope: row.pain_slope,
            last_activity_at: row.last_activity_at.map(DateTime::from),
            open_alerts: row.open_alerts,
            program: row.program.map(Program::from),
            unread_messages: row.unread_messages,
            outcomes_overdue: row.outcomes_overdue,
        }
    }
}

#[derive(Default)]
pub(crate) struct CaseloadQuery;

#[Object]
impl CaseloadQuery {
    /// The patients of your care teams. Clinicians only.
    #[allow(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn caseload(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which patients; all when missing.")] filter: Option<CaseloadFilter>,
        #[graphql(
            desc = "In which order, by risk when missing. A cursor is refused by another order."
        )]
        sort: Option<CaseloadSort>,
        #[graphql(desc = "Patients whose name answers to this, past small slips; at most 100 characters.")]
        search: Option<String>,
        #[graphql(desc = "So many from the start or from `after`: 1 to 100, else 20.")] first: Option<i32>,
        #[graphql(desc = "A cursor: only what follows it.")] after: Option<String>,
        #[graphql(desc = "So many from the end or up to `before`: 1 to 100.")] last: Option<i32>,
        #[graphql(desc = "A cursor: only what precedes it.")] before: Option<String>,
    ) -> Option<Result<Counted<CaseloadRow>>> {
        let filter = filter.unwrap_or_default();
        let filter = Filter {
            search,
            least_risk: filter.least_risk,
            reasons: filter.reasons.unwrap_or_default().into_iter().map(Into::into).collect(),
            conditions: filter.conditions.unwrap_or_default(),
            adherence_below: filter.adherence_below,
            inactive_since: filter.inactive_since.map(|since| since.instant),
        };
        Some(
            caseload(
                context,
                &filter,
                sort.map_or_else(Sort::default, Into::into),
                &page::request(first, after, last, before),
            )
            .await,
        )
    }
}

async fn caseload(
    context: &Context<'_>,
    filter: &Filter,
    sort: Sort,
    request: &care::page::Request,
) -> Result<Counted<CaseloadRow>> {
    let page = care::caseload::read(scope(context)?, filter, sort, request).await.map_err(raise)?;
    Ok(page::counted(sort.list(), page, CaseloadRow::from))
}

/// What the caseload says of one patient.
pub(crate) async fn of_patient(context: &Context<'_>, patient_id: uuid::Uuid) -> Result<CaseloadRow> {
    Ok(care::caseload::of_patient(scope(context)?, patient_id).await.map_err(raise)?.into())
}
