//! Screens for signs of danger.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, string_null, uuid, uuid_null};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("red_flag_screen")
                    .col(uuid("patient_id"))
                    .col(blob("signs"))
                    .col(blob_null("note"))
                    .col(string_null("level"))
                    .col(uuid_null("member_id"))
                    .col(big_integer("screened_at"))
                    .col(blob("fingerprint"))
                    .foreign_key(&mut within_clinic("red_flag_screen", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("red_flag_screen", "member_id", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id", "screened_at"];
        manager.create_index(index("red_flag_screen_patient", "red_flag_screen", &columns)).await?;
        close_tables(manager).await
    }
}
