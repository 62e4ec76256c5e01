//! The most of each exercise that a patient has done in one set, kept beside the logs.

use super::Sets;
use super::record::Rows;
use super::sessions::standing;
use super::table::personal_best::{Column, Entity, Model};
use super::table::{progress_log, progress_result};
use crate::clock::Day;
use crate::error::Result;
use crate::library::Exercise;
use crate::library::dose::DoneSet;
use crate::program::table::prescription;
use crate::store::Tx;
use sea_orm::{ColumnTrait, DeriveActiveEnum, EntityTrait, EnumIter, JoinType, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What a best counts in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, serde::Serialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BestKind {
    /// Repetitions.
    Reps,
    /// Seconds held or worked.
    Seconds,
    /// Meters.
    Metres,
    /// Kilograms.
    LoadKg,
}

/// The most of an exercise that was done in one set.
#[derive(Debug, Clone)]
pub struct PersonalBest {
    /// The exercise.
    pub exercise: Exercise,
    /// What it counts in.
    pub kind: BestKind,
    /// How much, above 0.
    pub value: f64,
    /// The log in which it was first reached.
    pub log_id: Uuid,
    /// The patient-local date of it.
    pub reached_on: Day,
}

/// What of a log counts: where and when it was done, and the sets by exercise.
struct Done<'a> {
    log_id: Uuid,
    on: Day,
    exercise_id: Uuid,
    sets: &'a [DoneSet],
}

type Bests = BTreeMap<(Uuid, BestKind), Model>;

/// Of two bests of a kind the larger; of equals the one that was reached first.
fn is_better(one: &Model, other: &Model) -> bool {
    let first = (other.reached_on, other.log_id).cmp(&(one.reached_on, one.log_id));
    one.value.total_cmp(&other.value).then(first).is_gt()
}

fn bests<'a>((clinic_id, patient_id): (Uuid, Uuid), done: impl Iterator<Item = Done<'a>>) -> Bests {
    let mut bests = Bests::new();
    for Done { log_id, on, exercise_id, sets } in done {
        let values = sets.iter().flat_map(|set| {
            [
                (BestKind::Reps, set.reps.map(f64::from)),
                (BestKind::Seconds, set.seconds.map(f64::from)),
                (BestKind::Metres, set.metres.map(f64::from)),
                (BestKind::LoadKg, set.load_kg),
            ]
        });
        for (kind, value) in values {
            let Some(value) = value.filter(|value| *value > 0.0) else { continue };
            let new = Model { clinic_id, patient_id, exercise_id, kind, value, log_id, reached_on: on };
            let known = bests.entry((exercise_id, kind)).or_insert_with(|| new.clone());
            if is_better(&new, known) {
                *known = new;
            }
        }
    }
    bests
}

/// Raises the bests by what these new logs did, in two statements at most; `exercises`: those of their
/// prescriptions.
pub(super) async fn raise(
    tx: &Tx,
    key: (Uuid, Uuid),
    logs: &[Rows],
    exercises: &HashMap<Uuid, Uuid>,
) -> Result<()> {
    let done = logs.iter().flat_map(|rows| {
        rows.results.iter().filter_map(|result| {
            let exercise_id = *exercises.get(&result.prescription_id)?;
            let (log_id, on) = (rows.log.log_id, rows.log.local_date);
            Some(Done { log_id, on, exercise_id, sets: &result.sets.0 })
        })
    });
    let mut raised = bests(key, done);
    if raised.is_empty() {
        return Ok(());
    }
    let concerned: HashSet<_> = raised.keys().map(|(exercise_id, _)| *exercise_id).collect();
    for known in of_patient(key).filter(Column::ExerciseId.is_in(concerned)).all(tx).await? {
        let at = (known.exercise_id, known.kind);
        if raised.get(&at).is_some_and(|new| !is_better(new, &known)) {
            raised.remove(&at);
        }
    }
    tx.put_all(raised.into_values().collect()).await
}

/// Reckons anew the bests that this log held, now that it has another version, and raises those by what the
/// version did.
pub(super) async fn revise(
    tx: &Tx,
    key: (Uuid, Uuid),
    version: &Rows,
    exercises: &HashMap<Uuid, Uuid>,
) -> Result<()> {
    let held = of_patient(key).filter(Column::LogId.eq(version.log.log_id)).all(tx).await?;
    let concerned: HashSet<_> = held.iter().map(|best| best.exercise_id).collect();
    if !concerned.is_empty() {
        reckon(tx, key, Some(concerned)).await?;
    }
    raise(tx, key, std::slice::from_ref(version), exercises).await
}

/// Reckons the bests of these exercises, all where none are named, from every log that stands.
pub(super) async fn reckon(tx: &Tx, key: (Uuid, Uuid), exercises: Option<HashSet<Uuid>>) -> Result<()> {
    let log = progress_result::Entity::belongs_to(progress_log::Entity)
        .from((progress_result::Column::ClinicId, progress_result::Column::LogRowId))
        .to((progress_log::Column::ClinicId, progress_log::Column::Id))
        .into();
    let prescribed = progress_result::Entity::belongs_to(prescription::Entity)
        .from((progress_result::Column::ClinicId, progress_result::Column::PrescriptionId))
        .to((prescription::Column::ClinicId, prescription::Column::Id))
        .into();
    let mut find = progress_result::Entity::find()
        .select_only()
        .column(progress_log::Column::LogId)
        .column(progress_log::Column::LocalDate)
        .column(prescription::Column::ExerciseId)
        .column(progress_result::Column::Sets)
        .join(JoinType::InnerJoin, log)
        .join(JoinType::InnerJoin, prescribed)
        .filter(progress_log::Column::ClinicId.eq(key.0))
        .filter(progress_log::Column::PatientId.eq(key.1))
        .filter(standing());
    let mut delete =
        Entity::delete_many().filter(Column::ClinicId.eq(key.0)).filter(Column::PatientId.eq(key.1));
    if let Some(exercises) = exercises {
        find = find.filter(prescription::Column::ExerciseId.is_in(exercises.iter().copied()));
        delete = delete.filter(Column::ExerciseId.is_in(exercises));
    }
    let rows: Vec<(Uuid, Day, Uuid, Sets)> = find.into_tuple().all(tx).await?;
    let done = rows.iter().map(|(log_id, on, exercise_id, sets)| Done {
        log_id: *log_id,
        on: *on,
        exercise_id: *exercise_id,
        sets: &sets.0,
    });
    delete.exec(tx).await?;
    tx.put_all(bests(key, done).into_values().collect()).await
}

fn of_patient((clinic_id, patient_id): (Uuid, Uuid)) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::ClinicId.eq(clinic_id)).filter(Column::PatientId.eq(patient_id))
}

/// The bests of a patient of all time, by exercise as the library has them; those of unknown exercises left
/// out. Two statements.
pub(super) async fn list(tx: &Tx, key: (Uuid, Uuid)) -> Result<Vec<PersonalBest>> {
    let rows = of_patient(key).all(tx).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.exercise_id).collect();
    let exercises = crate::library::rows_by_ids(tx, key.0, &ids).await?;
    let best = |row: Model| {
        let exercise = exercises.get(&row.exercise_id)?.clone();
        let Model { kind, value, log_id, reached_on, .. } = row;
        Some(PersonalBest { exercise, kind, value, log_id, reached_on })
    };
    let mut bests: Vec<_> = rows.into_iter().filter_map(best).collect();
    bests.sort_by_key(|best| (best.exercise.number, best.exercise.id, best.kind));
    Ok(bests)
}
