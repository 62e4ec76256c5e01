//! Logs as they stand now, for one patient or many.

use super::VersionKind;
use super::adherence::{Hold, Plan, Prescribed, Revision, Session, SessionResult};
use super::record::Rows;
use super::table::{progress_log, progress_result};
use crate::clock::Day;
use crate::error::Result;
use crate::program::{History, Status};
use crate::store::{Tx, among};
use sea_orm::sea_query::{Condition, Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Logs whose results one statement asks for: databases take only so many values.
const ROWS: usize = 20_000;

/// The logs of one patient, by time performed.
pub(crate) type Logged = Vec<Rows>;

/// Only the newest version of each log, and no voided ones.
pub(crate) fn standing() -> Condition {
    newest().add(progress_log::Column::Kind.ne(VersionKind::Voided))
}

/// Only the newest version of each log.
pub(super) fn newest() -> Condition {
    Condition::all().add(progress_log::Column::Newest.eq(true))
}

/// The results of these versions, by version.
pub(super) async fn with_results(
    tx: &Tx,
    clinic_id: Uuid,
    logs: Vec<progress_log::Model>,
) -> Result<Vec<Rows>> {
    let mut by_log: HashMap<Uuid, Vec<_>> = HashMap::new();
    for logs in logs.chunks(ROWS) {
        let results = progress_result::Entity::find()
            .filter(progress_result::Column::ClinicId.eq(clinic_id))
            .filter(progress_result::Column::LogRowId.is_in(logs.iter().map(|log| log.id)))
            .order_by_asc(progress_result::Column::Position)
            .all(tx)
            .await?;
        for result in results {
            by_log.entry(result.log_row_id).or_default().push(result);
        }
    }
    let rows = |log: progress_log::Model| Rows { results: by_log.remove(&log.id).unwrap_or_default(), log };
    Ok(logs.into_iter().map(rows).collect())
}

/// The standing logs that these patients performed on a local date of `from..=to`, in two
/// statements however many they are. The patients must be visible to who acts.
pub(crate) async fn of_patients(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
    (from, to): (Day, Day),
) -> Result<HashMap<Uuid, Logged>> {
    let logs = progress_log::Entity::find()
        .filter(progress_log::Column::ClinicId.eq(clinic_id))
        .filter(progress_log::Column::PatientId.is_in(patient_ids.iter().copied()))
        .filter(progress_log::Column::LocalDate.between(from, to))
        .filter(standing())
        .order_by_asc(progress_log::Column::PerformedAt)
        .order_by_asc(progress_log::Column::LogId)
        .all(tx)
        .await?;
    let mut by_patient: HashMap<Uuid, Logged> = HashMap::new();
    for rows in with_results(tx, clinic_id, logs).await? {
        by_patient.entry(rows.log.patient_id).or_default().push(rows);
    }
    Ok(by_patient)
}

/// The logs as the adherence rule takes them: results by the origin of their prescription.
pub(crate) fn sessions(logged: &[Rows], histories: &[&History]) -> Vec<Session> {
    let origins: HashMap<Uuid, Uuid> = histories
        .iter()
        .flat_map(|history| &history.prescriptions)
        .map(|row| (row.id, row.origin_id))
        .collect();
    let result = |row: &progress_result::Model| {
        let origin_id = *origins.get(&row.prescription_id)?;
        Some(SessionResult { origin_id, sets: row.sets.0.clone(), skipped: row.skip_reason.is_some() })
    };
    logged
        .iter()
        .map(|rows| Session {
            local_date: rows.log.local_date.0,
            results: rows.results.iter().filter_map(result).collect(),
        })
        .collect()
}

/// The programs as the adherence rule takes them; drafts are no plan yet.
pub(crate) fn plans(histories: &[&History]) -> Vec<Plan> {
    histories
        .iter()
        .filter(|history| history.row.status != Status::Draft)
        .map(|history| plan(history))
        .collect()
}

fn plan(history: &History) -> Plan {
    let prescribed = |row: &crate::program::table::prescription::Model| Prescribed {
        origin_id: row.origin_id,
        dose: row.dose,
        schedule: row.schedule.clone(),
    };
    let revisions = history.revisions.iter().enumerate().flat_map(|(at, row)| {
        let until = history.revisions.iter().skip(at + 1).map(|later| later.effective_from).min();
        history.stretches(row, until).into_iter().map(|(day, rows)| Revision {
            effective_from: day.0,
            prescriptions: rows.into_iter().map(prescribed).collect(),
        })
    });
    let hold = |row: &crate::program::table::program_hold::Model| Hold {
        from: row.held_from.0,
        until: row.released_on.map(|day| day.0),
    };
    Plan {
        starts_on: history.row.starts_on.0,
        ends_on: history.row.ends_on.map(|day| day.0),
        revisions: revisions.collect(),
        holds: history.holds.iter().map(hold).collect(),
    }
}

/// The local date of every standing session with a performed set that these patients
/// (clinic, patient) logged in `from..=to`; one entry a session.
pub(crate) async fn session_days(
    tx: &Tx,
    keys: &[(Uuid, Uuid)],
    (from, to): (Day, Day),
) -> Result<HashMap<(Uuid, Uuid), Vec<Day>>> {
    use progress_log::Column;
    let performed = Query::select()
        .expr(Expr::value(1))
        .from(progress_result::Entity)
        .cond_where(
            Condition::all()
                .add(
                    Expr::col((progress_result::Entity, progress_result::Column::ClinicId))
                        .equals((progress_log::Entity, Column::ClinicId)),
                )
                .add(
                    Expr::col((progress_result::Entity, progress_result::Column::LogRowId))
                        .equals((progress_log::Entity, Column::Id)),
                )
                .add(progress_result::Column::SkipReason.is_null()),
        )
        .to_owned();
    let rows: Vec<(Uuid, Uuid, Day)> = progress_log::Entity::find()
        .select_only()
        .columns([Column::ClinicId, Column::PatientId, Column::LocalDate])
        .filter(among((Column::ClinicId, Column::PatientId), keys))
        .filter(Column::LocalDate.between(from, to))
        .filter(standing())
        .filter(Expr::exists(performed))
        .into_tuple()
        .all(tx)
        .await?;
    let mut days: HashMap<_, Vec<Day>> = HashMap::new();
    for (clinic_id, patient_id, day) in rows {
        days.entry((clinic_id, patient_id)).or_default().push(day);
    }
    Ok(days)
}
