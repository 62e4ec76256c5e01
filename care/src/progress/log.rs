//! Logging sessions: a batch, row by row; one bad row never blocks the rest.

use super::around::around;
use super::record::{Rows, fingerprint, ids, insert};
use super::sessions::with_results;
use super::table::progress_log;
use super::traffic_light::Feedback;
use super::{
    NewLog, ProgressLog, VersionKind, check, concern, day_total, feedback, personal_best, screen_due,
};
use crate::access::Scope;
use crate::audit;
use crate::clinic;
use crate::clock::Day;
use crate::error::{Code, Error, FieldError, Result};
use crate::id::Kind;
use crate::patient::Chart;
use crate::program::table::{prescription, program};
use crate::store::Tx;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// The most logs of a batch.
const MOST: usize = 100;

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowStatus {
    /// Recorded now.
    Accepted,
    /// Recorded before with the same content.
    Unchanged,
    /// Not recorded.
    Rejected,
}

/// The answer to a row.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What became of it.
    pub status: RowStatus,
    /// The log as it stands now; none when rejected or voided since.
    pub log: Option<ProgressLog>,
    /// What its pain says; none when no pain was told.
    pub feedback: Option<Feedback>,
    /// Why it was rejected, paths within the row.
    pub faults: Vec<FieldError>,
}

impl Outcome {
    fn rejected(faults: Vec<FieldError>) -> Self {
        Self { status: RowStatus::Rejected, log: None, feedback: None, faults }
    }
}

/// A log as it came, or why it could not be read.
type Checked = std::result::Result<NewLog, Vec<FieldError>>;

/// Logs a batch of 1 to 100 sessions of the patient who acts. Rows that could not be read come
/// as their faults. The answers stand in the order of the rows.
pub async fn log(scope: &Scope, batch: Vec<Checked>) -> Result<Vec<Outcome>> {
    scope.patient_id()?;
    if batch.len() > MOST {
        return Err(Error::field("logs", Code::TooMany, format!("Give at most {MOST} logs at a time.")));
    }
    log_all(scope, batch).await
}

/// The same of thousands of sessions, for what comes from no client: a batch costs as many statements, however large
/// it is.
pub async fn log_all(scope: &Scope, batch: Vec<Checked>) -> Result<Vec<Outcome>> {
    let patient_id = scope.patient_id()?;
    if batch.is_empty() {
        return Err(Error::field("logs", Code::Required, "Give at least one log."));
    }
    let settings = clinic::own(scope).await?.settings;
    let thresholds = settings.pain;
    let tx = scope.write().await?;
    let mut chart = Chart::open_to_write(&tx, scope, patient_id).await?;
    let key = (chart.clinic_id(), patient_id);
    let (batch, exercises) = check_rows(&tx, scope, &chart, batch).await?;
    let known = known(&tx, &chart, &batch).await?;
    let sorted = sort(scope, &chart, &batch, &known)?;
    let mut around = around(&tx, key, &sorted.days()).await?;
    if !sorted.fresh.is_empty() {
        record(&tx, scope, &mut chart, &sorted.fresh).await?;
        concern::heard(&tx, scope, &chart, &settings.alerts, &concern::reports(&sorted.fresh)).await?;
        around.add(&sorted.fresh);
        let days = sorted.fresh.iter().map(|rows| rows.log.local_date).collect();
        day_total::keep(&tx, key, &days, &around, &sorted.fresh).await?;
        personal_best::raise(&tx, key, &sorted.fresh, &exercises).await?;
    }
    let told = |rows: &Rows| (rows.log.performed_at, feedback::of_log(thresholds, rows, &around));
    screen_due::note(&tx, &mut chart, sorted.fresh.iter().map(told)).await?;
    let answer = |row: Sorted| match row {
        Sorted::Rejected(faults) => Ok(Outcome::rejected(faults)),
        Sorted::Standing(status, rows) => {
            let feedback = feedback::of_log(thresholds, &rows, &around);
            let voided = rows.log.kind == VersionKind::Voided;
            let log = if voided { None } else { Some(rows.opened(&chart)?) };
            Ok(Outcome { status, log, feedback, faults: Vec::new() })
        }
    };
    let outcomes = sorted.rows.into_iter().map(answer).collect::<Result<Vec<_>>>()?;
    let wrote = !sorted.fresh.is_empty();
    tx.commit().await?;
    if wrote {
        scope.announce(patient_id, chart.row.change);
    }
    Ok(outcomes)
}

/// Checks each row, and that its prescriptions are the patient's own; answers their exercises too.
async fn check_rows(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    batch: Vec<Checked>,
) -> Result<(Vec<Checked>, HashMap<Uuid, Uuid>)> {
    let now = scope.services().now();
    let wanted: HashSet<Uuid> = batch
        .iter()
        .flatten()
        .flat_map(|log| log.results.iter().map(|result| result.prescription_id))
        .collect();
    let own = own_prescriptions(tx, chart, wanted).await?;
    let checked = batch.into_iter().map(|row| {
        let log = row?;
        let mut faults = check::check(&log, now);
        for (at, result) in log.results.iter().enumerate() {
            if !own.contains_key(&result.prescription_id) {
                let message = "Give a prescription of one of your programs.";
                faults.push(
                    FieldError::new("prescriptionId", Code::NotFound, message).under(at).under("results"),
                );
            }
        }
        if faults.is_empty() { Ok(log) } else { Err(faults) }
    });
    Ok((checked.collect(), own))
}

/// Those of `wanted` that are prescriptions of the patient, in programs that are no drafts, with their
/// exercises.
pub(super) async fn own_prescriptions(
    tx: &Tx,
    chart: &Chart,
    wanted: HashSet<Uuid>,
) -> Result<HashMap<Uuid, Uuid>> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    // Not a join: each row is one look-up then, even while the database has no statistics of either table.
    let same = |program: program::Column, own: prescription::Column| {
        Expr::col((program::Entity, program)).equals((prescription::Entity, own))
    };
    let status = Query::select()
        .column(program::Column::Status)
        .from(program::Entity)
        .and_where(same(program::Column::ClinicId, prescription::Column::ClinicId))
        .and_where(same(program::Column::Id, prescription::Column::ProgramId))
        .to_owned();
    let rows: Vec<(Uuid, Uuid)> = prescription::Entity::find()
        .select_only()
        .columns([prescription::Column::Id, prescription::Column::ExerciseId])
        .filter(prescription::Column::ClinicId.eq(chart.clinic_id()))
        .filter(prescription::Column::PatientId.eq(chart.id()))
        .filter(prescription::Column::Id.is_in(wanted))
        .filter(Expr::from(status).ne(crate::program::Status::Draft))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The first and the newest version of a log that stands in the table already.
struct Known {
    first_fingerprint: Vec<u8>,
    newest: Rows,
}

async fn known(tx: &Tx, chart: &Chart, batch: &[Checked]) -> Result<HashMap<Uuid, Known>> {
    let ids: Vec<Uuid> = batch.iter().flatten().map(|log| log.id).collect();
    let rows = progress_log::Entity::find()
        .filter(progress_log::Column::ClinicId.eq(chart.clinic_id()))
        .filter(progress_log::Column::PatientId.eq(chart.id()))
        .filter(progress_log::Column::LogId.is_in(ids))
        .order_by_asc(progress_log::Column::Version)
        .all(tx)
        .await?;
    let mut known: HashMap<Uuid, Known> = HashMap::new();
    for rows in with_results(tx, chart.clinic_id(), rows).await? {
        let first = rows.log.fingerprint.clone();
        match known.entry(rows.log.log_id) {
            std::collections::hash_map::Entry::Occupied(mut entry) => entry.get_mut().newest = rows,
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Known { first_fingerprint: first, newest: rows });
            }
        }
    }
    Ok(known)
}

enum Sorted {
    Rejected(Vec<FieldError>),
    Standing(RowStatus, Box<Rows>),
}

struct SortedBatch {
    rows: Vec<Sorted>,
    fresh: Vec<Rows>,
}

impl SortedBatch {
    /// The days of all rows that stand.
    fn days(&self) -> BTreeSet<Day> {
        let day = |row: &Sorted| match row {
            Sorted::Rejected(_) => None,
            Sorted::Standing(_, rows) => Some(rows.log.local_date),
        };
        self.rows.iter().filter_map(day).collect()
    }
}

/// Sorts the rows into new ones, replays and conflicts; also among themselves.
fn sort(
    scope: &Scope,
    chart: &Chart,
    batch: &[Checked],
    known: &HashMap<Uuid, Known>,
) -> Result<SortedBatch> {
    let mut fresh: Vec<Rows> = Vec::new();
    let mut rows = Vec::new();
    let change = chart.row.change + 1;
    for row in batch {
        let log = match row {
            Ok(log) => log,
            Err(faults) => {
                rows.push(Sorted::Rejected(faults.clone()));
                continue;
            }
        };
        let print = fingerprint(chart, log);
        let earlier = fresh.iter().find(|rows| rows.log.log_id == log.id);
        let standing = known
            .get(&log.id)
            .map(|known| (&known.first_fingerprint, &known.newest))
            .or_else(|| earlier.map(|rows| (&rows.log.fingerprint, rows)));
        rows.push(match standing {
            Some((first, newest)) if *first == print => {
                Sorted::Standing(RowStatus::Unchanged, Box::new(newest.clone()))
            }
            Some(_) => {
                let message = "This id has other content. Amend the log, or choose another id.";
                Sorted::Rejected(vec![FieldError::new("id", Code::Conflict, message)])
            }
            None => {
                let new = Rows::of(scope, chart, log, (1, VersionKind::Original), change)?;
                fresh.push(new.clone());
                Sorted::Standing(RowStatus::Accepted, Box::new(new))
            }
        });
    }
    Ok(SortedBatch { rows, fresh })
}

async fn record(tx: &Tx, scope: &Scope, chart: &mut Chart, fresh: &[Rows]) -> Result<()> {
    let latest = fresh.iter().map(|rows| rows.log.performed_at).max();
    chart.raise(tx, latest).await?;
    insert(tx, fresh).await?;
    let entries: Vec<_> = ids(fresh)
        .into_iter()
        .map(|id| audit::Entry {
            action: "progress.log",
            patient_id: Some(chart.id()),
            object: (Kind::ProgressLog, id),
        })
        .collect();
    audit::record_all(tx, scope, &entries).await
}
