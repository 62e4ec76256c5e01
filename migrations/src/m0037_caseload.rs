//! What the caseload says of each patient, kept.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, double_null, integer, json_binary, small_integer, small_integer_null, uuid,
};

use crate::columns::within_clinic;
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
                Table::create()
                    .table("caseload_row")
                    .col(uuid("clinic_id"))
                    .col(uuid("patient_id"))
                    .col(big_integer("change"))
                    .col(integer("rules"))
                    .col(big_integer("stale_at"))
                    .col(double_null("adherence7"))
                    .col(double_null("adherence28"))
                    .col(small_integer_null("pain_now"))
                    .col(double_null("pain_slope"))
                    .col(integer("open_alerts"))
                    .col(integer("unread_messages"))
                    .col(integer("outcomes_overdue"))
                    .col(small_integer("risk"))
                    .col(json_binary("reasons"))
                    .primary_key(Index::create().col("clinic_id").col("patient_id"))
                    .foreign_key(&mut within_clinic("caseload_row", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        close_tables(manager).await
    }
}
