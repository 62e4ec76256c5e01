//! Attempts at guessing a secret, by account and by address.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, integer};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("attempt")
                    .col(blob("subject").primary_key())
                    .col(integer("failures"))
                    .col(big_integer("free_at"))
                    .to_owned(),
            )
            .await
    }
}
