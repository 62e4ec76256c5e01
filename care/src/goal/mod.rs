//! Goals: what a patient wants to reach, in words and, where it can be measured, in numbers.
//!
//! Offers [`set`], [`list`] and [`get`].

mod check;
mod list;
mod set;
pub(crate) mod table;

pub use list::{get, list};
pub use set::{SetGoal, set};

use crate::clock::{Day, Instant};
use crate::error::Result;
use crate::patient::Chart;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::Serialize;
use table::{goal, goal_progress};
use uuid::Uuid;

/// What a goal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum GoalKind {
    /// Less pain.
    PainRelief,
    /// To move farther.
    Mobility,
    /// To hold oneself better.
    Posture,
    /// To be stronger.
    Strength,
    /// To do something again.
    Function,
    /// That it does not come back.
    Prevention,
    /// To return safely after surgery.
    ReturnAfterSurgery,
}

/// Where a goal stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, EnumIter, DeriveActiveEnum, Serialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// It is aimed at.
    #[default]
    Active,
    /// It is reached.
    Met,
    /// It is given up.
    Dropped,
}

/// The numbers of a goal.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// What is measured, 1 to 100 characters.
    pub name: String,
    /// In what, 1 to 30 characters.
    pub unit: String,
    /// Where it began.
    pub baseline: f64,
    /// Where it is to end.
    pub target: f64,
}

/// A value that was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// The value, in the goal's unit.
    pub value: f64,
    /// The patient-local date.
    pub measured_on: Day,
}

/// A goal as it stands now.
#[derive(Debug, Clone)]
pub struct Goal {
    /// Its id.
    pub id: Uuid,
    /// What it is about.
    pub kind: GoalKind,
    /// The goal, in words.
    pub text: String,
    /// The goal, in numbers.
    pub measure: Option<Measure>,
    /// The date by which it is to be reached.
    pub target_on: Option<Day>,
    /// Where it stands.
    pub status: Status,
    /// 1 as first set; one more with each change.
    pub revision: i32,
    /// The values measured, the newest first.
    pub values: Vec<Measured>,
    /// The member who set it last; none where the patient did.
    pub set_by: Option<Uuid>,
    /// When it was first set.
    pub created_at: Instant,
    /// When it was last set.
    pub updated_at: Instant,
}

impl Goal {
    /// The goal of this row, with those of `values` that are its own, the newest first.
    fn of(chart: &Chart, row: &goal::Model, values: &[goal_progress::Model]) -> Result<Self> {
        let open = |column, sealed: &Option<_>| {
            sealed.as_ref().map(|text| chart.unseal(column, row.id, text)).transpose()
        };
        let (name, unit) = (open("goal.measure", &row.measure)?, open("goal.unit", &row.unit)?);
        let numbers = name.zip(unit).zip(row.baseline.zip(row.target));
        let own = values.iter().filter(|value| value.goal_id == row.id);
        Ok(Self {
            id: row.id,
            kind: row.kind,
            text: chart.unseal("goal.text", row.id, &row.text)?,
            measure: numbers.map(|((name, unit), (baseline, target))| Measure {
                name,
                unit,
                baseline,
                target,
            }),
            target_on: row.target_on,
            status: row.status,
            revision: row.revision,
            values: own.map(|row| Measured { value: row.value, measured_on: row.measured_on }).collect(),
            set_by: row.set_by,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
