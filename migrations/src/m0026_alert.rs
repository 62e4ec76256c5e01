//! Alerts, since when a screen for signs of danger is due, and where conditions are and until when.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob_null, json_binary, string, string_null, uuid, uuid_null,
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
        let due = big_integer_null("screen_due_since");
        manager.alter_table(Table::alter().table("patient").add_column(due).to_owned()).await?;
        for column in ["side", "level", "ended_on"] {
            let add = Table::alter().table("patient_condition").add_column(string_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        manager
            .create_table(
                clinic_table("alert")
                    .col(uuid("patient_id"))
                    .col(string("rule"))
                    .col(string("severity"))
                    .col(string("status"))
                    .col(json_binary("evidence"))
                    .col(big_integer("opened_at"))
                    .col(big_integer("newest_at"))
                    .col(uuid_null("acknowledged_by"))
                    .col(big_integer_null("acknowledged_at"))
                    .col(big_integer_null("snoozed_until"))
                    .col(uuid_null("resolved_by"))
                    .col(big_integer_null("resolved_at"))
                    .col(blob_null("resolution"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("alert", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("alert", "acknowledged_by", "member"))
                    .foreign_key(&mut within_clinic("alert", "resolved_by", "member"))
                    .to_owned(),
            )
            .await?;
        let mut one_open = index("alert_one_open", "alert", &["clinic_id", "patient_id", "rule"]);
        one_open.unique().cond_where(Expr::col("resolved_at").is_null());
        manager.create_index(one_open).await?;
        manager.create_index(index("alert_newest", "alert", &["clinic_id", "newest_at"])).await?;
        close_tables(manager).await
    }
}
