//! Why alerts are closed, and the falls that were reported.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob, blob_null, boolean, boolean_null, string, string_null, uuid, uuid_null,
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
        let because = string_null("closed_because");
        manager.alter_table(Table::alter().table("alert").add_column(because).to_owned()).await?;
        manager.create_index(index("alert_rule", "alert", &["clinic_id", "patient_id", "rule"])).await?;
        manager
            .create_table(
                clinic_table("fall_report")
                    .col(uuid("patient_id"))
                    .col(string("kind"))
                    .col(big_integer("happened_at"))
                    .col(string("local_date"))
                    .col(boolean_null("injured"))
                    .col(blob_null("note"))
                    .col(boolean("by_patient"))
                    .col(uuid_null("recorded_by"))
                    .col(big_integer("recorded_at"))
                    .col(blob("fingerprint"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("fall_report", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("fall_report", "recorded_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id", "happened_at"];
        manager.create_index(index("fall_report_patient", "fall_report", &columns)).await?;
        close_tables(manager).await
    }
}
