//! What patients are given to read, and what they have read.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob_null, string, uuid, uuid_null};

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
                clinic_table("education_assignment")
                    .col(uuid("patient_id"))
                    .col(string("article"))
                    .col(uuid_null("assigned_by"))
                    .col(big_integer_null("assigned_at"))
                    .col(blob_null("note"))
                    .col(big_integer_null("read_at"))
                    .col(big_integer("change"))
                    .foreign_key(&mut within_clinic("education_assignment", "patient_id", "patient"))
                    .foreign_key(&mut within_clinic("education_assignment", "assigned_by", "member"))
                    .to_owned(),
            )
            .await?;
        let columns = ["clinic_id", "patient_id", "article"];
        let once =
            index("education_assignment_patient", "education_assignment", &columns).unique().to_owned();
        manager.create_index(once).await?;
        close_tables(manager).await
    }
}
