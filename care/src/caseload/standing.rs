//! How patients stand: what the caseload says of them, found from their records in a number of statements that
//! does not grow with them.

use super::risk::{RULE, RiskReason, risk, rules, sorted};
use super::slope::slope_per_week;
use super::table::Model;
use crate::alert::{self, Severity};
use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::message;
use crate::outcome;
use crate::patient::table::patient;
use crate::program::{self, History, Status};
use crate::progress::adherence::adherence;
use crate::progress::table::pain_rating;
use crate::progress::{self, Rows, plans, sessions};
use crate::store::Tx;
use jiff::tz::TimeZone;
use std::collections::HashMap;
use uuid::Uuid;

/// Days of the longer adherence window, and of pain.
const WINDOW_DAYS: i32 = 28;

/// Everything that patients' rows are made of.
struct Records {
    histories: Vec<History>,
    logged: HashMap<Uuid, progress::Logged>,
    ratings: HashMap<Uuid, Vec<pain_rating::Model>>,
    alerts: HashMap<Uuid, Vec<alert::table::Model>>,
    unread: HashMap<Uuid, u32>,
    overdue: HashMap<Uuid, u32>,
}

/// The rows of these patients of a clinic as they are `now`, in their order.
pub(super) async fn of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patients: &[&patient::Model],
    now: Instant,
) -> Result<Vec<Model>> {
    if patients.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = patients.iter().map(|row| row.id).collect();
    // Patients live in several zones: a day more on either side holds all their windows, and a week more lets
    // a schedule by the week be seen whole.
    let today = now.date_in(&TimeZone::UTC);
    let span = (today.plus(-WINDOW_DAYS - 8), today.plus(1));
    let records = Records {
        ratings: progress::ratings_of_patients(tx, clinic_id, &ids, span).await?,
        histories: program::of_clinic(tx, clinic_id, &ids).await?,
        logged: progress::of_patients(tx, clinic_id, &ids, span).await?,
        alerts: alert::standing_of_patients(tx, clinic_id, &ids).await?,
        unread: message::unread_of_patients(tx, clinic_id, &ids).await?,
        overdue: overdue(tx, clinic_id, patients, now).await?,
    };
    Ok(patients.iter().map(|row| records.row(row, now)).collect())
}

/// How many questionnaires of each patient are overdue.
async fn overdue(
    tx: &Tx,
    clinic_id: Uuid,
    patients: &[&patient::Model],
    now: Instant,
) -> Result<HashMap<Uuid, u32>> {
    let days: Vec<_> = patients.iter().map(|row| (row.id, now.date_in(&row.zone()))).collect();
    let due = outcome::due_of_patients(tx, clinic_id, &days).await?;
    let overdue = |due: Vec<outcome::Due>| due.iter().filter(|due| due.overdue).map(|_| 1).sum();
    Ok(due.into_iter().map(|(id, due)| (id, overdue(due))).collect())
}

/// The program that is shown of a patient: the one followed now; else the newest draft.
pub(super) fn shown<'a>(histories: &[&'a History], today: Day) -> Option<&'a History> {
    let draft = || histories.iter().copied().find(|history| history.row.status == Status::Draft);
    program::on(histories, today).or_else(draft)
}

impl Records {
    fn row(&self, patient: &patient::Model, now: Instant) -> Model {
        let id = patient.id;
        let histories: Vec<_> =
            self.histories.iter().filter(|history| history.row.patient_id == id).collect();
        let logged = self.logged.get(&id).map(Vec::as_slice).unwrap_or_default();
        let zone = patient.zone();
        let today = now.date_in(&zone);
        let [adherence7, adherence28] = session_adherence(&histories, logged, today);
        let ratings = self.ratings.get(&id).map(Vec::as_slice).unwrap_or_default();
        let told = told(logged, ratings, today);
        let mut row = Model {
            clinic_id: patient.clinic_id,
            patient_id: id,
            change: patient.change,
            rules: rules(),
            stale_at: self.stale_at(id, today.plus(1).begins_in(&zone), now),
            adherence7,
            adherence28,
            pain_now: told.last().map(|(_, pain)| *pain),
            pain_slope: slope_per_week(
                &told.iter().map(|(day, pain)| (*day, f64::from(*pain))).collect::<Vec<_>>(),
            ),
            open_alerts: count(self.awake(id, now).count()),
            unread_messages: self.unread.get(&id).map_or(0, |unread| count(*unread)),
            outcomes_overdue: self.overdue.get(&id).map_or(0, |overdue| count(*overdue)),
            risk: 0,
            reasons: sorted(Vec::new()),
        };
        let program = shown(&histories, today).is_some();
        row.reasons = sorted(self.reasons(patient, &row, program, now));
        row.risk = risk(&row.reasons).into();
        row
    }

    /// The alerts that are neither resolved nor put off.
    fn awake(&self, id: Uuid, now: Instant) -> impl Iterator<Item = &alert::table::Model> {
        let alerts = self.alerts.get(&id).into_iter().flatten();
        alerts.filter(move |alert| alert.snoozed_until.is_none_or(|until| until <= now))
    }

    /// When the first thing changes by time alone.
    fn stale_at(&self, id: Uuid, midnight: Instant, now: Instant) -> Instant {
        let alerts = self.alerts.get(&id).into_iter().flatten();
        let wakes = alerts.filter_map(|alert| alert.snoozed_until).filter(|until| *until > now);
        wakes.chain([midnight]).min().unwrap_or(midnight)
    }

    fn reasons(&self, patient: &patient::Model, row: &Model, program: bool, now: Instant) -> Vec<RiskReason> {
        use RiskReason::{
            CriticalAlert, HighAlert, LowAdherence, LowAlert, NoProgram, OutcomeOverdue, PainHigh,
            PainRising, RedFlag, ReviewFlag, ScreenDue, UnreadMessage,
        };
        let Some(rule) = RULE.as_ref() else { return Vec::new() };
        let alerted = self.awake(patient.id, now).map(|alert| match alert.severity {
            Severity::Critical => CriticalAlert,
            Severity::High => HighAlert,
            Severity::Low => LowAlert,
        });
        let others = [
            (patient.danger_since.is_some(), RedFlag),
            (patient.review_since.is_some() && patient.danger_since.is_none(), ReviewFlag),
            (row.pain_now.is_some_and(|pain| pain >= rule.high_pain), PainHigh),
            (row.pain_slope.is_some_and(|slope| slope >= rule.rising_pain), PainRising),
            (row.adherence28.is_some_and(|share| share < rule.low_adherence), LowAdherence),
            (patient.screen_due_since.is_some(), ScreenDue),
            (!program, NoProgram),
            (row.unread_messages > 0, UnreadMessage),
            (row.outcomes_overdue > 0, OutcomeOverdue),
        ];
        let others = others.into_iter().filter_map(|(holds, reason)| holds.then_some(reason));
        others.chain(alerted).collect()
    }
}

/// The session adherence of the last 7 and 28 days.
fn session_adherence(histories: &[&History], logged: &[Rows], today: Day) -> [Option<f64>; 2] {
    let (plans, sessions) = (plans(histories), sessions(logged, histories));
    [7, WINDOW_DAYS].map(|days| {
        let window = today.plus(1 - days).0..today.plus(1).0;
        adherence(&plans, &sessions, window, today.0).session
    })
}

/// The pain last told of each session and rating of the window, by time.
fn told(logged: &[Rows], ratings: &[pain_rating::Model], today: Day) -> Vec<(Day, i16)> {
    let reports = progress::pain_reports(logged, ratings).into_iter();
    let within = reports.filter(|report| report.local_date > today.plus(-WINDOW_DAYS));
    within.map(|report| (report.local_date, report.now)).collect()
}

fn count<N: TryInto<i32>>(number: N) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
