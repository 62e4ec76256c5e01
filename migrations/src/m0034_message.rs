//! Messages between patients and their care teams, and the instants by which a patient's timeline is read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob, uuid, uuid_null};

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
                clinic_table("message")
                    .col(uuid("patient_id"))
                    .col(uuid_null("member_id"))
                    .col(blob("text"))
                    .col(big_integer("sent_at"))
                    .col(big_integer_null("read_at"))
                    .col(uuid_null("read_by"))
                    .col(blob("fingerprint"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("message", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("message", "member_id", "member"))
                    .foreign_key(&mut within_clinic("message", "read_by", "member"))
                    .to_owned(),
            )
            .await?;
        // Within a thread instants rise, so that "up to this one" is exact.
        let columns = ["clinic_id", "patient_id", "sent_at"];
        manager.create_index(index("message_thread", "message", &columns).unique().to_owned()).await?;
        let mut unread = index("message_unread", "message", &columns);
        unread.cond_where(Expr::col("read_at").is_null());
        manager.create_index(unread).await?;
        for (name, table, at) in [
            ("progress_log_performed", "progress_log", "performed_at"),
            ("goal_created", "goal", "created_at"),
            ("alert_opened", "alert", "opened_at"),
            ("alert_resolved", "alert", "resolved_at"),
        ] {
            manager.create_index(index(name, table, &["clinic_id", "patient_id", at])).await?;
        }
        close_tables(manager).await
    }
}
