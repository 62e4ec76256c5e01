//! The months of monitoring that are frozen, and by which the timeline reads what it newly tells.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, json_binary, string, uuid};

use crate::columns::{index, within_clinic};
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
                    .table("monitoring_month")
                    .col(uuid("clinic_id"))
                    .col(uuid("patient_id"))
                    .col(string("month"))
                    .col(json_binary("figures"))
                    .col(big_integer("frozen_at"))
                    .primary_key(Index::create().col("clinic_id").col("patient_id").col("month"))
                    .foreign_key(&mut within_clinic("monitoring_month", "patient_id", "patient"))
                    .to_owned(),
            )
            .await?;
        let mut closes = big_integer("months_close_at");
        let alter = Table::alter().table("patient").add_column(closes.default(0)).to_owned();
        manager.alter_table(alter).await?;
        manager.create_index(index("patient_months", "patient", &["months_close_at"])).await?;
        for (name, table, at) in [
            ("pain_rating_patient", "pain_rating", "rated_at"),
            ("outcome_response_patient", "outcome_response", "answered_at"),
            ("suggestion_decision_at", "suggestion_decision", "decided_at"),
        ] {
            manager.create_index(index(name, table, &["clinic_id", "patient_id", at])).await?;
        }
        close_tables(manager).await
    }
}
