//! Visits: scheduled, canceled, missed, recorded.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, small_integer_null, string, uuid, uuid_null,
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
        manager
            .create_table(
                clinic_table("visit")
                    .col(uuid("patient_id"))
                    .col(uuid("member_id"))
                    .col(string("status"))
                    .col(big_integer("starts_at"))
                    .col(big_integer("ends_at"))
                    .col(blob_null("place"))
                    .col(blob_null("cancel_reason"))
                    .col(blob_null("treatments"))
                    .col(small_integer_null("pain_before"))
                    .col(small_integer_null("pain_after"))
                    .col(blob_null("note"))
                    .col(uuid_null("program_revision_id"))
                    .col(blob("fingerprint"))
                    .col(blob_null("record_fingerprint"))
                    .col(uuid("created_by"))
                    .col(big_integer("created_at"))
                    .col(uuid_null("closed_by"))
                    .col(big_integer_null("closed_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("visit", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("visit", "member_id", "member"))
                    .foreign_key(&mut within_clinic("visit", "program_revision_id", "program_revision"))
                    .foreign_key(&mut within_clinic("visit", "created_by", "member"))
                    .foreign_key(&mut within_clinic("visit", "closed_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id", "starts_at"];
        manager.create_index(index("visit_patient", "visit", &columns)).await?;
        close_tables(manager).await
    }
}
