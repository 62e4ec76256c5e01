//! The conditions recorded of a patient: what they are, taking one up, putting a list in place of another.

use super::Chart;
use super::table::patient_condition::{ActiveModel, Column, Entity, Model};
use crate::access::Scope;
use crate::clock::Day;
use crate::error::Result;
use crate::library;
use crate::store::Tx;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DeriveActiveEnum, EntityTrait, EnumIter, QueryFilter, QueryOrder, Set};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// A side of the body.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BodySide {
    /// The left.
    Left,
    /// The right.
    Right,
    /// Both.
    Both,
    /// Neither: in the middle.
    Midline,
}

/// A condition with its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Diagnosis {
    /// The key of the condition in the library.
    pub key: String,
    /// The side, if it has one.
    pub side: Option<BodySide>,
    /// A vertebra, or two that are neighbors: `L5`, `L4/L5`.
    pub level: Option<String>,
}

impl Diagnosis {
    /// The condition of this key, wherever it is.
    pub(crate) fn of(key: &str) -> Self {
        Self { key: key.to_owned(), side: None, level: None }
    }
}

/// A condition recorded of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What and where.
    pub diagnosis: Diagnosis,
    /// Patient-local date on which it was recorded.
    pub noted_on: Day,
}

/// The conditions recorded of a visible patient that have not ended, oldest first.
pub async fn conditions(scope: &Scope, patient_id: Uuid) -> Result<Vec<Condition>> {
    let tx = scope.read().await?;
    let chart = Chart::open(&tx, scope, patient_id).await?;
    conditions_of(&tx, &chart).await
}

/// The conditions recorded in this chart that have not ended, oldest first.
pub(crate) async fn conditions_of(tx: &Tx, chart: &Chart) -> Result<Vec<Condition>> {
    let rows = standing(tx, chart).await?;
    Ok(rows.into_iter().map(|row| Condition { noted_on: row.noted_on, diagnosis: row.diagnosis() }).collect())
}

/// The keys of the conditions recorded of these patients that have not ended, by patient.
pub(crate) async fn condition_keys(
    tx: &Tx,
    clinic_id: Uuid,
    patient_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>> {
    let rows = Entity::find()
        .filter(Column::ClinicId.eq(clinic_id))
        .filter(Column::PatientId.is_in(patient_ids.iter().copied()))
        .filter(Column::EndedOn.is_null())
        .all(tx)
        .await?;
    let mut keys: HashMap<Uuid, Vec<String>> = HashMap::new();
    for row in rows {
        keys.entry(row.patient_id).or_default().push(row.condition);
    }
    Ok(keys)
}

async fn standing(tx: &Tx, chart: &Chart) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::ClinicId.eq(chart.clinic_id()))
        .filter(Column::PatientId.eq(chart.id()))
        .filter(Column::EndedOn.is_null())
        .order_by_asc(Column::NotedOn)
        .order_by_asc(Column::Id)
        .all(tx)
        .await?)
}

impl Model {
    fn diagnosis(&self) -> Diagnosis {
        Diagnosis { key: self.condition.clone(), side: self.side, level: self.level.clone() }
    }
}

/// Takes these up, as of this `change`.
pub(crate) async fn add_conditions(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    added: &[Diagnosis],
    change: i64,
) -> Result<()> {
    let services = scope.services();
    let rows = added.iter().map(|diagnosis| ActiveModel {
        clinic_id: Set(chart.clinic_id()),
        id: Set(services.new_id()),
        patient_id: Set(chart.id()),
        condition: Set(diagnosis.key.clone()),
        side: Set(diagnosis.side),
        level: Set(diagnosis.level.clone()),
        noted_on: Set(chart.date_at(services.now())),
        ended_on: Set(None),
        change: Set(change),
    });
    if !added.is_empty() {
        Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Takes up the condition of this key, unless the patient has it.
pub(crate) async fn note_condition(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    key: &str,
    change: i64,
) -> Result<()> {
    if standing(tx, chart).await?.iter().any(|row| row.condition == key) {
        return Ok(());
    }
    add_conditions(tx, scope, chart, &[Diagnosis::of(key)], change).await
}

/// Puts `wanted` in place of what is recorded. What stays keeps its date; what goes ends today. Signs of danger
/// stay as long as they wait to be looked at.
pub(crate) async fn replace_conditions(
    tx: &Tx,
    scope: &Scope,
    chart: &Chart,
    wanted: &[Diagnosis],
    change: i64,
) -> Result<()> {
    let rows = standing(tx, chart).await?;
    let known: Vec<_> = rows.iter().map(Model::diagnosis).collect();
    let added: Vec<_> = wanted.iter().filter(|diagnosis| !known.contains(diagnosis)).cloned().collect();
    let waits = |row: &Model| {
        let condition = library::condition(&row.condition);
        chart.row.danger_since.is_some() && condition.is_some_and(|condition| condition.sign)
    };
    let gone = rows.iter().filter(|row| !wanted.contains(&row.diagnosis()) && !waits(row));
    let gone: Vec<Uuid> = gone.map(|row| row.id).collect();
    if !gone.is_empty() {
        Entity::update_many()
            .col_expr(Column::EndedOn, Expr::value(chart.date_at(scope.services().now())))
            .col_expr(Column::Change, Expr::value(change))
            .filter(Column::ClinicId.eq(chart.clinic_id()))
            .filter(Column::Id.is_in(gone))
            .exec(tx)
            .await?;
    }
    add_conditions(tx, scope, chart, &added, change).await
}
