//! Second factors of accounts, and what a session has proved.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, blob, blob_null, uuid};

use crate::columns::index;
use crate::row_security::close_tables;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let of_account = |table: &'static str| {
            ForeignKey::create().from(table, "account_id").to("account", "id").to_owned()
        };
        manager
            .create_table(
                Table::create()
                    .table("second_factor")
                    .col(uuid("account_id").primary_key())
                    .col(blob_null("secret"))
                    .col(blob_null("pending"))
                    .col(big_integer("last_step"))
                    .col(big_integer_null("confirmed_at"))
                    .foreign_key(&mut of_account("second_factor"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("recovery_code")
                    .col(blob("code_hash").primary_key())
                    .col(uuid("account_id"))
                    .col(big_integer_null("used_at"))
                    .foreign_key(&mut of_account("recovery_code"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("recovery_code_account", "recovery_code", &["account_id"])).await?;
        manager
            .create_table(
                Table::create()
                    .table("challenge")
                    .col(blob("token_hash").primary_key())
                    .col(uuid("account_id"))
                    .col(big_integer("expires_at"))
                    .foreign_key(&mut of_account("challenge"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(index("challenge_account", "challenge", &["account_id"])).await?;
        for column in ["proved_at", "second_factor_at"] {
            let add = Table::alter().table("session").add_column(big_integer_null(column)).to_owned();
            manager.alter_table(add).await?;
        }
        close_tables(manager).await
    }
}
