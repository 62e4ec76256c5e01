//! Where a person was who did something; events by patient, now that reads are among them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_null;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = Table::alter().table("audit_event").add_column(string_null("address")).to_owned();
        manager.alter_table(add).await?;
        let columns = ["clinic_id", "patient_id", "at"];
        manager.create_index(index("audit_event_patient", "audit_event", &columns)).await
    }
}
