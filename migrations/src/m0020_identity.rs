//! Identities at identity providers, and the tokens of theirs that have been used.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text, uuid};

use crate::columns::index;
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("identity")
                    .col(blob("identity_index").primary_key())
                    .col(uuid("account_id"))
                    .col(text("issuer"))
                    .col(big_integer("linked_at"))
                    .foreign_key(ForeignKey::create().from("identity", "account_id").to("account", "id"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("identity_account", "identity", &["account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("spent_token")
                    .col(blob("token_hash").primary_key())
                    .col(big_integer("ends_at"))
                    .to_owned(),
            )
            .await?;
        close_tables(manager).await
    }
}
