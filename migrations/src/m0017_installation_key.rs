//! The key of what belongs to no clinic, wrapped like the others, so that the installation's key can
//! be replaced.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, uuid};

use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("installation_key")
                    .col(uuid("id").primary_key())
                    .col(blob("data_key"))
                    .to_owned(),
            )
            .await?;
        close_tables(manager).await
    }
}
