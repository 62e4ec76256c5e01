//! Assessments and goals.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, double, double_null, integer, string, string_null, uuid,
    uuid_null,
};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(assessment()).await?;
        let columns = ["clinic_id", "patient_id", "recorded_at"];
        manager.create_index(index("assessment_patient", "assessment", &columns)).await?;
        manager.create_table(goal()).await?;
        manager.create_index(index("goal_patient", "goal", &["clinic_id", "patient_id"])).await?;
        manager.create_table(goal_progress()).await?;
        let mut one_a_day =
            index("goal_progress_goal", "goal_progress", &["clinic_id", "goal_id", "measured_on"]);
        manager.create_index(one_a_day.unique().to_owned()).await?;
        close_tables(manager).await
    }
}

fn assessment() -> TableCreateStatement {
    clinic_table("assessment")
        .col(uuid("patient_id"))
        .col(string("kind"))
        .col(string("assessed_on"))
        .col(string_null("next_on"))
        .col(string_null("risk"))
        .col(blob("content"))
        .col(uuid_null("screen_id"))
        .col(uuid("recorded_by"))
        .col(big_integer("recorded_at"))
        .col(blob("fingerprint"))
        .col(uuid_null("voided_by"))
        .col(big_integer_null("voided_at"))
        .col(blob_null("void_reason"))
        .col(big_integer("change"))
        .foreign_key(&mut within_clinic("assessment", "patient_id", "patient"))
        .foreign_key(&mut within_clinic("assessment", "screen_id", "red_flag_screen"))
        .foreign_key(&mut within_clinic("assessment", "recorded_by", "member"))
        .foreign_key(&mut within_clinic("assessment", "voided_by", "member"))
        .to_owned()
}

fn goal() -> TableCreateStatement {
    clinic_table("goal")
        .col(uuid("patient_id"))
        .col(string("kind"))
        .col(blob("text"))
        .col(blob_null("measure"))
        .col(blob_null("unit"))
        .col(double_null("baseline"))
        .col(double_null("target"))
        .col(string_null("target_on"))
        .col(string("status"))
        .col(integer("revision"))
        .col(uuid_null("set_by"))
        .col(big_integer("created_at"))
        .col(big_integer("updated_at"))
        .col(blob("fingerprint"))
        .col(blob("first_fingerprint"))
        .col(big_integer("change"))
        .foreign_key(&mut within_clinic("goal", "patient_id", "patient"))
        .foreign_key(&mut within_clinic("goal", "set_by", "member"))
        .to_owned()
}

fn goal_progress() -> TableCreateStatement {
    clinic_table("goal_progress")
        .col(uuid("patient_id"))
        .col(uuid("goal_id"))
        .col(double("value"))
        .col(string("measured_on"))
        .col(big_integer("recorded_at"))
        .foreign_key(&mut within_clinic("goal_progress", "patient_id", "patient"))
        .foreign_key(&mut within_clinic("goal_progress", "goal_id", "goal"))
        .to_owned()
}
