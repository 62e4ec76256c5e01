//! The progress log: append-only versions and their results.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob, blob_null, integer, json_binary, small_integer_null, string, string_null, uuid,
    uuid_null,
};

use crate::columns::{clinic_table, index, within_clinic};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A row is one version of the log `log_id`; amending or voiding adds the next version.
        manager
            .create_table(
                clinic_table("progress_log")
                    .col(uuid("patient_id"))
                    .col(uuid("log_id"))
                    .col(integer("version"))
                    .col(string("kind"))
                    .col(big_integer("performed_at"))
                    .col(integer("offset_seconds"))
                    .col(string_null("time_zone"))
                    .col(string("local_date"))
                    .col(small_integer_null("pain_before"))
                    .col(small_integer_null("pain_after"))
                    .col(blob_null("note"))
                    .col(blob("fingerprint"))
                    .col(uuid_null("recorded_by"))
                    .col(big_integer("recorded_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("progress_log", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        // The client chooses `log_id`, so it is unique for the patient, not for the clinic:
        // a chosen id can neither collide with nor reveal the log of somebody else.
        manager
            .create_index(
                Index::create()
                    .name("progress_log_version")
                    .table("progress_log")
                    .col("clinic_id")
                    .col("patient_id")
                    .col("log_id")
                    .col("version")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "progress_log_day",
                "progress_log",
                &["clinic_id", "patient_id", "local_date"],
            ))
            .await?;
        manager
            .create_table(
                clinic_table("progress_result")
                    .col(uuid("patient_id"))
                    .col(uuid("log_row_id"))
                    .col(integer("position"))
                    .col(uuid("prescription_id"))
                    .col(json_binary("sets"))
                    .col(small_integer_null("rpe"))
                    .col(small_integer_null("pain_during"))
                    .col(string_null("skip_reason"))
                    .foreign_key(&mut within_clinic("progress_result", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("progress_result", "log_row_id", "progress_log"))
                    .foreign_key(&mut within_clinic("progress_result", "prescription_id", "prescription"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("progress_result_log", "progress_result", &["clinic_id", "log_row_id"]))
            .await
    }
}
