//! What keeps a patient's record from being erased, and whether the patient lets the care team see it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob, uuid, uuid_null};

use crate::columns::{clinic_table, index, within_clinic};
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter().table("patient").add_column(big_integer_null("sharing_ended_at")).to_owned();
        manager.alter_table(add).await?;
        manager
            .create_table(
                clinic_table("legal_hold")
                    .col(uuid("patient_id"))
                    .col(blob("reason"))
                    .col(uuid("placed_by"))
                    .col(big_integer("placed_at"))
                    .col(uuid_null("lifted_by"))
                    .col(big_integer_null("lifted_at"))
                    .foreign_key(&mut within_clinic("legal_hold", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("legal_hold", "placed_by", "member"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("legal_hold_patient", "legal_hold", &["clinic_id", "patient_id"])).await?;
        close_tables(manager).await
    }
}
