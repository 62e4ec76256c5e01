//! What counts for remote therapeutic monitoring beside the patient's own records: time of management, live
//! contacts, and the set-up.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, blob_null, string, string_null, uuid, uuid_null,
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
                clinic_table("monitoring_entry")
                    .col(uuid("patient_id"))
                    .col(uuid("member_id"))
                    .col(string("kind"))
                    .col(big_integer("started_at"))
                    .col(big_integer_null("ended_at"))
                    .col(string_null("activity"))
                    .col(string_null("medium"))
                    .col(blob_null("note"))
                    .col(blob("fingerprint"))
                    .col(big_integer("recorded_at"))
                    .col(uuid_null("voided_by"))
                    .col(big_integer_null("voided_at"))
                    .col(blob_null("void_reason"))
                    .foreign_key(&mut within_clinic("monitoring_entry", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("monitoring_entry", "member_id", "member"))
                    .foreign_key(&mut within_clinic("monitoring_entry", "voided_by", "member"))
                    .to_owned(),
            )
            .await?;
        for (name, of) in [("monitoring_patient", "patient_id"), ("monitoring_member", "member_id")] {
            manager.create_index(index(name, "monitoring_entry", &["clinic_id", of, "started_at"])).await?;
        }
        close_tables(manager).await
    }
}
