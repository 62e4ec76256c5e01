//! What therapists have decided about suggestions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, json_binary, string, uuid, uuid_null};

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
        manager
            .create_table(
                clinic_table("suggestion_decision")
                    .col(uuid("patient_id"))
                    .col(uuid("program_id"))
                    .col(uuid_null("origin_id"))
                    .col(string("kind"))
                    .col(string("verdict"))
                    .col(json_binary("records"))
                    .col(big_integer("newest_at"))
                    .col(blob_null("reason"))
                    .col(blob("fingerprint"))
                    .col(uuid("decided_by"))
                    .col(big_integer("decided_at"))
                    .foreign_key(&mut within_clinic("suggestion_decision", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("suggestion_decision", "program_id", "program"))
                    .foreign_key(&mut within_clinic("suggestion_decision", "decided_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id"];
        manager.create_index(index("suggestion_decision_patient", "suggestion_decision", &columns)).await?;
        close_tables(manager).await
    }
}
