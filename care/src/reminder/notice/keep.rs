//! Making the notices that there ought to be, moving those whose subject has moved, and taking back those that have
//! none any more.

use super::super::outbound::{locked, raise};
use super::super::readable::readable;
use super::super::table::reminder::{Column, Entity, Model};
use super::super::{Kind, QuietPolicy, Status};
use super::MINUTE;
use super::wanted::{Wanted, read};
use crate::access::Worker;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::live::Change;
use crate::patient::table::patient;
use crate::store::{Tx, among};
use crate::visit;
use sea_orm::sea_query::{Condition, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Patients who are seen to, and locked, together.
const CHUNK: usize = 100;

/// A clinic and a patient.
type Key = (Uuid, Uuid);

/// Sees to the notices of all patients of whom something was written since, or whose time has come; answers of how
/// many.
pub async fn keep(worker: &Worker) -> Result<usize> {
    use patient::Column::{Id, NoticesStaleAt};
    let (mut after, mut seen) = ((Instant(i64::MIN), Uuid::nil()), 0);
    loop {
        // Who could not be seen to does not come again in this look.
        let later = NoticesStaleAt.gt(after.0).or(NoticesStaleAt.eq(after.0).and(Id.gt(after.1)));
        let stale = stale(worker, later.into()).await?;
        let Some((last, stale_at)) = stale.last() else { return Ok(seen) };
        (after, seen) = ((*stale_at, last.1), seen + stale.len());
        see_to_all(worker, &keys(&stale)).await?;
    }
}

/// The same of these patients (clinic, patient) alone.
pub async fn keep_of(worker: &Worker, patients: &[Key]) -> Result<usize> {
    let mut seen = 0;
    for chunk in patients.chunks(CHUNK) {
        let these = among((patient::Column::ClinicId, patient::Column::Id), chunk);
        let stale = stale(worker, these).await?;
        see_to_all(worker, &keys(&stale)).await?;
        seen += stale.len();
    }
    Ok(seen)
}

/// Those of whom something was written since they were seen to, or whose time has come, and since when they wait: read
/// from an index that has them first, however many patients there are.
async fn stale(worker: &Worker, which: Condition) -> Result<Vec<(Key, Instant)>> {
    use patient::Column;
    let tx = worker.read().await?;
    let found: Vec<(Uuid, Uuid, Instant)> = patient::Entity::find()
        .select_only()
        .columns([Column::ClinicId, Column::Id, Column::NoticesStaleAt])
        .filter(Column::NoticesStaleAt.lte(worker.now()))
        .filter(which)
        .order_by_asc(Column::NoticesStaleAt)
        .order_by_asc(Column::Id)
        .limit(u64::try_from(CHUNK).unwrap_or(1))
        .into_tuple()
        .all(&tx)
        .await?;
    tx.commit().await?;
    Ok(found.into_iter().map(|(clinic_id, id, stale_at)| ((clinic_id, id), stale_at)).collect())
}

fn keys(stale: &[(Key, Instant)]) -> Vec<Key> {
    stale.iter().map(|(key, _)| *key).collect()
}

/// Where one of them cannot be seen to, the others still are.
async fn see_to_all(worker: &Worker, keys: &[Key]) -> Result<()> {
    match see_to(worker, keys).await {
        Err(Error::Internal) if keys.len() > 1 => {}
        done => return done,
    }
    for key in keys {
        if let Err(error) = see_to(worker, std::slice::from_ref(key)).await {
            tracing::warn!(patient_id = %key.1, %error, "the notices of a patient could not be seen to");
        }
    }
    Ok(())
}

async fn see_to(worker: &Worker, keys: &[Key]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let (tx, now) = (worker.write().await?, worker.now());
    // Under the patients' locks: what is read stays so until it is written.
    let all: Vec<_> = locked(&tx, keys).all(&tx).await?;
    let known = known(&tx, &all).await?;
    let sources = read(&tx, &all, &known, now).await?;
    let (mut made, mut changed, mut seen) = (Vec::new(), Vec::new(), Vec::new());
    for mut patient in all {
        let its: Vec<_> = known.iter().filter(|row| row.patient_id == patient.id).cloned().collect();
        let (wanted, stay) = sources.of(&patient, &its, now);
        let gone = |row: &&Model| {
            row.status == Status::Active
                && !stay.contains(&row.id)
                && !wanted.iter().any(|wanted| wanted.id == row.id)
        };
        let mut rows: Vec<_> = its.iter().filter(gone).map(|row| taken_back(row.clone())).collect();
        for wanted in wanted {
            match its.iter().find(|row| row.id == wanted.id) {
                Some(row) => rows.push(moved(row.clone(), wanted, now)),
                None => made.push(moved(new(&patient, &wanted, now), wanted, now)),
            }
        }
        patient.notices_stale_at = sources.stale_at(&patient, now);
        changed.extend(rows);
        seen.push(patient);
    }
    let told = write(&tx, (made, changed), seen).await?;
    tx.commit().await?;
    for change in told {
        worker.live().publish(change);
    }
    Ok(())
}

/// The notices of these patients that are at work, those of visits to come, and those of which each patient has one.
async fn known(tx: &Tx, patients: &[patient::Model]) -> Result<Vec<Model>> {
    let keys: Vec<_> = patients.iter().map(patient::Model::key).collect();
    let scheduled = visit::table::Entity::find()
        .select_only()
        .column(visit::table::Column::Id)
        .filter(among((visit::table::Column::ClinicId, visit::table::Column::PatientId), &keys))
        .filter(visit::table::Column::Status.eq(visit::Status::Scheduled))
        .into_query();
    let wanted = Condition::any()
        .add(Column::Status.eq(Status::Active))
        .add(Column::Kind.is_in([Kind::Questionnaire, Kind::Message, Kind::Article]))
        .add(Column::SubjectId.in_subquery(scheduled));
    let find = Entity::find()
        .filter(among((Column::ClinicId, Column::PatientId), &keys))
        .filter(Column::SubjectId.is_not_null())
        .filter(wanted)
        .order_by_asc(Column::Id);
    readable(tx, find).await
}

fn new(patient: &patient::Model, wanted: &Wanted, now: Instant) -> Model {
    Model {
        clinic_id: patient.clinic_id,
        id: wanted.id,
        patient_id: patient.id,
        kind: wanted.kind,
        title: None,
        rule: wanted.rule.clone(),
        zone_mode: wanted.zone_mode,
        time_zone: wanted.time_zone.clone(),
        quiet_policy: QuietPolicy::Defer,
        only_if_not_done: false,
        late_limit_minutes: wanted.late_limit_minutes,
        status: Status::Active,
        version: 0,
        next_due_at: None,
        next_date: None,
        next_slot: None,
        fire_at: None,
        set_aside_at: None,
        fingerprint: Vec::new(),
        created_at: now,
        change: 0,
        subject_id: Some(wanted.subject_id),
        changed_at: now,
    }
}

/// The notice as it is wanted. What came due while no worker looked still goes out within its limit.
fn moved(row: Model, wanted: Wanted, now: Instant) -> Model {
    let Wanted { subject_id, rule, zone_mode, time_zone, late_limit_minutes, .. } = wanted;
    let mut row = Model {
        rule,
        zone_mode,
        time_zone,
        late_limit_minutes,
        status: Status::Active,
        version: row.version + 1,
        set_aside_at: None,
        subject_id: Some(subject_id),
        changed_at: now,
        ..row
    };
    let since = now.plus(1 - i64::from(late_limit_minutes) * MINUTE);
    let missed = row.rule.latest_at_or_before(&row.zone(), now.timestamp(), since.timestamp());
    row.set_next(missed.or_else(|| row.rule.next_after(&row.zone(), now.timestamp())));
    row
}

fn taken_back(mut row: Model) -> Model {
    row.status = Status::Deleted;
    row.version += 1;
    row.set_next(None);
    row
}

/// What moving a notice changes of it.
const MOVED: [Column; 14] = [
    Column::Rule,
    Column::ZoneMode,
    Column::TimeZone,
    Column::LateLimitMinutes,
    Column::Status,
    Column::Version,
    Column::NextDueAt,
    Column::NextDate,
    Column::NextSlot,
    Column::FireAt,
    Column::SetAsideAt,
    Column::SubjectId,
    Column::ChangedAt,
    Column::Change,
];

/// Writes them, and that these patients were seen to; answers what is to be announced.
async fn write(
    tx: &Tx,
    (mut made, mut changed): (Vec<Model>, Vec<Model>),
    mut seen: Vec<patient::Model>,
) -> Result<Vec<Change>> {
    let mut told = Vec::new();
    let touched: BTreeSet<Key> =
        made.iter().chain(&changed).map(|row| (row.clinic_id, row.patient_id)).collect();
    raise(tx, &touched.iter().copied().collect::<Vec<_>>()).await?;
    for patient in seen.iter_mut().filter(|patient| touched.contains(&patient.key())) {
        patient.change += 1;
        let (clinic_id, patient_id, change) = (patient.clinic_id, patient.id, patient.change);
        for row in made.iter_mut().chain(&mut changed).filter(|row| row.patient_id == patient_id) {
            row.change = change;
            told.push(Change::Reminder { id: row.id, next_due_at: row.next_due_at });
        }
        told.push(Change::Patient { clinic_id, patient_id, change });
    }
    tx.insert_all(made).await?;
    tx.update_all(changed, &MOVED).await?;
    tx.update_all(seen, &[patient::Column::NoticesStaleAt]).await?;
    Ok(told)
}
