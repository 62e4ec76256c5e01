//! The table `program_template`: a clinic's own templates and protocols, one row a version.

use super::Template;
use crate::clock::Instant;
use crate::library::dose::Dose;
use crate::library::schedule::Schedule;
use crate::library::table::Words;
use crate::program::{NewPhase, NewPrescription, Terms};
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// What programs made from it begin with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub(crate) struct Content {
    phases: Vec<Phase>,
    prescriptions: Vec<Prescription>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Phase {
    name: String,
    weeks: Option<u16>,
    #[serde(flatten)]
    terms: Terms,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Prescription {
    exercise_id: Uuid,
    dose: Option<Dose>,
    schedule: Option<Schedule>,
    phases: Vec<u16>,
}

#[derive(Debug, Clone, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "program_template")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) clinic_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    /// The id of the first version.
    pub(crate) series_id: Uuid,
    pub(crate) version: i32,
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) after_surgery: bool,
    pub(crate) surgeon: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) conditions: Words,
    #[sea_orm(column_type = "JsonBinary")]
    pub(crate) content: Content,
    pub(crate) fingerprint: Vec<u8>,
    pub(crate) created_by: Uuid,
    pub(crate) created_at: Instant,
    pub(crate) archived_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Content {
    pub(super) fn of(phases: &[NewPhase], prescriptions: &[NewPrescription]) -> Self {
        let phase = |phase: &NewPhase| Phase {
            name: phase.name.trim().to_owned(),
            weeks: phase.weeks,
            terms: phase.terms.clone(),
        };
        let prescription = |wanted: &NewPrescription| Prescription {
            exercise_id: wanted.exercise_id,
            dose: wanted.dose,
            schedule: wanted.schedule.clone(),
            phases: wanted.phases.clone(),
        };
        Self {
            phases: phases.iter().map(phase).collect(),
            prescriptions: prescriptions.iter().map(prescription).collect(),
        }
    }
}

impl From<Model> for Template {
    fn from(row: Model) -> Self {
        let phase = |phase: Phase| NewPhase {
            name: phase.name,
            weeks: phase.weeks,
            terms: phase.terms,
            ..NewPhase::default()
        };
        let prescription = |row: Prescription| NewPrescription {
            exercise_id: row.exercise_id,
            dose: row.dose,
            schedule: row.schedule,
            continues: None,
            phases: row.phases,
        };
        Self {
            id: row.id,
            version: row.version,
            title: row.title,
            description: row.description,
            after_surgery: row.after_surgery,
            surgeon: row.surgeon,
            conditions: row.conditions.0,
            phases: row.content.phases.into_iter().map(phase).collect(),
            prescriptions: row.content.prescriptions.into_iter().map(prescription).collect(),
            basis: None,
            source: None,
            created_by: Some(row.created_by),
            created_at: Some(row.created_at),
            archived_at: row.archived_at,
        }
    }
}
