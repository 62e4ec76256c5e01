//! Outcome measures: what patients are asked when, their answers, and the text that clinics bring.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, boolean, double_null, integer, json_binary,
    small_integer_null, string, string_null, uuid, uuid_null,
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
        manager.create_table(assignment()).await?;
        let columns = ["clinic_id", "patient_id"];
        manager.create_index(index("outcome_assignment_patient", "outcome_assignment", &columns)).await?;
        manager.create_table(response()).await?;
        let columns = ["clinic_id", "patient_id", "measure", "answered_at"];
        manager.create_index(index("outcome_response_measure", "outcome_response", &columns)).await?;
        let columns = ["clinic_id", "patient_id", "local_date"];
        manager.create_index(index("outcome_response_day", "outcome_response", &columns)).await?;
        manager.create_table(text()).await?;
        let mut one = index("measure_text_one", "measure_text", &["clinic_id", "measure", "language"]);
        manager.create_index(one.unique().to_owned()).await?;
        close_tables(manager).await
    }
}

fn assignment() -> TableCreateStatement {
    clinic_table("outcome_assignment")
        .col(uuid("patient_id"))
        .col(string("measure"))
        .col(boolean("baseline"))
        .col(small_integer_null("every_weeks"))
        .col(boolean("at_discharge"))
        .col(string("start_on"))
        .col(string_null("end_on"))
        .col(uuid("assigned_by"))
        .col(big_integer("assigned_at"))
        .col(blob("fingerprint"))
        .col(uuid_null("ended_by"))
        .col(big_integer_null("ended_at"))
        .col(big_integer("change"))
        .foreign_key(&mut within_clinic("outcome_assignment", "patient_id", "patient"))
        .foreign_key(&mut within_clinic("outcome_assignment", "assigned_by", "member"))
        .foreign_key(&mut within_clinic("outcome_assignment", "ended_by", "member"))
        .to_owned()
}

fn response() -> TableCreateStatement {
    clinic_table("outcome_response")
        .col(uuid("patient_id"))
        .col(string("measure"))
        .col(integer("definition_version"))
        .col(string("unit"))
        .col(big_integer("answered_at"))
        .col(integer("offset_seconds"))
        .col(string("local_date"))
        .col(double_null("score"))
        .col(string_null("band"))
        .col(blob("content"))
        .col(boolean("by_patient"))
        .col(uuid("recorded_by"))
        .col(big_integer("recorded_at"))
        .col(blob("fingerprint"))
        .col(uuid_null("voided_by"))
        .col(big_integer_null("voided_at"))
        .col(blob_null("void_reason"))
        .col(big_integer("change"))
        .foreign_key(&mut within_clinic("outcome_response", "patient_id", "patient"))
        .to_owned()
}

fn text() -> TableCreateStatement {
    clinic_table("measure_text")
        .col(string("measure"))
        .col(string("language"))
        .col(json_binary("texts"))
        .col(big_integer("imported_at"))
        .to_owned()
}
