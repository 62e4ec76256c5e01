//! Row-level security on every table of a clinic.

use sea_orm_migration::prelude::*;

use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        close_tables(manager).await
    }
}
