//! The reasons for which therapists have gone past a rule that warns.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, json_binary, uuid};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("program_override")
                    .col(uuid("patient_id"))
                    .col(uuid("program_id"))
                    .col(uuid("revision_id"))
                    .col(json_binary("covers"))
                    .col(blob("reason"))
                    .col(uuid("made_by"))
                    .col(big_integer("made_at"))
                    .foreign_key(&mut within_clinic("program_override", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("program_override", "program_id", "program"))
                    .foreign_key(&mut within_clinic("program_override", "revision_id", "program_revision"))
                    .foreign_key(&mut within_clinic("program_override", "made_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "program_id"];
        manager.create_index(index("program_override_program", "program_override", &columns)).await?;
        close_tables(manager).await
    }
}
