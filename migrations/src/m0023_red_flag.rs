//! Screens for signs of danger, and since when a danger waits to be looked at.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, string_null, uuid, uuid_null,
};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter().table("patient").add_column(big_integer_null("danger_since")).to_owned();
        manager.alter_table(add).await?;
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
                    .col(big_integer_null("resolved_at"))
                    .col(uuid_null("resolved_by"))
                    .col(blob_null("resolution"))
                    .foreign_key(&mut within_clinic("red_flag_screen", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("red_flag_screen", "member_id", "member"))
                    .foreign_key(&mut within_clinic("red_flag_screen", "resolved_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id", "screened_at"];
        manager.create_index(index("red_flag_screen_patient", "red_flag_screen", &columns)).await?;
        close_tables(manager).await
    }
}
