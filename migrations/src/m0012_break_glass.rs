//! Access to a patient outside the care team: for a reason, for an hour, on the record.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, uuid};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                clinic_table("break_glass")
                    .col(uuid("patient_id"))
                    .col(uuid("member_id"))
                    .col(blob("reason"))
                    .col(big_integer("begun_at"))
                    .col(big_integer("expires_at"))
                    .foreign_key(&mut within_clinic("break_glass", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("break_glass", "member_id", "member"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "break_glass_member",
                "break_glass",
                &["clinic_id", "member_id", "expires_at"],
            ))
            .await?;
        close_tables(manager).await
    }
}
